/**
 * The door for outside systems that report: `POST /api/heartbeats/SYSTEM/NAME` with the probe's own token.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { HeartbeatProbe } from '../probe/definition.ts';

/** A report needs no body; what comes is read up to here and ignored. */
const bodyBytesMax = 16 * 1024;

/** What the door needs to know. */
export interface HeartbeatDoor {
  /** The heartbeat probe of that id in the published plan. */
  readonly probe: (id: string) => HeartbeatProbe | undefined;
  /** A token's value, by the name of its secret. */
  readonly secret: (name: string) => string | undefined;
  /** Notes the report; epoch ms. */
  readonly note: (probe: string) => Promise<number>;
}

/** The routes; answers are JSON, and a wrong token is answered like an unknown probe's. */
export function heartbeatRoutes({ probe, secret, note }: HeartbeatDoor): Hono {
  const routes = new Hono();
  routes.use(
    '/api/heartbeats/*',
    bodyLimit({ maxSize: bodyBytesMax, onError: (c) => c.json({ error: 'a report is at most 16 KiB' }, 413) }),
  );
  routes.post('/api/heartbeats/:id{.+}', async (c) => {
    const found = probe(c.req.param('id'));
    const token = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined) {
      return c.json({ error: 'send the token of this heartbeat: authorization: Bearer TOKEN' }, 401);
    }
    const expected = found && secret(found.token);
    if (found === undefined || expected === undefined || !same(token, expected)) {
      return c.json({ error: 'no heartbeat of this name takes this token' }, 403);
    }
    return c.json({ probe: found.id, at: await note(found.id) });
  });
  return routes;
}

/** Compares without telling by its time how much was right. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
