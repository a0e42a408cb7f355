/**
 * Waiting, but not for long.
 */

/** What `work` resolves to; `undefined` when it rejects or takes longer than `msMax`. */
export async function within<T>(msMax: number, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, Math.max(0, msMax), undefined);
  const first = await Promise.race([work.catch(() => undefined), promise]);
  clearTimeout(timer);
  return first;
}
