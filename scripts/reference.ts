/**
 * `npm run reference`: writes the README's reference of options and settings, from the option types with their
 * docstrings and from the table of variables. `--check` only says whether the README is fresh.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Comment, parseSync, type TSSignature, type TSType, Visitor } from 'oxc-parser';
import { variables } from '../src/base/config.ts';

interface Section {
  readonly title: string;
  readonly file: string;
  /** Interfaces and type aliases whose members are the options. */
  readonly types: readonly string[];
}

const sections: readonly Section[] = [
  { title: 'Every probe', file: 'options.ts', types: ['Timing', 'ZonedTiming', 'LookingOptions', 'FailureOptions'] },
  { title: '`http`', file: 'http-options.ts', types: ['RequestOptions', 'Body'] },
  { title: '`expect` of an http probe', file: 'http-options.ts', types: ['HttpExpectation'] },
  { title: 'Matchers of a text (header, body)', file: 'http-options.ts', types: ['NotText', 'TextExpectation'] },
  { title: 'Matchers of a JSON value', file: 'http-options.ts', types: ['JsonExpectation'] },
  { title: '`journey`', file: 'journey.ts', types: ['JourneyOptions'] },
  { title: "What a journey's script is given", file: 'journey.ts', types: ['JourneyTools'] },
  { title: '`heartbeat`', file: 'heartbeat.ts', types: ['HeartbeatOptions'] },
  { title: '`landscape`', file: 'landscape.ts', types: ['LandscapeOptions'] },
  { title: "A landscape's teams", file: 'landscape.ts', types: ['TeamOptions'] },
  { title: "A landscape's systems", file: 'landscape.ts', types: ['SystemOptions'] },
  { title: "A landscape's vantages", file: 'landscape.ts', types: ['VantageOptions'] },
];

/** One option, as the types have it. */
export interface Option {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly text: string;
}

/** The first-level members of these declarations in a source text; an option that several forms have is listed once. */
export function optionsIn(source: string, types: readonly string[]): Option[] {
  const { program, comments } = parseSync('options.ts', source);
  const found = new Map<string, Option>();
  const seen = new Set<string>();
  const members = (signatures: readonly TSSignature[], alternative: boolean) => {
    for (const signature of signatures) {
      if (signature.type !== 'TSPropertySignature' || signature.key.type !== 'Identifier') continue;
      const { name } = signature.key;
      const type = signature.typeAnnotation?.typeAnnotation;
      // "never" only says which options exclude one another.
      if (type === undefined || type.type === 'TSNeverKeyword' || found.has(name)) continue;
      const required = !signature.optional && !alternative;
      const text = docBefore(source, comments, signature.start);
      found.set(name, { name, type: readable(source.slice(type.start, type.end)), required, text });
    }
  };
  const walk = (type: TSType, alternative: boolean) => {
    if (type.type === 'TSTypeLiteral') members(type.members, alternative);
    // What only one form of several has is required in none.
    if (type.type === 'TSUnionType') for (const each of type.types) walk(each, true);
    if (type.type === 'TSIntersectionType') for (const each of type.types) walk(each, alternative);
    if (type.type === 'TSParenthesizedType') walk(type.typeAnnotation, alternative);
  };
  new Visitor({
    TSInterfaceDeclaration(node) {
      if (!types.includes(node.id.name)) return;
      seen.add(node.id.name);
      members(node.body.body, false);
    },
    TSTypeAliasDeclaration(node) {
      if (!types.includes(node.id.name)) return;
      seen.add(node.id.name);
      walk(node.typeAnnotation, false);
    },
  }).visit(program);
  const gone = types.filter((type) => !seen.has(type));
  if (gone.length > 0)
    throw new Error(`the option types ${gone.join(', ')} are no longer there; correct scripts/reference.ts`);
  return [...found.values()];
}

/** The docstring that ends right before a position, on one line. */
function docBefore(source: string, comments: readonly Comment[], start: number): string {
  const doc = comments.find(
    ({ type, value, end }) =>
      type === 'Block' && value.startsWith('*') && end <= start && source.slice(end, start).trim() === '',
  );
  return (doc?.value ?? '')
    .replace(/^\*/, '')
    .replace(/\n\s*\*/g, '\n')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A type as an author needs it: without what only the compiler needs. */
function readable(type: string): string {
  return type
    .replace(/\s+/g, ' ')
    .replace(/\breadonly /g, '')
    .replace(/Readonly<Record<(\w+), (.+?)>>(?=$|[,; ])/g, '{ [name]: $2 }')
    .replace(/PerVariant<\s*\|?\s*(.+?),\s*V\s*>/g, '$1, or a function of the variant')
    .replace(/N\['(\w+)'\]|S\[number\]/g, (_, kind: string | undefined) => `name of a ${kind ?? 'secret'}`)
    .replace(/NoInfer<(\w+)>/g, '$1')
    .replace(/^S$/, 'names of secrets')
    .replace(/^V$/, '{ [name]: string[] }');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The reference: Markdown from the option types and the table of variables. */
export function reference(): string {
  const options = sections.map(({ title, file, types }) => {
    const source = readFileSync(new URL(`../src/probe/${file}`, import.meta.url), 'utf8');
    const rows = optionsIn(source, types).map(({ name, type, required, text }) => [
      `\`${name}\`${required ? ' (required)' : ''}`,
      `\`${type}\``,
      text,
    ]);
    return `#### ${title}\n\n${table(['option', 'type', 'meaning'], rows)}`;
  });
  const settings = Object.values(variables).map(({ env, fallback, help }) => [
    `\`${env}\``,
    fallback === undefined ? 'not set' : `\`${fallback}\``,
    help,
  ]);
  return `### Options\n\n${options.join('\n\n')}\n\n### Settings\n\n${table(['variable', 'default', 'meaning'], settings)}`;
}

const markers = ['<!-- reference: made by npm run reference -->', '<!-- /reference -->'] as const;

/** A README with its reference made anew. */
export function withReference(readme: string): string {
  const [begin, end] = markers.map((marker) => readme.indexOf(marker));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error(`README.md lacks ${markers.join(' and ')}`);
  return `${readme.slice(0, begin + markers[0].length)}\n\n${reference()}\n\n${readme.slice(end)}`;
}

if (import.meta.main) {
  const path = fileURLToPath(new URL('../README.md', import.meta.url));
  const readme = readFileSync(path, 'utf8');
  const fresh = withReference(readme);
  if (fresh !== readme && process.argv.includes('--check')) {
    process.stderr.write('the reference in README.md is not fresh; run npm run reference\n');
    process.exitCode = 1;
  } else if (fresh !== readme) writeFileSync(path, fresh);
}
