/**
 * Secrets leave no trace: probes put them wherever a probe can, everything fails in a way that shows them, and
 * afterwards every byte that was written is searched, in every form in which a secret may have been written.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { tryPort } from '../src/base/port.ts';
import { type Check, checksOf, type Plan } from '../src/probe/definition.ts';
import { formatFault, load } from '../src/probe/load.ts';
import { makePlan } from '../src/probe/plan.ts';
import { openHistory } from '../src/result/history.ts';
import { RedisFixture } from '../src/result/redis.fixture.ts';
import { resultId } from '../src/result/result.ts';
import { askForRun } from '../src/schedule/asap.ts';
import { publish } from '../src/schedule/published.ts';
import { createSearch, filesBelow, type Leak, type Writing } from './leaks.fixture.ts';
import { canary, journeys, Parrot, projectFiles, scheduledJourney, secrets } from './secretive.fixture.ts';
import { until, Workers } from './system.fixture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const token = 'beat+token/ü"1=';
const sought = { ...secrets, TOKEN: token };

test('what is searched for is found, in whatever form and however deep', () => {
  const search = createSearch({ CANARY: canary });
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ['plain', Buffer.from(`xx${canary}yy`)],
    ['percent', Buffer.from(encodeURIComponent(canary).toLowerCase())],
    ['form', Buffer.from(new URLSearchParams({ a: canary }).toString())],
    ['JSON twice', Buffer.from(JSON.stringify(JSON.stringify({ canary })))],
    [
      'HTML',
      Buffer.from(`<p title="${canary.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')}">`),
    ],
    ['base64', Buffer.from(Buffer.from(`me:${canary}!`).toString('base64'))],
    ['base64url', Buffer.from(Buffer.from(`m:${canary}!`).toString('base64url'))],
    ['hex', Buffer.from(Buffer.from(canary).toString('hex'))],
    ['UTF-16', Buffer.from(canary, 'utf16le')],
    ['Latin-1', Buffer.from(canary, 'latin1')],
    ['cut short', Buffer.from(`${canary.slice(0, 13)}…`)],
    ['gzip', gzipSync(canary)],
    ['zip', zipSync({ 'a/trace.trace': strToU8(JSON.stringify({ canary })) })],
    ['zip in zip', zipSync({ 'a.zip': zipSync({ b: strToU8(canary) }) })],
    ['name in zip', zipSync({ [canary]: strToU8('nothing') })],
  ];
  for (const [where, bytes] of forms) expect(search([{ where, bytes }]), where).not.toEqual([]);
  expect(search([{ where: 'nothing', bytes: Buffer.from('canary "n<a>ry" f%C3%BCr') }])).toEqual([]);
});

/** Everything that runs, and where it writes. */
interface Whole {
  readonly folder: string;
  readonly dataDir: string;
  readonly redisServer: RedisFixture;
  readonly redis: Redis;
  readonly workers: Workers;
  readonly plan: Plan;
  readonly env: Readonly<Record<string, string>>;
}

async function setUp(stack: AsyncDisposableStack): Promise<Whole & { webPort: number; metricsPorts: number[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-secrets-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const parrot = stack.use(await Parrot.start());
  const files = { ...projectFiles(parrot.port) };
  for (const [file, content] of Object.entries(files)) await writeIn(join(folder, 'probes'), file, content);
  for (const [name, value] of Object.entries(secrets)) await writeIn(join(folder, 'secrets'), name, `${value}\n`);
  const loaded = await load(join(folder, 'probes'));
  expect(loaded.faults.map(formatFault)).toEqual([]);
  if (loaded.landscape === undefined) throw new Error('there is no landscape');
  const plan = makePlan(loaded.landscape, loaded.probes);

  const redisServer = stack.use(await RedisFixture.start());
  const redis = redisServer.connect();
  await redis.config('SET', 'rdbcompression', 'no');
  await publish(redis, plan, loaded.bundles, undefined);
  const dataDir = join(folder, 'written', 'data');
  const env = {
    VEDETTE_REDIS_URL: redisServer.url,
    VEDETTE_PROJECT: plan.project,
    VEDETTE_PROBES_DIR: join(folder, 'probes'),
    VEDETTE_SECRETS_DIR: join(folder, 'secrets'),
    HEARTBEAT_TOKEN_SHOP_BEAT: token,
    VEDETTE_LOG_LEVEL: 'trace',
  };
  const workers = stack.use(new Workers({ ...env, VEDETTE_DATA_DIR: dataDir }, join(folder, 'written', 'logs')));
  const webPort = await tryPort('127.0.0.1', 0);
  const metricsPorts: number[] = [];
  for (const [program, more] of [
    ['scheduler', {}],
    ['vantage', { VEDETTE_VANTAGE: 'fra' }],
    ['recorder', {}],
    ['web', { VEDETTE_WEB_PORT: String(webPort) }],
  ] as const) {
    const port = await tryPort('127.0.0.1', 0);
    metricsPorts.push(port);
    workers.start(program, program, { ...more, VEDETTE_METRICS_PORT: String(port) });
  }
  return { folder, dataDir, redisServer, redis, workers, plan, env, webPort, metricsPorts };
}

async function writeIn(folder: string, file: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), content);
}

/** Runs everything once and waits until it is recorded. */
async function runAll({ redis, plan, dataDir, workers }: Whole): Promise<void> {
  const checks = plan.probes.flatMap(checksOf);
  const history = join(dataDir, 'history.db');
  await until('the plan is in force', 30_000, () => workers.said('this plan is in force here'));
  await until('the recorder is at work', 30_000, () => workers.said('recorder is at work') && existsSync(history));
  const at = Date.now();
  const asked = checks.filter(({ probe }) => probe.kind === 'journey');
  for (const { id } of asked) {
    await askForRun(redis, plan.project, 'fra', { check: id, cause: 'confirmation', request: 'secrets', at });
  }
  const recorded = (check: Check) => {
    using reading = openHistory(history, { readOnly: true });
    if (check.id === scheduledJourney && reading.lastResult(check.id, 0) === undefined) return false;
    return check.probe.kind === 'journey'
      ? reading.run(resultId(check.id, 'confirmation', at, 'secrets')) !== undefined
      : check.probe.kind === 'heartbeat' || reading.lastResult(check.id, 0) !== undefined;
  };
  await until('every check is recorded', 90_000, () => checks.every(recorded));
}

/** What people and programs may ask for. */
async function outputs({ env, folder }: Whole): Promise<Writing[]> {
  const vedette = async (...words: string[]): Promise<Writing[]> => {
    const command = [join(root, 'src/cli/main.ts'), ...words];
    const all = { PATH: process.env.PATH, ...env, VEDETTE_DATA_DIR: join(folder, 'written', 'cli') };
    const options = { cwd: folder, env: all, maxBuffer: 64 * 1024 * 1024 };
    const run = promisify(execFile)(process.execPath, ['--conditions=vedette-source', ...command], options);
    const { stdout, stderr } = await run.catch((failed: { stdout: string; stderr: string }) => failed);
    return [{ where: `vedette ${words.join(' ')}`, bytes: Buffer.from(`${stdout}\n${stderr}`) }];
  };
  const all = await Promise.all([
    vedette('run', 'shop/path-body', 'shop/away', 'shop/everywhere', 'shop/dies', '--trace'),
    vedette('run', 'shop/basic-header', 'shop/ambiguous', 'shop/thrown', '--json'),
    vedette('status'),
    vedette('status', '--json'),
  ]);
  return all.flat();
}

async function exposed(ports: readonly number[]): Promise<Writing[]> {
  return Promise.all(
    ports.map(async (port) => ({
      where: `metrics of ${port}`,
      bytes: Buffer.from(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    })),
  );
}

/** Every result as it is read back: the file holds them compressed. */
function* results(dataDir: string, plan: Plan): Generator<Writing> {
  using history = openHistory(join(dataDir, 'history.db'), { readOnly: true });
  for (const { id } of plan.probes.flatMap(checksOf)) {
    for (const closing of history.lastRuns(id, { limit: 100 })) {
      yield { where: `history: ${closing.id}`, bytes: Buffer.from(JSON.stringify(history.run(closing.id))) };
    }
  }
}

/** Every value that Redis holds. */
async function values(redis: Redis): Promise<Writing[]> {
  const held: Writing[] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    const read =
      type === 'string'
        ? [await redis.getBuffer(key)]
        : type === 'hash'
          ? Object.values(await redis.hgetallBuffer(key))
          : type === 'stream'
            ? (await redis.xrangeBuffer(key, '-', '+')).flatMap(([, fields]) => fields)
            : type === 'list'
              ? await redis.lrangeBuffer(key, 0, -1)
              : type === 'set'
                ? await redis.smembersBuffer(key)
                : await redis.zrangeBuffer(key, '0', '-1');
    for (const bytes of read) if (bytes !== null) held.push({ where: `redis: ${key}`, bytes });
  }
  return held;
}

function tell(leaks: readonly Leak[]): string[] {
  return leaks.map(({ name, form, where, at, around }) => `${name} as ${form} in ${where} at ${at}: ${around}`);
}

test('no secret is in any byte that was written, and what is no secret is', async () => {
  await using stack = new AsyncDisposableStack();
  const whole = await setUp(stack);
  const { folder, dataDir, redis, redisServer, workers, plan, webPort, metricsPorts } = whole;
  const printing = outputs(whole);
  await runAll(whole);
  for (const given of [token, 'wrong']) {
    const url = `http://127.0.0.1:${webPort}/api/heartbeats/shop/beat`;
    const authorization = `Bearer ${Buffer.from(given).toString('latin1')}`;
    await fetch(url, { method: 'POST', headers: { authorization } });
  }
  const metrics = await exposed(metricsPorts);
  const held = await values(redis);
  await redis.save();
  await workers[Symbol.asyncDispose]();

  const written: Writing[] = [
    ...(await printing),
    ...metrics,
    ...held,
    ...filesBelow(redisServer.folder),
    ...filesBelow(join(folder, 'written')),
    ...results(dataDir, plan),
  ];
  const leaks = createSearch(sought)(written);
  process.stdout.write(
    `\nsecrets: ${written.length} files and values, ${Math.round(written.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1024)} KiB, ${leaks.length} leaks\n`,
  );
  expect(tell(leaks)).toEqual([]);

  const places = createSearch({ CANARY: canary })(written).map(({ where }) => where);
  for (const place of [
    /^data\/artifacts\/.*\.html$/,
    /^data\/artifacts\/.*\.zip!.*trace/,
    /^cli\/artifacts\/.*\.html$/,
    /^history: shop\/path-body/,
    /^history: shop\/away/,
    /^logs\/vantage$/,
    ...journeys.map((id) => new RegExp(`^history: ${id}@`)),
    /^redis: /,
    /aof$/,
    /^metrics of /,
    /^vedette run .* --json$/,
    /^vedette run (?!.*--json)/,
  ]) {
    expect(
      places.filter((one) => place.test(one)),
      String(place),
    ).not.toEqual([]);
  }
}, 200_000);
