/**
 * Which of its arguments a script names. Making a page is work that must be done before the call, and a script that
 * names neither `page` nor `context` is an API-only journey: no browser is started for it.
 */

/**
 * The names that a function takes out of its first parameter: `({ page, market: m = 'de' }) => …` names `page` and
 * `market`. `'all'` when that cannot be told: a parameter that is not taken apart, a rest element, a computed name.
 * Like Playwright's fixtures, it reads the function's own text.
 */
export function namesTaken(script: (...args: never[]) => unknown): ReadonlySet<string> | 'all' {
  const text = firstParameter(withoutComments(Function.prototype.toString.call(script)));
  if (text === '') return new Set();
  const pattern = /^\{([\s\S]*)\}(?:\s*=(?!>)[\s\S]*)?$/.exec(text)?.[1];
  if (pattern === undefined) return 'all';
  const names = new Set<string>();
  for (const part of topLevel(pattern)) {
    const name = /^(?:([\p{ID_Start}$_][\p{ID_Continue}$]*)|'([^'\\]*)'|"([^"\\]*)")\s*(?:[:=]|$)/u.exec(part);
    if (name === null) return 'all';
    names.add(name[1] ?? name[2] ?? name[3] ?? '');
  }
  return names;
}

/** The text of the first parameter, `''` when there is none. */
function firstParameter(text: string): string {
  const bare = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(text)?.[1];
  if (bare !== undefined) return bare;
  const open = text.indexOf('(');
  return topLevel(text.slice(open + 1))[0] ?? '';
}

/** The parts between commas outside of all brackets and strings, up to the bracket that closes what is around them. */
function topLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (`'"\``.includes(char)) at = endOfString(text, at);
    else if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) depth -= 1;
    if (depth < 0) break;
    if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  parts.push(text.slice(from, at).trim());
  return parts.filter((part) => part !== '');
}

function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}

/** Without comments; those within strings stay. */
function withoutComments(text: string): string {
  return text.replace(/('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1');
}
