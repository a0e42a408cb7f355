/**
 * Promises that nobody awaits: the journey goes on without them, and passes without having looked.
 */
import type { AnyNode, CallExpression, Expression, VariableDeclarator } from 'acorn';
import { idle } from './idle.ts';
import { keyOf, type Use } from './program.ts';
import { type Around, none, type Rule, type Slip } from './slip.ts';

/** Statements that drop a promise, or that do nothing at all. */
export const droppedPromises: Rule = (node, around) =>
  node.type === 'ExpressionStatement' ? dropped(node.expression, around) : none;

function dropped(node: Expression, around: Around): Slip[] {
  switch (node.type) {
    case 'ConditionalExpression':
      return [...dropped(node.consequent, around), ...dropped(node.alternate, around)];
    case 'LogicalExpression':
      return dropped(node.right, around);
    case 'SequenceExpression':
      return node.expressions.flatMap((one) => dropped(one, around));
    case 'ChainExpression':
      return dropped(node.expression, around);
    case 'AwaitExpression':
      return [...loops(node.argument, around), ...idle(node.argument, around)];
    case 'CallExpression': {
      const value = around.look.valueOf(node);
      if (value?.kind === 'promise') return [unawaited(node, around)];
      return [...loops(node, around), ...idle(node, around)];
    }
    case 'MemberExpression':
    case 'Identifier':
      return idle(node, around);
    default:
      return [];
  }
}

function unawaited(node: CallExpression, around: Around): Slip {
  const called = around.look.valueOf(node.callee);
  const code = around.code(node);
  const so =
    called?.kind === 'matcher'
      ? 'nothing is checked'
      : called?.kind === 'tool'
        ? 'the journey goes on, and can pass, without this step'
        : 'the journey goes on without it';
  return { node, message: `${code} is not awaited, so ${so}`, mend: awaitMend(node, code, around) };
}

/** `write await …`, and where that cannot be written what must change around it. */
function awaitMend(node: AnyNode, code: string, { program }: Around): string {
  const within = program.functionAround(node);
  return `write await ${code}${within === undefined || within.async ? '' : ', and async before the function around it'}`;
}

/** `forEach` and `map` with a function whose promises they drop. */
function loops(node: AnyNode, around: Around): Slip[] {
  const { look } = around;
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
  const name = keyOf(node.callee, node.callee.property);
  const [first] = node.arguments;
  const each = first === undefined ? undefined : look.valueOf(first);
  if ((name !== 'forEach' && name !== 'map') || each?.kind !== 'function') return [];
  if (!each.node.async && look.resultOf(each.node)?.kind !== 'promise') return [];
  const list = around.code(node.callee.object);
  const message = `${list}.${name}(…) does not wait for what its function does`;
  const [one] = each.node.params;
  const element = one?.type === 'Identifier' ? around.code(one) : 'one';
  return [{ node, message, mend: `write for (const ${element} of ${list}) { await … }` }];
}

/** Promises used as if they were what they come to. */
export const mistakenPromises: Rule = (node, around) => {
  if (node.type === 'VariableDeclarator') return keptPromise(node, around);
  const promise = promiseOf(node, around);
  if (promise === undefined) return none;
  const use = misuse(promise, around);
  if (use === undefined) return none;
  const code = around.code(promise);
  return [{ node: promise, message: `${code} is a promise here, and ${use}`, mend: mendOf(promise, around) }];
};

function promiseOf(node: AnyNode, { look }: Around): CallExpression | undefined {
  if (node.type !== 'CallExpression') return undefined;
  return look.valueOf(node)?.kind === 'promise' ? node : undefined;
}

/** What befalls a promise where it stands; `undefined` where it is awaited, kept or handed on. */
function misuse(node: AnyNode, around: Around): string | undefined {
  const { program, look } = around;
  const parent = program.parentOf(node);
  switch (parent?.type) {
    case 'ChainExpression':
      return misuse(parent, around);
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
    case 'ConditionalExpression':
      return parent.test === node ? 'a promise is always true' : undefined;
    case 'LogicalExpression':
      return parent.left === node && parent.operator !== '??' ? 'a promise is always true' : undefined;
    case 'UnaryExpression':
      return parent.operator === '!' ? 'a promise is always true' : undefined;
    case 'BinaryExpression':
      return parent.operator === 'in' || parent.operator === 'instanceof' ? undefined : 'not yet what it comes to';
    case 'TemplateLiteral':
    case 'SpreadElement':
      return 'not yet what it comes to';
    case 'ForOfStatement':
      return parent.right === node && !parent.await ? 'not yet what it comes to' : undefined;
    case 'MemberExpression': {
      if (parent.object !== node) return undefined;
      const name = keyOf(parent, parent.property);
      if (name !== undefined && ['then', 'catch', 'finally'].includes(name)) return undefined;
      return `a promise has no ${name ?? 'such part'}`;
    }
    case 'CallExpression': {
      if (parent.callee === node || look.valueOf(parent.callee)?.kind !== 'expect') return undefined;
      const next = program.parentOf(parent);
      const settled = next?.type === 'MemberExpression' ? keyOf(next, next.property) : undefined;
      if (settled === 'resolves' || settled === 'rejects') return undefined;
      return 'expect looks at the promise, not at what it comes to';
    }
    default:
      return undefined;
  }
}

/** What Playwright's own matchers look at again and again, until it is as expected or the time is up. */
const better: Readonly<Record<string, string>> = {
  isVisible: 'toBeVisible()',
  isHidden: 'toBeHidden()',
  isEnabled: 'toBeEnabled()',
  isDisabled: 'toBeDisabled()',
  isChecked: 'toBeChecked()',
  isEditable: 'toBeEditable()',
  textContent: 'toHaveText(…)',
  innerText: 'toHaveText(…)',
  inputValue: 'toHaveValue(…)',
  count: 'toHaveCount(…)',
};

function mendOf(node: CallExpression, around: Around): string {
  const code = around.code(node);
  const { callee } = node;
  const expected = around.program.parentOf(node)?.type === 'CallExpression';
  const matcher = callee.type === 'MemberExpression' ? better[keyOf(callee, callee.property) ?? ''] : undefined;
  if (expected && matcher !== undefined && callee.type === 'MemberExpression') {
    const subject = around.look.valueOf(callee.object);
    if (subject?.kind === 'instance' && subject.of === 'Locator')
      return `write await expect(${around.code(callee.object)}).${matcher}`;
  }
  if (expected) return `write expect(await ${code})`;
  const part = around.program.parentOf(node);
  return part?.type === 'MemberExpression'
    ? `write (await ${code}).${keyOf(part, part.property) ?? '…'}`
    : `write await ${code}`;
}

/** A variable that holds a promise which nobody ever awaits. */
function keptPromise({ id, init }: VariableDeclarator, around: Around): Slip[] {
  const { program, look } = around;
  const call = init?.type === 'ChainExpression' ? init.expression : init;
  if (call?.type !== 'CallExpression' || look.valueOf(call)?.kind !== 'promise') return [];
  const code = around.code(call);
  if (id.type !== 'Identifier') {
    const message = `${code} is a promise here, which cannot be taken apart`;
    return [{ node: call, message, mend: awaitMend(call, code, around) }];
  }
  const uses = program.nameOf(id)?.uses.filter(({ initial }) => !initial) ?? [];
  if (uses.some((use) => use.writes || !isMistaken(use, around))) return [];
  if (uses.length === 0) return [unawaited(call, around)];
  const message = `${id.name} is the promise of ${code}, not what it comes to`;
  return [{ node: call, message, mend: awaitMend(call, code, around) }];
}

function isMistaken({ identifier }: Use, around: Around): boolean {
  const parent = around.program.parentOf(identifier);
  return parent?.type === 'ExpressionStatement' || misuse(identifier, around) !== undefined;
}
