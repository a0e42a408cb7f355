/**
 * What a person sees of runs: checks in their order, steps of the first unfinished one as they happen, and for
 * each that did not pass what went wrong. Others wait their turn, so that nothing is mixed.
 */
import { formatDuration } from '../base/time.ts';
import { type Check, checkId } from '../probe/definition.ts';
import type { Result, StepResult } from '../result/result.ts';
import type { StepEvent } from '../run/engine.ts';
import { outcomeLook, paint } from './paint.ts';
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
  readonly #pathOf: (result: Result) => readonly string[];

  /** @param filesOf lines that say where a result's files are */
  constructor(screen: Screen, checks: readonly Check[], filesOf: (result: Result) => readonly string[]) {
    this.#screen = screen;
    this.#entries = new Map(checks.map((check) => [check.id, { check, lines: [], current: undefined, done: false }]));
    this.#pathOf = filesOf;
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
    entry.lines.push(headline(check, result), ...details(result, this.#pathOf(result)));
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

function details(result: Result, files: readonly string[]): string[] {
  if (result.outcome === 'pass') return [];
  const { message, sourceLine, suspect, finalUrl, consoleErrors = [], traceId } = result;
  return [
    ...(message === undefined ? [] : message.split('\n')),
    ...(sourceLine === undefined ? [] : [`${sourceLine.file}:${sourceLine.line}  ${sourceLine.text.trim()}`]),
    ...(suspect === undefined ? [] : [`suspect: ${suspect}`]),
    ...(finalUrl === undefined ? [] : [`page: ${finalUrl}`]),
    ...consoleErrors.slice(0, 5).map((line) => `console: ${line}`),
    ...files,
    paint.faint(`trace: ${traceId}`),
  ].map((line) => `      ${line}`);
}
