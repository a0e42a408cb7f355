/**
 * Names of what the schedule keeps in Redis. The braces are Redis Cluster's hash tag: what is changed together
 * lies in one slot; a vantage's queues have a tag of their own.
 */

/** The set of projects that ever published a plan here. */
export const projectsKey = 'vedette:projects';

export function scheduleKeys(project: string) {
  const key = (rest: string) => `vedette:{${project}}:${rest}`;
  return {
    /** Hash: `version`, `at` (epoch ms, Redis's clock), `by`. */
    published: key('published'),
    /** A plan's JSON, gzipped. */
    plan: (version: string) => key(`plan:${version}`),
    /** Hash: content hash → bundle source. */
    bundles: key('bundles'),
    /** List of in-force records of a vantage, oldest first. */
    force: (vantage: string) => key(`force:${vantage}`),
    /** Hash: `vantage/instance` → what that process last said of itself. */
    vantages: key('vantages'),
    /** Set: every vantage that a plan ever named. */
    vantagesEver: key('vantages:ever'),
    /** The scheduler's lease. */
    lease: key('lease:scheduler'),
    /** Counts the holders the lease ever had: the fencing epoch. */
    epoch: key('epoch:scheduler'),
    /** Hash: probe → epoch ms of its last heartbeat. */
    heartbeats: key('heartbeats'),
    /** Hash: probe → epoch ms since when a heartbeat is expected. */
    expected: key('heartbeats:expected'),
    /** Channel on which a new plan, or a plan newly in force, is announced. */
    announce: key('announce'),
  };
}

/** The prefix of a vantage's queues. */
export function queuePrefix(project: string, vantage: string): string {
  return `{vedette:${project}:${vantage}}`;
}

/** A vantage's queues: rounds and journeys by the plan, and what is wanted at once. */
export const QUEUES = ['rounds', 'journeys', 'asap'] as const;
export type QueueName = (typeof QUEUES)[number];
