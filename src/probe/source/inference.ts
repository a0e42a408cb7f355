/**
 * What the expressions of a bundle are: from what a journey's script is given, through variables, arguments, functions
 * and classes of the author's own. What cannot be told stays unknown, so that nobody is blamed on a guess.
 */
import type { AnyNode, CallExpression } from 'acorn';
import { memberByName } from './inferred-member.ts';
import { valueOfName } from './inferred-name.ts';
import { type FunctionNode, isClass, isFunction, keyOf, type Name, type Program } from './program.ts';
import { awaited, commonOf, instanceOf, membersOf, plain, type Value, waiting } from './value.ts';

/** What the parts of the inference ask one another. */
export interface Inference {
  readonly program: Program;
  /** What an expression is; `undefined` where that cannot be told. */
  valueOf(node: AnyNode): Value | undefined;
  /** What a call of a function gives. */
  resultOf(node: FunctionNode): Value | undefined;
}

/** Looks at each node and name once; a circle is unknown. */
export function inferenceOf(program: Program): Inference {
  const known = new Map<AnyNode | Name, Value | undefined>();
  const inference: Inference = {
    program,
    valueOf(node) {
      const key = node.type === 'Identifier' ? program.nameOf(node) : node;
      if (key === undefined) return undefined;
      const before = known.get(key);
      if (before !== undefined || known.has(key)) return before;
      known.set(key, undefined);
      const value = 'definitions' in key ? valueOfName(inference, key) : infer(inference, key);
      known.set(key, value);
      return value;
    },
    resultOf: (node) => resultOf(inference, node),
  };
  return inference;
}

function infer(look: Inference, node: AnyNode): Value | undefined {
  if (isFunction(node)) return { kind: 'function', node };
  if (isClass(node)) return { kind: 'class', node };
  switch (node.type) {
    case 'Literal':
    case 'TemplateLiteral':
    case 'UnaryExpression':
    case 'BinaryExpression':
    case 'UpdateExpression':
      return plain;
    case 'ChainExpression':
      return look.valueOf(node.expression);
    case 'AwaitExpression':
      return awaited(look.valueOf(node.argument));
    case 'AssignmentExpression':
      return node.operator === '=' ? look.valueOf(node.right) : undefined;
    case 'SequenceExpression':
      return look.valueOf(node.expressions.at(-1) ?? node);
    case 'ConditionalExpression':
      return commonOf([look.valueOf(node.consequent), look.valueOf(node.alternate)]);
    case 'LogicalExpression':
      return commonOf([look.valueOf(node.left), look.valueOf(node.right)]);
    case 'ObjectExpression':
      return { kind: 'record', node };
    case 'ArrayExpression':
      return tupleOf(look, node.elements);
    case 'ThisExpression':
      return valueOfThis(look, node);
    case 'NewExpression': {
      const made = look.valueOf(node.callee);
      return made?.kind === 'class' ? { kind: 'object', of: made.node } : undefined;
    }
    case 'MemberExpression': {
      const name = keyOf(node, node.property);
      const object = look.valueOf(node.object);
      if (name !== undefined) return memberByName(look, object, name);
      return object?.kind === 'list' ? object.of : undefined;
    }
    case 'CallExpression':
      return valueOfCall(look, node);
    default:
      return undefined;
  }
}

function tupleOf(look: Inference, elements: readonly (AnyNode | null)[]): Value | undefined {
  if (elements.some((element) => element?.type === 'SpreadElement')) return undefined;
  return { kind: 'tuple', of: elements.map((element) => (element === null ? plain : look.valueOf(element))) };
}

/** The instance whose method or field this is; arrow functions pass it on. */
function valueOfThis(look: Inference, node: AnyNode): Value | undefined {
  for (const at of look.program.outwards(node)) {
    if (at.type === 'MethodDefinition' || at.type === 'PropertyDefinition') {
      const around = look.program.outwards(at).find(isClass);
      return at.static || around === undefined ? undefined : { kind: 'object', of: around };
    }
    const method = look.program.parentOf(at)?.type === 'MethodDefinition';
    if (isFunction(at) && at.type !== 'ArrowFunctionExpression' && !method) return undefined;
  }
  return undefined;
}

function resultOf(look: Inference, node: FunctionNode): Value | undefined {
  if (node.generator) return undefined;
  const given =
    node.body.type === 'BlockStatement'
      ? look.program.returnsOf(node).map(({ argument }) => (argument ? look.valueOf(argument) : plain))
      : [look.valueOf(node.body)];
  const value = given.length === 0 ? plain : commonOf(given);
  return node.async ? { kind: 'promise', of: awaited(value), from: node } : value;
}

/** Methods of a list that give one like it. */
const likeIt = new Set(['filter', 'slice', 'toReversed', 'toSorted', 'reverse', 'sort', 'concat']);

function valueOfCall(look: Inference, node: CallExpression): Value | undefined {
  const { callee } = node;
  if (callee.type === 'Super') return undefined;
  if (callee.type === 'MemberExpression') {
    const known = valueOfMethodCall(look, node, callee.object, keyOf(callee, callee.property));
    if (known !== undefined) return known;
  }
  const called = look.valueOf(callee);
  switch (called?.kind) {
    case 'method':
      return valueOfPlaywrightCall(node, called);
    case 'function': {
      const result = look.resultOf(called.node);
      return result?.kind === 'promise' ? { ...result, from: node } : result;
    }
    case 'tool': {
      if (called.name !== 'step') return plain;
      const body = look.valueOf(node.arguments[1] ?? callee);
      const result = body?.kind === 'function' ? awaited(look.resultOf(body.node)) : undefined;
      return { kind: 'promise', of: result, from: node };
    }
    case 'expect':
      return { kind: 'assertion', subject: node.arguments[0], waits: called.polls };
    case 'matcher':
      return called.waits || waiting.has(called.name) ? { kind: 'promise', of: plain, from: node } : undefined;
    default:
      return undefined;
  }
}

/** Calls of what is no class of Playwright's: lists, `Promise.all`, `expect.configure`. */
function valueOfMethodCall(
  look: Inference,
  node: CallExpression,
  object: AnyNode,
  name: string | undefined,
): Value | undefined {
  const [first] = node.arguments;
  if (object.type === 'Identifier' && object.name === 'Promise' && look.program.nameOf(object) === undefined) {
    return first === undefined ? undefined : valueOfAll(node, name, look.valueOf(first));
  }
  const of = look.valueOf(object);
  if (of?.kind === 'expect' && (name === 'configure' || name === 'extend')) return of;
  const element = of?.kind === 'list' ? of.of : of?.kind === 'tuple' ? commonOf(of.of) : undefined;
  if (of?.kind === 'list' && likeIt.has(name ?? '')) return of;
  if (name === 'at' || name === 'find' || name === 'pop' || name === 'shift') return element;
  if (name !== 'map' || first === undefined) return undefined;
  const mapped = look.valueOf(first);
  const result = mapped?.kind === 'function' ? look.resultOf(mapped.node) : undefined;
  return result === undefined ? undefined : { kind: 'list', of: result };
}

/** `Promise.all` and its like, where a promise is known to be among what they wait for. */
function valueOfAll(node: CallExpression, name: string | undefined, given: Value | undefined): Value | undefined {
  if (!['all', 'allSettled', 'any', 'race'].includes(name ?? '')) return undefined;
  const parts = given?.kind === 'tuple' ? given.of : given?.kind === 'list' ? [given.of] : [];
  if (!parts.some((part) => part?.kind === 'promise')) return undefined;
  if (name !== 'all') return { kind: 'promise', of: undefined, from: node };
  const of: Value =
    given?.kind === 'list' ? { kind: 'list', of: awaited(given.of) } : { kind: 'tuple', of: parts.map(awaited) };
  return { kind: 'promise', of, from: node };
}

function valueOfPlaywrightCall(
  node: CallExpression,
  { of, name, guessed }: Extract<Value, { kind: 'method' }>,
): Value | undefined {
  const members = membersOf(of);
  const [first] = node.arguments;
  const event = first?.type === 'Literal' ? members?.get(`${name}(${String(first.value)})`) : undefined;
  const member = event ?? members?.get(name);
  if (member === undefined) return undefined;
  const result = instanceOf(member.of, guessed);
  return member.how === 'promises' ? { kind: 'promise', of: result, from: node } : (result ?? plain);
}
