/**
 * What history keeps of a result beside the columns it is searched by: compressed JSON of the rest.
 *
 * One result compresses badly by itself, so a dictionary of what results look like comes first; it makes about
 * a third of the size. It is part of the file format: a change is a new number, and the old one stays readable.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Result } from './result.ts';

/** The fields that history's columns hold. */
export type Told =
  | 'v'
  | 'id'
  | 'probe'
  | 'variant'
  | 'vantage'
  | 'scheduledAt'
  | 'startedAt'
  | 'durationMs'
  | 'outcome'
  | 'reason'
  | 'cause'
  | 'plan';

/** The rest of a result. */
export type Body = Omit<Result, Told>;

const format = 1;

// Later text is cheaper to refer to: what every http result holds stands last.
const dictionary = Buffer.from(
  '{"system":"shop","kind":"journey","traceId":"","message":"","step":"","suspect":"","finalUrl":"https://","sourceLine":' +
    '{"file":"","line":,"text":"await expect(page.getBy"},"artifacts":[{"kind":"screenshot","hash":"","type":"image/png",' +
    '"bytes":},{"kind":"trace","hash":"","type":"application/zip","bytes":}],"consoleErrors":["Error: "],"requests":' +
    '{"shop":{"count":1,"failed":0,"slowestMs":}},"vitals":{"lcp":,"fcp":,"cls":0,"inp":,"ttfb":},"steps":[{"name":"",' +
    '"startMs":,"durationMs":,"outcome":"pass"},{"name":"","startMs":,"durationMs":,"outcome":"fail"},{"name":"",' +
    '"startMs":,"durationMs":0,"outcome":"skipped"}],"phase":"processing"},"phase":"connect","message":"expected  but saw ' +
    '","system":"","kind":"http","traceId":"","status":200,"version":"1.1","ip":"127.0.0.1","redirects":0,"bytes":,' +
    '"certificateExpiresAt":17,"phases":{"resolve":0.00,"connect":0.00,"tls":0.0,"processing":0.0,"transfer":0.00}}',
);

/** Longest body that is unpacked, bytes. */
const bodyBytesMax = 1024 * 1024;

export function packBody(result: Result): Uint8Array {
  const {
    v: _v,
    id: _id,
    probe: _probe,
    variant: _variant,
    vantage: _vantage,
    scheduledAt: _scheduledAt,
    startedAt: _startedAt,
    durationMs: _durationMs,
    outcome: _outcome,
    reason: _reason,
    cause: _cause,
    plan: _plan,
    ...body
  } = result;
  // A small window and little memory: setting up the compressor costs more than compressing so few bytes.
  const packed = deflateRawSync(JSON.stringify(body satisfies Body), {
    dictionary,
    windowBits: 12,
    memLevel: 4,
    level: 6,
  });
  return Buffer.concat([Uint8Array.of(format), packed]);
}

/** @throws Error when the bytes are none of ours */
export function unpackBody(packed: Uint8Array): Body {
  if (packed[0] !== format) throw new Error(`a result is kept in format ${packed[0]}, which this version cannot read`);
  const json = inflateRawSync(packed.subarray(1), { dictionary, windowBits: 12, maxOutputLength: bodyBytesMax });
  return JSON.parse(json.toString()) as Body;
}
