/**
 * A written http probe → a probe, with a request for each variant.
 */
import type { HttpProbe, HttpRequest, Variant } from './definition.ts';
import { isIncomplete } from './hole.ts';
import { everyMsMin, httpTimeoutMsDefault, httpTimeoutMsMax } from './limits.ts';
import { isRecord, OptionReader } from './option-reader.ts';
import { type Problem, suggest } from './problem.ts';
import {
  LOOKING,
  openOptions,
  type Resolve,
  type ResolveContext,
  refuseScript,
  resolveLooking,
} from './resolve-common.ts';
import { REQUEST, resolveRequest } from './resolve-request.ts';
import { placeholdersIn, SECRET_NAME } from './secret.ts';
import type { Written } from './written.ts';

const OPTIONS = [...LOOKING, ...REQUEST];
const limits = { everyMsMin, timeoutMsMax: httpTimeoutMsMax, timeoutMsDefault: httpTimeoutMsDefault };

export const resolveHttp: Resolve = (written, context) => {
  const reader = openOptions('http', written, context, OPTIONS);
  if (reader === undefined) return undefined;
  refuseScript('http', written, context);
  if (reader.has('timezone') && !reader.has('cron')) {
    reader.fault('timezone', 'timezone means nothing without cron', 'leave it out, or use cron');
  }
  const common = resolveLooking(reader, written, context, limits);
  const requests = resolveRequests(written, common.variants, context);
  const probe: HttpProbe = { ...common, kind: 'http', requests };
  return context.problems.length === 0 ? probe : undefined;
};

function resolveRequests(
  written: Written,
  variants: readonly Variant[],
  context: ResolveContext,
): HttpProbe['requests'] {
  const given = isRecord(written.options) ? written.options : {};
  const makers = Object.entries(written.made);
  const problems: Problem[] = [];
  const requests: Record<string, HttpRequest> = {};
  let shared: HttpRequest | undefined;
  // Even a probe whose variants are at fault has a request to look at, if nothing of it depends on them.
  const looked: readonly Variant[] = variants.length > 0 || makers.length > 0 ? variants : [{ key: '', values: {} }];
  for (const [index, variant] of looked.entries()) {
    const made: Record<string, unknown> = {};
    for (const [name, results] of makers) {
      const result = results[index];
      if (result === undefined) continue;
      if ('threw' in result) problems.push(thrown(name, variant, result.threw));
      else if (result.missing.length > 0 && isIncomplete(result.value))
        problems.push(...missing(name, result.missing, Object.keys(variant.values)));
      else made[name] = result.value;
    }
    const complete = makers.every(([name]) => Object.hasOwn(made, name));
    if (!complete) continue;
    if (makers.length > 0 || shared === undefined) {
      const found: Problem[] = [];
      shared = resolveRequest(new OptionReader({ ...given, ...made }, [], found));
      found.push(...secretProblems(shared, { ...given, ...made }, context));
      problems.push(...found.map((problem) => ofVariant(problem, variant, Object.keys(written.made))));
    }
    requests[variant.key] = shared;
  }
  context.problems.push(...oncePerOption(problems));
  return requests;
}

function thrown(name: string, variant: Variant, message: string): Problem {
  const of = variant.key === '' ? '' : ` for ${variant.key}`;
  return { path: [name], message: `${name} cannot be made${of}: ${message}`, mend: 'mend the function' };
}

/** What a function asks of a variant that has not got it becomes `undefined` in what it makes. */
function missing(name: string, asked: readonly string[], axes: readonly string[]): Problem[] {
  return asked.map((one) => ({
    path: [name],
    message:
      axes.length === 0
        ? `${name} takes ${one}, but the probe has no variants`
        : `${name} takes ${one}, which variants does not have`,
    mend:
      axes.length === 0
        ? `write variants: { ${one}: ['…'] }`
        : suggest(one, axes, `add ${one} to variants, or take one that they have`),
  }));
}

function ofVariant(problem: Problem, variant: Variant, makers: readonly string[]): Problem {
  if (variant.key === '' || !makers.includes(problem.path[0] ?? '')) return problem;
  return { ...problem, message: `${problem.message} (variant ${variant.key})` };
}

/** The same fault in twenty variants is told once. */
function oncePerOption(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const key = `${problem.path.join('\0')}\0${problem.message.replace(/ \(variant [^)]*\)$| for [^ :]*(?=:)/, '')}`;
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}

/** Where secrets may stand, by option, and every text of it. */
function secretProblems(
  request: HttpRequest,
  given: Readonly<Record<string, unknown>>,
  { names }: ResolveContext,
): Problem[] {
  const body = ['json', 'form'].find((option) => given[option] !== undefined) ?? 'body';
  const named = (option: string) => Object.entries(isRecord(given[option]) ? given[option] : {});
  const places: (readonly [path: readonly string[], text: unknown])[] = [
    [['url'], given.url],
    ...['query', 'headers'].flatMap((option) => named(option).map(([name, value]) => [[option, name], value] as const)),
    [[body], request.body],
    ...credentialsOf(request.auth),
  ];
  return places.flatMap(([path, text]) =>
    placeholdersIn(String(text ?? '')).flatMap((name): Problem[] => {
      if (!SECRET_NAME.test(name)) {
        const mend = 'use capital letters, digits and _, such as SHOP_PASSWORD';
        return [{ path, message: `'${name}' is no name of a secret`, mend }];
      }
      if (names === undefined || names.secrets.includes(name)) return [];
      const mend = suggest(name, names.secrets, 'declare it under secrets in landscape.ts');
      return [{ path, message: `unknown secret '${name}'`, mend }];
    }),
  );
}

function credentialsOf(auth: HttpRequest['auth']): (readonly [path: readonly string[], text: string])[] {
  if (auth === undefined) return [];
  if ('bearer' in auth) return [[['auth', 'bearer'], auth.bearer]];
  return Object.entries(auth.basic).map(([name, text]) => [['auth', 'basic', name], text] as const);
}
