/**
 * Notices when this process stood still: a late timer of our own must not be read as a slow or hanging target.
 */

/** A stillness beyond this is kept. Milliseconds. */
const stillMsMin = 50;
const tickMs = 20;
/** How many are kept: more than a run can last. */
const keptMax = 512;

export interface Standstill extends Disposable {
  /** The longest stillness that touched the stretch of time, milliseconds; 0 for none worth speaking of. */
  during(fromMs: number, toMs: number): number;
}

/** Starts to watch the event loop. */
export function watchStandstill(now: () => number = () => Date.now()): Standstill {
  const still: { from: number; to: number }[] = [];
  let last = now();
  const timer = setInterval(() => {
    const at = now();
    if (at - last - tickMs > stillMsMin) {
      still.push({ from: last, to: at });
      if (still.length > keptMax) still.shift();
    }
    last = at;
  }, tickMs);
  timer.unref();
  return {
    during(fromMs, toMs) {
      // The timer may not have come round yet since the last stillness.
      const open = { from: last, to: now() };
      const touching = [...still, ...(open.to - open.from - tickMs > stillMsMin ? [open] : [])].filter(
        ({ from, to }) => from < toMs && to > fromMs,
      );
      return touching.reduce((most, { from, to }) => Math.max(most, to - from - tickMs), 0);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
