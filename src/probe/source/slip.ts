/**
 * A slip of an author's that needs no run to be seen.
 */
import type { AnyNode } from 'acorn';
import type { Inference } from './inference.ts';
import { type FunctionNode, isFunction, keyOf, type Program } from './program.ts';

/** What is wrong, where in the bundle, and the mend. */
export interface Slip {
  readonly node: AnyNode;
  readonly message: string;
  readonly mend: string;
}

/** What a rule may ask. */
export interface Around {
  readonly program: Program;
  readonly look: Inference;
  /** Code as its author knows it, on one line and short. */
  readonly code: (node: AnyNode) => string;
  /** The functions that journeys run. */
  readonly scripts: ReadonlySet<FunctionNode>;
}

/** Calls whose functions run in the browser, where other names mean other things. */
const inBrowser = new Set([
  'evaluate',
  'evaluateHandle',
  'evaluateAll',
  '$eval',
  '$$eval',
  'addInitScript',
  'waitForFunction',
]);

/** Whether a node stands in a function that is handed to the browser. */
export function isInBrowser(node: AnyNode, program: Program): boolean {
  return program.outwards(node).some((at) => {
    const call = isFunction(at) ? program.parentOf(at) : undefined;
    if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
    return call.callee !== at && inBrowser.has(keyOf(call.callee, call.callee.property) ?? '');
  });
}

/** Most nodes have none. */
export const none: readonly Slip[] = [];

/** Looks at one node. */
export type Rule = (node: AnyNode, around: Around) => readonly Slip[];

/** Whether a node stands within a journey's script. */
export function isInScript(node: AnyNode, { program, scripts }: Around): boolean {
  return program.outwards(node).some((at) => scripts.has(at as FunctionNode));
}
