/**
 * What a journey's script takes of what it could be given, and which secrets it asks for: to be compared with the
 * journey's options.
 */
import type { AnyNode, CallExpression } from 'acorn';
import { type FunctionNode, keyOf } from './program.ts';
import type { Around } from './slip.ts';

/** A name, and where in the bundle it stands. */
export interface Named {
  readonly name: string;
  readonly node: AnyNode;
}

export interface ScriptFacts {
  /** The call that defines the journey. */
  readonly call: CallExpression;
  /** Arguments that the script cannot do without: those with a default are not among them. */
  readonly takes: readonly Named[];
  /** Secrets that it, or what it calls, asks for by a name that is written out. */
  readonly secrets: readonly Named[];
}

/** The function that a definition of a journey runs, if it can be found. */
export function scriptOfCall(call: CallExpression, { look }: Pick<Around, 'look'>): FunctionNode | undefined {
  const called = look.valueOf(call.callee);
  if (called?.kind !== 'import' || called.from !== 'vedette' || called.name !== 'journey') return undefined;
  const script = call.arguments[2] === undefined ? undefined : look.valueOf(call.arguments[2]);
  return script?.kind === 'function' ? script.node : undefined;
}

export function factsOf(call: CallExpression, script: FunctionNode, around: Around): ScriptFacts {
  return { call, takes: taken(script, around), secrets: asked(script, around) };
}

function taken(script: FunctionNode, { program }: Around): Named[] {
  const [first] = script.params;
  if (first?.type === 'ObjectPattern') {
    return first.properties.flatMap((property) => {
      if (property.type !== 'Property' || property.value.type === 'AssignmentPattern') return [];
      const name = keyOf(property, property.key);
      return name === undefined ? [] : [{ name, node: property.key }];
    });
  }
  if (first?.type !== 'Identifier') return [];
  return (program.nameOf(first)?.uses ?? []).flatMap(({ identifier }) => {
    const member = program.parentOf(identifier);
    const name =
      member?.type === 'MemberExpression' && member.object === identifier ? keyOf(member, member.property) : undefined;
    return name === undefined || member === undefined ? [] : [{ name, node: member }];
  });
}

/** The secrets asked for in a script and in the functions of the author's that it calls. */
function asked(script: FunctionNode, around: Around): Named[] {
  const seen = new Set<FunctionNode>();
  const waiting = [script];
  const found: Named[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const call of callsIn(next, around)) {
      const called = around.look.valueOf(call.callee);
      const [first] = call.arguments;
      if (called?.kind === 'function') waiting.push(called.node);
      if (called?.kind === 'tool' && called.name === 'secret' && first?.type === 'Literal')
        found.push({ name: String(first.value), node: call });
    }
  }
  return found;
}

function callsIn({ start, end }: FunctionNode, { program }: Around): CallExpression[] {
  return program.calls.filter((call) => call.start >= start && call.end <= end);
}
