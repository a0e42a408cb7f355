/**
 * The slips of a bundle: what is wrong with a probe's file, and with the files that it shares, that can be told without
 * running it. Playwright's users know the worst of them: a forgotten await, after which a journey passes without
 * having looked.
 */
import type { AnyNode, Identifier } from 'acorn';
import type { Bundle, SyntaxFault } from '../bundle.ts';
import type { BundlePlace } from '../problem.ts';
import type { Origin } from '../source-origins.ts';
import { codeOf } from './code.ts';
import { mistakenLocators } from './idle.ts';
import { inferenceOf } from './inference.ts';
import { misspelt } from './misspelt.ts';
import { openSecretIn, openSecretInScriptMend } from './open-secret.ts';
import { calledName, Program } from './program.ts';
import { factsOf, journeysOf, type Named, type ScriptFacts } from './script-facts.ts';
import { type Around, isInBrowser, type Rule, type Slip } from './slip.ts';
import { toolCalls } from './tool-calls.ts';
import { droppedPromises, mistakenPromises } from './unawaited.ts';
import { testRunner, unknownNames } from './unknown-names.ts';

/** Which rules look at which nodes. */
const rules: Partial<Record<AnyNode['type'], readonly Rule[]>> = {
  ImportDeclaration: [testRunner],
  ExpressionStatement: [droppedPromises],
  VariableDeclarator: [mistakenPromises],
  CallExpression: [mistakenPromises, mistakenLocators, toolCalls],
  MemberExpression: [misspelt],
  Identifier: [mistakenLocators, unknownNames],
  Literal: [openSecrets],
  TemplateElement: [openSecrets],
};

/** A name in a script. */
export interface NamedAt extends BundlePlace {
  readonly name: string;
}

/** What is known of the script of one journey, and where the call stands that defines it. */
export interface ScriptAt extends BundlePlace {
  readonly takes: readonly NamedAt[];
  readonly secrets: readonly NamedAt[];
}

export interface Looked {
  readonly faults: readonly SyntaxFault[];
  readonly scripts: readonly ScriptAt[];
  /** It was written for Playwright's runner; importing it would say nothing more. */
  readonly isTest: boolean;
}

const nothing: Looked = { faults: [], scripts: [], isTest: false };

/** Looks through a bundle that holds a journey, or what no probe can have. */
export function lookThrough({ text, origins }: Bundle): Looked {
  if (!/\bjourney\b|\bprocess\.env\b|playwright\/test"/.test(text)) return nothing;
  const program = parsed(text);
  if (program === undefined) return nothing;
  const look = inferenceOf(program);
  const journeys = program.calls.flatMap((call) => journeysOf(call, look));
  const nameOf = (node: Identifier) => {
    const { line, column } = program.placeOf(node);
    return program.nameOf(node) === undefined ? node.name : (origins.nameAt(line, column) ?? node.name);
  };
  const around: Around = {
    program,
    look,
    code: (node) => codeOf(node, nameOf),
    scripts: new Set(journeys.map(({ script }) => script)),
  };
  const slips = innermost(slipsOf(around), program);
  return {
    faults: slips.flatMap((slip) => {
      const { line, column } = program.placeOf(slip.node);
      return faultOf(slip, origins.of(line, column));
    }),
    isTest: slips.some(({ node }) => node.type === 'ImportDeclaration'),
    scripts: journeys.map(({ call, script }) => placed(factsOf(call, script, around), program)),
  };
}

/** What the parser cannot read it cannot judge; that the engine can read it is seen when it is imported. */
function parsed(text: string): Program | undefined {
  try {
    return new Program(text);
  } catch {
    return undefined;
  }
}

function slipsOf(around: Around): Slip[] {
  const found: Slip[] = [];
  for (const node of around.program.nodes) {
    const looking = rules[node.type];
    if (looking === undefined) continue;
    for (const rule of looking) {
      const slips = rule(node, around);
      if (slips.length > 0) found.push(...slips);
    }
  }
  return found.filter(({ node }) => !isInBrowser(node, around.program));
}

/** One slip can look like another of what stands around it: the innermost says what it is. */
function innermost(slips: readonly Slip[], program: Program): Slip[] {
  const holds = (outer: AnyNode, inner: AnyNode) =>
    outer !== inner &&
    outer.start <= inner.start &&
    inner.end <= outer.end &&
    program.placeOf(outer).line === program.placeOf(inner).line;
  return slips.filter(({ node }) => !slips.some((other) => holds(node, other.node)));
}

/** What lies in installed packages is not the author's to mend. */
function faultOf({ message, mend }: Slip, origin: Origin | undefined): SyntaxFault[] {
  return origin === undefined || origin.file.includes('node_modules/') ? [] : [{ ...origin, message, mend }];
}

function placed({ call, takes, secrets }: ScriptFacts, program: Program): ScriptAt {
  const named = (all: readonly Named[]) => all.map(({ name, node }) => ({ name, ...program.placeOf(node) }));
  return { ...program.placeOf(calledName(call)), takes: named(takes), secrets: named(secrets) };
}

/** A script is published as it is written. */
function openSecrets(node: AnyNode): Slip[] {
  const text = node.type === 'Literal' ? node.value : node.type === 'TemplateElement' ? node.value.cooked : undefined;
  const what = typeof text === 'string' ? openSecretIn(text) : undefined;
  if (what === undefined) return [];
  return [
    {
      node,
      message: `${what} stands here for anybody to read: it would be published with the plan`,
      mend: openSecretInScriptMend,
    },
  ];
}
