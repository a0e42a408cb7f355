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
import { Program } from './program.ts';
import { factsOf, type Named, type ScriptFacts, scriptOfCall } from './script-facts.ts';
import { type Around, isInBrowser, type Rule, type Slip } from './slip.ts';
import { toolCalls } from './tool-calls.ts';
import { droppedPromises, mistakenPromises } from './unawaited.ts';
import { testRunner, unknownNames } from './unknown-names.ts';

const rules: readonly Rule[] = [
  testRunner,
  droppedPromises,
  mistakenPromises,
  mistakenLocators,
  toolCalls,
  misspelt,
  unknownNames,
  openSecrets,
];

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
  /** It was written for Playwright's runner; what happens when it is imported says nothing. */
  readonly isTest: boolean;
}

const nothing: Looked = { faults: [], scripts: [], isTest: false };

/** Looks through a bundle that holds a journey, or what no probe can have. */
export function lookThrough({ text, origins }: Bundle): Looked {
  if (!/\bjourney\b|\bprocess\.env\b|playwright\/test"/.test(text)) return nothing;
  const program = new Program(text);
  const look = inferenceOf(program);
  const journeys = program.calls.flatMap((call) => {
    const script = scriptOfCall(call, { look });
    return script === undefined ? [] : [{ call, script }];
  });
  const nameOf = (node: Identifier) => {
    const { line, column } = placeOf(node);
    return program.nameOf(node) === undefined ? node.name : (origins.nameAt(line, column) ?? node.name);
  };
  const around: Around = {
    program,
    look,
    code: (node) => codeOf(node, nameOf),
    scripts: new Set(journeys.map(({ script }) => script)),
  };
  const found = program.nodes.flatMap((node) => rules.flatMap((rule) => rule(node, around)));
  const slips = innermost(found.filter(({ node }) => !isInBrowser(node, program)));
  return {
    faults: slips.flatMap((slip) => {
      const { line, column } = placeOf(slip.node);
      return faultOf(slip, origins.of(line, column));
    }),
    isTest: slips.some(({ node }) => node.type === 'ImportDeclaration'),
    scripts: journeys.map(({ call, script }) => placed(factsOf(call, script, around))),
  };
}

/** One slip can look like another of what stands around it: the innermost says what it is. */
function innermost(slips: readonly Slip[]): Slip[] {
  const holds = (outer: AnyNode, inner: AnyNode) =>
    outer !== inner &&
    outer.start <= inner.start &&
    inner.end <= outer.end &&
    placeOf(outer).line === placeOf(inner).line;
  return slips.filter(({ node }) => !slips.some((other) => holds(node, other.node)));
}

/** What lies in installed packages is not the author's to mend. */
function faultOf({ message, mend }: Slip, origin: Origin | undefined): SyntaxFault[] {
  return origin === undefined || origin.file.includes('node_modules/') ? [] : [{ ...origin, message, mend }];
}

function placed({ call, takes, secrets }: ScriptFacts): ScriptAt {
  const { callee } = call;
  const named = (all: readonly Named[]) => all.map(({ name, node }) => ({ name, ...placeOf(node) }));
  const at = placeOf(callee.type === 'MemberExpression' ? callee.property : callee);
  return { ...at, takes: named(takes), secrets: named(secrets) };
}

function placeOf({ loc }: AnyNode): BundlePlace {
  return { line: loc?.start.line ?? 0, column: (loc?.start.column ?? 0) + 1 };
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
