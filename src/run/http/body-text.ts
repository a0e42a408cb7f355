/**
 * A body's bytes as text, in the charset that its answer names.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** Returns a function that decodes when first called. Unknown charsets are read as UTF-8, odd bytes replaced. */
export function bodyText({ headers, body }: { headers: IncomingHttpHeaders; body: Buffer }): () => string {
  let text: string | undefined;
  return () => {
    text ??= decoderFor(headers['content-type']).decode(body);
    return text;
  };
}

const utf8 = new TextDecoder();

function decoderFor(contentType: unknown): TextDecoder {
  const label = /charset\s*=\s*"?([^\s";]+)/i.exec(String(contentType ?? ''))?.[1];
  if (label === undefined || /^utf-?8$/i.test(label)) return utf8;
  try {
    return new TextDecoder(label);
  } catch {
    return utf8;
  }
}
