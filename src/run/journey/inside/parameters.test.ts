import { expect, test } from 'vitest';
import { namesTaken } from './parameters.ts';

const compile = (text: string) => new Function(`return ({ s: ${text} }).s`)() as (...args: never[]) => unknown;

test.each([
  ['async ({ page, step }) => {}', ['page', 'step']],
  ['async ({request,market})=>{}', ['request', 'market']],
  ['async function ({ page: p, step = () => ({ context: 1 }) }) {}', ['page', 'step']],
  ['({ market = "page, context", step }) => step', ['market', 'step']],
  ['({ /* page, */ step, // context\n request }) => step', ['step', 'request']],
  ["({ 'page': p }) => p", ['page']],
  ['({ step: { name } = {} } = {}) => name', ['step']],
  ['() => {}', []],
  ['async function named() {}', []],
])('%s names %j', (text, names) => {
  expect(namesTaken(compile(text))).toEqual(new Set(names));
});

test.each([
  ['async (args) => args.page'],
  ['args => args'],
  ['async ({ step, ...rest }) => rest'],
  ['({ ["page"]: p }) => p'],
])('%s may touch anything', (text) => {
  expect(namesTaken(compile(text))).toBe('all');
});

test('a method tells its names too', () => {
  const holder = {
    async script({ page }: { page: unknown }) {
      return page;
    },
  };
  expect(namesTaken(holder.script)).toEqual(new Set(['page']));
});
