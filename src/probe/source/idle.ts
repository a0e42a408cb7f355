/**
 * What looks as if it did something and does nothing: a locator alone, a method or matcher that is not called, an
 * `expect` without a matcher. The journey passes it by.
 */
import type { AnyNode, CallExpression } from 'acorn';
import { isFunction, keyOf } from './program.ts';
import { type Around, none, type Rule, type Slip } from './slip.ts';
import { immediate, type Value } from './value.ts';

/** What is wrong with a statement, awaited or not, that is no more than this expression. */
export function idle(node: AnyNode, around: Around): Slip[] {
  const { look } = around;
  if (node.type === 'ChainExpression') return idle(node.expression, around);
  if (node.type === 'CallExpression') {
    const called = look.valueOf(node.callee);
    if (called?.kind === 'tool' && called.name === 'step') return idleStep(node, around);
    // A function of the author's may give a locator back besides what it does.
    if (called?.kind === 'function') return [];
  } else if (node.type !== 'MemberExpression') return [];
  const value = look.valueOf(node);
  return value === undefined || !isIdle(value) ? [] : [{ node, ...sayIdle(value, around.code(node)) }];
}

/** `step('see it', () => page.getByText('…'))`. */
function idleStep(node: CallExpression, around: Around): Slip[] {
  const body = around.look.valueOf(node.arguments[1] ?? node.callee);
  if (body?.kind !== 'function' || body.node.body.type === 'BlockStatement') return [];
  const given = body.node.body;
  return idle(given.type === 'AwaitExpression' ? given.argument : given, around);
}

function isIdle(value: Value): boolean {
  return ['assertion', 'method', 'matcher'].includes(value.kind) || isLocator(value);
}

function sayIdle(value: Value, code: string): { message: string; mend: string } {
  if (isLocator(value)) {
    return {
      message: `${code} alone looks at nothing`,
      mend: `write await expect(${code}).toBeVisible(), or what is to be done with it, such as .click()`,
    };
  }
  if (value.kind === 'assertion') {
    return { message: `${code} expects nothing`, mend: `add a matcher: await ${code}.toBeVisible()` };
  }
  const so = value.kind === 'matcher' ? 'is checked' : 'happens';
  return { message: `${code} is not called, so nothing ${so}`, mend: `write await ${code}()` };
}

function isLocator(value: Value): boolean {
  return value.kind === 'instance' && (value.of === 'Locator' || value.of === 'FrameLocator');
}

/** A locator where a value must be: in a condition, or before a matcher that compares. */
export const mistakenLocators: Rule = (node, around) => {
  const parent = around.program.parentOf(node);
  const tested = parent !== undefined && isTest(parent, node);
  const given = parent?.type === 'CallExpression' && parent.arguments[0] === node ? parent : undefined;
  if ((!tested && given === undefined) || !isLocatorAt(node, around)) return none;
  if (tested) {
    const code = around.code(node);
    return [{ node, message: `${code} is a locator, which is always true`, mend: `write await ${code}.isVisible()` }];
  }
  if (given === undefined || around.look.valueOf(given.callee)?.kind !== 'expect') return none;
  const matcher = matcherOf(given, around);
  if (matcher === undefined || !immediate.has(matcher)) return none;
  const code = around.code(node);
  const message = `expect(${code}).${matcher} looks at the locator itself, not at the page`;
  return [{ node, message, mend: `write await expect(${code}).${waitingFor[matcher] ?? 'toBeVisible()'}` }];
};

function isTest(around: AnyNode, node: AnyNode): boolean {
  if (around.type === 'IfStatement' || around.type === 'ConditionalExpression') return around.test === node;
  return around.type === 'UnaryExpression' && around.operator === '!';
}

const waitingFor: Readonly<Record<string, string>> = {
  toContain: 'toContainText(…)',
  toMatch: 'toHaveText(…)',
  toBe: 'toHaveText(…)',
  toEqual: 'toHaveText(…)',
  toHaveLength: 'toHaveCount(…)',
};

/** A locator that is one for sure: written out, or kept under a name that never means anything else. */
function isLocatorAt(node: AnyNode, { program, look }: Around): boolean {
  if (node.type === 'Identifier') {
    const name = program.nameOf(node);
    const definition = name?.definitions[0]?.node;
    const fixed = definition?.type === 'VariableDeclarator' && definition.init?.type === 'CallExpression';
    if (!fixed || name?.uses.some(({ writes, initial }) => writes && !initial)) return false;
    const called = definition.init?.type === 'CallExpression' ? look.valueOf(definition.init.callee) : undefined;
    if (called?.kind === 'function') return false;
  } else if (node.type !== 'CallExpression' || look.valueOf(node.callee)?.kind === 'function') return false;
  const value = look.valueOf(node);
  return value !== undefined && isLocator(value);
}

/** The matcher that follows an `expect(…)`. */
function matcherOf(node: CallExpression, { program }: Around): string | undefined {
  for (const at of program.outwards(program.parentOf(node) ?? node)) {
    if (at.type !== 'MemberExpression' || isFunction(at)) return undefined;
    const name = keyOf(at, at.property);
    if (name !== 'not') return name;
  }
  return undefined;
}
