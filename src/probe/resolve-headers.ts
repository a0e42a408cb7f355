/**
 * Headers as they are written → as they are sent.
 */
import { holeIn } from './hole.ts';
import { headersMax, urlCharsMax } from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { show } from './problem.ts';
import { withoutPlaceholders } from './secret.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// What HTTP allows in a value: no control characters, nothing beyond one byte.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const OWN = [
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'traceparent',
];

/** The option `headers`, names in lower case. */
export function readHeaders(reader: OptionReader, allow: { secrets: boolean }): Record<string, string> {
  const inner = reader.inner('headers');
  const names = inner?.keys() ?? [];
  inner?.refuseBlanks();
  if (names.length > headersMax) reader.fault('headers', `headers holds ${names.length}`, `send at most ${headersMax}`);
  const headers: Record<string, string> = {};
  for (const name of names) {
    const value = inner?.get(name);
    const lower = name.toLowerCase();
    const text = typeof value === 'number' ? String(value) : value;
    if (!TOKEN.test(name)) inner?.fault(name, `'${name}' is no name of a header`, nameMend(name));
    else if (OWN.includes(lower)) inner?.fault(name, `the header ${lower} is set by the engine`, 'leave it out');
    else if (Object.hasOwn(headers, lower)) inner?.fault(name, `the header ${lower} is there twice`, 'keep one');
    else if (typeof text !== 'string' || !VALUE.test(text) || text.length > urlCharsMax) {
      inner?.fault(name, ...sayValue(lower, value));
    } else if (holeIn(text) !== undefined) {
      inner?.fault(name, `the header ${lower} is ${show(value)}`, 'mend what makes it: something in it is not there');
    } else if (!allow.secrets && text !== withoutPlaceholders(text)) {
      inner?.fault(
        name,
        `the header ${lower} holds a secret, which is never filled in there`,
        "put it into the probe's headers",
      );
    } else headers[lower] = text;
  }
  return headers;
}

function sayValue(name: string, value: unknown): [message: string, mend: string] {
  if (typeof value !== 'string') return [`the header ${name} is ${show(value)}`, 'write a text or a number'];
  if (/[\r\n]/.test(value)) return [`the header ${name} holds a line break: ${show(value)}`, 'write it on one line'];
  const odd = [...value].find((character) => !VALUE.test(character));
  return odd === undefined
    ? [`the header ${name} has ${value.length} characters`, `write at most ${urlCharsMax}`]
    : [`the header ${name} holds ${show(odd)}, which no header can`, 'encode it, or leave it out'];
}

function nameMend(name: string): string {
  const meant = name
    .trim()
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${meant === '' ? '' : `write '${meant}': `}use letters, digits and -`;
}

/** The options `headers` and `userAgent` of a system: what goes with every request to its hosts. */
export function readSystemHeaders(reader: OptionReader): Record<string, string> {
  const headers = readHeaders(reader, { secrets: false });
  const userAgent = reader.text('userAgent');
  if (userAgent === undefined) return headers;
  if (!VALUE.test(userAgent)) {
    reader.fault('userAgent', `${reader.label('userAgent')} is ${show(userAgent)}`, 'write a text of one line');
  }
  if (Object.hasOwn(headers, 'user-agent')) {
    reader.fault('userAgent', 'both userAgent and the header user-agent are there', 'keep one');
  }
  return { ...headers, 'user-agent': userAgent };
}
