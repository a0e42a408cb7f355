/**
 * Where an option stands: in the call that defines the probe, in an object that is spread into it, in what a function
 * of the author's returns, or in a file that several probes share.
 */
import type { AnyNode, CallExpression, ObjectExpression } from 'acorn';
import type { Site } from '../dsl-value.ts';
import { isFunction, keyOf, type Program } from './program.ts';

/** Variables of variables and so on: deeper nobody looks. */
const depthMax = 24;

/** A property, or an element of a list: its place, and its value. */
interface Found {
  readonly at: AnyNode;
  readonly value: AnyNode;
}

/** Finds options, starting at the calls that led to a definition, innermost first. */
export class OptionPlaces {
  readonly #program: Program;
  readonly #calls: readonly CallExpression[];

  constructor(program: Program, sites: readonly Pick<Site, 'line' | 'column'>[]) {
    this.#program = program;
    this.#calls = sites.flatMap((site) => program.callAt(site) ?? []);
  }

  /** The id of a probe, or a journey's script. */
  argument(which: 'id' | 'script'): AnyNode | undefined {
    return this.#calls[0]?.arguments[which === 'id' ? 0 : 2];
  }

  /** The innermost part of a path of options that is written anywhere; `undefined` if not even the first is. */
  find(path: readonly string[]): AnyNode | undefined {
    const call = this.#calls[0];
    if (call === undefined) return undefined;
    // A landscape is defined by its options alone.
    let value = call.arguments[call.arguments.length === 1 ? 0 : 1];
    let at: AnyNode | undefined;
    for (const name of path) {
      const found: Found | undefined = value === undefined ? undefined : this.#part(value, name, 0);
      if (found === undefined) return at;
      at = found.at;
      value = found.value as typeof value;
    }
    return at;
  }

  #part(node: AnyNode, name: string, depth: number): Found | undefined {
    if (depth > depthMax) return undefined;
    const within = (inner: AnyNode | null | undefined) => (inner ? this.#part(inner, name, depth + 1) : undefined);
    if (isFunction(node)) return node.body.type === 'BlockStatement' ? this.#returned(node, within) : within(node.body);
    switch (node.type) {
      case 'ObjectExpression':
        return this.#property(node, name, within);
      case 'ArrayExpression': {
        const element = node.elements.find((one) => one?.type === 'Literal' && one.value === name);
        return element ? { at: element, value: element } : undefined;
      }
      case 'Identifier':
        return within(this.#meaning(node));
      case 'MemberExpression': {
        const key = keyOf(node, node.property);
        return within(key === undefined ? undefined : this.#part(node.object, key, depth + 1)?.value);
      }
      case 'ConditionalExpression':
        return within(node.consequent) ?? within(node.alternate);
      case 'LogicalExpression':
        return within(node.left) ?? within(node.right);
      case 'AwaitExpression':
        return within(node.argument);
      case 'CallExpression':
        return node.arguments.map(within).find((found) => found !== undefined) ?? within(node.callee);
      default:
        return undefined;
    }
  }

  #property(node: ObjectExpression, name: string, within: (inner: AnyNode) => Found | undefined): Found | undefined {
    for (const property of node.properties.toReversed()) {
      if (property.type === 'Property') {
        if (keyOf(property, property.key) === name) return { at: property.key, value: property.value };
        continue;
      }
      const spread = within(property.argument);
      if (spread !== undefined) return spread;
    }
    return undefined;
  }

  #returned(node: AnyNode, within: (inner: AnyNode) => Found | undefined): Found | undefined {
    if (!isFunction(node)) return undefined;
    const given = this.#program.returnsOf(node).flatMap(({ argument }) => argument ?? []);
    return given.map(within).find((found) => found !== undefined);
  }

  /** What a name was given: by its variable, or as an argument of one of the calls that led here. */
  #meaning(node: AnyNode): AnyNode | undefined {
    const definition = this.#program.nameOf(node)?.definitions[0];
    const { node: made, index } = definition ?? {};
    if (made?.type === 'VariableDeclarator') return made.init ?? undefined;
    if (made === undefined || !isFunction(made)) return undefined;
    if (definition?.type === 'FunctionName') return made;
    const called = this.#calls.find(({ callee }) => this.#functionOf(callee) === made);
    return index === undefined ? undefined : called?.arguments[index];
  }

  #functionOf(callee: AnyNode): AnyNode | undefined {
    const made = this.#program.nameOf(callee)?.definitions[0]?.node;
    return made?.type === 'VariableDeclarator' ? (made.init ?? undefined) : made;
  }
}
