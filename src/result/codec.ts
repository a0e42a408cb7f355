/**
 * Entries as the stream carries them: one line of JSON each.
 *
 * Every line read is validated whole: it comes from other machines, and one that broke the recorder would stop
 * everything behind it. A validation costs a few microseconds, less than the `JSON.parse` and the insert around it.
 */
import { z } from 'zod';
import { checkId, KINDS } from '../probe/definition.ts';
import {
  ARTIFACT_KINDS,
  type Entry,
  MISSED_REASONS,
  OUTCOMES,
  PHASES,
  REASONS,
  type Result,
  resultId,
} from './result.ts';

/** Longest line that is written or read, characters. */
export const entryCharsMax = 128 * 1024;

const name = z.string().min(1).max(500);
const epochMs = z.number().nonnegative().max(8.64e15);
const ms = z.number().nonnegative();
const optional = z.exactOptional;

const artifact = z.object({
  kind: z.enum(ARTIFACT_KINDS),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  type: name,
  bytes: ms,
});

const requestFault = z.object({
  system: z.string(),
  method: z.string(),
  url: z.string(),
  status: optional(z.number()),
  error: optional(z.string()),
  durationMs: ms,
  unfinished: optional(z.boolean()),
});

const sourceLine = z.object({
  file: z.string(),
  line: z.number(),
  text: z.string(),
  lines: optional(z.array(z.string())),
  from: optional(z.number()),
});

const result = z
  .object({
    v: z.literal(1),
    id: z.string().max(2_000),
    probe: name,
    system: name,
    kind: z.enum(KINDS),
    variant: z.string().max(500),
    vantage: name,
    scheduledAt: epochMs.int(),
    startedAt: epochMs,
    durationMs: ms,
    outcome: z.enum(OUTCOMES),
    reason: optional(z.enum(REASONS)),
    phase: optional(z.enum(PHASES)),
    step: optional(z.string()),
    message: optional(z.string()),
    suspect: optional(z.string()),
    cause: z.enum(['scheduled', 'confirmation', 'manual']),
    traceId: z.string(),
    plan: z.string(),
    status: optional(z.number()),
    version: optional(z.string()),
    ip: optional(z.string()),
    redirects: optional(z.number()),
    bytes: optional(z.number()),
    certificateExpiresAt: optional(z.number()),
    phases: optional(z.partialRecord(z.enum(PHASES), ms)),
    steps: optional(
      z.array(
        z.object({
          name: z.string(),
          startMs: z.number(),
          durationMs: ms,
          outcome: z.enum(['pass', 'fail', 'skipped']),
        }),
      ),
    ),
    vitals: optional(
      z.object({
        lcp: optional(ms),
        fcp: optional(ms),
        cls: optional(ms),
        inp: optional(ms),
        ttfb: optional(ms),
      }),
    ),
    requests: optional(z.record(z.string(), z.object({ count: ms, failed: ms, slowestMs: ms }))),
    consoleErrors: optional(z.array(z.string())),
    finalUrl: optional(z.string()),
    title: optional(z.string()),
    requestFaults: optional(z.array(requestFault)),
    sourceLine: optional(sourceLine),
    cleanupFault: optional(z.string()),
    artifacts: optional(z.array(artifact)),
  })
  .refine(
    (it) => hasId(it.id, resultId(checkId(it.probe, it.variant, it.vantage), it.cause, it.scheduledAt)),
    'the id is not that of its check, cause and time',
  );

const missed = z
  .object({
    v: z.literal(1),
    id: z.string().max(2_000),
    probe: name,
    system: name,
    variant: z.string().max(500),
    vantage: name,
    scheduledAt: epochMs.int(),
    reason: z.enum(MISSED_REASONS),
    plan: z.string(),
  })
  .refine(
    (it) => it.id === resultId(checkId(it.probe, it.variant, it.vantage), 'scheduled', it.scheduledAt),
    'the id is not that of its slot',
  );

const beat = z.object({
  v: z.literal(1),
  vantage: name,
  instance: name,
  at: epochMs,
  startedAt: epochMs,
  clockSkewMs: z.number(),
  saturation: z.number(),
  plan: optional(z.string()),
  queues: z.record(z.string(), z.number()),
  droppedResults: ms,
});

const entry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), result }),
  z.object({ type: z.literal('missed'), missed }),
  z.object({ type: z.literal('vantage'), beat }),
]) satisfies z.ZodType<Entry>;

/** A confirmation's or manual run's id goes on with its request. */
function hasId(id: string, slot: string): boolean {
  return id === slot || id.startsWith(`${slot}/`);
}

/**
 * The entry as one line. A result that would be longer than {@link entryCharsMax} leaves behind what is bulky
 * and not needed to judge it, bulkiest first.
 */
export function encodeEntry(value: Entry): string {
  const line = JSON.stringify(value);
  if (line.length <= entryCharsMax || value.type !== 'result') return line;
  let slim: Result = value.result;
  for (const bulky of [
    'requestFaults',
    'consoleErrors',
    'requests',
    'steps',
    'title',
    'finalUrl',
    'sourceLine',
    'artifacts',
  ] as const) {
    const { [bulky]: _left, ...rest } = slim;
    slim = rest;
    const shorter = JSON.stringify({ type: 'result', result: slim });
    if (shorter.length <= entryCharsMax) return shorter;
  }
  return JSON.stringify({ type: 'result', result: slim });
}

/** The entry that a line holds, or what is wrong with the line, in one sentence. Never throws. */
export function decodeEntry(line: string): { readonly entry: Entry } | { readonly fault: string } {
  if (line.length > entryCharsMax) return { fault: `longer than ${entryCharsMax} characters` };
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { fault: 'not JSON' };
  }
  const parsed = entry.safeParse(json);
  if (parsed.success) return { entry: parsed.data };
  const [issue] = parsed.error.issues;
  return { fault: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an entry'}` };
}
