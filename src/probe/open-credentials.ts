/**
 * Credentials that stand in an http probe for anybody to read. They would be published with its plan, so they are
 * refused; except where the probe expects to be refused itself, because then they open nothing.
 */
import type { HttpRequest } from './definition.ts';
import { holeIn } from './hole.ts';
import type { OptionReader } from './option-reader.ts';
import { withoutPlaceholders } from './secret.ts';
import { openSecretIn, openSecretMend } from './source/open-secret.ts';

const CREDENTIAL = /^(?:bearer|basic|token|apikey|api-key|key)\s+\S/i;
const bearerMend = "write auth: { bearer: secret('NAME') } instead, and declare it under secrets in landscape.ts";
const refusals: readonly unknown[] = [401, 403, '4xx'];

/** Refuses literal credentials in `auth`, in an authorization header, and what by its form is a secret anywhere. */
export function refuseOpenCredentials(reader: OptionReader, request: HttpRequest): void {
  if (request.expect.status.every((status) => refusals.includes(status))) return;
  const auth = reader.inner('auth');
  // Two credentials are a fault of their own.
  if (auth !== undefined && 'authorization' in request.headers) return;
  if (isOpen(auth?.get('bearer'))) sayOpen(auth, 'bearer');
  const basic = auth?.inner('basic');
  if (isOpen(basic?.get('password'))) sayOpen(basic, 'password');
  const headers = reader.inner('headers');
  for (const name of headers?.keys() ?? []) {
    const value = headers?.get(name);
    if (!isOpen(value)) continue;
    const authorizes = /^(proxy-)?authorization$/i.test(name);
    const mend = authorizes && /^bearer\s/i.test(value) ? bearerMend : openSecretMend;
    if ((authorizes && CREDENTIAL.test(value)) || openSecretIn(value) !== undefined) sayOpen(headers, name, mend);
  }
  if (openSecretIn(request.url) !== undefined) sayOpen(reader, 'url');
  const sent = ['json', 'form'].find((name) => reader.has(name)) ?? 'body';
  if (openSecretIn(request.body ?? '') !== undefined) sayOpen(reader, sent);
}

/** A text without a reference to a secret. */
function isOpen(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && value === withoutPlaceholders(value) && holeIn(value) === undefined
  );
}

function sayOpen(reader: OptionReader | undefined, name: string, mend = openSecretMend): void {
  const message = `${reader?.label(name)} holds a secret that anybody can read: it would be published with the plan`;
  reader?.fault(name, message, mend);
}
