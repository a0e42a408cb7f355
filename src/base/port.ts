/**
 * Ports of this machine.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Listens on a port for a moment, 0 for any; resolves with its number, rejects when it cannot be listened on. */
export async function tryPort(host: string, port: number): Promise<number> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Whether a port can be listened on. */
export async function isFreePort(host: string, port: number): Promise<boolean> {
  return await tryPort(host, port).then(
    () => true,
    () => false,
  );
}
