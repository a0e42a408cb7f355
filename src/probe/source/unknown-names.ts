/**
 * Names that nothing makes: an import or an argument that was forgotten, the environment, the test runner.
 */
import type { AnyNode, Identifier } from 'acorn';
import { journeyToolNames } from '../journey.ts';
import { nearest } from '../problem.ts';
import { exportedNames } from '../unread.ts';
import { type FunctionNode, isFunction, keyOf } from './program.ts';
import { type Around, none, type Rule, type Slip } from './slip.ts';

/** What the processes that read and run probes have in their environment. */
const inEnvironment = new Set(['PATH', 'HOME', 'LANG', 'TZ', 'SYSTEMROOT', 'NODE_ENV']);

export const unknownNames: Rule = (node, around) => {
  if (node.type !== 'Identifier' || !around.program.isUnknown(node)) return none;
  const parent = around.program.parentOf(node);
  if (parent?.type === 'UnaryExpression' && parent.operator === 'typeof') return none;
  if (node.name === 'process') return environment(node, parent, around);
  const script = scriptAround(node, around);
  if (script !== undefined && journeyToolNames.some((tool) => tool === node.name)) return [notTaken(node, script)];
  if (exportedNames.includes(node.name)) {
    const message = `${node.name} is not imported`;
    return [{ node, message, mend: `write import { ${importedWith(node.name, around)} } from 'vedette'` }];
  }
  if (script === undefined || node.name in globalThis) return none;
  const meant = nearest(node.name, around.program.namesAround(node));
  const mend = meant === undefined ? 'define it before, or import it' : `did you mean ${meant}?`;
  return [{ node, message: `${node.name} is not defined`, mend }];
};

/** The journey whose script this is part of, where Node surely runs it: functions may be handed to the browser. */
function scriptAround(node: AnyNode, { program, look, scripts }: Around): FunctionNode | undefined {
  for (const at of program.outwards(node)) {
    if (!isFunction(at)) continue;
    if (scripts.has(at)) return at;
    const call = program.parentOf(at);
    const called = call?.type === 'CallExpression' && call.callee !== at ? look.valueOf(call.callee) : undefined;
    if (called?.kind !== 'tool') return undefined;
  }
  return undefined;
}

function notTaken(node: Identifier, script: FunctionNode): Slip {
  const [first] = script.params;
  const taken = first?.type === 'ObjectPattern' ? first.properties : [];
  const names = taken.flatMap((one) => (one.type === 'Property' ? (keyOf(one, one.key) ?? []) : []));
  const message = `${node.name} is not among what the script takes`;
  return { node, message, mend: `write async ({ ${[...names, node.name].join(', ')} }) => …` };
}

/** What the file imports from vedette, and the name that it lacks, in order. */
function importedWith(name: string, { program }: Around): string {
  const names = program.nodes.flatMap((node) =>
    node.type === 'ImportDeclaration' && node.source.value === 'vedette'
      ? node.specifiers.flatMap((one) =>
          one.type === 'ImportSpecifier' && one.imported.type === 'Identifier' ? one.imported.name : [],
        )
      : [],
  );
  return [...new Set([...names, name])].sort().join(', ');
}

/** `process.env.NAME`: neither the files nor the scripts have it. */
function environment(node: Identifier, parent: AnyNode | undefined, { program }: Around): Slip[] {
  if (parent?.type !== 'MemberExpression' || keyOf(parent, parent.property) !== 'env') return [];
  return variablesOf(parent, program.parentOf(parent))
    .filter((name) => !inEnvironment.has(name))
    .map((name) => ({
      node,
      message: `process.env.${name} is never there: probes are read and run without the environment`,
      mend: `for a secret write secret('${name}') and declare it under secrets in landscape.ts; write anything else out`,
    }));
}

function variablesOf(env: AnyNode, around: AnyNode | undefined): string[] {
  if (around?.type === 'MemberExpression' && around.object === env)
    return [keyOf(around, around.property) ?? []].flat();
  if (around?.type !== 'VariableDeclarator' || around.id.type !== 'ObjectPattern') return [];
  return around.id.properties.flatMap((one) => (one.type === 'Property' ? (keyOf(one, one.key) ?? []) : []));
}

/** A test of Playwright's runner, which is no journey. */
export const testRunner: Rule = (node) => {
  if (node.type !== 'ImportDeclaration' || !/^(@playwright\/test|playwright\/test)$/.test(String(node.source.value))) {
    return none;
  }
  const test = node.specifiers.find(
    (one) =>
      one.type === 'ImportDefaultSpecifier' ||
      (one.type === 'ImportSpecifier' && one.imported.type === 'Identifier' && one.imported.name === 'test'),
  );
  if (test === undefined) return none;
  const message = "it imports test of Playwright's test runner, which runs no probes";
  const mend =
    "write import { expect, journey } from 'vedette' and export default journey('system/name', { every: '5m' }, async ({ page, step }) => { … })";
  return [{ node, message, mend }];
};
