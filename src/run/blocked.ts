/**
 * Walls against bots: a captcha or a challenge in the place of the answer. A synthetic visitor is a bot, so a wall
 * that it meets hides what users see, and a challenge with status 200 would look green.
 *
 * Each sign is what a vendor sends with a challenge or block page and with nothing else; that a vendor's script is
 * loaded, or a form has a captcha in it, is none. `docs/blocked.md` is made from this table.
 */

/** Headers by name in lower case. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is looked at of an answer. */
export interface Page {
  readonly status?: number | undefined;
  /** Names in lower case. */
  readonly headers?: Headers | undefined;
  /** The document's text; only its beginning is looked at. */
  readonly html?: string | undefined;
  readonly url?: string | undefined;
  /** Addresses of the frames that can be seen in it. */
  readonly frames?: readonly string[] | undefined;
}

/** One sign of a wall: all that it names must hold. */
export interface WallSign {
  readonly vendor: string;
  /** What stands there, in a few words: `a challenge`, `a captcha`, `a block page`. */
  readonly what: string;
  /** A header, and the values (or beginnings of values) one of which it has. */
  readonly header?: { readonly name: string; readonly values: readonly string[] };
  /** Statuses with which it comes; any where none is given. */
  readonly statuses?: readonly number[];
  /** The document's title, or how it begins; small letters. */
  readonly titles?: readonly string[];
  /** Pieces of the document, all of them; small letters. */
  readonly html?: readonly string[];
  /** A piece of the address. */
  readonly url?: string;
  /** A piece of the address of a frame that can be seen; only journeys look at frames. */
  readonly frame?: string;
  /** The document is no longer than this, characters: a whole page that happens to hold the pieces is no wall. */
  readonly charsMax?: number;
}

/** The beginning of a document that is looked at, characters. */
const wallCharsMax = 64 * 1024;

const answerSigns: readonly WallSign[] = [
  { vendor: 'Cloudflare', what: 'a challenge', header: { name: 'cf-mitigated', values: ['challenge'] } },
  { vendor: 'AWS WAF', what: 'a challenge', header: { name: 'x-amzn-waf-action', values: ['challenge'] } },
  { vendor: 'AWS WAF', what: 'a captcha', header: { name: 'x-amzn-waf-action', values: ['captcha'] } },
  { vendor: 'Vercel', what: 'a challenge', header: { name: 'x-vercel-mitigated', values: ['challenge'] } },
  { vendor: 'Vercel', what: 'a block page', header: { name: 'x-vercel-mitigated', values: ['deny'] } },
  { vendor: 'DataDome', what: 'a captcha or block page', header: { name: 'x-dd-b', values: ['1', '2'] } },
  {
    vendor: 'Kasada',
    what: 'a challenge',
    header: { name: 'x-kpsdk-ct', values: [''] },
    statuses: [429],
  },
  {
    vendor: 'Cloudflare',
    what: 'a challenge',
    html: ['/cdn-cgi/challenge-platform/', '_cf_chl_opt'],
  },
  {
    vendor: 'Cloudflare',
    what: 'a block page',
    statuses: [403],
    titles: ['attention required! | cloudflare', 'access denied | '],
    html: ['cf-error-details'],
  },
  {
    vendor: 'AWS WAF',
    what: 'a challenge',
    statuses: [202, 405],
    html: ['awswafintegration', 'gokuprops'],
  },
  { vendor: 'DataDome', what: 'a captcha', html: ['captcha-delivery.com', 'var dd='], charsMax: 8_192 },
  {
    vendor: 'HUMAN (PerimeterX)',
    what: 'a captcha',
    titles: ['access to this page has been denied'],
    html: ['px-captcha'],
  },
  { vendor: 'HUMAN (PerimeterX)', what: 'a captcha', html: ['window._pxappid', 'id="px-captcha"'], charsMax: 16_384 },
  {
    vendor: 'Akamai',
    what: 'a block page',
    statuses: [403],
    titles: ['access denied'],
    html: ['errors.edgesuite.net'],
  },
  {
    vendor: 'Akamai',
    what: 'a challenge',
    html: ['/_sec/cp_challenge/', 'sec-if-cpt-container'],
  },
  { vendor: 'Akamai', what: 'a challenge', html: ['bm-verify=', 'http-equiv="refresh"'], charsMax: 8_192 },
  {
    vendor: 'Imperva (Incapsula)',
    what: 'a captcha or block page',
    html: ['_incapsula_resource', 'incapsula incident id'],
    charsMax: 16_384,
  },
  {
    vendor: 'Imperva (Incapsula)',
    what: 'a challenge',
    html: ['_incapsula_resource?', 'name="robots" content="noindex, nofollow"'],
    charsMax: 2_048,
  },
  { vendor: 'Imperva (Distil)', what: 'a captcha', titles: ['pardon our interruption'] },
  { vendor: 'Kasada', what: 'a challenge', html: ['/ips.js?', 'kpsdk'], charsMax: 4_096 },
  {
    vendor: 'F5',
    what: 'a block page',
    titles: ['request rejected'],
    html: ['the requested url was rejected', 'your support id is'],
    charsMax: 4_096,
  },
  {
    vendor: 'Sucuri',
    what: 'a block page',
    titles: ['sucuri website firewall - access denied'],
  },
  { vendor: 'Sucuri', what: 'a challenge', titles: ['you are being redirected...'], html: ['sucuri_cloudproxy_js'] },
  { vendor: 'DDoS-Guard', what: 'a challenge', titles: ['ddos-guard'], statuses: [403] },
  { vendor: 'Google', what: 'a captcha', url: '/sorry/index', html: ['our systems have detected unusual traffic'] },
  { vendor: 'Vercel', what: 'a challenge', titles: ['vercel security checkpoint'] },
  { vendor: 'hCaptcha', what: 'a captcha', html: ['hcaptcha.com/1/api.js', 'h-captcha'], statuses: [403, 429] },
  {
    vendor: 'reCAPTCHA',
    what: 'a captcha',
    html: ['/recaptcha/api.js', 'g-recaptcha'],
    statuses: [403, 429],
  },
  {
    vendor: 'Turnstile',
    what: 'a captcha',
    html: ['challenges.cloudflare.com/turnstile/', 'cf-turnstile'],
    statuses: [403, 429],
  },
];

/** Frames in which somebody is asked to prove that they are none; a page keeps them out of sight until then. */
const challengeFrames: readonly WallSign[] = [
  { vendor: 'reCAPTCHA', what: 'a captcha', frame: '/recaptcha/api2/bframe' },
  { vendor: 'reCAPTCHA', what: 'a captcha', frame: '/recaptcha/enterprise/bframe' },
  { vendor: 'hCaptcha', what: 'a captcha', frame: 'hcaptcha.html#frame=challenge' },
  { vendor: 'Arkose Labs', what: 'a captcha', frame: 'arkoselabs.com/v2/' },
  { vendor: 'DataDome', what: 'a captcha', frame: 'captcha-delivery.com/captcha/' },
];

/** The signs, the surest first. */
export const wallSigns: readonly WallSign[] = [...answerSigns, ...challengeFrames];

const byHeader = answerSigns.filter(({ header }) => header !== undefined);
const byPage = answerSigns.filter(({ header }) => header === undefined);

/** Whether a frame of this address would be a sign of a wall, if it can be seen. */
export function challengesIn(frame: string): boolean {
  return challengeFrames.some((sign) => sign.frame !== undefined && frame.includes(sign.frame));
}

/** The first sign of a wall that an answer shows; `undefined` for none. */
export function wallIn(page: Page): WallSign | undefined {
  const { frames = [] } = page;
  const sign =
    byHeader.find((one) => headerShows(one, page)) ??
    challengeFrames.find(({ frame }) => frame !== undefined && frames.some((address) => address.includes(frame)));
  if (sign !== undefined || page.html === undefined || page.html === '') return sign;
  const html = page.html.slice(0, wallCharsMax).toLowerCase();
  const title = titleOf(html) ?? '';
  return byPage.find((one) => statusFits(one, page) && documentShows(one, { ...page, html }, title));
}

/** What a wall is, for a message: `a captcha of DataDome`. */
export function wallName({ vendor, what }: WallSign): string {
  return `${what} of ${vendor}`;
}

/** Headers that a vendor sends with everything: then the document is worth a look even where all seems well. */
const hints = ['x-datadome', 'x-iinfo', 'x-kpsdk-ct', 'x-px-captcha', 'x-sucuri-id'] as const;

/** Whether headers show a vendor that answers challenges with status 200. */
export function hintsAtWall(headers: Headers): boolean {
  for (const name of hints) if (headers[name] !== undefined) return true;
  return false;
}

function headerShows(sign: WallSign, { status, headers = {} }: Page): boolean {
  const { header } = sign;
  const value: unknown = header === undefined ? undefined : headers[header.name];
  if (header === undefined || typeof value !== 'string') return false;
  const text = value.trim().toLowerCase();
  return statusFits(sign, { status }) && header.values.some((one) => text.startsWith(one));
}

function statusFits({ statuses }: WallSign, { status }: Page): boolean {
  return statuses === undefined || (status !== undefined && statuses.includes(status));
}

function documentShows(sign: WallSign, { html = '', url = '' }: Page, title: string): boolean {
  const { titles, html: pieces = [], charsMax = wallCharsMax, url: place = '' } = sign;
  return (
    html.length <= charsMax &&
    url.includes(place) &&
    (titles === undefined || titles.some((one) => title.startsWith(one))) &&
    pieces.every((piece) => html.includes(piece))
  );
}

/** The title of a document, in one line; found in linear time. */
export function titleOf(html: string): string | undefined {
  const head = html.slice(0, wallCharsMax);
  const start = head.search(/<title[\s>]/i);
  const open = start === -1 ? -1 : head.indexOf('>', start);
  const end = open === -1 ? -1 : head.indexOf('</', open);
  return end === -1
    ? undefined
    : head
        .slice(open + 1, end)
        .replace(/\s+/g, ' ')
        .trim();
}
