import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultyLandscapes, faultyProbes } from './faulty-files.fixture.ts';
import { formatFault, type Loaded, load } from './load.ts';
import { EVERY, http, LANDSCAPE, ProjectFolder, URL_LINE } from './sample-project.fixture.ts';

const folder = new ProjectFolder();
afterAll(() => folder[Symbol.dispose]());

describe('every fault is told with its file, its line and its mend', () => {
  let loaded: Loaded;
  let root: string;
  const fileOf = (index: number) => `case-${String(index).padStart(3, '0')}.ts`;

  beforeAll(async () => {
    const files = faultyProbes.map(
      ([, source], index) => [fileOf(index), source.replace('ID', `case-${index}`)] as const,
    );
    root = folder.write('faults', {
      ...Object.fromEntries(files),
      'landscape.ts': LANDSCAPE,
      'good.ts': http(URL_LINE, EVERY).replace('ID', 'good'),
    });
    loaded = await load(root);
  });

  test.each(faultyProbes.map(([name, ...rest], index) => [name, index, ...rest] as const))(
    '%s',
    (_name, index, _source, line, says, mend) => {
      const faults = loaded.faults.filter(({ file }) => file.endsWith(fileOf(index)));
      expect(faults.map(formatFault)).toHaveLength(1);
      expect(faults[0]?.message).toContain(says);
      expect(faults[0]?.mend).toContain(mend);
      expect(faults[0]?.line ?? 0).toBe(line);
      expect(loaded.brokenFiles).toContain(fileOf(index));
    },
  );

  test('all of them are told together, and the good file is loaded all the same', () => {
    expect(loaded.faults).toHaveLength(faultyProbes.length);
    expect(loaded.brokenFiles).toHaveLength(faultyProbes.length);
    expect(loaded.probes.map(({ id }) => id)).toEqual(['shop/good']);
    expect(loaded.landscape?.project).toBe('shop');
  });

  test('a fault is one line that a terminal can open', () => {
    const fault = loaded.faults.find(({ file }) => file.endsWith(fileOf(0)));
    const path = relative(process.cwd(), join(root, fileOf(0)));
    const timeout = "timeout 90s is longer than the 1m between two runs of cron '* * * * *'";
    const line = `${path}:5  ${timeout}; shorten it or run less often`;
    expect(fault && formatFault(fault)).toBe(line);
  });
});

describe('what is no fault', () => {
  test('a credential that the probe expects to be refused, because it opens nothing', async () => {
    const refused = (name: string, ...options: string[]) => ({
      [name]: http(URL_LINE, EVERY, ...options).replace('ID', name.replace('.ts', '')),
    });
    const { faults } = await load(
      folder.write('refused', {
        'landscape.ts': LANDSCAPE,
        ...refused('bearer.ts', "auth: { bearer: 'expired' }", 'expect: { status: 401 }'),
        ...refused('basic.ts', "auth: { basic: { username: 'a', password: 'wrong' } }", "expect: { status: ['4xx'] }"),
        ...refused('other.ts', "headers: { authorization: 'shop' }"),
      }),
    );
    expect(faults).toEqual([]);
  });

  test('a function that can do without a variant which its probe has not', async () => {
    const source = http("url: ({ m = 'de', n }) => 'https://shop.example/' + (n ? n : m)", EVERY).replace('ID', 'up');
    const { faults } = await load(folder.write('default', { 'landscape.ts': LANDSCAPE, 'up.ts': source }));
    expect(faults).toEqual([]);
  });
});

describe('a landscape at fault is told, and its names still serve to check the probes', () => {
  test.each(faultyLandscapes)('%s', async (name, find, replace, line, says) => {
    const probe = http(URL_LINE, EVERY, "dependsOn: ['payment']").replace('ID', 'up');
    const root = folder.write(`landscape-${name}`, {
      'landscape.ts': LANDSCAPE.replace(find, replace),
      'up.ts': probe,
    });
    const { landscape, faults, brokenFiles, probes } = await load(root);
    expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
    expect(faults[0]).toMatchObject({ file: relative(process.cwd(), join(root, 'landscape.ts')), line });
    expect(landscape).toBeUndefined();
    expect(brokenFiles).toEqual(['landscape.ts']);
    expect(probes).toHaveLength(1);
  });

  test('a folder without landscape.ts is told so', async () => {
    const { faults } = await load(folder.write('none', { 'up.ts': http(URL_LINE, EVERY).replace('ID', 'up') }));
    expect(faults.map(formatFault)).toEqual([expect.stringContaining('landscape.ts  it is missing; write one')]);
  });

  test('a folder without probes is told so', async () => {
    const { faults } = await load(folder.write('empty', { 'landscape.ts': LANDSCAPE }));
    expect(faults.map(formatFault)).toEqual([expect.stringContaining('there are no probes here')]);
  });

  test('a folder that does not exist is told so', async () => {
    const { faults } = await load(join(folder.path, 'nowhere'));
    expect(faults.map(formatFault)).toEqual([expect.stringContaining('nowhere  it cannot be read')]);
  });

  test('an id that is there twice names both places, and neither is used', async () => {
    const one = http(URL_LINE, EVERY).replace('ID', 'up');
    const root = folder.write('twice', { 'landscape.ts': LANDSCAPE, 'a.ts': one, 'b/c.ts': `\n${one}` });
    const { faults, probes } = await load(root);
    const at = (file: string) => relative(process.cwd(), join(root, file));
    expect(faults.map(formatFault)).toEqual([
      `${at('a.ts')}:2  the id 'shop/up' is also that of ${at('b/c.ts')}:3; give one of them another id`,
      `${at('b/c.ts')}:3  the id 'shop/up' is also that of ${at('a.ts')}:2; give one of them another id`,
    ]);
    expect(probes).toEqual([]);
  });
});
