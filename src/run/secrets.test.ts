import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createSecretLookup, fillSecrets, secretBytesMax, secretNamesIn } from './secrets.ts';

const base = mkdtempSync(join(tmpdir(), 'vedette-secrets-'));
const dir = join(base, 'secrets');
mkdirSync(join(dir, 'FOLDER'), { recursive: true });
writeFileSync(join(dir, 'TOKEN'), 'from file\n');
writeFileSync(join(dir, 'CRLF'), 'windows\r\n');
writeFileSync(join(dir, 'TWO_LINES'), 'a\nb\n\n');
writeFileSync(join(dir, 'EMPTY'), '\n');
writeFileSync(join(dir, 'HUGE'), 'x'.repeat(secretBytesMax + 1));
writeFileSync(join(dir, 'lower'), 'no');
writeFileSync(join(base, 'OUTSIDE'), 'no');
afterAll(() => rmSync(base, { recursive: true }));

describe('looking a secret up', () => {
  test('the environment is asked before the folder', () => {
    expect(createSecretLookup({ TOKEN: 'from env' }, dir)('TOKEN')).toBe('from env');
    expect(createSecretLookup({ TOKEN: '' }, dir)('TOKEN')).toBe('from file');
    expect(createSecretLookup({}, dir)('TOKEN')).toBe('from file');
  });

  test('one line break at the end of a file does not count', () => {
    const lookup = createSecretLookup({}, dir);
    expect(lookup('CRLF')).toBe('windows');
    expect(lookup('TWO_LINES')).toBe('a\nb\n');
  });

  test.each([
    'ABSENT',
    'EMPTY',
    'HUGE',
    'FOLDER',
    'lower',
    '../OUTSIDE',
    '..',
    '',
    'TOKEN/',
    'constructor',
    '__proto__',
  ])('%j is not there', (name) => {
    expect(createSecretLookup({ lower: 'no', '../OUTSIDE': 'no' }, dir)(name)).toBeUndefined();
  });

  test('without a folder only the environment is asked', () => {
    expect(createSecretLookup({ A: '1' })('A')).toBe('1');
    expect(createSecretLookup({ A: '1' })('TOKEN')).toBeUndefined();
  });
});

describe('placeholders', () => {
  const lookup = createSecretLookup({ USER_NAME: 'ann', PASS: 'a"b/c d&é' });

  test('names are listed once each', () => {
    expect(secretNamesIn('{{secret:B}} {{secret:A_1}}{{secret:B}} {{secret:lower}} {{other:C}}')).toEqual(['B', 'A_1']);
    expect(secretNamesIn(new URLSearchParams({ q: '{{secret:C}}' }).toString())).toEqual(['C']);
    expect(secretNamesIn(new URL('http://h/{{secret:C}}').href)).toEqual(['C']);
  });

  test('a value is written as its place wants it', () => {
    expect(fillSecrets('x {{secret:PASS}}', lookup)).toEqual({ text: 'x a"b/c d&é', values: ['a"b/c d&é'] });
    expect(fillSecrets('/{{secret:PASS}}', lookup, 'percent')).toMatchObject({ text: '/a%22b%2Fc%20d%26%C3%A9' });
    expect(fillSecrets('{"p":"{{secret:PASS}}"}', lookup, 'json')).toMatchObject({ text: '{"p":"a\\"b/c d&é"}' });
  });

  test('an encoded placeholder gets an encoded value', () => {
    const form = new URLSearchParams({ user: '{{secret:USER_NAME}}', pass: '{{secret:PASS}}' }).toString();
    const filled = fillSecrets(form, lookup);
    expect('text' in filled && Object.fromEntries(new URLSearchParams(filled.text))).toEqual({
      user: 'ann',
      pass: 'a"b/c d&é',
    });
  });

  test('a value that looks like a placeholder or a replacement pattern stays as it is', () => {
    const odd = createSecretLookup({ ODD: '$& {{secret:PASS}}' });
    expect(fillSecrets('<{{secret:ODD}}>', odd)).toEqual({
      text: '<$& {{secret:PASS}}>',
      values: ['$& {{secret:PASS}}'],
    });
  });

  test('a secret that is not there is named', () => {
    expect(fillSecrets('{{secret:PASS}}{{secret:GONE}}', lookup)).toEqual({ missing: 'GONE' });
  });

  test('a text without placeholders is returned as it is', () => {
    expect(fillSecrets('no secret here', lookup)).toEqual({ text: 'no secret here', values: [] });
  });
});
