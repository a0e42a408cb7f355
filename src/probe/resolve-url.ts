/**
 * The url of one variant, with its query.
 */
import { holeIn } from './hole.ts';
import { urlCharsMax } from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { show } from './problem.ts';
import { encodeAroundPlaceholders, withoutPlaceholders } from './secret.ts';

/** The url with its query. It is not normalised: a secret's placeholder must survive as it is. */
export function resolveUrl(reader: OptionReader): string {
  const url = reader.get('url');
  if (url === undefined) {
    reader.fault('url', 'url is missing', "write url: 'https://…'");
    return '';
  }
  const wrong = typeof url === 'string' ? wrongUrl(url) : sayNoText(url);
  if (wrong !== undefined) {
    reader.fault('url', wrong.message, wrong.mend);
    return '';
  }
  const full = withQuery(String(url), queryOf(reader));
  if (full.length > urlCharsMax)
    reader.fault('url', `url has ${full.length} characters`, `keep to at most ${urlCharsMax}`);
  return full;
}

interface Said {
  readonly message: string;
  readonly mend: string;
}

function sayNoText(url: unknown): Said {
  const mend =
    show(url) === 'a promise' ? 'make it without waiting: take async away' : "write a text: url: 'https://…'";
  return { message: `url is ${show(url)}, not an address`, mend };
}

function wrongUrl(url: string): Said | undefined {
  const plain = withoutPlaceholders(url);
  const hole = holeIn(plain);
  if (hole !== undefined) return { message: `url ${show(url)} holds ${hole}`, mend: 'mend what makes that part of it' };
  const said = (why: string, mend: string): Said => ({ message: `url ${show(url)} is not an address: ${why}`, mend });
  if (plain !== plain.trim()) return said('a space stands before or after it', `write ${show(url.trim())}`);
  if (plain.startsWith('//')) return said('it has no scheme', `write ${show(`https:${url}`)}`);
  if (plain.startsWith('/'))
    return said('it is relative', `write it whole, such as ${show(`https://shop.example${url}`)}`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(plain)?.[1]?.toLowerCase();
  if (scheme === undefined) return said('it has no scheme', `write ${show(`https://${url}`)}`);
  if (scheme !== 'http' && scheme !== 'https')
    return said(`an http probe speaks no ${scheme}`, 'write one that begins with http:// or https://');
  const host = /^https?:\/\/([^/?#]*)/i.exec(plain)?.[1] ?? '';
  if (/\s/.test(host)) return said(`there is a space in its host`, `write ${show(url.replace(/\s+/g, ''))}`);
  if (!URL.canParse(plain)) return said(`its host ${show(host)} is none`, 'write one such as https://shop.example/de');
  const { username, password } = new URL(plain);
  if (username === '' && password === '') return undefined;
  return {
    message: 'url holds credentials',
    mend: "move them to auth: { basic: { username, password: secret('NAME') } }",
  };
}

function withQuery(url: string, query: string): string {
  if (query === '') return url;
  const [address = '', ...fragment] = url.split('#');
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return [`${address}${joint}${query}`, ...fragment].join('#');
}

function queryOf(reader: OptionReader): string {
  const inner = reader.inner('query');
  inner?.refuseBlanks();
  const pairs = (inner?.keys() ?? []).flatMap((name) => {
    const value = inner?.get(name);
    return (Array.isArray(value) ? value : [value]).map((one) => pairOf(inner, name, one));
  });
  return pairs.join('&');
}

/** `name=value`, encoded; what is neither text, number nor boolean is a fault. */
export function pairOf(inner: OptionReader | undefined, name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    inner?.fault(name, `${inner.label(name)} is ${show(value)}`, 'write a text, a number or a boolean');
  }
  return `${encodeURIComponent(name)}=${encodeAroundPlaceholders(String(value))}`;
}
