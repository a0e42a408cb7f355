/**
 * `npm run playwright-api`: writes src/probe/source/playwright-api.ts, the table of what Playwright's calls give, from
 * Playwright's own type declarations. A test says when it is not fresh.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, type TSInterfaceDeclaration, type TSSignature, type TSType, Visitor } from 'oxc-parser';

/** The classes with which a script begins; those that they lead to are found from there. */
const roots = ['Page', 'BrowserContext', 'APIRequestContext'];
/** Matchers of these wait, and their results are promises. */
const waiting = ['LocatorAssertions', 'PageAssertions', 'APIResponseAssertions', 'FunctionAssertions'];
const immediate = ['GenericAssertions', 'SnapshotAssertions'];
const widthMax = 116;

interface Result {
  readonly promise: boolean;
  /** A class, a list of one (`Locator[]`), or nothing that is known here. */
  readonly of: string;
}

type Members = ReadonlyMap<string, Result & { readonly method: boolean }>;

/** The declarations of one file: interfaces, and type aliases that are objects. */
class Declarations {
  readonly #source: string;
  readonly #bodies = new Map<string, { members: readonly TSSignature[]; above: readonly string[] }>();

  constructor(file: string) {
    this.#source = readFileSync(file, 'utf8');
    const { program, errors } = parseSync(file, this.#source);
    if (errors[0] !== undefined) throw new Error(`${file} cannot be parsed: ${errors[0].message}`);
    const interfaces = (node: TSInterfaceDeclaration) => {
      const above = node.extends.map(({ expression }) => this.#text(expression));
      this.#bodies.set(node.id.name, { members: node.body.body, above });
    };
    new Visitor({
      TSInterfaceDeclaration: interfaces,
      TSTypeAliasDeclaration: ({ id, typeAnnotation }) => {
        if (typeAnnotation.type === 'TSTypeLiteral')
          this.#bodies.set(id.name, { members: typeAnnotation.members, above: [] });
      },
    }).visit(program);
  }

  has(name: string): boolean {
    return this.#bodies.has(name);
  }

  /** What a class offers, what it inherits included; overloads that differ are known only by their event. */
  members(name: string): Members {
    const body = this.#bodies.get(name);
    if (body === undefined) throw new Error(`${name} is no longer declared; correct scripts/playwright-api.ts`);
    const found = new Map<string, Result & { method: boolean }>();
    const add = (key: string, member: Result & { method: boolean }) => {
      const other = found.get(key);
      // A promise in one form alone: nobody can say that it was forgotten.
      const promise = member.promise && (other?.promise ?? true);
      found.set(key, { ...member, promise, of: other === undefined || other.of === member.of ? member.of : '' });
    };
    for (const above of body.above) for (const [key, member] of this.members(above)) found.set(key, member);
    for (const member of body.members) {
      if (member.type === 'TSPropertySignature' && member.key.type === 'Identifier' && member.typeAnnotation) {
        add(member.key.name, { ...this.#result(member.typeAnnotation.typeAnnotation), method: false });
      }
      if (member.type !== 'TSMethodSignature' || member.key.type !== 'Identifier' || !member.returnType) continue;
      const result = { ...this.#result(member.returnType.typeAnnotation), method: true };
      add(member.key.name, result);
      const event = this.#eventOf(member);
      if (event !== undefined && result.of !== '') add(`${member.key.name}(${event})`, result);
    }
    return found;
  }

  #eventOf(member: Extract<TSSignature, { type: 'TSMethodSignature' }>): string | undefined {
    const first = member.params[0];
    const type = first?.type === 'Identifier' ? first.typeAnnotation?.typeAnnotation : undefined;
    if (type?.type !== 'TSLiteralType' || type.literal.type !== 'Literal') return undefined;
    return member.key.type === 'Identifier' && member.key.name === 'waitForEvent'
      ? String(type.literal.value)
      : undefined;
  }

  #result(type: TSType): Result {
    const text = this.#text(type);
    const promised = /^Promise<([\s\S]*)>$/.exec(text)?.[1];
    return { promise: promised !== undefined, of: this.#classOf(promised ?? text) };
  }

  /** `null|Response` is `Response`; `Array<Locator>` is `Locator[]`; `ElementHandle<…>` is `ElementHandle`. */
  #classOf(text: string): string {
    const type = text.replace(/^null\s*\|\s*|\s*\|\s*null$/g, '').trim();
    const [, list] = /^Array<(\w+)>$/.exec(type) ?? [];
    const plain = list ?? type.replace(/<.*>(?=$|\[\]$)/, '').replace(/\[\]$/, '');
    if (!this.#bodies.has(plain) || !/^[A-Z]/.test(plain)) return '';
    return list !== undefined || type.endsWith('[]') ? `${plain}[]` : plain;
  }

  #text({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.#source.slice(start, end);
  }
}

/** Every class that a script can come to, with its members. */
function classesOf(api: Declarations): Map<string, Members> {
  const classes = new Map<string, Members>();
  const waitingFor = [...roots];
  for (let name = waitingFor.shift(); name !== undefined; name = waitingFor.shift()) {
    if (classes.has(name)) continue;
    const members = api.members(name);
    classes.set(name, members);
    const reached = [...members.values()].map(({ of }) => of.replace(/\[\]$/, '')).filter((of) => of !== '');
    waitingFor.push(...reached.filter((of) => api.has(of)));
  }
  return new Map([...classes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function namesText(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of [...new Set(names)].sort()) {
    const line = lines.at(-1);
    if (line === undefined || line.length + name.length + 1 > widthMax) lines.push(name);
    else lines[lines.length - 1] = `${line} ${name}`;
  }
  return `\`${lines.join('\n')}\``;
}

/** The names of some members by the class of what they give. */
function group(members: Members, chosen: (member: Result & { method: boolean }) => boolean): string {
  const names = Map.groupBy(
    [...members].filter(([, member]) => chosen(member)),
    ([, { of }]) => of,
  );
  const rows = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{ ${rows.map(([of, named]) => `'${of}': ${namesText(named.map(([name]) => name))}`).join(', ')} }`;
}

/** The text of src/probe/source/playwright-api.ts. */
export function playwrightApi(): string {
  const library = createRequire(import.meta.url).resolve('playwright/package.json');
  const fromLibrary = createRequire(library);
  const core = new Declarations(join(dirname(fromLibrary.resolve('playwright-core/package.json')), 'types/types.d.ts'));
  const test = new Declarations(join(dirname(library), 'types/test.d.ts'));
  const { version } = fromLibrary(library) as { version: string };
  const rows = [...classesOf(core)].map(
    ([name, members]) => `${name}: {
      promises: ${group(members, ({ method, promise }) => method && promise)},
      gives: ${group(members, ({ method, promise }) => method && !promise)},
      has: ${group(members, ({ method }) => !method)},
    },`,
  );
  const matchers = (names: readonly string[]) =>
    namesText(names.flatMap((name) => [...test.members(name).keys()]).filter((name) => name.startsWith('to')));
  return `/**
 * What the calls of Playwright ${version} give: made by \`npm run playwright-api\` from its type declarations.
 */

/** What a class offers: names, by the class of what they give; \`''\` where that is none of these classes. */
export interface PlaywrightClass {
  /** Methods that return a promise, by what it comes to. */
  readonly promises: Readonly<Record<string, string>>;
  /** Methods that return at once. */
  readonly gives: Readonly<Record<string, string>>;
  readonly has: Readonly<Record<string, string>>;
}

export const playwrightClasses: Readonly<Record<string, PlaywrightClass>> = {
${rows.join('\n')}
};

/** Matchers that wait: their result must be awaited. */
export const waitingMatchers = ${matchers(waiting)};

/** Matchers that compare at once. */
export const immediateMatchers = ${matchers(immediate)};
`;
}

if (import.meta.main) {
  writeFileSync(fileURLToPath(new URL('../src/probe/source/playwright-api.ts', import.meta.url)), playwrightApi());
}
