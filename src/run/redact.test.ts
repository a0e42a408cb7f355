import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from './redact.ts';

describe('a redactor', () => {
  const secret = 'pä"ss/w rd+&';
  const redact = createRedactor([secret]);

  test.each([
    ['plain', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['percent-encoded in lower case', encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase())],
    ['as a URL keeps it', encodeURI(secret)],
    ['as a form writes it', new URLSearchParams({ p: secret }).toString().slice(2)],
    ['JSON-escaped', JSON.stringify(secret).slice(1, -1)],
    ['HTML-escaped', 'pä&quot;ss/w rd+&amp;'],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ])('masks a secret %s', (_how, text) => {
    expect(redact(`before ${text} after`)).toBe('before [redacted] after');
  });

  test('masks a password inside basic credentials', () => {
    for (const user of ['a', 'ab', 'abc']) {
      const header = Buffer.from(`${user}:${secret}`).toString('base64');
      const masked = redact(header);
      expect(masked).toContain('[redacted]');
      expect(masked.replace('[redacted]', '').length).toBeLessThanOrEqual(8);
    }
  });

  test('masks the longer of two secrets whole, and overlapping ones together', () => {
    expect(createRedactor(['secret', 'secret-long'])('x secret-long secret')).toBe('x [redacted] [redacted]');
    expect(createRedactor(['abcdef', 'defghi'])('abcdefghi!')).toBe('[redacted]!');
  });

  test('masks a short value only where it stands alone', () => {
    expect(createRedactor(['42'])('port 4242, pin 42.')).toBe('port 4242, pin [redacted].');
  });

  test('leaves a text alone when there is nothing to hide', () => {
    expect(createRedactor([])('text')).toBe('text');
    expect(createRedactor([''])('text')).toBe('text');
  });

  test('never lets a secret of four or more characters through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'binary' }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!'[redacted]'.includes(value));
        const masked = createRedactor([value])(`${before}${value}${after}${encodeURIComponent(value.toWellFormed())}`);
        expect(masked.replaceAll('[redacted]', '\u0000')).not.toContain(value);
      }),
    );
  });
});
