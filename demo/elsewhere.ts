/**
 * Something that answers whatever happens to the shop: the control target of every vantage.
 */
import { createServer } from 'node:http';
import { close, listen } from './shop/service.ts';

/** Starts it. @throws VedetteError `DEMO_LISTEN` when its port cannot be had. */
export async function startElsewhere(port: number): Promise<AsyncDisposable> {
  const server = createServer((_request, response) => response.writeHead(204).end());
  await listen(server, 'elsewhere', port);
  return { [Symbol.asyncDispose]: () => close(server) };
}
