/**
 * What a journey's script takes of what it could be given, and which secrets it asks for: to be compared with the
 * journey's options.
 */
import type { AnyNode, CallExpression } from 'acorn';
import type { Inference } from './inference.ts';
import { type FunctionNode, keyOf } from './program.ts';
import type { Around } from './slip.ts';
import { isJourney } from './value.ts';

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

/** A journey's script, and the call that says which it is. */
export interface Journey {
  readonly call: CallExpression;
  readonly script: FunctionNode;
}

/** The journeys that a call defines, as far as their scripts can be found: several where a function defines them. */
export function journeysOf(call: CallExpression, look: Inference): Journey[] {
  const argument = call.arguments[2];
  if (argument === undefined || !isJourney(look.valueOf(call.callee))) return [];
  const script = look.valueOf(argument);
  if (script?.kind === 'function') return [{ call, script: script.node }];
  const definition = look.program.nameOf(argument)?.definitions[0];
  const { node, index } = definition ?? {};
  if (node === undefined || index === undefined) return [];
  return look.program.calls.flatMap((outer) => {
    const called = look.valueOf(outer.callee);
    if (called?.kind !== 'function' || called.node !== node) return [];
    const given = outer.arguments[index] === undefined ? undefined : look.valueOf(outer.arguments[index]);
    return given?.kind === 'function' ? [{ call: outer, script: given.node }] : [];
  });
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
