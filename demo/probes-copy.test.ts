import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { hosts } from '../probes/_shop.ts';
import { firstPortDefault, host, portsFrom } from './ports.ts';
import { copyProbes } from './probes-copy.ts';

/** What the probes watch, without the control page, which they do not. */
function watched(first: number): Record<string, string> {
  const { control: _, ...ports } = portsFrom(first);
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `${host}:${port}`]));
}

test('the probes look where the demo listens', () => {
  expect(hosts).toEqual(watched(firstPortDefault));
});

test('a copy of the probes looks where another demo listens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-probes-'));
  try {
    await copyProbes(folder, { firstPort: 4700, caPath: '/elsewhere/authority.pem' });
    const copy = (await import(pathToFileURL(join(folder, '_shop.ts')).href)) as { hosts: object; authority: string };
    expect(copy.hosts).toEqual(watched(4700));
    expect(copy.authority).toBe('/elsewhere/authority.pem');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
