/**
 * Redaction: what a person, a log or a page may read never holds a secret, however it was written down.
 */

const MASK = '[redacted]';

/** A value shorter than this is masked only where it stands alone: masking every `1` would leave nothing to read. */
const aloneBelowChars = 4;

/**
 * Returns a function that replaces every occurrence of every value by `[redacted]`, be it plain, percent-encoded
 * (any case, spaces as `+` too), JSON-escaped, HTML-escaped, or within base64 and base64url. Occurrences that
 * overlap are masked together. Cut a text only after it went through here: half a secret is not recognised.
 */
export function createRedactor(values: readonly string[]): (text: string) => string {
  return redactorOf(values.flatMap(formsOf));
}

/**
 * The same for bytes of any kind: each form is looked for as UTF-8. The mask has another length, so a file that counts
 * its own bytes, an image for example, may be damaged where a secret was in it.
 */
export function createBytesRedactor(values: readonly string[]): (bytes: Uint8Array) => Uint8Array {
  // One character a byte: offsets and lengths stay those of the bytes, whatever they are.
  const redact = redactorOf(values.flatMap(formsOf).map((form) => Buffer.from(form).toString('latin1')));
  return (bytes) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const masked = redact(text);
    return masked === text ? bytes : Buffer.from(masked, 'latin1');
  };
}

function redactorOf(all: readonly string[]): (text: string) => string {
  const forms = [...new Set(all)].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  return (text) => {
    const spans = spansOf(text, forms);
    return spans.length === 0 ? text : mask(text, spans);
  };
}

type Span = readonly [start: number, end: number];

function formsOf(value: string): string[] {
  if (value === '') return [];
  const plain = [value, JSON.stringify(value).slice(1, -1), htmlEscaped(value)];
  const percent = percentForms(value);
  const lower = percent.map((form) => form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()));
  const base64 = value.length < aloneBelowChars ? [] : base64Forms(value);
  return [...plain, ...percent, ...lower, ...base64].filter((form) => form !== '');
}

function percentForms(value: string): string[] {
  // A lone surrogate cannot be percent-encoded as it is; every encoder would first replace it.
  const whole = value.toWellFormed();
  return [encodeURIComponent(whole), encodeURI(whole), new URLSearchParams([['', whole]]).toString().slice(1)];
}

function htmlEscaped(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return value.replace(/[&<>"]/g, (char) => entities[char] ?? char);
}

/**
 * The characters of a base64 text that a value determines, for each of the three positions at which it can begin
 * within a group: a password is recognised inside the base64 of `user:password`.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const inner = [0, 1, 2].map((shift) => {
    const bits = (shift + bytes.length) * 8;
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(bits / 6));
  });
  const whole = bytes.toString('base64');
  return [whole, whole.replace(/=+$/, ''), ...inner]
    .filter((form) => form.length >= aloneBelowChars)
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

function spansOf(text: string, forms: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      const end = at + form.length;
      if (form.length >= aloneBelowChars || standsAlone(text, at, end)) spans.push([at, end]);
    }
  }
  return spans.sort((a, b) => a[0] - b[0]);
}

function standsAlone(text: string, start: number, end: number): boolean {
  const word = /[\p{L}\p{N}_]/u;
  return !word.test(text.charAt(start - 1)) && !word.test(text.charAt(end));
}

function mask(text: string, spans: readonly Span[]): string {
  let masked = '';
  let done = 0;
  for (const [start, end] of spans) {
    if (end <= done) continue;
    // A span that begins inside the one before it continues that mask.
    if (start >= done) masked += text.slice(done, start) + MASK;
    done = end;
  }
  return masked + text.slice(done);
}
