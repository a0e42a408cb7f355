/**
 * The request of one variant of an http probe: written options → what is sent.
 */
import type { HttpRequest } from './definition.ts';
import { oddInJson } from './json-value.ts';
import { bodyCharsMax, redirectsMax } from './limits.ts';
import { refuseOpenCredentials } from './open-credentials.ts';
import type { OptionReader } from './option-reader.ts';
import { show } from './problem.ts';
import { resolveExpect } from './resolve-expect.ts';
import { readHeaders } from './resolve-headers.ts';
import { pairOf, resolveUrl } from './resolve-url.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const BODIES = ['json', 'form', 'body'] as const;

/** Option names of {@link resolveRequest}. */
export const REQUEST = [
  'url',
  'method',
  'headers',
  'query',
  ...BODIES,
  'auth',
  'tls',
  'redirects',
  'family',
  'http2',
  'expect',
];

export function resolveRequest(reader: OptionReader): HttpRequest {
  const sent = resolveBody(reader);
  const method = reader.oneOf('method', METHODS) ?? (sent === undefined ? 'GET' : 'POST');
  if (sent !== undefined && (method === 'GET' || method === 'HEAD')) {
    const message = `a ${method} request carries no body, but ${sent.option} is given`;
    reader.fault('method', message, `use POST, or move ${sent.option} into query`);
  }
  const auth = resolveAuth(reader);
  const headers = readHeaders(reader, { secrets: true });
  if (auth !== undefined && 'authorization' in headers) {
    reader.fault('auth', 'it has both auth and an authorization header', 'keep one of them');
  }
  const tls = resolveTls(reader);
  const family = reader.oneOf('family', [4, 6]);
  const request: HttpRequest = {
    url: resolveUrl(reader),
    method,
    headers: sent === undefined ? headers : { 'content-type': sent.type, ...headers },
    ...(sent === undefined ? {} : { body: sent.text }),
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { tls }),
    redirects: reader.whole('redirects', { min: 0, max: redirectsMax }) ?? redirectsMax,
    ...(family === undefined ? {} : { family }),
    http2: reader.flag('http2') ?? false,
    expect: resolveExpect(reader, method),
  };
  refuseOpenCredentials(reader, request);
  if (/^http:/i.test(request.url)) refuseCertificates(reader);
  return request;
}

/** Where nothing is encrypted there is no certificate to show or to be shown. */
function refuseCertificates(reader: OptionReader): void {
  const mend = 'write https:// in the url, or leave it out';
  if (reader.has('tls')) reader.fault('tls', 'tls means nothing for a url that begins with http://', mend);
  const expect = reader.has('expect') ? reader.inner('expect') : undefined;
  if (expect?.has('certificateDays')) {
    const message = 'expect.certificateDays looks at nothing: a url that begins with http:// has no certificate';
    expect.fault('certificateDays', message, mend);
  }
}

interface Sent {
  readonly option: (typeof BODIES)[number];
  readonly type: string;
  readonly text: string;
}

function resolveBody(reader: OptionReader): Sent | undefined {
  const given = BODIES.filter((name) => reader.has(name));
  const [option, another] = given;
  if (option === undefined) return undefined;
  if (another !== undefined) {
    reader.fault(another, `it has both ${option} and ${another}`, 'keep one of json, form and body');
  }
  const sent = bodyOf(reader, option);
  if (sent.text.length > bodyCharsMax) {
    reader.fault(option, `${option} has ${sent.text.length} characters`, `send at most ${bodyCharsMax}`);
  }
  return sent;
}

function bodyOf(reader: OptionReader, option: Sent['option']): Sent {
  const value = reader.get(option);
  if (option === 'json') {
    const odd = oddInJson(value);
    if (odd !== undefined)
      reader.fault(option, `json holds ${odd}`, 'write what JSON has: texts, numbers, lists, objects');
    return { option, type: 'application/json', text: odd === undefined ? JSON.stringify(value) : '' };
  }
  if (option === 'form') {
    const inner = reader.inner(option);
    inner?.refuseBlanks();
    const text = (inner?.keys() ?? []).map((name) => pairOf(inner, name, inner?.get(name))).join('&');
    return { option, type: 'application/x-www-form-urlencoded', text };
  }
  if (typeof value !== 'string') reader.fault(option, `body is ${show(value)}`, 'write a text, or use json or form');
  return { option, type: 'text/plain;charset=utf-8', text: String(value) };
}

function resolveAuth(reader: OptionReader): HttpRequest['auth'] {
  const inner = reader.inner('auth');
  if (inner === undefined) return undefined;
  inner.known(['basic', 'bearer']);
  if (inner.has('basic') === inner.has('bearer')) {
    return reader.fault(
      'auth',
      'auth needs one of basic and bearer',
      "write auth: { bearer: secret('NAME') }, or basic",
    );
  }
  if (inner.has('bearer')) return { bearer: credential(inner, 'bearer') };
  const basic = inner.inner('basic');
  basic?.known(['username', 'password']);
  return basic && { basic: { username: credential(basic, 'username'), password: credential(basic, 'password') } };
}

function credential(reader: OptionReader, name: string): string {
  const value = reader.get(name);
  if (typeof value !== 'string' || value === '') {
    reader.fault(
      name,
      `${reader.label(name)} is ${value === '' ? 'empty' : show(value)}`,
      "write a text or secret('NAME')",
    );
  }
  return String(value);
}

function resolveTls(reader: OptionReader): HttpRequest['tls'] {
  const inner = reader.inner('tls');
  if (inner === undefined) return undefined;
  inner.known(['ca', 'cert', 'key']);
  if (inner.has('cert') !== inner.has('key')) {
    reader.fault('tls', 'tls has only one of cert and key', 'a client certificate needs both');
  }
  const paths = ['ca', 'cert', 'key'].map((name) => [name, inner.text(name)] as const);
  return Object.fromEntries(paths.filter(([, path]) => path !== undefined));
}
