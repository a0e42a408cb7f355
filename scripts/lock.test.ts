import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingEntries, type Packages } from './lock.ts';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Packages;
};

test('the lock holds every platform, so that npm ci takes it (else: npm run lock)', () => {
  expect(Object.keys(missingEntries(lock.packages))).toEqual([]);
});

test('the lock names no registry', () => {
  expect(Object.values(lock.packages).filter((entry) => 'resolved' in entry)).toEqual([]);
});

test('an entry says the platform that its name says', () => {
  const optionalDependencies = {
    '@a/darwin-arm64': '1.2.3',
    '@a/binding-linux-arm-musleabihf': '1.2.3',
    '@a/there-linux-x64': '1.2.3',
  };
  const packages = { 'node_modules/a': { dev: true, optionalDependencies }, 'node_modules/@a/there-linux-x64': {} };
  expect(missingEntries(packages)).toEqual({
    'node_modules/@a/darwin-arm64': { version: '1.2.3', os: ['darwin'], cpu: ['arm64'], dev: true, optional: true },
    'node_modules/@a/binding-linux-arm-musleabihf': {
      version: '1.2.3',
      os: ['linux'],
      cpu: ['arm'],
      libc: ['musl'],
      dev: true,
      optional: true,
    },
  });
});
