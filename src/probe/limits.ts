/**
 * The bounds of what a project may define. Each is named by what it bounds and its unit.
 */

/** Shortest and longest interval of an http probe or a heartbeat, milliseconds. */
export const everyMsMin = 1_000;
export const everyMsMax = 31 * 86_400_000;
/** Shortest interval of a journey, milliseconds: a browser needs its time. */
export const journeyEveryMsMin = 5_000;

/** Shortest time a run may be given, milliseconds. */
export const timeoutMsMin = 100;
export const httpTimeoutMsMax = 5 * 60_000;
export const journeyTimeoutMsMax = 10 * 60_000;
export const httpTimeoutMsDefault = 10_000;
export const journeyTimeoutMsDefault = 60_000;
/** Judging a heartbeat reads one time from Redis. */
export const heartbeatTimeoutMs = 5_000;
/** How often a heartbeat is judged, milliseconds: half of its `every`, within these. */
export const heartbeatJudgedMsMin = 5_000;
export const heartbeatJudgedMsMax = 60_000;
/** The latest a heartbeat may be, milliseconds. */
export const graceMsMax = 31 * 86_400_000;

export const redirectsMax = 10;
export const certificateDaysMax = 3_650;

export const axesMax = 5;
export const valuesPerAxisMax = 100;
export const variantsPerProbeMax = 200;
export const variantValueCharsMax = 64;

export const probesPerProjectMax = 50_000;
export const checksPerProjectMax = 200_000;
export const probeFilesMax = 10_000;
export const systemsMax = 2_000;
export const vantagesMax = 100;
export const controlsPerVantageMax = 5;
export const teamsMax = 500;
export const secretsMax = 1_000;

export const idCharsMax = 100;
export const nameCharsMax = 64;
/** Labels, workarounds and the like. */
export const textCharsMax = 2_000;
export const urlCharsMax = 8_192;
export const bodyCharsMax = 256 * 1_024;
export const headersMax = 50;
export const matchersMax = 50;
export const patternCharsMax = 1_000;
export const cronCharsMax = 200;

/** A bundle travels to every vantage through Redis. */
export const bundleBytesMax = 5 * 1_024 * 1_024;

/** A probe file's time to be imported and evaluated, milliseconds, unless the caller says otherwise. */
export const fileLoadMsDefault = 5_000;
/** All files' time together, milliseconds. */
export const loadMsMax = 120_000;
/** Heap of the child that imports the files, MiB. */
export const loaderHeapMiBMax = 1_024;
