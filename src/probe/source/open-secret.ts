/**
 * Texts that are surely secrets: what stands in a probe is published with its plan, to every vantage and to Redis.
 */

/** By its form alone nobody could take it for anything else. */
const forms: readonly (readonly [what: string, form: RegExp])[] = [
  ['a JSON Web Token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a secret key of Stripe', /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/],
  ['a token of GitHub', /\b(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_\w{22,})/],
  ['a token of GitLab', /\bglpat-[\w-]{20,}/],
  ['a token of Slack', /\bxox[abprs]-[\w-]{10,}/],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
];

/** What every one of them holds: most texts need no closer look. */
const hint = /eyJ|PRIVATE KEY|k_live_|k_test_|gh[opsur]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA/;

/** What kind of secret stands in a text, if one surely does. */
export function openSecretIn(text: string): string | undefined {
  return hint.test(text) ? forms.find(([, form]) => form.test(text))?.[0] : undefined;
}

/** What to write instead in an http probe, and in a script. */
export const openSecretMend = "write secret('NAME') instead, and declare it under secrets in landscape.ts";
export const openSecretInScriptMend =
  "write secret('NAME'), with secret from what the script is given and secrets: ['NAME'] in its options, and declare it in landscape.ts";
