/**
 * Tax and ERP, an external system: it says how much tax a price holds, and reports to Vedette that its export ran.
 */
import { Hono } from 'hono';
import type { Switches } from '../faults.ts';
import { call } from './call.ts';
import { isMarket, markets } from './markets.ts';

/** `POST /v1/tax` with `{ market, grossCents }`: the rate, and the tax that the price holds. */
export function erpApp(): Hono {
  const app = new Hono();
  app.post('/v1/tax', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const { market, grossCents } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    if (typeof market !== 'string' || !isMarket(market) || typeof grossCents !== 'number') {
      return c.json({ error: 'market and grossCents are needed' }, 422);
    }
    const rate = markets[market].taxRate;
    return c.json({ rate, taxCents: Math.round(grossCents - grossCents / (1 + rate)) });
  });
  return app;
}

export interface ExportOptions {
  /** Where the export is reported, e.g. `http://127.0.0.1:8080/api/heartbeats/erp/nightly-export`. */
  readonly url: string;
  readonly token: string;
  /** Between two exports, milliseconds: a night is short in the demo. */
  readonly everyMs: number;
}

/** The export job. */
export interface Exports extends Disposable {
  /** Seconds since the last export ran. */
  ageSeconds(): number;
}

/** Runs the export again and again, and reports each; while it is silent it does neither. */
export function startExports(switches: Switches, options: ExportOptions): Exports {
  let lastAt = Date.now();
  let under = false;
  const run = async () => {
    if (under || switches.on('erp-export-silent')) return;
    under = true;
    lastAt = Date.now();
    // Whether Vedette listens already does not matter: the next report comes soon.
    await call(options.url, { body: { rows: 1_284 }, token: options.token, timeoutMs: options.everyMs });
    under = false;
  };
  void run();
  const timer = setInterval(() => void run(), options.everyMs);
  return {
    ageSeconds: () => (Date.now() - lastAt) / 1_000,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
