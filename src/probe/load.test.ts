import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Plan } from './definition.ts';
import { scriptOf } from './dsl-value.ts';
import { formatFault, type Loaded, load } from './load.ts';
import { carryOver, makePlan } from './plan.ts';
import { EVERY, heartbeat, http, journey, LANDSCAPE, ProjectFolder, URL_LINE } from './sample-project.fixture.ts';

const folder = new ProjectFolder();
afterAll(() => folder[Symbol.dispose]());

const good = http(URL_LINE, EVERY).replace('ID', 'good');

function told({ faults }: Loaded): string[] {
  return faults.map((fault) => formatFault(fault).replace(/^.*\//, ''));
}

function planOf({ landscape, probes }: Loaded): Plan {
  if (landscape === undefined) throw new Error('the sample has no landscape');
  return makePlan(landscape, probes);
}

describe('what a landscape becomes', () => {
  test("a system's user agent is one of its headers, and what it says of traceparent is kept", async () => {
    const landscape = LANDSCAPE.replace(
      "shop: { owner: 'web' }",
      "shop: { owner: 'web', userAgent: 'Partner/1', traceparent: false, headers: { 'X-Synthetic': 'yes' } }",
    );
    const { landscape: loaded } = await load(folder.write('agent', { 'landscape.ts': landscape, 'good.ts': good }));
    const headers = { 'user-agent': 'Partner/1', 'x-synthetic': 'yes' };
    expect(loaded?.systems.shop).toMatchObject({ headers, traceparent: false });
    expect(loaded?.systems.payment).toMatchObject({ headers: {} });
    expect(loaded?.systems.payment).not.toHaveProperty('traceparent');
  });

  test('a vantage has a list of control targets, or none', async () => {
    const control = (written: string) => LANDSCAPE.replace("country: 'DE',", `country: 'DE', control: ${written},`);
    for (const [written, targets] of [
      ["'https://a.example/'", ['https://a.example/']],
      ["['https://a.example/up', 'http://127.0.0.1:99/']", ['https://a.example/up', 'http://127.0.0.1:99/']],
    ] as const) {
      const { landscape } = await load(folder.write('control', { 'landscape.ts': control(written), 'good.ts': good }));
      expect([landscape?.vantages.fra?.control, landscape?.vantages.par?.control]).toEqual([targets, undefined]);
    }
  });
});

describe('what a probe becomes', () => {
  test('an http probe gets its defaults, and a request for each variant', async () => {
    const source = `import { http, secret } from 'vedette';
export const catalog = http('shop/catalog', {
  url: ({ market }) => \`https://shop.example/\${market}/a b/%C3%A4?k=\${secret('SHOP_PASSWORD')}#top\`,
  query: ({ market }) => ({ q: 'milk & bread', tag: ['x', 'y'], token: secret('SHOP_PASSWORD') }),
  headers: { 'Accept-Language': 'de', authorization: \`Token \${secret('SHOP_PASSWORD')}\` },
  json: ({ market }) => ({ market, password: secret('SHOP_PASSWORD') }),
  variants: { market: ['de', 'fr'], device: ['app'] },
  every: '5s',
  expect: {
    status: [200, '3xx'], header: { ETag: 'abc', Server: { not: 'apache' } }, body: /milk/gi,
    json: { '$.items.length()': { atLeast: 1 }, '$.currency': 'EUR' }, certificateDays: 14,
  },
});`;
    const { probes, faults } = await load(folder.write('http', { 'landscape.ts': LANDSCAPE, 'c.ts': source }));
    expect(faults).toEqual([]);
    const [probe] = probes;
    expect(probe).toMatchObject({
      id: 'shop/catalog',
      system: 'shop',
      schedule: { everyMs: 5_000 },
      from: ['fra', 'par'],
      timeoutMs: 5_000,
      severity: 'page',
      dependsOn: [],
      source: { file: 'c.ts', line: 2 },
      variants: [
        { key: 'de,app', values: { market: 'de', device: 'app' } },
        { key: 'fr,app', values: { market: 'fr', device: 'app' } },
      ],
    });
    expect(probe?.kind === 'http' && probe.requests['fr,app']).toEqual({
      url: 'https://shop.example/fr/a b/%C3%A4?k={{secret:SHOP_PASSWORD}}&q=milk%20%26%20bread&tag=x&tag=y&token={{secret:SHOP_PASSWORD}}#top',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'accept-language': 'de',
        authorization: 'Token {{secret:SHOP_PASSWORD}}',
      },
      body: '{"market":"fr","password":"{{secret:SHOP_PASSWORD}}"}',
      redirects: 10,
      http2: false,
      expect: {
        status: [200, '3xx'],
        header: { etag: { equals: 'abc' }, server: { not: { contains: ['apache'] } } },
        body: { matches: [{ pattern: 'milk', flags: 'i' }] },
        json: { '$.items.length()': { atLeast: 1 }, '$.currency': { equals: 'EUR' } },
        certificateDays: 14,
      },
    });
    expect(Object.isFrozen(probe) && Object.isFrozen(probe?.variants[0]?.values)).toBe(true);
  });

  test('a heartbeat is judged at the inbox, half as often as it is promised, within 5s and 60s', async () => {
    const beat = (id: string, every: string) => heartbeat(`every: '${every}'`, "grace: '30m'").replace('shop/ID', id);
    const { probes, faults } = await load(
      folder.write('heartbeat', {
        'landscape.ts': LANDSCAPE,
        'a.ts': beat('payment/nightly-export', '24h'),
        'b.ts': beat('payment/often', '20s'),
        'c.ts': beat('payment/always', '1s'),
      }),
    );
    expect(faults).toEqual([]);
    expect(probes[0]).toMatchObject({
      from: ['inbox'],
      expectEveryMs: 86_400_000,
      graceMs: 1_800_000,
      timeoutMs: 5_000,
      token: 'HEARTBEAT_TOKEN_PAYMENT_NIGHTLY_EXPORT',
    });
    const judged = probes.map(({ schedule }) => schedule);
    expect(judged).toEqual([{ everyMs: 60_000 }, { everyMs: 10_000 }, { everyMs: 5_000 }]);
  });

  test('a journey names its bundle, from which its script can be taken', async () => {
    const source = `import { journey, expect } from 'vedette';
import { market } from './_markets.ts';
export const checkout = journey('shop/checkout', { every: '5m', device: 'iPhone 15', locale: 'de-de', timezone: 'Europe/Berlin',
  vitals: { lcp: '2.5s', cls: 0.1 }, secrets: ['SHOP_PASSWORD'] }, async () => market);`;
    const files = { 'landscape.ts': LANDSCAPE, 'shop/c.ts': source, 'shop/_markets.ts': "export const market = 'de';" };
    const { probes, bundles, faults } = await load(folder.write('journey', files));
    expect(faults).toEqual([]);
    const [probe] = probes;
    expect(probe).toMatchObject({
      kind: 'journey',
      export: 'checkout',
      timeoutMs: 60_000,
      device: 'iPhone 15',
      locale: 'de-DE',
      timezone: 'Europe/Berlin',
      vitals: { lcp: 2_500, cls: 0.1 },
      secrets: ['SHOP_PASSWORD'],
    });
    const text = bundles.get(probe?.kind === 'journey' ? probe.bundle : '') ?? '';
    // As a vantage does, but with the package by its path, because a file in a temporary folder has no packages.
    const index = pathToFileURL(join(import.meta.dirname, '../index.ts')).href;
    const root = folder.write('bundle', { 'b.mjs': text.replace('"vedette"', JSON.stringify(index)) });
    const module = (await import(pathToFileURL(join(root, 'b.mjs')).href)) as Record<string, unknown>;
    const script = scriptOf(module.checkout);
    expect(await script?.({})).toBe('de');
    expect(scriptOf(module.default)).toBeUndefined();
    expect(scriptOf({ vedette: 'http', options: {} })).toBeUndefined();
  });

  test('a file may export several probes by name, or a list of them as its default', async () => {
    const list = `import { http } from 'vedette';
export default ['a', 'b'].map((id) => http(\`shop/\${id}\`, { url: 'https://shop.example', every: '30s' }));
export const one = http('shop/one', { url: 'https://shop.example', every: '30s' });`;
    const { probes, faults } = await load(folder.write('several', { 'landscape.ts': LANDSCAPE, 'l.ts': list }));
    expect(faults).toEqual([]);
    expect(probes.map(({ id }) => id)).toEqual(['shop/a', 'shop/b', 'shop/one']);
  });

  test('a probe may import the landscape, shared code and a neighbour without defining them again', async () => {
    const importing = `import shop from '../landscape.ts';
import { good } from './good.ts';
import { url } from './_shared.ts';
import { http } from 'vedette';
export const up = http('shop/up', { url: url + Object.keys(shop.options.systems)[0] + good.vedette, every: '30s' });`;
    const files = {
      'landscape.ts': LANDSCAPE,
      'shop/up.ts': importing,
      'shop/good.ts': good.replace('default', 'const good ='),
      'shop/_shared.ts': "export const url = 'https://shop.example/';",
      'shop/up.test.ts': 'throw new Error("a test");',
      'shop/types.d.ts': 'declare const x: number;',
      'node_modules/x/index.js': 'throw new Error("a package");',
      '.hidden/x.ts': 'throw new Error("hidden");',
    };
    const { probes, faults, files: found } = await load(folder.write('importing', files));
    expect(faults).toEqual([]);
    expect(found).toEqual(['landscape.ts', 'shop/good.ts', 'shop/up.ts']);
    expect(probes.map(({ id }) => id)).toEqual(['shop/good', 'shop/up']);
    expect(probes[1]).toMatchObject({ requests: { '': { url: 'https://shop.example/shophttp' } } });
  });
});

describe('a file that misbehaves at import is one more fault, and the others load', () => {
  test('an endless loop, a promise that never comes, an exit, a kill, a late error', async () => {
    const root = folder.write('rogues', {
      'landscape.ts': LANDSCAPE,
      'a-loop.ts': `${good.replace('good', 'a')}\nwhile (true) {}`,
      'b-wait.ts': `${good.replace('good', 'b')}\nawait new Promise(() => {});`,
      'c-exit.ts': `${good.replace('good', 'c')}\nprocess.exit(0);`,
      'd-kill.ts': `${good.replace('good', 'd')}\nprocess.kill(process.pid, 'SIGKILL');`,
      'e-late.ts': `${good.replace('good', 'e')}\nPromise.reject(new Error('too late'));`,
      'f-loop.ts': `import { http } from 'vedette';\nexport default http('shop/f', {\n url: () => { for (;;); },\n every: '1m' });`,
      'g-good.ts': good,
    });
    const loaded = await load(root, { timeoutMs: 1_000 });
    expect(told(loaded)).toEqual([
      expect.stringMatching(/^a-loop.ts:7 {2}it was not loaded after 1s; a probe file only defines/),
      expect.stringMatching(/^b-wait.ts:7 {2}it was not loaded after 1s; /),
      expect.stringMatching(/^c-exit.ts:7 {2}it cannot be loaded: process.exit was called; /),
      expect.stringMatching(/^d-kill.ts {2}it ended the process that loaded it \(SIGKILL\); /),
      expect.stringMatching(/^e-late.ts:7 {2}it left an error behind: too late; /),
      expect.stringMatching(/^f-loop.ts {2}it was not loaded after 1s; /),
    ]);
    expect(loaded.probes.map(({ id }) => id)).toEqual(['shop/e', 'shop/good']);
  });

  test('a loop does not outlive a program that was killed while it loaded the file', async () => {
    const pidFile = join(folder.path, 'pid');
    const source = `import { writeFileSync } from 'node:fs';\nwriteFileSync('${pidFile}', String(process.pid));\nwhile (true) {}`;
    const root = folder.write('orphan', { 'landscape.ts': LANDSCAPE, 'loop.ts': source });
    const loader = pathToFileURL(join(import.meta.dirname, 'load.ts')).href;
    const code = `import { load } from '${loader}'; await load('${root}', { timeoutMs: 60_000 });`;
    const program = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
    const pid = await vi.waitFor(
      () => Number(readFileSync(pidFile, 'utf8')) || Promise.reject(new Error('not yet')),
      20_000,
    );
    program.kill('SIGKILL');
    await once(program, 'exit');
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 10_000);
  });

  test('the environment of the program does not reach the files', async () => {
    process.env.VEDETTE_TEST_SECRET = 'hush';
    const source =
      "import { http } from 'vedette';\nexport default http('shop/env', { url: 'https://x/' + ('VEDETTE_TEST_SECRET' in Reflect.get(process, 'env')), every: '30s' });";
    const { probes } = await load(folder.write('env', { 'landscape.ts': LANDSCAPE, 'env.ts': source }));
    delete process.env.VEDETTE_TEST_SECRET;
    expect(probes[0]).toMatchObject({ requests: { '': { url: 'https://x/false' } } });
  });
});

describe('what a load comes to', () => {
  test('the same project at another path has the same bundles and the same version', async () => {
    const files = { 'landscape.ts': LANDSCAPE, 'good.ts': good, 'shop/j.ts': journey(EVERY).replace('ID', 'j') };
    const first = folder.write('here/probes', files);
    const second = join(folder.path, 'there/deep/er');
    cpSync(first, second, { recursive: true });
    symlinkSync(first, join(folder.path, 'link'));
    const [one, two, linked] = await Promise.all([load(first), load(second), load(join(folder.path, 'link'))]);
    expect(planOf(one)).toEqual(planOf(two));
    expect(planOf(one)).toEqual(planOf(linked));
    expect([...one.bundles]).toEqual([...two.bundles]);
    expect([...one.bundles.values()].join()).not.toContain(folder.path);
  });

  test('a comment above an http probe makes no new version, another url does', async () => {
    const load1 = await load(folder.write('v1', { 'landscape.ts': LANDSCAPE, 'good.ts': good }));
    const load2 = await load(folder.write('v2', { 'landscape.ts': LANDSCAPE, 'good.ts': `// note\n${good}` }));
    const changed = good.replace('shop.example', 'new.example');
    const load3 = await load(folder.write('v3', { 'landscape.ts': LANDSCAPE, 'good.ts': changed }));
    expect(planOf(load2).version).toBe(planOf(load1).version);
    expect(planOf(load3).version).not.toBe(planOf(load1).version);
  });

  test('a reload sees the files as they are now, and a broken one stays in force as it was', async () => {
    const visit = journey(EVERY).replace('ID', 'visit');
    const files = {
      'landscape.ts': LANDSCAPE,
      'good.ts': good,
      'other.ts': good.replace('good', 'other'),
      'visit.ts': visit,
    };
    const published = planOf(await load(folder.write('reload', files)));
    const broken = {
      'other.ts': 'export default (',
      'good.ts': good.replace("'60s'", "'30s'"),
      // Its options are as they must be, but it would pass without having looked.
      'visit.ts': visit.replace("'60s'", "'30s'").replace('() => {}', '({ page }) => { page.reload(); }'),
    };
    const loaded = await load(folder.write('reload', broken));
    expect(loaded.brokenFiles).toEqual(['other.ts', 'visit.ts']);
    const { plan, kept } = carryOver(loaded, published);
    expect(kept).toEqual([
      { probe: 'shop/other', file: 'other.ts' },
      { probe: 'shop/visit', file: 'visit.ts' },
    ]);
    expect(plan?.probes.map(({ id, schedule }) => [id, schedule])).toEqual([
      ['shop/good', { everyMs: 30_000 }],
      ['shop/other', { everyMs: 60_000 }],
      ['shop/visit', { everyMs: 60_000 }],
    ]);
  });

  test('250 files load within 10 s, and 10,000 probes of one file too', async () => {
    const many = Array.from({ length: 250 }, (_, i) => [`p${i}.ts`, good.replace('good', `p${i}`)]);
    const loop = `import { http } from 'vedette';
export default Array.from({ length: 10_000 }, (_, i) => http(\`shop/loop-\${i}\`, { url: ({ m }) => \`https://x/\${m}\`, variants: { m: ['a'] }, every: '30s' }));`;
    const started = performance.now();
    const { probes, faults } = await load(
      folder.write('many', { 'landscape.ts': LANDSCAPE, 'loop.ts': loop, ...Object.fromEntries(many) }),
    );
    expect(faults).toEqual([]);
    expect(probes).toHaveLength(10_250);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
