/**
 * How a script uses what it is given: a step needs a name and a function, cleaning up a function, a secret the
 * script's own `secret`.
 */
import type { AnyNode, CallExpression } from 'acorn';
import { type Around, isInScript, none, type Rule, type Slip } from './slip.ts';
import type { Value } from './value.ts';

export const toolCalls: Rule = (node, around) => {
  if (node.type !== 'CallExpression') return none;
  const called = around.look.valueOf(node.callee);
  if (called?.kind === 'tool' && called.name === 'step') return stepCall(node, around);
  if (called?.kind === 'tool' && called.name === 'cleanup') return cleanupCall(node, around);
  if (called?.kind === 'import' && called.from === 'vedette' && called.name === 'secret' && isInScript(node, around)) {
    const code = around.code(node);
    const [name] = node.arguments;
    const message = `${code} is the reference for http probes here, not the secret's value`;
    const named = name?.type === 'Literal' ? around.code(name) : "'…'";
    const mend = `take secret from what the script is given: async ({ page, step, secret }) => …, with secrets: [${named}] in its options`;
    return [{ node, message, mend }];
  }
  return none;
};

function stepCall(node: CallExpression, around: Around): Slip[] {
  const [name, body] = node.arguments;
  if (name?.type === 'SpreadElement') return [];
  if (name === undefined || around.look.valueOf(name)?.kind === 'function') {
    const message = `${around.code(node)} has no name`;
    return [
      {
        node,
        message,
        mend: `say what the customer does: await ${around.code(node.callee)}('open the shop', async () => { … })`,
      },
    ];
  }
  if (body !== undefined && !isNoFunction(body, around)) return [];
  const begun = `await ${around.code(node.callee)}(${around.code(name)}, `;
  if (body === undefined) {
    const message = `${around.code(node)} has no function, so it does nothing`;
    return [{ node, message, mend: `put into it what it is to do: ${begun}async () => { … })` }];
  }
  const given = around.code(body);
  const message =
    body.type === 'CallExpression' || body.type === 'AwaitExpression'
      ? `${around.code(node)} is given what ${given.replace(/^await /, '')} returns: it is done before the step begins`
      : `${around.code(node)} is given ${given}, which is no function`;
  return [{ node: body, message, mend: `write ${begun}() => ${given.replace(/^await /, '')})` }];
}

function cleanupCall(node: CallExpression, around: Around): Slip[] {
  const [body] = node.arguments;
  if (body !== undefined && !isNoFunction(body, around)) return [];
  const given = body === undefined ? '…' : around.code(body).replace(/^await /, '');
  const message =
    body === undefined
      ? `${around.code(node)} has no function, so it does nothing`
      : `${around.code(node)} is given what ${given} returns: it is done at once, not at the end`;
  return [{ node, message, mend: `write ${around.code(node.callee)}(() => ${given})` }];
}

/** What can be a function only if nobody can tell: a call of something unknown, a variable. */
function isNoFunction(node: AnyNode, { look }: Around): boolean {
  const value = look.valueOf(node.type === 'AwaitExpression' ? node.argument : node);
  return noFunctions.includes(value?.kind);
}

const noFunctions: readonly (Value['kind'] | undefined)[] = [
  'promise',
  'instance',
  'assertion',
  'record',
  'tuple',
  'list',
  'plain',
];
