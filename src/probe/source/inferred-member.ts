/**
 * What a member of something is: of Playwright's classes, of the author's, of what a module exports.
 */
import type { AnyNode, ObjectExpression } from 'acorn';
import type { Inference } from './inference.ts';
import { type ClassNode, keyOf } from './program.ts';
import { commonOf, instanceOf, membersOf, plain, type Value } from './value.ts';

/** A superclass of a superclass and so on: deeper nobody looks. */
const heritageMax = 5;

/** What `name` is of something; `value` is `undefined` where that something cannot be told. */
export function memberByName(look: Inference, value: Value | undefined, name: string): Value | undefined {
  switch (value?.kind) {
    case undefined:
      // A field called page can hardly be anything else.
      return name === 'page' ? { kind: 'instance', of: 'Page', guessed: true } : undefined;
    case 'instance': {
      const member = membersOf(value.of)?.get(name);
      if (member === undefined) return undefined;
      if (member.how === 'has') return instanceOf(member.of, value.guessed);
      return { kind: 'method', of: value.of, name, guessed: value.guessed };
    }
    case 'tools':
      return toolByName(name);
    case 'record':
      return ofRecord(look, value.node, name);
    case 'object':
      return ofObject(look, value.of, name);
    case 'class':
      return ofClass(look, value.node, name, true);
    case 'list':
      return /^\d+$/.test(name) ? value.of : undefined;
    case 'tuple':
      return /^\d+$/.test(name) ? value.of[Number(name)] : undefined;
    case 'import':
      return value.name === '*' ? imported(value.from, name) : undefined;
    case 'expect':
      return name === 'soft' || name === 'poll' ? { kind: 'expect', polls: name === 'poll' } : undefined;
    case 'assertion':
      if (name === 'not') return value;
      if (name === 'resolves' || name === 'rejects') return { ...value, subject: undefined, waits: true };
      return { kind: 'matcher', name, subject: value.subject, waits: value.waits };
    default:
      return undefined;
  }
}

/** What a script is given by a name; its variant's values are texts. */
function toolByName(name: string): Value {
  if (name === 'page') return { kind: 'instance', of: 'Page', guessed: false };
  if (name === 'context') return { kind: 'instance', of: 'BrowserContext', guessed: false };
  if (name === 'request') return { kind: 'instance', of: 'APIRequestContext', guessed: false };
  return name === 'step' || name === 'secret' || name === 'cleanup' ? { kind: 'tool', name } : plain;
}

/** What a module exports; `expect` is Playwright's wherever it comes from. */
export function imported(from: string, name: string): Value {
  const ofTest = from === 'vedette' || from === 'playwright/test' || from === '@playwright/test';
  return ofTest && name === 'expect' ? { kind: 'expect', polls: false } : { kind: 'import', from, name };
}

function ofRecord(look: Inference, { properties }: ObjectExpression, name: string): Value | undefined {
  for (const property of properties.toReversed()) {
    if (property.type === 'SpreadElement') {
      const spread = look.valueOf(property.argument);
      const found = spread === undefined ? undefined : memberByName(look, spread, name);
      if (found !== undefined || spread === undefined) return found;
    } else if (keyOf(property, property.key) === name) {
      return property.kind === 'init' ? look.valueOf(property.value) : undefined;
    }
  }
  return undefined;
}

function ofObject(look: Inference, node: ClassNode, name: string): Value | undefined {
  let at: ClassNode | undefined = node;
  for (let depth = 0; at !== undefined && depth < heritageMax; depth++) {
    const found = ofClass(look, at, name, false);
    if (found !== undefined) return found;
    const above: Value | undefined = at.superClass ? look.valueOf(at.superClass) : undefined;
    at = above?.kind === 'class' ? above.node : undefined;
  }
  return name === 'page' ? { kind: 'instance', of: 'Page', guessed: true } : undefined;
}

function ofClass(look: Inference, node: ClassNode, name: string, isStatic: boolean): Value | undefined {
  for (const member of node.body.body) {
    if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') continue;
    if (member.static !== isStatic || keyOf(member, member.key) !== name) continue;
    if (member.type === 'PropertyDefinition') {
      if (member.value) return look.valueOf(member.value);
    } else if (member.kind === 'method') return look.valueOf(member.value);
    else if (member.kind === 'get') return resultOfGetter(look, member.value);
  }
  const written: readonly AnyNode[] = isStatic ? [] : (look.program.fieldsOf(node).get(name) ?? []);
  return commonOf(written.map((value) => look.valueOf(value)));
}

function resultOfGetter(look: Inference, node: AnyNode): Value | undefined {
  const getter = look.valueOf(node);
  return getter?.kind === 'function' ? look.resultOf(getter.node) : undefined;
}
