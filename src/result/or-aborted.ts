/**
 * The work's result, or `undefined` as soon as the signal is aborted; the work then goes on unheard. For work that
 * may never end, such as a command to a Redis that is away.
 */
export async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  // A listener that is taken away again: a race against one promise for ever would pile up its reactions.
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
