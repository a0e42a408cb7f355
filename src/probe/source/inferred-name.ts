/**
 * What a name of a script stands for: a variable, a parameter, a function, an import.
 */
import type { AnyNode } from 'acorn';
import type { Inference } from './inference.ts';
import { imported, memberByName } from './inferred-member.ts';
import { type Definition, type FunctionNode, isClass, isFunction, keyOf, type Name } from './program.ts';
import { awaited, commonOf, isJourney, plain, type Value } from './value.ts';

/** Parameters of these names are taken for Playwright's, where nothing says otherwise. */
const guesses: Readonly<Record<string, string>> = {
  page: 'Page',
  context: 'BrowserContext',
  request: 'APIRequestContext',
};

export function valueOfName(look: Inference, name: Name): Value | undefined {
  const made = name.definitions.map((definition) => valueOfDefinition(look, definition));
  const later = name.uses
    .filter(({ writes, initial }) => writes && !initial)
    .map(({ written }) => (written === undefined ? undefined : look.valueOf(written)))
    .filter((value) => value !== plain);
  const declaredOnly = later.length > 0 && made.every((value) => value === plain);
  return commonOf(declaredOnly ? later : [...made, ...later]);
}

function valueOfDefinition(look: Inference, { type, name, node, parent, index }: Definition): Value | undefined {
  if (type === 'FunctionName' && isFunction(node)) return { kind: 'function', node };
  if (type === 'ClassName' && isClass(node)) return { kind: 'class', node };
  if (type === 'Parameter' && isFunction(node) && index !== undefined) return valueOfParameter(look, node, index, name);
  if (type === 'Variable' && node.type === 'VariableDeclarator') {
    const loop = parent === undefined ? undefined : look.program.parentOf(parent);
    if (loop?.type === 'ForOfStatement' && loop.left === parent) {
      return along(look, elementOf(look.valueOf(loop.right)), node.id, name);
    }
    return node.init ? along(look, look.valueOf(node.init), node.id, name) : plain;
  }
  if (type !== 'ImportBinding' || parent?.type !== 'ImportDeclaration') return undefined;
  const from = String(parent.source.value);
  if (node.type === 'ImportNamespaceSpecifier') return { kind: 'import', from, name: '*' };
  if (node.type === 'ImportDefaultSpecifier') return imported(from, 'default');
  if (node.type !== 'ImportSpecifier') return undefined;
  const { imported: wanted } = node;
  return imported(from, wanted.type === 'Identifier' ? wanted.name : String(wanted.value));
}

function elementOf(value: Value | undefined): Value | undefined {
  if (value?.kind === 'list') return value.of;
  return value?.kind === 'tuple' ? commonOf(value.of) : undefined;
}

/** What `target` is when `value` is taken apart by a pattern. */
function along(look: Inference, value: Value | undefined, pattern: AnyNode, target: AnyNode): Value | undefined {
  if (pattern === target) return value;
  if (pattern.type === 'AssignmentPattern') return along(look, value, pattern.left, target);
  if (pattern.type === 'ObjectPattern') {
    const property = pattern.properties.find((one) => holds(one, target));
    if (property?.type !== 'Property') return undefined;
    const key = keyOf(property, property.key);
    const part = key === undefined || value === undefined ? undefined : memberByName(look, value, key);
    return along(look, part, property.value, target);
  }
  if (pattern.type !== 'ArrayPattern') return undefined;
  const at = pattern.elements.findIndex((one) => one !== null && holds(one, target));
  const element = pattern.elements[at];
  if (!element || element.type === 'RestElement') return undefined;
  return along(look, value?.kind === 'tuple' ? value.of[at] : elementOf(value), element, target);
}

function holds(around: AnyNode, { start, end }: AnyNode): boolean {
  return around.start <= start && end <= around.end;
}

function valueOfParameter(look: Inference, node: FunctionNode, index: number, name: AnyNode): Value | undefined {
  const pattern = node.params[index];
  if (pattern === undefined || pattern.type === 'RestElement') return undefined;
  const given = argumentOf(look, node, index);
  if (given !== undefined) return along(look, given, pattern, name);
  const guess = name.type === 'Identifier' ? guesses[name.name] : undefined;
  return guess === undefined ? undefined : { kind: 'instance', of: guess, guessed: true };
}

/** What a function is called with, as far as its calls can be seen. */
function argumentOf(look: Inference, node: FunctionNode, index: number): Value | undefined {
  const { program } = look;
  const parent = program.parentOf(node);
  if (parent?.type === 'CallExpression' && parent.callee !== node) {
    return valueHandedTo(look, parent, node, index);
  }
  if (parent?.type === 'MethodDefinition' && parent.kind === 'constructor') {
    const around = program.outwards(parent).find(isClass);
    return argumentOfCalls(look, namedBy(look, around), 'NewExpression', index);
  }
  return argumentOfCalls(look, namedBy(look, node), 'CallExpression', index);
}

/** The name under which a function or class can be called. */
function namedBy(look: Inference, node: AnyNode | undefined): Name | undefined {
  if (node === undefined) return undefined;
  if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id) {
    return look.program.nameOf(node.id);
  }
  const parent = look.program.parentOf(node);
  return parent?.type === 'VariableDeclarator' ? look.program.nameOf(parent.id) : undefined;
}

function argumentOfCalls(
  look: Inference,
  name: Name | undefined,
  type: 'CallExpression' | 'NewExpression',
  index: number,
): Value | undefined {
  const values = (name?.uses ?? []).flatMap(({ identifier }) => {
    const call = look.program.parentOf(identifier);
    if (call?.type !== 'CallExpression' && call?.type !== 'NewExpression') return [];
    if (call.callee !== identifier) return index === 0 && isScriptOf(look, call, identifier) ? [tools] : [];
    if (call.type !== type || call.arguments.some(({ type: kind }) => kind === 'SpreadElement')) return [];
    const argument = call.arguments[index];
    return [argument === undefined ? plain : look.valueOf(argument)];
  });
  const known = values.filter((value) => value !== undefined);
  const common = commonOf(known);
  // Where one call cannot be told, neither can the parameter for sure.
  return common?.kind === 'instance' && known.length < values.length ? { ...common, guessed: true } : common;
}

const tools: Value = { kind: 'tools' };

/** Whether this is what a journey runs. */
function isScriptOf(look: Inference, call: AnyNode, node: AnyNode): boolean {
  if (call.type !== 'CallExpression') return false;
  if (call.arguments[2] === node && isJourney(look.valueOf(call.callee))) return true;
  // A function of the author's may define the journey with what it is handed.
  const called = look.valueOf(call.callee);
  const handed = call.arguments.findIndex(({ start }) => start === node.start);
  const parameter = called?.kind === 'function' ? called.node.params[handed] : undefined;
  const uses = parameter?.type === 'Identifier' ? (look.program.nameOf(parameter)?.uses ?? []) : [];
  return uses.some(({ identifier }) => {
    const inner = look.program.parentOf(identifier);
    return (
      inner?.type === 'CallExpression' && inner.arguments[2] === identifier && isJourney(look.valueOf(inner.callee))
    );
  });
}

/** What a function gets from whom it is handed to: a journey, a list, a promise. */
function valueHandedTo(look: Inference, call: AnyNode, node: FunctionNode, index: number): Value | undefined {
  if (index !== 0 || call.type !== 'CallExpression') return undefined;
  if (isScriptOf(look, call, node)) return tools;
  const { callee } = call;
  if (callee.type !== 'MemberExpression' || call.arguments[0] !== node) return undefined;
  const object = look.valueOf(callee.object);
  const name = keyOf(callee, callee.property) ?? '';
  if (object?.kind === 'promise' && name === 'then') return awaited(object);
  const each = ['forEach', 'map', 'filter', 'find', 'some', 'every', 'flatMap'];
  return each.includes(name) ? elementOf(object) : undefined;
}
