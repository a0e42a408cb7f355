/**
 * Code as a message shows it: on one line and short, so that its author finds it again.
 */
import type { AnyNode, CallExpression, Identifier } from 'acorn';
import { keyOf } from './program.ts';

const charsMax = 60;
const textCharsMax = 40;

/** What the author calls something: the bundler may have had to find another name. */
export type NameWritten = (identifier: Identifier) => string;

/** `page.getByRole('button', …).click()`. */
export function codeOf(node: AnyNode, nameOf: NameWritten): string {
  const whole = written(node, nameOf);
  if (whole.length <= charsMax) return whole;
  const parts = chainOf(node);
  // The middle of a long chain says least.
  const [first = '', ...rest] = parts.map((part) => written(part, nameOf));
  const last = rest.slice(-1);
  return rest.length > 1 ? `${first}.….${last.join('')}` : `${whole.slice(0, charsMax - 1)}…`;
}

function written(node: AnyNode, nameOf: NameWritten): string {
  const of = (part: AnyNode) => written(part, nameOf);
  switch (node.type) {
    case 'Identifier':
      return nameOf(node);
    case 'PrivateIdentifier':
      return `#${node.name}`;
    case 'ThisExpression':
      return 'this';
    case 'Literal':
      return typeof node.value === 'string' ? textOf(node.value) : (node.raw ?? '…');
    case 'ChainExpression':
      return of(node.expression);
    case 'AwaitExpression':
      return `await ${of(node.argument)}`;
    case 'NewExpression':
      return `new ${of(node.callee)}(${node.arguments.length === 0 ? '' : '…'})`;
    case 'MemberExpression':
      return node.computed && keyOf(node, node.property) === undefined
        ? `${of(node.object)}[…]`
        : `${of(node.object)}.${keyOf(node, node.property) ?? '…'}`;
    case 'CallExpression':
      return `${of(node.callee)}${argumentsOf(node, of)}`;
    default:
      return '…';
  }
}

function textOf(text: string): string {
  return text.length <= textCharsMax && !/['\n]/.test(text) ? `'${text}'` : "'…'";
}

/** The first argument where it is a text or a name; of the others only that they are there. */
function argumentsOf(node: CallExpression, of: (part: AnyNode) => string): string {
  const [first, ...rest] = node.arguments;
  if (first === undefined) return '()';
  const shown = first.type === 'Literal' || first.type === 'Identifier' ? of(first) : '…';
  return rest.length === 0 || shown === '…' ? `(${shown})` : `(${shown}, …)`;
}

/** What a chain of calls begins with, and each of its links, without what stands before. */
function chainOf(node: AnyNode): AnyNode[] {
  if (node.type === 'ChainExpression') return chainOf(node.expression);
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    const { object, property } = node.callee;
    return [...chainOf(object), { ...node, callee: property } as CallExpression];
  }
  if (node.type === 'MemberExpression') return [...chainOf(node.object), node.property];
  return [node];
}
