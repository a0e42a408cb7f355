/**
 * Looks for texts in what was written, in all the forms in which programs write texts down, zips unpacked. The forms
 * are spelt out here again on purpose: the redactor must not be its own judge.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';

/** A text in one of its forms. */
interface Needle {
  readonly name: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** A place at which a text was found. */
export interface Leak {
  readonly name: string;
  readonly form: string;
  /** The file, and the entry in it: `a/b.zip!trace.trace`. */
  readonly where: string;
  /** Offset within that entry, bytes. */
  readonly at: number;
  readonly around: string;
}

/** Shorter pieces of base64 stand in any file by chance. */
const base64CharsMin = 6;
const aroundBytes = 60;

/** Something that was written: a file or what else was kept of it. */
export interface Writing {
  readonly where: string;
  readonly bytes: Uint8Array;
}

/** Every file below a folder. */
export function* filesBelow(folder: string): Generator<Writing> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield { where: relative(folder, path), bytes: readFileSync(path) };
  }
}

/** Finds texts, given by name, however they are written. */
export function createSearch(texts: Readonly<Record<string, string>>): (written: Iterable<Writing>) => Leak[] {
  const needles = Object.entries(texts).flatMap(([name, text]) => needlesOf(name, text));
  return (written) =>
    [...written]
      .flatMap((one) => [...unpacked(one)])
      .flatMap(({ where, bytes }) => {
        const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        return needles.flatMap(({ name, form, bytes: needle }): Leak[] => {
          const at = all.indexOf(needle);
          if (at === -1) return [];
          const around = all.toString('latin1', Math.max(0, at - aroundBytes), at + needle.length + aroundBytes);
          return [{ name, form, where, at, around }];
        });
      });
}

/** A writing and, if it is packed, what is in it, to any depth. */
function* unpacked({ where, bytes }: Writing): Generator<Writing> {
  yield { where, bytes };
  const begins = (...magic: number[]) => magic.every((byte, at) => bytes[at] === byte);
  if (begins(0x1f, 0x8b, 0x08)) yield* unpacked({ where: `${where}!`, bytes: gunzipSync(bytes) });
  if (!begins(0x50, 0x4b, 0x03, 0x04)) return;
  const entries = Object.entries(unzipSync(bytes));
  yield { where: `${where}!names`, bytes: Buffer.from(entries.map(([name]) => name).join('\n')) };
  for (const [name, content] of entries) yield* unpacked({ where: `${where}!${name}`, bytes: content });
}

type Encode = (text: string) => string;

const percent: Encode = encodeURIComponent;
const lower: Encode = (text) => text.replace(/%../g, (hex) => hex.toLowerCase());
const json: Encode = (text) => JSON.stringify(text).slice(1, -1);
const ascii: Encode = (text) =>
  text.replace(/[^\0-\x7f]/g, (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`);
const html: Encode = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** How a text is written as a text. */
const textForms: Readonly<Record<string, Encode>> = {
  plain: (text) => text,
  'in small letters': (text) => text.toLowerCase(),
  'in one line': (text) => text.replace(/\s+/g, ' '),
  'its beginning': (text) => beginning(text),
  'its end': (text) => [...beginning([...text].reverse().join(''))].reverse().join(''),
  percent,
  'percent, small': (text) => lower(percent(text)),
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  URL: encodeURI,
  'browser’s path': (text) => new URL(`http://shop/${text}`).pathname.slice(1),
  'percent twice': (text) => percent(percent(text)),
  JSON: json,
  'JSON twice': (text) => json(json(text)),
  'JSON in ASCII': (text) => ascii(json(text)),
  'JSON in percent': (text) => percent(json(text)),
  'JSON of percent': (text) => json(encodeURI(text)),
  HTML: html,
  'HTML attribute': (text) => html(text).replaceAll("'", '&#39;'),
  'HTML text': (text) => html(text).replaceAll('&quot;', '"'),
  'JSON of HTML': (text) => json(html(text).replaceAll('&quot;', '"')),
  'HTML of JSON': (text) => html(json(text)),
  'Latin-1 for UTF-8': (text) => Buffer.from(text).toString('latin1'),
};

/** Two thirds of a text that is long enough for that to tell something. */
function beginning(text: string): string {
  const characters = [...text];
  return characters.length < 12 ? text : characters.slice(0, Math.ceil((characters.length * 2) / 3)).join('');
}

function needlesOf(name: string, text: string): Needle[] {
  const found = new Map<string, Needle>();
  const add = (form: string, bytes: Buffer) => {
    const key = bytes.toString('latin1');
    if (key !== '' && !found.has(key)) found.set(key, { name, form, bytes });
  };
  for (const [form, encode] of Object.entries(textForms)) {
    add(form, Buffer.from(encode(text)));
    add(`${form}, UTF-16`, Buffer.from(encode(text), 'utf16le'));
  }
  if (!/[^\0-\xff]/.test(text)) add('Latin-1', Buffer.from(text, 'latin1'));
  add('hex', Buffer.from(Buffer.from(text).toString('hex')));
  add('hex, capital', Buffer.from(Buffer.from(text).toString('hex').toUpperCase()));
  for (const [form, written] of [['base64', text] as const, ['base64 of JSON', json(text)] as const]) {
    for (const inner of base64Of(written)) {
      add(form, Buffer.from(inner));
      add(`${form}url`, Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_')));
      add(`${form} in percent`, Buffer.from(percent(inner)));
    }
  }
  return [...found.values()];
}

/** The base64 characters that a text alone determines, wherever it begins within a group of three bytes. */
function base64Of(text: string): string[] {
  const inner = [0, 1, 2].map((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
    return bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
  return inner.filter((one) => one.length >= base64CharsMin);
}
