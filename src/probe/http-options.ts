/**
 * The options of an http probe, as types.
 */
import type { Json } from './definition.ts';
import type { Axes, LookingOptions, PerVariant, ZonedTiming } from './options.ts';
import type { Names } from './register.ts';
import type { SecretReference } from './secret.ts';

/** A text in which a secret may stand. */
export type SecretText = string | SecretReference;

/** JSON in which secrets may stand. */
export type SecretJson = Json | SecretReference | readonly SecretJson[] | { readonly [key: string]: SecretJson };

/** What must not hold. */
export interface NotText {
  readonly contains?: string | readonly string[];
  readonly matches?: RegExp | readonly RegExp[];
}

/** What a text must satisfy; all parts that are given must hold. Expressions run on RE2: no lookaround, no backreference. */
export interface TextExpectation extends NotText {
  readonly equals?: string;
  /** None of these may hold; a string is one that must not be contained. */
  readonly not?: string | RegExp | NotText;
}

/** What the body must satisfy. */
export type BodyExpectation = Omit<TextExpectation, 'equals'>;

/** What the value at a JSONPath must satisfy; all parts that are given must hold. */
export interface JsonExpectation {
  readonly equals?: Json;
  readonly not?: Json;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** A text contains this text, or a list this value. */
  readonly contains?: Json;
  readonly matches?: RegExp;
  /** Whether there must be a value at all. */
  readonly exists?: boolean;
}

export type StatusExpectation = number | `${1 | 2 | 3 | 4 | 5}xx`;

/** What the answer must satisfy. */
export interface HttpExpectation {
  /** A status, a class such as `'2xx'` (the default), or a list of them. */
  readonly status?: StatusExpectation | readonly StatusExpectation[];
  /** By name: the value, an expression, or a matcher. */
  readonly header?: Readonly<Record<string, string | RegExp | TextExpectation>>;
  readonly body?: RegExp | BodyExpectation;
  /**
   * By JSONPath (RFC 9535): the value, an expression, or a matcher. `.length()` at the end of a path yields the
   * length of what is there: `'$.items.length()': { atLeast: 1 }`.
   */
  readonly json?: Readonly<Record<string, string | number | boolean | null | RegExp | JsonExpectation>>;
  /** Fewer days than this until the certificate expires degrade the run. */
  readonly certificateDays?: number;
}

type QueryValue = SecretText | number | boolean;

type Body<V extends Axes> =
  | { readonly json?: never; readonly form?: never; readonly body?: never }
  | {
      /** Sent as `application/json`. */
      readonly json: PerVariant<SecretJson, V>;
      readonly form?: never;
      readonly body?: never;
    }
  | {
      /** Sent as `application/x-www-form-urlencoded`. */
      readonly form: PerVariant<Readonly<Record<string, QueryValue>>, V>;
      readonly json?: never;
      readonly body?: never;
    }
  | {
      /** Sent as it is; `text/plain` unless the headers say otherwise. */
      readonly body: PerVariant<SecretText, V>;
      readonly json?: never;
      readonly form?: never;
    };

interface RequestOptions<V extends Axes> {
  /** `http://` or `https://`. */
  readonly url: PerVariant<SecretText, V>;
  /** `GET` by default, `POST` when there is something to send. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly headers?: PerVariant<Readonly<Record<string, SecretText | number>>, V>;
  /** Added to the url's own query. */
  readonly query?: PerVariant<Readonly<Record<string, QueryValue | readonly QueryValue[]>>, V>;
  /** Passwords and tokens are secrets; written out only where the probe expects to be refused (401, 403). */
  readonly auth?: PerVariant<
    | { readonly basic: { readonly username: SecretText; readonly password: SecretText } }
    | { readonly bearer: SecretText },
    V
  >;
  /** Paths of PEM files on the vantage: an authority of your own; a client certificate and its key. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** The most redirects that are followed, 0 to 10 (the default); 0: the redirect itself is the answer. */
  readonly redirects?: number;
  /** The one IP family to use; both by default, with fallback. */
  readonly family?: 4 | 6;
  /** Speak HTTP/2; `false` by default. */
  readonly http2?: boolean;
  readonly expect?: PerVariant<HttpExpectation, V>;
}

/** Options of {@link http}. */
export type HttpOptions<V extends Axes, N extends Names> = LookingOptions<V, N> &
  ZonedTiming &
  RequestOptions<V> &
  Body<V>;
