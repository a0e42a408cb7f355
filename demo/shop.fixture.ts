/**
 * A shop for tests, on ports of its own, with a listener that takes the ERP's reports.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSwitches, type Switches } from './faults.ts';
import { host, type Ports, portsFrom, portsInUse } from './ports.ts';
import { startShop } from './shop/shop.ts';

export const password = 'correct horse battery';
export const paymentKey = 'pk-of-the-tests';
/** How often the ERP of the tests reports, milliseconds. */
export const exportEveryMs = 100;

/** Below the ports that the system gives out by itself. */
const range = { from: 12_000, to: 32_000, step: 20 } as const;
const triesMax = 50;

/** The first port of a range in which all are free. */
async function freeRange(): Promise<number> {
  for (let attempt = 0; attempt < triesMax; attempt++) {
    const first = range.from + range.step * randomInt((range.to - range.from) / range.step);
    if ((await portsInUse(Object.values(portsFrom(first)))).length === 0) return first;
  }
  throw new Error(`no free range of ports after ${triesMax} tries`);
}

export interface TestShop extends AsyncDisposable {
  readonly firstPort: number;
  readonly ports: Ports;
  readonly switches: Switches;
  /** A folder of its own, removed at the end. */
  readonly folder: string;
  readonly caPath: string;
  /** When the ERP reported, epoch ms. */
  readonly reports: readonly { readonly at: number; readonly authorization: string | undefined }[];
}

/** Starts a shop whose ERP reports to the test. */
export async function startTestShop(): Promise<TestShop> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'vedette-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const reports: { at: number; authorization: string | undefined }[] = [];
  const inbox = createServer((request, response) => {
    reports.push({ at: Date.now(), authorization: request.headers.authorization });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => inbox.listen(0, host, resolve));
  stack.defer(() => {
    inbox.close();
    inbox.closeAllConnections();
  });
  const firstPort = await freeRange();
  const ports = portsFrom(firstPort);
  const switches = createSwitches();
  const caPath = join(folder, 'authority.pem');
  const url = `http://${host}:${(inbox.address() as AddressInfo).port}/api/heartbeats/erp/nightly-export`;
  const exports = { url, token: 'token-of-the-tests', everyMs: exportEveryMs };
  stack.use(await startShop({ ports, switches, caPath, password, paymentKey, exports }));
  return { firstPort, ports, switches, folder, caPath, reports, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
