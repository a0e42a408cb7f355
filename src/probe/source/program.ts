/**
 * A bundle's text as a tree, with what its names stand for. The bundle is plain JavaScript: types are gone, and what
 * was imported from other files of the author's lies in it.
 */
import {
  type AnyNode,
  type AssignmentExpression,
  type CallExpression,
  type Identifier,
  parse,
  type ReturnStatement,
} from 'acorn';
import { fullAncestor } from 'acorn-walk';
import { analyze, type Scope, type Variable } from 'eslint-scope';
import type { BundlePlace } from '../problem.ts';

export type FunctionNode = Extract<
  AnyNode,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;

export type ClassNode = Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>;

/** Where a name is made: the node that makes it, what stands around that, and which parameter it is. */
export interface Definition {
  readonly type: Variable['defs'][number]['type'];
  /** The name itself. */
  readonly name: AnyNode;
  readonly node: AnyNode;
  readonly parent: AnyNode | undefined;
  /** Of a parameter. */
  readonly index: number | undefined;
}

/** A place where a name is used. */
export interface Use {
  readonly identifier: Identifier;
  readonly writes: boolean;
  /** The write with which the name is made. */
  readonly initial: boolean;
  /** What is written, where it is the whole value. */
  readonly written: AnyNode | undefined;
}

/** What a name stands for. */
export interface Name {
  readonly name: string;
  readonly definitions: readonly Definition[];
  readonly uses: readonly Use[];
}

/** What stands around a node is kept with it: a map of a thousand bundles' nodes would be slow to build. */
const around = Symbol('around');
type Linked = AnyNode & { [around]?: AnyNode | undefined };

export class Program {
  /** Every node, those within others first. */
  readonly nodes: readonly AnyNode[];
  readonly calls: readonly CallExpression[];
  readonly #variables = new Map<AnyNode, Variable>();
  readonly #names = new Map<Variable, Name>();
  #returns: Map<FunctionNode | undefined, ReturnStatement[]> | undefined;
  #fields: Map<AnyNode | undefined, AssignmentExpression[]> | undefined;
  /** Names that nothing in the bundle makes, and the scope that each stands in. */
  readonly #unknown = new Map<AnyNode, Scope>();

  /** Where each line begins. */
  readonly #lines: readonly number[];

  /** @throws SyntaxError when the parser cannot read it */
  constructor(text: string) {
    const end = text.lastIndexOf('\n//# sourceMappingURL=');
    const code = end < 0 ? text : text.slice(0, end);
    this.#lines = lineStarts(code);
    const root = parse(code, { ecmaVersion: 'latest', sourceType: 'module', ranges: true });
    const nodes: AnyNode[] = [];
    fullAncestor(root, (node: Linked, _state, ancestors) => {
      nodes.push(node);
      node[around] = ancestors[ancestors.length - 2];
    });
    this.nodes = nodes;
    this.calls = nodes.filter((node) => node.type === 'CallExpression');
    // The two packages describe one and the same tree with types of their own.
    const scopes = analyze(root as never, { ecmaVersion: 2026, sourceType: 'module' });
    for (const scope of scopes.scopes) {
      for (const { identifier, resolved } of scope.references) {
        if (resolved !== null) this.#variables.set(identifier as unknown as AnyNode, resolved);
      }
      for (const variable of scope.variables) {
        for (const name of variable.identifiers) this.#variables.set(name as unknown as AnyNode, variable);
      }
    }
    for (const { identifier, from } of scopes.globalScope?.through ?? []) {
      this.#unknown.set(identifier as unknown as AnyNode, from);
    }
  }

  parentOf(node: Linked): AnyNode | undefined {
    return node[around];
  }

  /** Where a node begins, counted from 1. */
  placeOf({ start }: AnyNode): BundlePlace {
    let [low, high] = [0, this.#lines.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] ?? 0) <= start) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: start - (this.#lines[low] ?? 0) + 1 };
  }

  /** The node and what stands around it, innermost first. */
  *outwards(node: AnyNode): Generator<AnyNode> {
    for (let at: Linked | undefined = node; at !== undefined; at = at[around]) yield at;
  }

  /** The function in which a node stands; the node itself does not count. */
  functionAround(node: AnyNode): FunctionNode | undefined {
    const parent = this.parentOf(node);
    return parent === undefined ? undefined : this.outwards(parent).find(isFunction);
  }

  /** What a name stands for; `undefined` for what nothing in the bundle makes. */
  nameOf(identifier: AnyNode): Name | undefined {
    const variable = this.#variables.get(identifier);
    if (variable === undefined) return undefined;
    const known = this.#names.get(variable) ?? nameOf(variable);
    this.#names.set(variable, known);
    return known;
  }

  /** Whether it is a name that nothing in the bundle makes: Node's own, or nobody's. */
  isUnknown(identifier: AnyNode): boolean {
    return this.#unknown.has(identifier);
  }

  /** The names that an unknown one could have been: all that are made around it. */
  namesAround(identifier: AnyNode): string[] {
    const names: string[] = [];
    for (let scope = this.#unknown.get(identifier) ?? null; scope !== null; scope = scope.upper) {
      names.push(...scope.set.keys());
    }
    return names;
  }

  /** The return statements of a function, not those of functions within it. */
  returnsOf(around: FunctionNode): readonly ReturnStatement[] {
    this.#returns ??= Map.groupBy(
      this.nodes.filter((node) => node.type === 'ReturnStatement'),
      (node) => this.functionAround(node),
    );
    return this.#returns.get(around) ?? [];
  }

  /** What is assigned to fields of `this` in a class, by field; private ones begin with `#`. */
  fieldsOf(around: ClassNode): ReadonlyMap<string, readonly AnyNode[]> {
    this.#fields ??= Map.groupBy(
      this.nodes.filter((node) => node.type === 'AssignmentExpression'),
      (node): AnyNode | undefined => this.outwards(node).find(isClass),
    );
    const fields = new Map<string, AnyNode[]>();
    for (const { left, right, operator } of this.#fields.get(around) ?? []) {
      if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression' || operator !== '=') continue;
      const name = keyOf(left, left.property);
      if (name !== undefined) fields.set(name, [...(fields.get(name) ?? []), right]);
    }
    return fields;
  }

  /** What is exported under a name. */
  exportOf(name: string): AnyNode | undefined {
    for (const node of this.nodes) {
      if (node.type !== 'ExportNamedDeclaration') continue;
      const found = node.specifiers.find(({ exported }) => exported.type === 'Identifier' && exported.name === name);
      if (found !== undefined) return this.nameOf(found.local)?.definitions[0]?.node;
    }
    return undefined;
  }

  /** Where running the module can wait or turn for ever: its own awaits and endless loops. */
  waits(): AnyNode[] {
    const waiting = this.nodes.filter(
      (node) =>
        node.type === 'AwaitExpression' ||
        (node.type === 'ForOfStatement' && node.await) ||
        (node.type === 'ForStatement' && !node.test) ||
        ((node.type === 'WhileStatement' || node.type === 'DoWhileStatement') && node.test.type === 'Literal'),
    );
    return waiting.filter((node) => this.functionAround(node) === undefined);
  }

  /** The call that a stack's frame points at. */
  callAt({ line, column }: BundlePlace): CallExpression | undefined {
    const at = (this.#lines[line - 1] ?? Number.NaN) + column - 1;
    return this.calls.find((call) => calledName(call).start === at);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** What a stack's frame points at: the name that is called. */
export function calledName({ callee }: CallExpression): AnyNode {
  return callee.type === 'MemberExpression' ? callee.property : callee;
}

function nameOf(variable: Variable): Name {
  let uses: readonly Use[] | undefined;
  return {
    name: variable.name,
    definitions: variable.defs.map((definition) => ({
      type: definition.type,
      name: definition.name as unknown as AnyNode,
      node: definition.node as unknown as AnyNode,
      parent: (definition.parent ?? undefined) as unknown as AnyNode | undefined,
      index: 'index' in definition ? Number(definition.index) : undefined,
    })),
    // Most names are never asked for theirs.
    get uses() {
      uses ??= usesOf(variable);
      return uses;
    },
  };
}

function usesOf({ references }: Variable): Use[] {
  return references.map((reference) => ({
    identifier: reference.identifier as unknown as Identifier,
    writes: reference.isWrite(),
    initial: reference.init === true,
    written: reference.partial ? undefined : ((reference.writeExpr ?? undefined) as unknown as AnyNode | undefined),
  }));
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

export function isClass(node: AnyNode): node is ClassNode {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** The name by which a member or a property is called, if it is written out. */
export function keyOf(node: { readonly computed: boolean }, key: AnyNode): string | undefined {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (key.type === 'Identifier' && !node.computed) return key.name;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined;
}
