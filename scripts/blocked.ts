/**
 * `npm run reference`, its second half: writes `docs/blocked.md` from the table of signs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type WallSign, wallSigns } from '../src/run/blocked.ts';

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
const all = (texts: readonly string[], between: string) => texts.map(code).join(between);

/** What of an answer makes a sign, in words. */
function seenOf({ header, statuses, titles, html, url, frame, charsMax }: WallSign): string {
  const parts = [
    header && `the header ${code(header.name)}${valuesOf(header.values)}`,
    titles && `a title that begins with ${all(titles, ' or ')}`,
    html && `a document that holds ${all(html, ' and ')}`,
    url && `an address that holds ${code(url)}`,
    frame && `journeys: a frame that can be seen, whose address holds ${code(frame)}`,
    statuses && `status ${statuses.join(' or ')}`,
    charsMax && `at most ${charsMax} characters`,
  ];
  return parts.filter((part) => typeof part === 'string').join('; ');
}

function valuesOf(values: readonly string[]): string {
  return values.includes('') ? '' : ` that begins with ${all(values, ' or ')}`;
}

/** The page, whole. */
export function blockedPage(): string {
  const rows = wallSigns.map((sign) => `| ${sign.vendor} | ${sign.what} | ${seenOf(sign)} |`);
  return `# Blocked: walls against bots

A synthetic visitor is a bot, and shops keep bots out. Where a captcha, a challenge or a block page stands in the place
of the answer, the run fails with the reason \`blocked\`: not with \`status\` or \`body\`, for the shop may be well, and not
as a pass, for a challenge that comes with status 200 hides what users see.

What to do: let the vantages through. Vendors do so by address, by a header (a system's \`headers\` are sent with every
request to it), or by the user agent, which holds \`vedette/\`.

These are the signs, the surest first. All that a row names must hold; letters are compared without regard to case. Headers
are looked at for every answer, documents where an expectation was not met or a header names a vendor that answers
challenges with status 200; a journey that fails looks at the page that it is on, and at its frames. That a page loads a vendor's script, or that a form has a captcha in it, is no sign.

| vendor | what stands there | how it is known |
| --- | --- | --- |
${rows.join('\n')}
`;
}

if (import.meta.main) {
  const page = new URL('../docs/blocked.md', import.meta.url);
  mkdirSync(new URL('.', page), { recursive: true });
  writeFileSync(page, blockedPage());
}
