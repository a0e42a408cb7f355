/**
 * A secret as a reference. Its value is put in at the vantage, at the moment of the run.
 */
import type { SecretName } from './register.ts';

const reference = Symbol.for('vedette.secret');

/** Stands where a secret's value will be: as a text it reads `{{secret:NAME}}`, never the value. */
export interface SecretReference {
  readonly name: string;
  toString(): string;
  toJSON(): string;
  [Symbol.toPrimitive](): string;
}

/**
 * Refers to a secret that the landscape declares. It may stand in a url, header, credential or body of an http
 * probe, alone or inside a template string. The vantage finds its value in the environment, or in the file of
 * that name in `VEDETTE_SECRETS_DIR`.
 * @example headers: { authorization: `Token ${secret('SHOP_TOKEN')}` }
 */
export function secret(name: SecretName): SecretReference {
  const text = `{{secret:${name}}}`;
  const asText = () => text;
  return Object.freeze({ [reference]: true, name, toString: asText, toJSON: asText, [Symbol.toPrimitive]: asText });
}

/** Whether a value is a {@link SecretReference}, also one made by another copy of this module. */
export function isSecretReference(value: unknown): value is SecretReference {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, reference);
}

/** What a secret must be called, so that it can be an environment variable and a file. */
export const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,99}$/;

const PLACEHOLDER = /\{\{secret:([^{}]*)\}\}/g;

/** What stands in a text's placeholders, each once; also what is no proper name, for the caller to refuse. */
export function placeholdersIn(text: string): string[] {
  if (!text.includes('{{secret:')) return [];
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''))];
}

/** Encodes a text for a url or a form, but leaves its placeholders readable to the vantage. */
export function encodeAroundPlaceholders(text: string): string {
  return text
    .split(/(\{\{secret:[^{}]*\}\})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part)))
    .join('');
}

/** The text with every placeholder replaced by something harmless, to see whether the rest of it is well formed. */
export function withoutPlaceholders(text: string): string {
  return text.replace(PLACEHOLDER, 'secret');
}
