/**
 * A third party's script host, an external system: the reviews that every page of the shop shows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Hono } from 'hono';
import type { Switches } from '../faults.ts';

/** A hanging request is let go after this long, milliseconds; longer than any client waits. */
const hangMsMax = 60_000;

const widget = `
addEventListener('DOMContentLoaded', () => {
  for (const place of document.querySelectorAll('[data-reviews]')) {
    place.textContent = '★★★★★ 4.8 / 5';
    place.title = '1 204 reviews';
  }
});
`;

/** `GET /widget.js`. */
export function thirdPartyApp(switches: Switches): Hono {
  const app = new Hono();
  app.get('/widget.js', async (c) => {
    if (switches.on('third-party-hangs'))
      await delay(hangMsMax, undefined, { signal: c.req.raw.signal, ref: false }).catch(() => {});
    return c.body(widget, 200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'max-age=300' });
  });
  return app;
}
