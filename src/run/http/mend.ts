/**
 * Headers that are not quite as the standard wants them, and that every browser takes: made such that undici's parser,
 * which is strict, takes them too. Looked at only where they came in one piece, as they nearly always do.
 */

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

/** Headers up to their end, and where that is. */
interface Head {
  readonly text: string;
  readonly end: number;
}

/** The same bytes, with the oddities of their headers mended; the very same object where there are none. */
export function mended(bytes: Buffer): Buffer {
  // Nearly every answer goes on from here: one pass over its bytes, and nothing made.
  if (!isOdd(bytes)) return bytes;
  const head = headOf(bytes);
  if (head === undefined) return bytes;
  const text = withOneLength(withoutSpaces(unfolded(withLines(head.text))));
  return text === head.text ? bytes : Buffer.concat([Buffer.from(text, 'latin1'), bytes.subarray(head.end)]);
}

/** Whether the headers may have an oddity; they need not be whole. */
function isOdd(bytes: Buffer): boolean {
  let lengths = 0;
  let at = bytes.indexOf(LF) + 1;
  if (at === 0) return false;
  if (bytes[at - 2] !== CR) return true;
  while (at < bytes.length && bytes[at] !== CR) {
    const start = at;
    if (isBlank(bytes[start])) return true;
    while (at < bytes.length && bytes[at] !== COLON && bytes[at] !== LF) at++;
    if (isBlank(bytes[at - 1])) return true;
    if (at - start === 14 && isLength(bytes, start) && ++lengths > 1) return true;
    while (at < bytes.length && bytes[at] !== LF) at++;
    if (bytes[at - 1] !== CR) return at < bytes.length;
    at++;
  }
  return false;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** Whether 14 bytes may be `content-length`, in letters of any case. */
function isLength(bytes: Buffer, start: number): boolean {
  const lower = (offset: number) => (bytes[start + offset] ?? 0) | 0x20;
  return lower(0) === 0x63 && lower(7) === 0x2d && lower(8) === 0x6c && lower(13) === 0x68;
}

function headOf(bytes: Buffer): Head | undefined {
  const first = bytes.indexOf(LF);
  if (first < 1) return undefined;
  // Whoever ends the first line so ends them all so.
  const end = bytes[first - 1] === CR ? bytes.indexOf('\r\n\r\n') : bytes.indexOf('\n\n');
  const length = bytes[first - 1] === CR ? 4 : 2;
  return end === -1 ? undefined : { text: bytes.toString('latin1', 0, end + length), end: end + length };
}

/** RFC 9112, section 2.2: a line may end with LF alone. */
function withLines(text: string): string {
  return text[text.indexOf('\n') - 1] === '\r' ? text : text.replaceAll('\n', '\r\n');
}

/** RFC 9112, section 5.2: a line that begins with a space continues the one before it. */
function unfolded(text: string): string {
  return text.replace(/\r\n[ \t]+/g, ' ');
}

const spaced = /(\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]+:/g;

/** RFC 9112, section 5.1: spaces before a colon are to be removed from an answer. */
function withoutSpaces(text: string): string {
  return text.replace(spaced, '$1:');
}

const length = /\r\ncontent-length:[ \t]*(\d+)[ \t]*(?=\r\n)/i;

/** RFC 9110, section 8.6: the same length given twice is one length. */
function withOneLength(text: string): string {
  const first = length.exec(text);
  if (first === null) return text;
  const after = first.index + first[0].length;
  const again = length.exec(text.slice(after));
  if (again === null || again[1] !== first[1]) return text;
  const at = after + again.index;
  return text.slice(0, at) + text.slice(at + again[0].length);
}
