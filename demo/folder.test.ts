import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshFolder } from './folder.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'vedette-folder-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('a folder of the demo is emptied at every start', async () => {
  const folder = join(parent, 'demo');
  await freshFolder(folder);
  await writeFile(join(folder, 'history.db'), 'old');
  await freshFolder(folder);
  expect(await readdir(folder)).toEqual(['.vedette-demo']);
});

test("somebody else's folder is left alone", async () => {
  await writeFile(join(parent, 'thesis.txt'), 'precious');
  await expect(freshFolder(parent)).rejects.toThrow(/not empty, and not a folder of the demo/);
  expect(await readdir(parent)).toEqual(['thesis.txt']);
});
