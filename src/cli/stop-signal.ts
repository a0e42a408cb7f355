/**
 * SIGTERM and SIGINT as a thing to wait for, and the impatient second one.
 */

/** One Ctrl-C may come twice: from the terminal, and handed on by whoever started us. Milliseconds. */
const sameMsMax = 750;

export interface StopSignal {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly stopped: Promise<void>;
  /** Registers what is done at a second one. */
  onSecond(action: () => void): void;
}

/** Listens from now on, until it is disposed. */
export function stopSignal(): StopSignal & Disposable {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  let second = () => {};
  const heard = () => {
    const now = performance.now();
    firstAt ??= now;
    if (controller.signal.aborted && now - firstAt > sameMsMax) second();
    controller.abort();
    resolve();
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, heard);
  return {
    signal: controller.signal,
    stopped: promise,
    onSecond(action) {
      second = action;
    },
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, heard);
    },
  };
}
