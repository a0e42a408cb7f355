/**
 * A probe's request, made ready: what never changes once for all runs, secrets for each run alone.
 */
import { isIP } from 'node:net';
import type { HttpRequest } from '../../probe/definition.ts';
import type { SecretLookup } from '../engine.ts';
import { fillSecrets, type SecretEncoding, secretNamesIn } from '../secrets.ts';
import { acceptEncoding } from './decode.ts';
import { compileMatchers, type Matchers } from './match.ts';
import { Trouble } from './trouble.ts';

/** A request with its values in place. */
export interface Prepared {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that go to the request's own origin alone. */
  readonly credentials: ReadonlySet<string>;
  readonly body: string | undefined;
  /** Whether the body holds a secret. */
  readonly secretBody: boolean;
  /** The secrets' values, to be redacted. */
  readonly secrets: readonly string[];
}

/** A request as it is kept between runs. */
export interface Compiled {
  readonly matchers: Matchers;
  /**
   * The request of one run.
   * @throws {@link Trouble} `secret` when one is not there, or makes no request
   */
  prepare(lookup: SecretLookup): Prepared;
}

const known = new WeakMap<HttpRequest, Compiled>();

/** Compiles a request, once. */
export function compile(request: HttpRequest): Compiled {
  const before = known.get(request);
  if (before !== undefined) return before;
  const matchers = compileMatchers(request.expect);
  const plain = holdsSecrets(request) ? undefined : prepare(request, () => undefined);
  const compiled: Compiled = { matchers, prepare: (lookup) => plain ?? prepare(request, lookup) };
  known.set(request, compiled);
  return compiled;
}

function holdsSecrets({ url, headers, body, auth }: HttpRequest): boolean {
  return secretNamesIn(JSON.stringify([url, headers, body, auth])).length > 0;
}

function prepare(request: HttpRequest, lookup: SecretLookup): Prepared {
  const secrets: string[] = [];
  const fill = (text: string, encoding: SecretEncoding): string => {
    const filled = fillSecrets(text, lookup, encoding);
    if ('missing' in filled) {
      throw troubled(
        `the secret ${filled.missing} is not there: set it in the vantage's environment or VEDETTE_SECRETS_DIR`,
      );
    }
    secrets.push(...filled.values);
    return filled.text;
  };
  const written = { accept: '*/*', 'accept-encoding': acceptEncoding, ...request.headers };
  const headers: Record<string, string> = {};
  for (const [name, template] of Object.entries(written))
    headers[name] = sendable(name, template, fill(template, 'raw'));
  const authorization = authorizationOf(request.auth, fill);
  if (authorization !== undefined)
    headers.authorization = sendable('authorization', JSON.stringify(request.auth), authorization);
  const url = URL.parse(fill(request.url, 'percent'));
  if (url === null) throw troubled(`with its secrets (${secretNamesIn(request.url).join(', ')}) the url is no address`);
  const body = request.body === undefined ? undefined : fill(request.body, encodingOf(headers['content-type'] ?? ''));
  return {
    url,
    method: request.method,
    headers,
    credentials: credentialsOf(request),
    body,
    secretBody: request.body !== undefined && secretNamesIn(request.body).length > 0,
    // The whole of it too: base64 hides where a user name ends and a password begins.
    secrets:
      secrets.length > 0 && authorization !== undefined ? [...secrets, authorization.replace(/^\w+ /, '')] : secrets,
  };
}

function authorizationOf(
  auth: HttpRequest['auth'],
  fill: (text: string, encoding: SecretEncoding) => string,
): string | undefined {
  if (auth === undefined) return undefined;
  if ('bearer' in auth) return `Bearer ${fill(auth.bearer, 'raw')}`;
  const { username, password } = auth.basic;
  return `Basic ${Buffer.from(`${fill(username, 'raw')}:${fill(password, 'raw')}`).toString('base64')}`;
}

const unsendable = /[^\t\x20-\x7e\x80-\xff]/;

function sendable(name: string, template: string, value: string): string {
  if (!unsendable.test(value)) return value;
  const names = secretNamesIn(template).join(', ');
  throw troubled(
    `the header ${name} cannot be sent: the value of ${names || 'it'} holds a line break or other odd characters`,
  );
}

function troubled(message: string): Trouble {
  return new Trouble('secret', message, { phase: null });
}

function encodingOf(contentType: string): SecretEncoding {
  if (/[/+]json\b/i.test(contentType)) return 'json';
  return /x-www-form-urlencoded/i.test(contentType) ? 'percent' : 'raw';
}

function credentialsOf({ headers }: HttpRequest): ReadonlySet<string> {
  const secret = Object.entries(headers).flatMap(([name, value]) => (secretNamesIn(value).length > 0 ? [name] : []));
  return new Set(['authorization', 'cookie', 'proxy-authorization', 'host', ...secret]);
}

/** Where a URL's host listens. */
export function peerOf(url: URL): { readonly host: string; readonly port: number } {
  const bare = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const host = isIP(bare) === 6 ? bare : url.hostname;
  return { host, port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port) };
}
