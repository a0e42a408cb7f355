import { expect, test } from 'vitest';
import { findChromium, sandboxOf } from './chromium.ts';

test('a configured browser is taken as it is, and never replaced by another', async () => {
  expect(await findChromium('/bin/sh')).toBe('/bin/sh');
  expect(await findChromium('/nowhere/chromium')).toBeUndefined();
});

test('without a configured one, a browser of this machine is found', async () => {
  expect(await findChromium()).toMatch(/chrom/i);
});

test('the sandbox is on unless it is switched off or cannot be', () => {
  expect(sandboxOf('on')).toEqual({ on: true });
  expect(sandboxOf('off')).toMatchObject({ on: false });
  const root = process.platform === 'linux' && process.geteuid?.() === 0;
  expect(sandboxOf('auto').on).toBe(!root);
});
