/**
 * Scripts and pages that do their worst, while other journeys run beside them: each costs its own run and nothing else.
 * `VEDETTE_HOSTILE_TIMES=10 npx vitest run src/run/journey/hostile.test.ts` repeats each, and prints what it left behind.
 */
import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../result/result.ts';
import { processTree } from './process-tree.ts';
import { commandOf, Local, pages, Stand, type Trial } from './trial.fixture.ts';

const times = Number(process.env.VEDETTE_HOSTILE_TIMES ?? 1);
/** A run is reported so long after its deadline at the latest, milliseconds. */
const reportMsMax = 2_000;
const ordinary = `async ({ page, step, url }) => {
  await step('open', () => page.goto(url));
  await step('read', () => expect(page.getByText('Milk')).toBeVisible());
}`;

interface Ordeal {
  readonly title: string;
  readonly script: string;
  /** `outcome/reason`, or `pass`. */
  readonly said: string | readonly string[];
  readonly step?: string;
  readonly timeoutMs?: number;
  /** Kills something while the run waits in its step; told the pid of the run's child. */
  readonly kill?: (child: number) => Promise<readonly number[]>;
}

const waits = `async ({ page, step, url }) => {
  await page.goto(url);
  await step(String(process.pid), () => page.waitForTimeout(20_000));
}`;
const opens = (path: string, then = '') =>
  `async ({ page, context, step, url }) => { await step('it', async () => { await page.goto(url + '${path}'); ${then} }); }`;
const does = (code: string) =>
  `async ({ page, step, url }) => { await page.goto(url); await step('it', async () => { ${code} }); }`;

let stand: Stand;
let local: Local;

const ordeals: readonly Ordeal[] = [
  { title: 'an endless loop', script: does('for (;;);'), said: 'broken/killed', step: 'it', timeoutMs: 1_500 },
  { title: 'process.exit()', script: does('process.exit(0);'), said: 'broken/script', step: 'it' },
  { title: 'process.abort()', script: does('process.abort();'), said: 'broken/crash', step: 'it' },
  {
    title: 'a 1 GB allocation in a buffer',
    script: does('globalThis.big = Buffer.alloc(2 ** 30, 1); await page.waitForTimeout(5_000);'),
    said: 'broken/memory',
    step: 'it',
  },
  {
    title: 'a heap that grows without end',
    script: does('const all = []; for (;;) all.push(new Array(1e6).fill(all.length));'),
    said: 'broken/memory',
    step: 'it',
  },
  {
    title: 'a page that fills gigabytes',
    script: opens(
      '/',
      `await page.evaluate(() => { globalThis.all = []; const fill = () => {
      all.push(new Uint8Array(2 ** 28).fill(1)); if (all.length < 16) setTimeout(fill, 50); }; fill(); });
      await page.waitForTimeout(10_000);`,
    ),
    said: ['broken/memory', 'broken/crash'],
    step: 'it',
  },
  { title: 'a frozen page', script: opens('/frozen'), said: 'fail/timeout', step: 'it', timeoutMs: 1_500 },
  {
    title: 'a page that freezes when it is clicked',
    script: opens('/freezes', `await page.click('#freeze'); await page.click('#other');`),
    said: 'fail/timeout',
    step: 'it',
    timeoutMs: 2_000,
  },
  { title: 'dialogs of every kind', script: opens('/dialogs', `await page.goto(url);`), said: 'pass' },
  {
    title: 'a download',
    script: opens(
      '/downloads',
      `const [file] = await Promise.all([page.waitForEvent('download'), page.click('a[href="/file"]')]);
      expect((await import('node:fs')).statSync(await file.path()).size).toBe(1_000_000);
      await file.saveAs('kept.bin');`,
    ),
    said: 'pass',
  },
  {
    title: 'a download without end',
    script: opens('/downloads', `await page.click('a.endless'); await page.waitForTimeout(14_000);`),
    said: 'broken/killed',
    step: 'it',
  },
  {
    title: 'popups',
    script: opens('/popups', `await page.click('button'); await expect.poll(() => context.pages().length).toBe(6);`),
    said: 'pass',
  },
  {
    title: 'a page that floods the console',
    script: opens('/floods', 'await page.waitForTimeout(300);'),
    said: 'pass',
  },
  {
    title: 'a crashing tab',
    script: does(`await Promise.all([page.waitForEvent('crash'), page.goto('chrome://crash').catch(() => {})]);`),
    said: 'broken/crash',
  },
  {
    title: 'kill -9 of the browser',
    script: waits,
    said: 'broken/crash',
    kill: async (child) => (await stand.browsers([child])).slice(0, 1),
  },
  { title: 'kill -9 of the child', script: waits, said: 'broken/crash', kill: async (child) => [child] },
  {
    title: 'a process and a file left behind',
    script: does(`const { spawn } = await import('node:child_process');
      spawn('sleep', ['300'], { detached: true, stdio: 'ignore' }).unref();
      (await import('node:fs')).writeFileSync('left.txt', 'behind');`),
    said: 'pass',
  },
  {
    title: 'an error thrown after the end',
    script: does(`setTimeout(() => { throw new Error('too late'); }, 1);`),
    said: ['pass', 'broken/script', 'fail/assertion'],
  },
  {
    title: 'the end of its own browser',
    script: does('await page.context().browser().close();'),
    said: ['pass', 'broken/crash'],
  },
];

const shop: Readonly<Record<string, string>> = {
  '/': '<title>Shop</title><h1>Milk</h1>',
  '/frozen': '<h1>Ice</h1><script>for (;;);</script>',
  '/freezes':
    '<button id="freeze" onclick="setTimeout(() => { for (;;); })">Freeze</button><button id="other">Other</button>',
  '/dialogs': `<script>addEventListener('beforeunload', (event) => event.preventDefault());
    alert('hello'); confirm('sure?'); prompt('who?');</script>`,
  '/downloads': '<a href="/file" download>Get it</a><a class="endless" href="/endless" download>All of it</a>',
  '/popups': `<button onclick="for (let i = 0; i < 5; i++) open('/', 'w' + i, 'popup')">Open</button>`,
  '/floods': `<script>setInterval(() => { for (let i = 0; i < 200; i++) console.error('x'.repeat(1000)); }, 5);</script>`,
};

beforeAll(async () => {
  stand = await Stand.create({ poolSize: 2 });
  const answer = pages(shop);
  local = await Local.listen((request, response) => {
    if (request.url !== '/file' && request.url !== '/endless') return answer(request, response);
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    if (request.url === '/file') response.end(Buffer.alloc(1_000_000));
    else pour(response);
  });
  await stand.engine.prewarm({ browser: true });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  local[Symbol.dispose]();
});

/** Answers for as long as anybody listens. */
function pour(response: ServerResponse): void {
  const more = Buffer.alloc(4 * 1024 * 1024);
  const go = () => {
    while (!response.destroyed && response.write(more));
  };
  response.on('drain', go);
  go();
}

const said = ({ outcome, reason }: Result) => (outcome === 'pass' ? 'pass' : `${outcome}/${reason}`);

async function suffer({ script, timeoutMs = 15_000, kill }: Ordeal): Promise<{ result: Result; lateMs: number }> {
  const begun = Promise.withResolvers<number>();
  const onStep: Trial['onStep'] = (event) => event.type === 'begin' && begun.resolve(Number(event.name));
  const trial: Trial = { values: { url: local.url }, probe: { timeoutMs }, onStep };
  const from = Date.now();
  const running = stand.try(script, trial);
  if (kill !== undefined) {
    for (const pid of await kill(await begun.promise)) process.kill(pid, 'SIGKILL');
  }
  const { result } = await running;
  return { result, lateMs: Date.now() - from - timeoutMs };
}

/** What an engine at rest holds: processes by kind, files in its folder, memory. */
async function inventory(): Promise<{
  children: number;
  processes: number;
  strangers: string[];
  files: string[];
  mebibytes: number;
}> {
  await stand.engine.settled();
  const rows = (await Promise.all(stand.engine.pids().map((pid) => processTree(pid)))).flat();
  // Whatever ran below a child that is gone now has another parent, but the same home.
  const all = await processTree(1);
  const strangers = [];
  for (const { pid } of all) {
    const command = await commandOf(pid);
    if (/^sleep 300/.test(command) || (command.includes(stand.folder) && !rows.some((row) => row.pid === pid))) {
      strangers.push(command.slice(0, 80));
    }
  }
  const [root = ''] = await stand.files();
  const children = (await readdir(join(stand.folder, 'var', 'journeys', root))).filter((name) =>
    name.startsWith('child-'),
  );
  const files = await Promise.all(children.map((name) => readdir(join(stand.folder, 'var', 'journeys', root, name))));
  return {
    children: stand.engine.pids().length,
    processes: rows.length,
    strangers,
    files: files.flat().filter((name) => !/^playwright/.test(name)),
    mebibytes: Math.round(rows.reduce((sum, { bytes }) => sum + bytes, 0) / 1024 ** 2),
  };
}

type Inventory = Awaited<ReturnType<typeof inventory>>;

/** One line of the table that a longer run prints. */
function tell(
  { title, said: expected }: Ordeal,
  seen: { before: Inventory; after: Inventory; lates: readonly number[]; beside: number },
): void {
  const shown = ({ children, processes, files, mebibytes }: Inventory) =>
    `${children}/${processes}/${files.length}/${mebibytes} MiB`;
  const late = Math.max(...seen.lates);
  process.stdout.write(
    `${title.padEnd(40)} ${times} × ${[expected].flat().join(' or ').padEnd(16)} reported ${late > 0 ? `${late} ms after its deadline` : 'before its deadline'}; ` +
      `${seen.beside} beside it pass; children/processes/files/memory ${shown(seen.before)} → ${shown(seen.after)}\n`,
  );
}

test.each(ordeals)('$title costs its own run alone', { timeout: 30_000 * times }, async (ordeal) => {
  const before = await inventory();
  let over = false;
  const beside: Result[] = [];
  const companion = async () => {
    while (!over) beside.push((await stand.try(ordinary, { values: { url: local.url } })).result);
  };
  const running = companion();
  const lates: number[] = [];
  try {
    for (let time = 0; time < times; time++) {
      const { result, lateMs } = await suffer(ordeal);
      expect([ordeal.said].flat(), result.message).toContain(said(result));
      if (ordeal.step !== undefined) expect(result.step).toBe(ordeal.step);
      lates.push(lateMs);
      const next = (await stand.try(ordinary, { values: { url: local.url } })).result;
      expect(said(next), `the run after it: ${next.message}`).toBe('pass');
    }
  } finally {
    over = true;
    await running;
  }
  const after = await inventory();
  if (times > 1) tell(ordeal, { before, after, lates, beside: beside.length });
  expect(Math.max(...lates)).toBeLessThan(reportMsMax);
  expect(beside.map(said)).toEqual(beside.map(() => 'pass'));
  expect(after).toMatchObject({ children: 2, strangers: [], files: [] });
});
