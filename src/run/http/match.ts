/**
 * What an answer must satisfy: matchers as data → functions, made once.
 */
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import type { HttpExpect, TextMatcher } from '../../probe/definition.ts';
import { compilePattern } from '../../probe/pattern.ts';
import type { Reason } from '../../result/result.ts';
import { titleOf } from '../blocked.ts';
import { compileJson } from './match-json.ts';
import { quoted, type Show, written } from './show.ts';

/** What is looked at. */
export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as text, decoded when first asked for. */
  readonly text: () => string;
}

/** An expectation that was not met. */
export interface Unmet {
  readonly reason: Reason;
  readonly message: string;
}

/** Compiled expectations. */
export interface Matchers {
  /** Whether the body is looked at. */
  readonly wantsBody: boolean;
  /** Whether a status is as expected. */
  readonly status: (status: number) => boolean;
  /** The first expectation that is not met, in the order status, headers, body, JSON. */
  readonly judge: (seen: Seen, show: Show) => Unmet | undefined;
}

type Judge = (seen: Seen, show: Show) => Unmet | undefined;

/** Says what is wrong with a text, or nothing. */
type TextJudge = (text: string, show: Show) => string | undefined;

/** Compiles what is expected of an answer. */
export function compileMatchers(expect: HttpExpect): Matchers {
  const status = compileStatus(expect.status);
  const judges: Judge[] = [(seen, show) => unmetStatus(status, expect.status, seen, show)];
  for (const [name, matcher] of Object.entries(expect.header)) judges.push(headerJudge(name, matcher));
  if (expect.body !== undefined) judges.push(bodyJudge(expect.body));
  if (Object.keys(expect.json).length > 0) judges.push(compileJson(expect.json));
  return {
    wantsBody: expect.body !== undefined || Object.keys(expect.json).length > 0,
    status,
    judge(seen, show) {
      for (const judge of judges) {
        const unmet = judge(seen, show);
        if (unmet !== undefined) return unmet;
      }
      return undefined;
    },
  };
}

function compileStatus(wanted: HttpExpect['status']): (status: number) => boolean {
  const exact = new Set(wanted.filter((one) => typeof one === 'number'));
  const classes = new Set(wanted.filter((one) => typeof one === 'string').map((one) => Number(one[0])));
  return (status) => exact.has(status) || classes.has(Math.floor(status / 100));
}

function unmetStatus(
  fits: (status: number) => boolean,
  wanted: HttpExpect['status'],
  { status, headers, text }: Seen,
  show: Show,
): Unmet | undefined {
  if (fits(status)) return undefined;
  const name = STATUS_CODES[status];
  const gist = gistOf(headers, text());
  const message =
    `status ${status}${name === undefined ? '' : ` (${name})`}, expected ${wanted.join(' or ')}` +
    (gist === '' ? '' : `; the body says ${quoted(gist, show)}`);
  return { reason: 'status', message };
}

/** What a body says to a person: of a document its title, else its beginning. */
function gistOf(headers: IncomingHttpHeaders, body: string): string {
  if (!/html/i.test(headers['content-type'] ?? '') && !/^\s*<(!doctype|html)/i.test(body)) return body;
  return titleOf(body) ?? '';
}

function headerJudge(name: string, matcher: TextMatcher): Judge {
  const judge = compileText(matcher);
  const onlyNot = matcher.equals === undefined && matcher.contains === undefined && matcher.matches === undefined;
  const wanted = compileText({ ...matcher, not: {} });
  return ({ headers }, show) => {
    const value: unknown = headers[name];
    if (value === undefined) {
      if (onlyNot) return undefined;
      return {
        reason: 'header',
        message: `the header ${name} is missing, ${wanted('', show) ?? 'expected to be there'}`,
      };
    }
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    const wrong = judge(text, show);
    return wrong === undefined
      ? undefined
      : { reason: 'header', message: `the header ${name} is ${quoted(text, show)}, ${wrong}` };
  };
}

function bodyJudge(matcher: TextMatcher): Judge {
  const judge = compileText(matcher);
  return ({ text }, show) => {
    const body = text();
    const wrong = judge(body, show);
    if (wrong === undefined) return undefined;
    return { reason: 'body', message: `the body is ${body === '' ? 'empty' : quoted(body, show)}, ${wrong}` };
  };
}

/** Compiles what a text must satisfy. */
function compileText(matcher: TextMatcher): TextJudge {
  const { equals } = matcher;
  const judges: TextJudge[] = [...partsOf(matcher, true), ...partsOf(matcher.not ?? {}, false)];
  if (equals !== undefined) {
    judges.unshift((text, show) => (text === equals ? undefined : `expected ${quoted(equals, show)}`));
  }
  return (text, show) => {
    for (const judge of judges) {
      const wrong = judge(text, show);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

function partsOf(
  { contains = [], matches = [] }: Pick<TextMatcher, 'contains' | 'matches'>,
  wanted: boolean,
): TextJudge[] {
  const expected = wanted ? 'expected to' : 'expected not to';
  return [
    ...contains.map(
      (piece): TextJudge =>
        (text, show) =>
          text.includes(piece) === wanted ? undefined : `${expected} contain ${quoted(piece, show)}`,
    ),
    ...matches.map((pattern): TextJudge => {
      const compiled = compilePattern(pattern);
      return (text) => (compiled.test(text) === wanted ? undefined : `${expected} match ${written(pattern)}`);
    }),
  ];
}
