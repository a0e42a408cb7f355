/**
 * Reads the options of one object and notes what is wrong with them. Every method returns `undefined` where an
 * option is absent or at fault; a fault is in the list of problems then.
 */
import { formatDuration, parseDuration } from '../base/time.ts';
import { durationMeant } from './duration-meant.ts';
import { textCharsMax } from './limits.ts';
import { isUnsendable, nearest, type Problem, show, suggest } from './problem.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Whether a value is an object with named parts. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof RegExp) &&
    !isUnsendable(value)
  );
}

export class OptionReader {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #path: readonly string[];
  readonly #problems: Problem[];

  constructor(given: Readonly<Record<string, unknown>>, path: readonly string[], problems: Problem[]) {
    this.#given = given;
    this.#path = path;
    this.#problems = problems;
  }

  keys(): string[] {
    return Object.keys(this.#given).filter((name) => this.has(name));
  }

  /** An option that is `undefined` is as good as absent. */
  has(name: string): boolean {
    return Object.hasOwn(this.#given, name) && this.#given[name] !== undefined;
  }

  get(name: string): unknown {
    return this.has(name) ? this.#given[name] : undefined;
  }

  /** An option's name with those around it, as messages write it. */
  label(name: string): string {
    const [first = '', ...rest] = [...this.#path, name];
    return `${first}${rest.map((part) => (/^[\w-]+$/.test(part) ? `.${part}` : `['${part}']`)).join('')}`;
  }

  fault(name: string, message: string, mend: string): undefined {
    this.#problems.push({ path: [...this.#path, name], message, mend });
  }

  /** Refuses every option that is not among the names. */
  known(names: readonly string[], mendOf = (name: string) => suggest(name, names, 'remove it')): void {
    for (const name of this.keys()) {
      if (!names.includes(name)) this.fault(name, `unknown option ${this.label(name)}`, mendOf(name));
    }
  }

  /** Refuses what is written and yet undefined, where that is not as good as absent. */
  refuseBlanks(): void {
    for (const name of Object.keys(this.#given).filter((one) => !this.has(one))) {
      this.fault(name, `${this.label(name)} is undefined`, 'mend what makes it, or leave it out');
    }
  }

  text(name: string, charsMax = textCharsMax): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.trim() === '') {
      return this.fault(name, `${this.label(name)} is ${show(value)}, not a text`, 'write a text that is not empty');
    }
    if (value.length > charsMax) {
      return this.fault(name, `${this.label(name)} has ${value.length} characters`, `write at most ${charsMax}`);
    }
    if (value.includes('{{secret:')) {
      return this.fault(
        name,
        `${this.label(name)} holds a secret, which is never filled in there`,
        'use secrets in url, query, headers, auth, json, form or body of an http probe only',
      );
    }
    return value;
  }

  /** Like {@link text}, and the option must be there. */
  needed(name: string, mend: string): string | undefined {
    if (this.has(name)) return this.text(name);
    return this.fault(name, `${this.label(name)} is missing`, mend);
  }

  /** A duration, in milliseconds. */
  duration(name: string, range: Range): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms === undefined) {
      const meant = durationMeant(value);
      return this.fault(
        name,
        `${this.label(name)} ${show(value)} is not a duration`,
        meant === undefined
          ? "write a number with a unit (ms, s, m, h or d), such as '800ms', '30s' or '5m'"
          : `write ${show(meant)}: a number with a unit (ms, s, m, h or d)`,
      );
    }
    if (ms < range.min || ms > range.max) {
      const bounds = `from ${formatDuration(range.min)} to ${formatDuration(range.max)}`;
      const side = ms < range.min ? 'too short' : 'too long';
      return this.fault(name, `${this.label(name)} ${String(value)} is ${side}`, `write a duration ${bounds}`);
    }
    return ms;
  }

  whole(name: string, range: Range): number | undefined {
    const value = this.number(name, range);
    if (value === undefined || Number.isInteger(value)) return value;
    return this.fault(name, `${this.label(name)} ${value} is not a whole number`, 'write a whole number');
  }

  number(name: string, range: Range): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const bounds = `a number from ${range.min} to ${range.max}`;
    if (typeof value !== 'number') {
      const meant = typeof value === 'string' ? Number.parseFloat(value) : Number.NaN;
      const mend = meant >= range.min && meant <= range.max ? `${meant}, without quotes and unit` : bounds;
      return this.fault(name, `${this.label(name)} is ${show(value)}, not a number`, `write ${mend}`);
    }
    if (!(value >= range.min && value <= range.max)) {
      return this.fault(name, `${this.label(name)} ${show(value)} is out of range`, `write ${bounds}`);
    }
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fault(name, `${this.label(name)} is ${show(value)}`, 'write true or false');
  }

  oneOf<const T extends string | number>(name: string, values: readonly T[]): T | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const found = values.find((known) => known === value);
    if (found !== undefined) return found;
    const meant = values.find((known) => String(known) === String(value));
    const near = nearest(String(value), values.map(String));
    const all = values.map(show).join(', ');
    const mend =
      meant !== undefined
        ? `write ${show(meant)}${typeof meant === 'number' ? ', without quotes' : ''}`
        : near !== undefined
          ? `did you mean ${show(near)}?`
          : `write one of ${all}`;
    return this.fault(name, `${this.label(name)} ${show(value)} is not known`, mend);
  }

  /** A list of texts, without repeats. */
  list(name: string): string[] | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((part) => typeof part === 'string')) {
      const mend = "write a list of names, such as ['one', 'two']";
      return this.fault(name, `${this.label(name)} is ${show(value)}, not a list of names`, mend);
    }
    return [...new Set(value)];
  }

  /** Every name of a list must be one of those known; each that is not is a fault. */
  namesFrom(name: string, known: readonly string[], what: string): string[] | undefined {
    const names = this.list(name);
    const wrong = names?.filter((one) => !known.includes(one)) ?? [];
    for (const one of wrong) {
      const message = `unknown ${what} '${one}' in ${this.label(name)}`;
      const mend = suggest(one, known, 'add it to landscape.ts');
      this.#problems.push({ path: [...this.#path, name, one], message, mend });
    }
    return wrong.length === 0 ? names : undefined;
  }

  /** An address that people or browsers open. */
  address(name: string, schemes: readonly string[] = ['http:', 'https:']): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url !== undefined && schemes.includes(url.protocol) && url.hostname !== '') return value;
    const mend = `write an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`;
    return this.fault(name, `${this.label(name)} ${show(value)} is not an address`, mend);
  }

  /** The options of an option. */
  inner(name: string): OptionReader | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (isRecord(value)) return new OptionReader(value, [...this.#path, name], this.#problems);
    return this.fault(name, `${this.label(name)} is ${show(value)}`, 'write an object: { … }');
  }
}
