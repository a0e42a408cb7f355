/**
 * What an expression of a script is, as far as that can be told without running it.
 */
import type { AnyNode, ObjectExpression } from 'acorn';
import { immediateMatchers, type PlaywrightClass, playwrightClasses, waitingMatchers } from './playwright-api.ts';
import type { ClassNode, FunctionNode } from './program.ts';

/** What a journey's script is given to call. */
export type Tool = 'step' | 'secret' | 'cleanup';

/** `undefined` stands for what cannot be told. */
export type Value =
  /** Something of Playwright's. `guessed`: only its name says so. */
  | { readonly kind: 'instance'; readonly of: string; readonly guessed: boolean }
  /** A method of Playwright's that was not called. */
  | { readonly kind: 'method'; readonly of: string; readonly name: string; readonly guessed: boolean }
  /** `from` made it. */
  | { readonly kind: 'promise'; readonly of: Value | undefined; readonly from: AnyNode }
  | { readonly kind: 'list'; readonly of: Value | undefined }
  | { readonly kind: 'tuple'; readonly of: readonly (Value | undefined)[] }
  /** A function of the author's. */
  | { readonly kind: 'function'; readonly node: FunctionNode }
  | { readonly kind: 'class'; readonly node: ClassNode }
  /** An instance of a class of the author's. */
  | { readonly kind: 'object'; readonly of: ClassNode }
  | { readonly kind: 'record'; readonly node: ObjectExpression }
  /** All that a journey's script is given. */
  | { readonly kind: 'tools' }
  | { readonly kind: 'tool'; readonly name: Tool }
  /** What a module exports under a name; `*` is all of it. */
  | { readonly kind: 'import'; readonly from: string; readonly name: string }
  /** Playwright's `expect`; `polls` where it asks again and again. */
  | { readonly kind: 'expect'; readonly polls: boolean }
  | { readonly kind: 'assertion'; readonly subject: AnyNode | undefined; readonly waits: boolean }
  | {
      readonly kind: 'matcher';
      readonly name: string;
      readonly subject: AnyNode | undefined;
      readonly waits: boolean;
    }
  /** A text, a number, nothing: what can be no promise. */
  | { readonly kind: 'plain' };

export const plain: Value = { kind: 'plain' };

export const waiting: ReadonlySet<string> = new Set(waitingMatchers.split(/\s/));
export const immediate: ReadonlySet<string> = new Set(immediateMatchers.split(/\s/));

/** What a member of a class of Playwright's gives. */
export interface Member {
  readonly how: 'promises' | 'gives' | 'has';
  readonly of: string;
}

const members = new Map<string, ReadonlyMap<string, Member>>();

/** The members of a class of Playwright's, by name; `undefined` where there is no such class. */
export function membersOf(name: string): ReadonlyMap<string, Member> | undefined {
  const known = members.get(name);
  if (known !== undefined) return known;
  const found = playwrightClasses[name];
  if (found === undefined) return undefined;
  const made = readMembers(found);
  members.set(name, made);
  return made;
}

function readMembers(described: PlaywrightClass): ReadonlyMap<string, Member> {
  const all = (['promises', 'gives', 'has'] as const).flatMap((how) =>
    Object.entries(described[how]).flatMap(([of, names]) =>
      names.split(/\s/).map((name) => [name, { how, of }] as const),
    ),
  );
  return new Map(all);
}

/** Something of Playwright's by the name of its class, or a list of it: `Locator[]`; `''` is unknown. */
export function instanceOf(name: string, guessed: boolean): Value | undefined {
  if (name === '') return undefined;
  if (!name.endsWith('[]')) return { kind: 'instance', of: name, guessed };
  return { kind: 'list', of: { kind: 'instance', of: name.slice(0, -2), guessed } };
}

/** What all of these are, where they are the same; `undefined` otherwise. */
export function commonOf(values: readonly (Value | undefined)[]): Value | undefined {
  const [first, ...rest] = values;
  return first !== undefined && rest.every((value) => same(first, value)) ? first : undefined;
}

function same(a: Value, b: Value | undefined): boolean {
  if (b === undefined || a.kind !== b.kind) return false;
  if (a.kind === 'instance' && b.kind === 'instance') return a.of === b.of;
  if (a.kind === 'promise' && b.kind === 'promise') return a.of === b.of || (a.of !== undefined && same(a.of, b.of));
  if (a.kind === 'list' && b.kind === 'list') return a.of === b.of || (a.of !== undefined && same(a.of, b.of));
  if (a.kind === 'object' && b.kind === 'object') return a.of === b.of;
  if (a.kind === 'function' && b.kind === 'function') return a.node === b.node;
  return a.kind === 'plain' || a.kind === 'tools' || (a.kind === 'tool' && b.kind === 'tool' && a.name === b.name);
}

/** Whether it is what defines journeys. */
export function isJourney(value: Value | undefined): boolean {
  return value?.kind === 'import' && value.from === 'vedette' && value.name === 'journey';
}

/** What awaiting it gives. */
export function awaited(value: Value | undefined): Value | undefined {
  return value?.kind === 'promise' ? value.of : value;
}
