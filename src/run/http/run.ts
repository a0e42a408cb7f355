/**
 * One run of an http check: from the task to what was found.
 */
import { randomBytes } from 'node:crypto';
import { asError } from '../../base/errors.ts';
import { formatDuration } from '../../base/time.ts';
import type { HttpProbe, HttpRequest } from '../../probe/definition.ts';
import type { Finding, Outcome, Phase, Reason, Task } from '../../result/result.ts';
import { type WallSign, wallIn, wallName } from '../blocked.ts';
import type { Surroundings } from '../engine.ts';
import { createRedactor } from '../redact.ts';
import { bodyText } from './body-text.ts';
import { Course } from './course.ts';
import { lateTrouble } from './late.ts';
import { compile, type Prepared } from './prepare.ts';
import type { Contexts } from './secure.ts';
import { systemsOf } from './systems.ts';
import { outcomeOf, Trouble } from './trouble.ts';
import { type Facts, type Visited, visit } from './visit.ts';

/** Characters of the answer that a message shows, and that are looked through for its secrets and blanks. */
const shownCharsMax = 120;
const lookedAtCharsMax = 16 * 1024;
const dayMs = 86_400_000;

/** What the engine gives every run. */
export interface RunContext {
  readonly contexts: Contexts;
  readonly userAgent: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Why a run did not simply pass. */
interface Verdict {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly message: string;
  readonly phase?: Phase;
}

/** One run. */
export class Run {
  readonly #task: Task;
  readonly #surroundings: Surroundings;
  readonly #context: RunContext;
  readonly #traceId = randomBytes(16).toString('hex');
  readonly #course = new Course();
  readonly #facts: Facts = {};
  #prepared: Prepared | undefined;
  #redactor: ((text: string) => string) | undefined;

  constructor(task: Task, surroundings: Surroundings, context: RunContext) {
    this.#task = task;
    this.#surroundings = surroundings;
    this.#context = context;
  }

  /** Does it. Never rejects. */
  async perform(): Promise<Finding> {
    const startedAt = this.#context.now();
    const began = performance.now();
    const verdict = await this.#judge(began).catch((thrown: unknown) => this.#verdictOf(thrown));
    const durationMs = Math.round((performance.now() - began) * 1_000) / 1_000;
    const suspect = verdict?.outcome === 'fail' ? this.#suspect() : undefined;
    return {
      startedAt,
      durationMs,
      traceId: this.#traceId,
      outcome: 'pass',
      ...this.#facts,
      phases: this.#course.phases,
      ...verdict,
      ...(suspect === undefined ? {} : { suspect }),
    };
  }

  /** Ends it at once, for a reason of ours. */
  stop(why: Trouble): void {
    this.#course.end(why);
  }

  async #judge(began: number): Promise<Verdict | undefined> {
    const { probe, request } = requestOf(this.#task);
    const timer = setTimeout(() => this.#course.end(this.#late(probe.timeoutMs)), probe.timeoutMs);
    try {
      const { matchers, prepare } = compile(request);
      this.#prepared = prepare(this.#surroundings.secret);
      const visited = await visit({
        course: this.#course,
        facts: this.#facts,
        probe,
        request,
        prepared: this.#prepared,
        matchers,
        contexts: this.#context.contexts,
        egress: this.#surroundings.vantage?.egress,
        claimed: (url) => systemsOf(this.#surroundings.landscape)(url) !== undefined,
        headersFor: (url) => this.#headersFor(probe, url),
      });
      const seen = { ...visited, text: bodyText(visited) };
      const unmet = matchers.judge(seen, (text) => this.#show(text));
      const wall = wallBefore(visited, seen.text);
      if (wall !== undefined) return this.#walled(visited, wall, unmet?.message);
      if (unmet !== undefined) {
        return { outcome: 'fail', ...unmet, message: this.#redact(`${this.#course.where}: ${unmet.message}`) };
      }
      return this.#beyondBudget(probe, request, performance.now() - began);
    } finally {
      clearTimeout(timer);
      this.#course.rest();
      this.#course.release();
    }
  }

  #walled({ status }: Visited, wall: WallSign, unmet: string | undefined): Verdict {
    const instead = unmet === undefined ? 'instead of the answer' : `so ${unmet}`;
    const message = `${this.#course.where} took the check for a bot: ${wallName(wall)} came with status ${status}, ${instead}; let the vantage's address or user-agent through there`;
    return { outcome: 'fail', reason: 'blocked', message: this.#redact(message) };
  }

  #headersFor(probe: HttpProbe, url: URL): Record<string, string> {
    const system = systemsOf(this.#surroundings.landscape)(url);
    const traceparent = `00-${this.#traceId}-${randomBytes(8).toString('hex')}-01`;
    return {
      'user-agent': `${this.#context.userAgent} (+synthetic monitoring; ${probe.id})`,
      ...system?.headers,
      ...(system?.traceparent === false ? {} : { traceparent }),
    };
  }

  #beyondBudget(probe: HttpProbe, { expect }: HttpRequest, tookMs: number): Verdict | undefined {
    const { certificateExpiresAt: expiresAt } = this.#facts;
    if (expect.certificateDays !== undefined && expiresAt !== undefined) {
      const days = (expiresAt - this.#context.now()) / dayMs;
      if (days < expect.certificateDays) {
        const date = new Date(expiresAt).toISOString().slice(0, 10);
        const message = `the certificate of ${this.#course.where} expires in ${Math.max(0, Math.floor(days))} days, on ${date}; expected at least ${expect.certificateDays} days`;
        return { outcome: 'degraded', reason: 'certificate', message };
      }
    }
    if (probe.slowMs === undefined || tookMs <= probe.slowMs) return undefined;
    const message = `it took ${formatDuration(tookMs)}, expected at most ${formatDuration(probe.slowMs)}`;
    return { outcome: 'degraded', reason: 'slow', message };
  }

  #verdictOf(thrown: unknown): Verdict {
    const { phase } = this.#course;
    if (!(thrown instanceof Trouble)) {
      const { name, message } = asError(thrown);
      return {
        outcome: 'broken',
        reason: 'crash',
        message: this.#redact(`the http engine failed: ${name}: ${message}`),
      };
    }
    const { reason } = thrown;
    const where = thrown.phase === undefined ? phase : thrown.phase;
    return {
      outcome: outcomeOf(reason),
      reason,
      message: this.#redact(thrown.message),
      ...(where === null ? {} : { phase: where }),
    };
  }

  /** What to say of a run whose time is over. */
  #late(timeoutMs: number): Trouble {
    return lateTrouble(this.#course, timeoutMs, this.#surroundings.vantage?.egress);
  }

  /** The other system whose host failed. */
  #suspect(): string | undefined {
    const { url } = this.#course;
    const system = url === undefined ? undefined : systemsOf(this.#surroundings.landscape)(url)?.name;
    return system === this.#task.check.probe.system ? undefined : system;
  }

  /** A piece of the answer, fit for a message of one line. */
  #show(text: string): string {
    // A megabyte would hold up every other run.
    const line = this.#redact(text.slice(0, lookedAtCharsMax)).replace(/\s+/g, ' ').trim();
    return line.length > shownCharsMax ? `${line.slice(0, shownCharsMax)}…` : line;
  }

  #redact(text: string): string {
    if (this.#prepared === undefined) return text;
    this.#redactor ??= createRedactor(this.#prepared.secrets);
    return this.#redactor(text);
  }
}

/** The wall that stands where the answer should; the body is decoded only where it was kept. */
function wallBefore({ status, headers, url, body }: Visited, text: () => string): WallSign | undefined {
  const html = body.length > 0 && isDocument(headers['content-type']) ? text() : undefined;
  return wallIn({ status, headers, url: url.href, html });
}

function isDocument(type: string | undefined): boolean {
  return type === undefined || /html/i.test(type);
}

function requestOf({ check: { id, probe, variant } }: Task): { probe: HttpProbe; request: HttpRequest } {
  if (probe.kind !== 'http') throw new TypeError(`${id} is of kind ${probe.kind}`);
  const request = probe.requests[variant.key];
  if (request === undefined) throw new TypeError(`${id} has no request for its variant`);
  return { probe, request };
}
