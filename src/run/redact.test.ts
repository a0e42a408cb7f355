import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBytesRedactor, createRedactor } from './redact.ts';

type Encode = (text: string) => string;

const json: Encode = (text) => JSON.stringify(text).slice(1, -1);
const percent: Encode = (text) => encodeURIComponent(text.toWellFormed());
const html: Encode = (text) => text.replace(/[&<>"]/g, (char) => `&${entities[char]};`);
const entities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
const lower: Encode = (text) => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());

/** How programs of all kinds write a text down; each can be put into any other. */
const encoders: Readonly<Record<string, Encode>> = {
  plain: (text) => text,
  percent,
  'percent in lower case': (text) => lower(percent(text)),
  'percent of every odd character': (text) =>
    percent(text).replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
  'percent as a URL keeps it': (text) => encodeURI(text.toWellFormed()),
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  JSON: json,
  'JSON in ASCII': (text) =>
    json(text).replace(/[\x7f-\uffff]/g, (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'JSON that is safe in HTML': (text) =>
    json(text)
      .replace(/[<>&'+]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
      .replaceAll('/', '\\/'),
  HTML: html,
  'HTML with apostrophes': (text) => html(text).replaceAll("'", '&#39;').replaceAll('/', '&#x2F;'),
  'HTML in ASCII': (text) => html(text).replace(/[^\0-\x7f]/gu, (char) => `&#${char.codePointAt(0)};`),
};

describe('a redactor', () => {
  const secret = 'pä"ss/w rd+&\\<€>%\'🔑';
  const redact = createRedactor([secret]);

  test.each(Object.entries(encoders))('masks a secret in %s', (_how, encode) => {
    expect(redact(`before ${encode(secret)} after`)).toBe('before [redacted] after');
  });

  test.each([
    ['JSON in JSON', json(json(secret))],
    ['JSON in JSON in JSON', json(json(json(secret)))],
    ['percent of percent', percent(percent(secret))],
    ['a URL in HTML in JSON', json(html(encodeURI(secret)))],
    ['JSON in a URL', percent(json(secret))],
    ['JSON in a URL in JSON', json(percent(json(secret)))],
    ['JSON in an attribute', html(json(secret))],
    ['an attribute in JSON', json(html(secret))],
    ['HTML in HTML', html(html(secret))],
    ['HTML in a URL', percent(html(secret))],
    ['capitals', secret.toUpperCase()],
    ['UTF-8 read as Latin-1', Buffer.from(secret).toString('latin1')],
    ['UTF-8 read as Windows-1252', new TextDecoder('windows-1252').decode(Buffer.from(secret))],
    ['ASCII that was all there was room for', secret.replace(/[^\0-\x7f]/gu, '?')],
    ['the apostrophes of JavaScript', secret.replace(/['\\]/g, '\\$&')],
    ['a browser’s path', new URL(`http://shop/${secret.replace('%', '%25')}`).pathname.slice(1)],
    ['hex', Buffer.from(secret).toString('hex')],
  ])('masks a secret in %s', (_how, text) => {
    expect(redact(`before ${text} after`)).toBe('before [redacted] after');
  });

  test('masks it however writers put one form into another', () => {
    const odd = fc.constantFrom(...'"\\\'&<>%+/=;#25 nu\n\t');
    const like = fc.constantFrom('&amp;', '&lt;', '%25', '%41', '\\u0041', '\\n', '\\\\', '<br>', '…');
    const unit = fc.oneof(odd, like, fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }));
    const value = fc.string({ minLength: 4, maxLength: 40, unit }).filter((text) => text.trim() === text);
    const ways = fc.array(fc.constantFrom(...Object.keys(encoders)), { maxLength: 3 });
    fc.assert(
      fc.property(value, ways, (text, names) => {
        const written = names.reduce((before, name) => encoders[name]?.(before) ?? before, text);
        expect(createRedactor([text])(`§${written}§`)).toBe('§[redacted]§');
      }),
      { numRuns: 200 },
    );
  });

  test('masks a multi-line secret as JSON, HTML and URLs write its lines', () => {
    const key = '-----BEGIN KEY-----\nMIIB "odd" line\n-----END KEY-----\n';
    const redactKey = createRedactor([key]);
    for (const text of [key, json(key), percent(key), key.replaceAll('\n', ' '), key.replaceAll('\n', '<br>\r\n')]) {
      expect(redactKey(`a${text}b`).replace(/\s|\\n|%0A|<br>/g, '')).toBe('a[redacted]b');
    }
    expect(redactKey(new URL(`http://shop/${key}`).href)).toBe('http://shop/[redacted]');
  });

  test('masks base64 and base64url, at whatever place the secret begins, with all that is around it', () => {
    for (const user of ['', 'a', 'ab', 'abc', 'a:']) {
      for (const text of [secret, json(secret), percent(secret)]) {
        const bytes = Buffer.from(`${user}:${text}:more`);
        expect(redact(`Basic ${bytes.toString('base64').replaceAll('/', '_')}!`)).toBe('Basic [redacted]!');
        expect(redact(`Basic ${bytes.toString('base64url')}!`)).toBe('Basic [redacted]!');
      }
    }
    const odd = createRedactor(['>>>???~~~']);
    const base64 = Buffer.from('>>>???~~~').toString('base64');
    expect(base64).toMatch(/[+/]/);
    for (const text of [base64, percent(base64), lower(percent(base64)), base64.replaceAll('/', '\\/')]) {
      expect(odd(`(${text})`)).toBe('([redacted])');
    }
  });

  test('masks the bytes of a secret, and leaves other bytes as they are', () => {
    const redactBytes = createBytesRedactor([secret]);
    const odd = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(redactBytes(odd)).toBe(odd);
    for (const text of [secret, json(secret), percent(secret), Buffer.from(secret).toString('base64')]) {
      const masked = Buffer.from(redactBytes(Buffer.concat([odd, Buffer.from(` ${text} `), odd])));
      expect(masked).toEqual(Buffer.concat([odd, Buffer.from(' [redacted] '), odd]));
    }
  });

  test('masks what is left of a secret that somebody else cut short', () => {
    const long = createRedactor(['correct horse battery staple, with a tail that goes on and on']);
    for (const text of [
      'correct horse…',
      'correct horse ba...',
      'correct%20horse%2',
      'correct horse battery staple, with a ta',
    ]) {
      expect(long(`value="${text}`)).toMatch(/^value="\[redacted\](?:%2|…|\.\.\.)?$/);
    }
    expect(long('the correct answer')).toBe('the correct answer');
    const bytes = createBytesRedactor(['correct horse battery staple'])(Buffer.from('<p>correct horse…</p>'));
    expect(Buffer.from(bytes).toString()).toBe('<p>[redacted]…</p>');
  });

  test('masks the longer of two secrets whole, and overlapping ones together', () => {
    expect(createRedactor(['secret', 'secret-long'])('x secret-long secret')).toBe('x [redacted] [redacted]');
    expect(createRedactor(['abcdef', 'defghi'])('abcdefghi!')).toBe('[redacted]!');
    expect(createRedactor(['abab'])('ababab abababab')).toBe('[redacted] [redacted]');
  });

  test('masks a short value only where it stands alone', () => {
    expect(createRedactor(['42'])('port 4242, pin 42.')).toBe('port 4242, pin [redacted].');
    expect(createRedactor(['ü&'])('grün, %C3%BC%26, ü&amp;')).toBe('grün, [redacted], [redacted]');
  });

  test('leaves a text alone when there is nothing to hide', () => {
    expect(createRedactor([])('text')).toBe('text');
    expect(createRedactor([''])('text')).toBe('text');
    expect(createRedactor([' '])('a text')).toBe('a text');
    expect(createRedactor([secret])('{"a":"\\"b\\\\c\\u00e4"} <p>&lt;5%20&amp;%</p>')).toBe(
      '{"a":"\\"b\\\\c\\u00e4"} <p>&lt;5%20&amp;%</p>',
    );
  });

  test('never lets a secret of four or more characters through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'binary' }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!'[redacted]'.includes(value.trim()));
        const masked = createRedactor([value])(`${before}${value}${after}${percent(value)}`);
        expect(masked.replaceAll('[redacted]', '\u0000')).not.toContain(value);
      }),
    );
  });
});

describe('a redactor is quick', () => {
  const secrets = ['sk_live_51H8abcdEFGHijkl', secretOf('"'), secretOf('ü'), secretOf('%'), secretOf('\\'), 'k9$z'];
  const page = '<a href="/de?x=1&amp;y=%20">\\"quick\\" brown {"fox":"\\u00fc\\n"}</a>\n'.repeat(2_800);

  function secretOf(odd: string): string {
    return `${odd}a${odd}b c${odd}${odd}d`;
  }

  function msOf(values: readonly string[], text: string): number {
    const redact = createRedactor(values);
    const before = performance.now();
    redact(text);
    return performance.now() - before;
  }

  test('with a page of 200 KB and many secrets', () => {
    // Some 10 ms where nobody else is at work.
    expect(msOf(secrets, page)).toBeLessThan(500);
  });

  test.each([
    ['backslashes', secretOf('\\'), '\\'.repeat(400_000)],
    ['quotes that are escaped for ever', secretOf('"'), `a${'\\'.repeat(400_000)}`],
    ['ampersands of ampersands', '&&&&&x', '&amp;amp;amp;'.repeat(40_000)],
    ['percents of percents', '%%%%%x', `%${'25'.repeat(200_000)}`],
    ['its beginning, again and again', `${'a'.repeat(40)}b`, 'a'.repeat(200_000)],
    ['blanks', 'a b c d e f g', 'a + + + + '.repeat(40_000)],
  ])('with a text that is made of %s', (_what, value, text) => {
    expect(msOf([value], text)).toBeLessThan(2_000);
  });
});
