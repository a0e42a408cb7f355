import { describe, expect, test } from 'vitest';
import type { HttpExpect, JsonMatcher, TextMatcher } from '../../probe/definition.ts';
import { compileMatchers } from './match.ts';

function judge(expected: Partial<HttpExpect>, body = '', headers: Record<string, string> = {}, status = 200) {
  const matchers = compileMatchers({ status: ['2xx'], header: {}, json: {}, ...expected });
  return matchers.judge({ status, headers, text: () => body }, (text) => text)?.message;
}
const json = (path: string, matcher: JsonMatcher, body: unknown) =>
  judge({ json: { [path]: matcher } }, JSON.stringify(body));
const body = (matcher: TextMatcher, text: string) => judge({ body: matcher }, text);

describe('a status', () => {
  test('is met by a number or a class', () => {
    expect(judge({ status: [404, '2xx'] }, '', {}, 404)).toBeUndefined();
    expect(judge({ status: [404, '2xx'] }, '', {}, 204)).toBeUndefined();
    expect(judge({}, '', {}, 503)).toBe('status 503 (Service Unavailable), expected 2xx');
    expect(judge({ status: [200, 404] }, '', {}, 500)).toBe('status 500 (Internal Server Error), expected 200 or 404');
  });
});

describe('a text', () => {
  test.each<[TextMatcher, string, string | undefined]>([
    [{ contains: ['milk'] }, 'fresh milk', undefined],
    [{ contains: ['milk', 'bread'] }, 'milk', 'the body is "milk", expected to contain "bread"'],
    [{ matches: [{ pattern: '^m.lk$', flags: 'i' }] }, 'MILK', undefined],
    [{ matches: [{ pattern: '^m.lk$', flags: '' }] }, 'MILK', 'the body is "MILK", expected to match /^m.lk$/'],
    [{ not: { contains: ['error'] } }, 'an error', 'the body is "an error", expected not to contain "error"'],
    [{ not: { matches: [{ pattern: 'err', flags: '' }] } }, 'fine', undefined],
    [{ contains: ['milk'] }, '', 'the body is empty, expected to contain "milk"'],
  ])('case %#', (matcher, text, message) => {
    expect(body(matcher, text)).toBe(message);
  });

  test('of a header may be missing only where nothing is wanted of it', () => {
    expect(judge({ header: { 'x-a': { equals: 'b' } } }, '', { 'x-a': 'b' })).toBeUndefined();
    expect(judge({ header: { 'x-a': { equals: 'b' } } }, '', { 'x-a': 'c' })).toBe(
      'the header x-a is "c", expected "b"',
    );
    expect(judge({ header: { 'x-a': { equals: 'b' } } })).toBe('the header x-a is missing, expected "b"');
    expect(judge({ header: { 'x-a': { not: { contains: ['b'] } } } })).toBeUndefined();
  });

  test('is matched in linear time', () => {
    const began = performance.now();
    expect(body({ matches: [{ pattern: '^(a+)+$', flags: '' }] }, `${'a'.repeat(50_000)}!`)).toBeDefined();
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('JSON', () => {
  const shop = {
    items: [
      { sku: 'milk', cents: 129 },
      { sku: 'bread', cents: 249 },
    ],
    name: 'Müller',
    open: null,
  };
  test.each<[string, JsonMatcher, string | undefined]>([
    ['$.items.length()', { atLeast: 2 }, undefined],
    ['$.items.length()', { atLeast: 3 }, '$.items.length() is 2, expected at least 3'],
    ['$.name.length()', { equals: 6 }, undefined],
    ['$.items[0].length()', { equals: 2 }, undefined],
    ['$.items[0].cents.length()', { equals: 2 }, '$.items[0].cents.length() has no length: it is 129'],
    ['$.items[*].length()', { equals: 2 }, '$.items[*].length() has no length: it is 2 values'],
    ['$.items[0].sku', { equals: 'milk' }, undefined],
    ['$.items[0].sku', { equals: 'bread' }, '$.items[0].sku is "milk", expected "bread"'],
    ['$.items[0].sku', { not: 'milk' }, '$.items[0].sku is "milk", expected anything but "milk"'],
    ['$.items[*].cents', { atLeast: 100, atMost: 250 }, undefined],
    ['$.items[*].cents', { atMost: 200 }, '$.items[*].cents is 249, expected at most 200'],
    ['$.items[0]', { equals: { cents: 129, sku: 'milk' } }, undefined],
    ['$.items[0]', { contains: { sku: 'milk' } }, undefined],
    ['$.items[*].sku', { contains: 'r' }, '$.items[*].sku is "milk", expected to contain "r"'],
    ['$.name', { matches: { pattern: '^M', flags: '' } }, undefined],
    ['$.open', { equals: null }, undefined],
    ['$.open', { exists: true }, undefined],
    ['$.closed', { exists: false }, undefined],
    ['$.closed', { equals: null }, '$.closed is not there, expected null'],
    ['$.name', { exists: false }, '$.name is "Müller", expected not to be there'],
    ['$.items[?match(@.sku, "m.*")].cents', { equals: 129 }, undefined],
    ['$.items[?search(@.sku, "rea")].cents', { equals: 249 }, undefined],
    ['$.items[?search(@.sku, "(?=m)")]', { exists: false }, undefined],
  ])('%s %j', (path, matcher, message) => {
    expect(json(path, matcher, shop)).toBe(message);
  });

  test('that is none is said to be none', () => {
    expect(judge({ json: { '$.a': { exists: true } } }, '<html>')).toBe('the body is not JSON: "<html>"');
    expect(judge({ json: { '$.a': { exists: true } } }, '')).toBe('the body is empty, expected JSON');
  });

  test('nested without end is a finding, not a crash', () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(judge({ json: { '$..a': { exists: true } } }, deep)).toMatch(/^\$\.\.a/);
  });
});
