/**
 * The HTTP/2 stream of a request: undici takes a stream that was cancelled for one that has ended.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';

/** Told of the stream that a request got. */
export type OnStream = (stream: ClientHttp2Stream) => void;

const asking = new AsyncLocalStorage<OnStream>();

subscribe('http2.client.stream.created', (message) => {
  const { stream } = message as { stream: ClientHttp2Stream };
  asking.getStore()?.(stream);
});

/** Does something that asks over HTTP/2, and tells of the streams that it opens. */
export function withStream(told: OnStream, ask: () => void): void {
  asking.run(told, ask);
}
