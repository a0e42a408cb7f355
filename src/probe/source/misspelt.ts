/**
 * Methods and matchers that Playwright does not have. Types are gone when a probe is loaded, so nothing else sees
 * them before they are called.
 */
import type { AnyNode } from 'acorn';
import { nearest } from '../problem.ts';
import { keyOf } from './program.ts';
import { type Around, none, type Rule } from './slip.ts';
import { immediate, membersOf, type Value, waiting } from './value.ts';

/** What every object has, beyond what the declarations say. */
const everywhere = new Set(Object.getOwnPropertyNames(Object.prototype));

export const misspelt: Rule = (node, around) => {
  if (node.type !== 'MemberExpression') return none;
  const name = keyOf(node, node.property);
  const parent = around.program.parentOf(node);
  const called = parent?.type === 'CallExpression' && parent.callee === node;
  if (name === undefined || !called || everywhere.has(name)) return none;
  const said = sayMember(around.look.valueOf(node.object), name, node.object, around);
  // The line of the name, which in a long chain is not that of its beginning.
  return said === undefined ? [] : [{ node: node.property, ...said }];
};

function sayMember(
  of: Value | undefined,
  name: string,
  object: AnyNode,
  around: Around,
): { message: string; mend: string } | undefined {
  if (of?.kind === 'assertion') return sayMatcher(name, object, around);
  if (of?.kind !== 'instance' || of.guessed) return undefined;
  const members = membersOf(of.of);
  if (members === undefined || members.has(name)) return undefined;
  const code = around.code(object);
  const message = `${code} has no ${name}`;
  if (waiting.has(name) || immediate.has(name)) {
    return { message: `${message}: it is expect that has it`, mend: `write await expect(${code}).${name}(…)` };
  }
  const meant = nearest(name, [...members.keys()]);
  const mend =
    meant === undefined ? `look up what Playwright calls it: ${of.of} has other names` : `did you mean ${meant}?`;
  return { message, mend };
}

/** `expect.extend({ … })`: then there may be any. */
function addsMatchers({ program }: Around): boolean {
  return program.calls.some(
    ({ callee }) => callee.type === 'MemberExpression' && keyOf(callee, callee.property) === 'extend',
  );
}

function sayMatcher(name: string, object: AnyNode, around: Around): { message: string; mend: string } | undefined {
  if (waiting.has(name) || immediate.has(name) || addsMatchers(around)) return undefined;
  const meant = nearest(name, [...waiting, ...immediate]);
  const mend = meant === undefined ? 'use a matcher of Playwright, such as toBeVisible' : `did you mean ${meant}?`;
  return { message: `${around.code(object)} has no matcher ${name}`, mend };
}
