/**
 * `http`: one request and what its answer must be; data only, so it travels and needs no sandbox.
 */
import { define } from './dsl-value.ts';
import type { HttpOptions } from './http-options.ts';
import type { Axes, NoAxes, ProbeId } from './options.ts';
import type { Names, RegisteredNames } from './register.ts';

/** The signature of {@link http}, for the names of a landscape. */
export type DefineHttp<N extends Names> = <const V extends Axes = NoAxes>(
  id: ProbeId<N>,
  options: HttpOptions<V, N>,
) => HttpDefinition;

/** What {@link http} returns, to be exported. */
export interface HttpDefinition {
  readonly vedette: 'http';
  readonly id: string;
}

/**
 * Defines an http probe.
 * @example
 * export default http('shop/catalog', {
 *   url: ({ market }) => `https://shop.example/${market}/api/catalog?q=milk`,
 *   variants: { market: ['de', 'fr'] },
 *   every: '30s', timeout: '5s', slow: '800ms',
 *   expect: { status: 200, header: { 'content-type': /json/ }, json: { '$.items.length()': { atLeast: 1 } } },
 * });
 */
export const http: DefineHttp<RegisteredNames> = (id, options, ...more: unknown[]) =>
  define('http', id, options, { script: more[0] });
