import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Result, Task } from '../result/result.ts';
import { type Control, createControl, withControl } from './control.ts';
import type { Engine, Surroundings } from './engine.ts';
import { createHttpEngine } from './http/engine.ts';
import {
  answer,
  answerWith,
  closedPort,
  type Listening,
  probeOf,
  runProbe,
  serve,
  surroundingsOf,
  type Trial,
} from './http/trial.fixture.ts';

/** An engine whose vantage is doubted, and a clock for how old a look is. */
class Stand implements AsyncDisposable {
  now = 0;
  readonly control: Control = createControl({ now: () => this.now });
  readonly #engine: Engine = withControl(createHttpEngine(), this.control);

  /** A run of a target that is down, unless told otherwise. */
  async run(around: Surroundings, url?: string, trial: Trial = {}): Promise<Result> {
    return runProbe(this.#engine, probeOf({ url: url ?? (await gone()) }, trial), around);
  }

  /** Runs an engine that does nothing but this. */
  runAs(act: (task: Task) => Promise<Result>, around: Surroundings, trial: Trial = {}): Promise<Result> {
    const engine = withControl({ run: act, [Symbol.asyncDispose]: () => Promise.resolve() }, this.control);
    return runProbe(engine, probeOf({ url: 'http://shop.invalid/' }, trial), around);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
    await this.control[Symbol.asyncDispose]();
  }
}

let stand: Stand;
beforeEach(() => {
  stand = new Stand();
});
afterEach(() => stand[Symbol.asyncDispose]());

/** Surroundings whose vantage has these control targets. */
function at(controls: readonly string[], trial: Trial = {}): Surroundings {
  const around = surroundingsOf(trial);
  if (around.vantage === undefined) throw new Error('a trial has a vantage');
  return { ...around, vantage: { ...around.vantage, control: controls } };
}

/** Controls that accept, and never answer. */
const silent = () => answer(() => {});
const resetting = () => answer((socket) => socket.resetAndDestroy());
const gone = async () => `http://127.0.0.1:${await closedPort()}/`;

describe('a run that fails', () => {
  test.each([
    ['with its own status', () => serve((_request, response) => response.writeHead(503).end())],
    ['with a redirect', () => serve((_request, response) => response.writeHead(302, { location: '/x' }).end())],
    ['with an answer that ends too soon', () => answerWith('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfive')],
  ])('is the target’s fault while the control target answers %s', async (_how, listen) => {
    await using well = await listen();
    expect(await stand.run(at([well.url]))).toMatchObject({ outcome: 'fail', reason: 'connect' });
    expect(well.taken()).toBe(1);
  });

  test('is the vantage’s when the control target refuses, and keeps what was seen', async () => {
    const port = await closedPort();
    const target = await closedPort();
    const systems = { payment: { hosts: [`127.0.0.1:${target}`] } };
    const around = at([`http://127.0.0.1:${port}/`], { systems });
    const result = await stand.run(around, `http://127.0.0.1:${target}/`);
    expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage', phase: 'connect', probe: 'shop/trial' });
    expect(result.message).toBe(
      `the vantage is ill, not the target: its control target 127.0.0.1:${port} fails too (connection refused by 127.0.0.1:${port}); the run itself ended as fail/connect: connection refused by 127.0.0.1:${target}`,
    );
    expect(result.suspect).toBeUndefined();
    expect(result.phases).toHaveProperty('connect');
  });

  test.each<[string, () => Promise<Listening>, string]>([
    ['resets', resetting, 'connection reset by'],
    ['speaks no HTTP', () => answerWith('hello\r\n'), 'is not HTTP'],
  ])('is the vantage’s when the control target %s', async (_how, listen, says) => {
    await using ill = await listen();
    const result = await stand.run(at([ill.url]));
    expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage' });
    expect(result.message).toContain(says);
  });

  test('is the target’s again once the control target is back', async () => {
    let well = false;
    await using target = await answer((socket) => {
      if (well) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      else socket.resetAndDestroy();
    });
    const around = at([target.url]);
    expect((await stand.run(around)).outcome).toBe('broken');
    well = true;
    stand.now += 1_000;
    expect((await stand.run(around)).outcome).toBe('fail');
  });

  test('is the vantage’s only when all of several control targets fail', async () => {
    await using hangs = await silent();
    await using resets = await resetting();
    await using well = await serve((_request, response) => response.end());
    const before = performance.now();
    expect((await stand.run(at([await gone(), hangs.url, well.url]))).outcome).toBe('fail');
    // The one that hangs is not waited for.
    expect(performance.now() - before).toBeLessThan(1_000);
    const { outcome, message } = await stand.run(at([await gone(), resets.url]));
    expect(outcome).toBe('broken');
    expect(message).toMatch(
      /^the vantage is ill, not the target: its 2 control targets fail too \(connection refused by 127\.0\.0\.1:\d+; connection reset by 127\.0\.0\.1:\d+ before it sent an answer\); /,
    );
    expect(message).toContain('the run itself ended as fail/connect: connection refused by');
  });

  test('tells of long names and many targets within 500 characters, its own words among them', async () => {
    const names = [1, 2, 3, 4, 5].map((n) => `http://${'long-name-'.repeat(5)}${n}.invalid/`);
    const { message = '' } = await stand.run(at(names));
    expect(message.length).toBeLessThanOrEqual(500);
    expect(message).toContain('the run itself ended as fail/connect');
  });

  test('of a target that spoke, but not as expected, asks too', async () => {
    await using portal = await serve((_request, response) => response.end('<h1>Sign in to the hotel network</h1>'));
    const expecting = { expect: { body: { contains: ['milk'] } } };
    expect(await stand.run(at([await gone()]), portal.url, expecting)).toMatchObject({ reason: 'vantage' });
  });

  test('through an egress asks through the egress', async () => {
    const asked: string[] = [];
    let cut = false;
    await using elsewhere = await serve((_request, response) => response.end());
    await using proxy = await answer((socket, head) => {
      const target = /^CONNECT (\S+)/.exec(head)?.[1] ?? '';
      asked.push(target);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (cut || target !== elsewhere.host) socket.resetAndDestroy();
      else socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    });
    const around = at([elsewhere.url], { egress: proxy.url });
    expect(await stand.run(around, 'http://shop.invalid/')).toMatchObject({ outcome: 'fail', reason: 'reset' });
    expect(asked).toEqual(['shop.invalid:80', elsewhere.host]);
    cut = true;
    stand.now += 1_000;
    const result = await stand.run(around, 'http://shop.invalid/');
    expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage' });
    expect(elsewhere.taken()).toBe(0);
  });
});

describe('a control target is not asked', () => {
  test('by a run that passes, is degraded, or is broken by itself', async () => {
    await using well = await serve((_request, response) => response.end());
    const around = at([well.url]);
    await using shop = await serve((_request, response) => void setTimeout(() => response.end(), 20));
    expect((await stand.run(around, shop.url)).outcome).toBe('pass');
    expect((await stand.run(around, shop.url, { slowMs: 1 })).outcome).toBe('degraded');
    expect((await stand.run(around, `${shop.url}/{{secret:GONE}}`)).reason).toBe('secret');
    const proxy = `http://127.0.0.1:${await closedPort()}`;
    expect((await stand.run(at([well.url], { egress: proxy }))).reason).toBe('proxy');
    expect(well.taken()).toBe(0);
  });

  test.each(['cleanup', 'silent', 'blocked'] as const)('by a run that fails for the reason %s', async (reason) => {
    await using well = await serve((_request, response) => response.end());
    expect((await stand.runAs(async (task) => failed(task, reason), at([well.url]))).reason).toBe(reason);
    expect(well.taken()).toBe(0);
  });

  test('where the vantage has none', async () => {
    expect((await stand.run(surroundingsOf())).outcome).toBe('fail');
  });

  test('twice by a thousand runs that fail at once, nor again within a second', async () => {
    await using ill = await resetting();
    const around = at([ill.url]);
    const url = await gone();
    const storm = await Promise.all(Array.from({ length: 1_000 }, () => stand.run(around, url)));
    expect(new Set(storm.map(({ outcome }) => outcome))).toEqual(new Set(['broken']));
    stand.now += 999;
    expect((await stand.run(around, url)).outcome).toBe('broken');
    expect(ill.taken()).toBe(1);
    stand.now += 1;
    expect((await stand.run(around, url)).outcome).toBe('broken');
    expect(ill.taken()).toBe(2);
  });
});

describe.concurrent('a control target that hangs', () => {
  test('makes a run that met its deadline the vantage’s within 2 s of it', async () => {
    await using own = new Stand();
    await using target = await silent();
    await using ill = await silent();
    const before = performance.now();
    const result = await own.run(at([ill.url]), target.url, { timeoutMs: 200 });
    expect(performance.now() - before).toBeLessThan(200 + 2_000);
    expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage', phase: 'processing' });
    expect(result.message).toContain(
      `control target ${ill.host} fails too (no answer from ${ill.host} within 1.2s: the request was sent `,
    );
    expect(result.message).toContain('the run itself ended as fail/timeout: no answer from');
  });

  test('is asked at the deadline, beside an engine that still gathers evidence', async () => {
    await using own = new Stand();
    await using ill = await silent();
    const gather = async (task: Task) => {
      await vi.waitFor(() => expect(ill.taken()).toBe(1), 5_000);
      return failed(task, 'timeout');
    };
    expect(await own.runAs(gather, at([ill.url]), { timeoutMs: 200 })).toMatchObject({ reason: 'vantage' });
  });

  test('is given up when the vantage stops, which calls nobody ill', async () => {
    await using own = new Stand();
    await using hangs = await silent();
    const running = own.run(at([hangs.url]));
    await vi.waitFor(() => expect(hangs.open()).toBe(1));
    await own.control[Symbol.asyncDispose]();
    expect(await running).toMatchObject({ outcome: 'fail', reason: 'connect' });
    expect(await own.control.look(at([hangs.url]))).toBeUndefined();
    await vi.waitFor(() => expect(hangs.open()).toBe(0));
  });
});

function failed({ check, cause, plan, scheduledAt }: Task, reason: NonNullable<Result['reason']>): Result {
  const { id: probe, system, kind } = check.probe;
  const about = { v: 1, id: check.id, probe, system, kind, variant: '', vantage: 'fra', cause, plan } as const;
  return { ...about, scheduledAt, startedAt: 1, durationMs: 1, outcome: 'fail', reason, traceId: '0'.repeat(32) };
}
