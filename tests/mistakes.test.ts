/**
 * What is said to who makes a mistake in a probe: see mistakes/mistakes.fixture.ts. To read it as they would:
 * `VEDETTE_PROBES_DIR=tests/mistakes/probes npx vedette validate`.
 */
import { copyFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, formatFault, type Loaded, load } from '../src/probe/load.ts';
import { ProjectFolder } from '../src/probe/sample-project.fixture.ts';
import { landscapeMistakes, type Mistake, mistakes } from './mistakes/mistakes.fixture.ts';

const probesDir = join(import.meta.dirname, 'mistakes/probes');
const landscapesDir = join(import.meta.dirname, 'mistakes/landscapes');

const folder = new ProjectFolder();
afterAll(() => folder[Symbol.dispose]());

/** A mistake as the fault that it should be. */
function faultOf(mistake: Mistake, shown: (file: string) => string) {
  const { file, line, message, mend, usedBy } = mistake;
  return {
    file: shown(file),
    message,
    mend,
    ...(line === undefined ? {} : { line }),
    ...(usedBy === undefined ? {} : { usedBy: usedBy.map(shown) }),
  };
}

function withoutProbe({ probe: _, ...fault }: Fault): Omit<Fault, 'probe'> {
  return fault;
}

describe('a mistake in a probe is told with its file, its line, what is wrong and the mend, and only once', () => {
  const shown = (file: string) => relative(process.cwd(), join(probesDir, file));
  let loaded: Loaded;

  beforeAll(async () => {
    loaded = await load(probesDir, { timeoutMs: 1_000 });
  });

  test.each(mistakes)('$mistake: $file', (mistake) => {
    const told = loaded.faults.filter(({ file }) => file === shown(mistake.file));
    expect(told.map(withoutProbe)).toEqual([faultOf(mistake, shown)]);
  });

  test('there are fifty at least, none of them is used, and every file has its row', () => {
    expect(mistakes.length).toBeGreaterThanOrEqual(50);
    expect(loaded.faults).toHaveLength(mistakes.length);
    expect(loaded.probes).toEqual([]);
    expect(loaded.landscape?.project).toBe('shop');
    const told = new Set(mistakes.flatMap(({ file, usedBy = [] }) => [file, ...usedBy]));
    const files = readdirSync(probesDir).filter((file) => /^\d/.test(file));
    expect(files.filter((file) => !told.has(file))).toEqual([]);
    expect(loaded.brokenFiles).toEqual(files);
  });

  test('each is one line that names the mend', () => {
    const lines = loaded.faults.map(formatFault);
    for (const line of lines) expect(line).toMatch(/^\S+\.ts(:\d+)? {2}[^\n]+; [^\n]+$/);
  });
});

describe('a mistake in a landscape is told, and the probes are still checked against its names', () => {
  const probe = `import { http } from 'vedette';
export default http('shop/up', { url: 'https://shop.example', every: '1m' });
`;
  const loads = new Map<string, Promise<Loaded>>();
  const dirOf = (file: string) => join(folder.path, file);

  beforeAll(async () => {
    for (const { file } of landscapeMistakes) {
      const dir = folder.write(file, { 'up.ts': probe });
      copyFileSync(join(landscapesDir, file), join(dir, 'landscape.ts'));
      loads.set(file, load(dir));
    }
    await Promise.all(loads.values());
  });

  test.each(landscapeMistakes)('$mistake: $file', async (mistake) => {
    const loaded = await loads.get(mistake.file);
    const shown = () => relative(process.cwd(), join(dirOf(mistake.file), 'landscape.ts'));
    expect(loaded?.faults.map(withoutProbe)).toEqual([faultOf(mistake, shown)]);
    expect(loaded?.landscape).toBeUndefined();
    expect(loaded?.probes).toHaveLength(1);
  });

  test('every file has its row', () => {
    expect(landscapeMistakes.map(({ file }) => file)).toEqual(readdirSync(landscapesDir));
  });
});
