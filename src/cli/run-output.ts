/**
 * What a person sees of runs: checks in their order, steps of the first unfinished one as they happen, and for
 * each that did not pass what went wrong. Others wait their turn, so that nothing is mixed.
 */
import { formatDuration } from '../base/time.ts';
import { type Check, checkId } from '../probe/definition.ts';
import type { Result, StepResult } from '../result/result.ts';
import type { StepEvent } from '../run/engine.ts';
import { outcomeLook, paint } from './paint.ts';
import { detailsOf } from './run-details.ts';
import { HERE } from './select.ts';

const clearLine = '\r\x1b[2K';

/** Where it is written; a terminal also shows what is under way. */
export type Screen = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean };

interface Entry {
  readonly check: Check;
  readonly lines: string[];
  current: string | undefined;
  done: boolean;
}

/** Shows runs of these checks. */
export class RunOutput {
  readonly #screen: Screen;
  readonly #entries: Map<string, Entry>;
  readonly #filesOf: (result: Result) => readonly string[];

  /** @param filesOf lines that say where a result's files are */
  constructor(screen: Screen, checks: readonly Check[], filesOf: (result: Result) => readonly string[]) {
    this.#screen = screen;
    this.#entries = new Map(checks.map((check) => [check.id, { check, lines: [], current: undefined, done: false }]));
    this.#filesOf = filesOf;
  }

  /** A step begins or ends. */
  step(check: Check, event: StepEvent): void {
    const entry = this.#entries.get(check.id);
    if (entry === undefined) return;
    entry.current = event.type === 'begin' ? `    ${paint.faint(`· ${shownId(check)}:`)} ${event.name} …` : undefined;
    if (event.type === 'end') entry.lines.push(stepLine(event.step));
    this.#flush();
  }

  /** A check has its result; `liveSteps` of it may have been shown already. */
  finish(check: Check, result: Result): void {
    const entry = this.#entries.get(check.id);
    if (entry === undefined) return;
    entry.current = undefined;
    entry.lines.push(headline(check, result), ...detailsOf(result, this.#filesOf(result)));
    entry.done = true;
    this.#flush();
  }

  #flush(): void {
    if (this.#screen.isTTY) this.#screen.write(clearLine);
    for (const [id, entry] of this.#entries) {
      for (const line of entry.lines.splice(0)) this.#screen.write(`${line}\n`);
      if (!entry.done) {
        if (this.#screen.isTTY && entry.current !== undefined) this.#screen.write(entry.current);
        return;
      }
      this.#entries.delete(id);
    }
  }
}

function stepLine({ name, durationMs, outcome }: StepResult): string {
  const sign = { pass: paint.good('✓'), fail: paint.bad('✗'), skipped: paint.faint('-') }[outcome];
  return `    ${sign} ${name}  ${paint.faint(formatDuration(durationMs))}`;
}

/** A check's id, without the vantage where there is none. */
function shownId(check: Check): string {
  return check.vantage === HERE ? checkId(check.probe.id, check.variant.key, '').slice(0, -1) : check.id;
}

function headline(check: Check, { outcome, reason, step, durationMs, status, phase }: Result): string {
  const look = outcomeLook[outcome];
  const facts = [
    outcome === 'pass' ? undefined : look.paint([outcome, reason].filter(Boolean).join(': ')),
    step === undefined ? undefined : `at “${step}”`,
    phase === undefined ? undefined : `in phase ${phase}`,
    status === undefined ? undefined : `status ${status}`,
    paint.faint(formatDuration(durationMs)),
  ].filter((fact) => fact !== undefined);
  return `${look.paint(look.sign)} ${paint.strong(shownId(check))}  ${facts.join('  ')}`;
}
