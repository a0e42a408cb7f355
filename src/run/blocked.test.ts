import { expect, test } from 'vitest';
import { hintsAtWall, type Page, titleOf, type WallSign, wallIn, wallName, wallSigns } from './blocked.ts';

const page = (title: string, body = '') =>
  `<!DOCTYPE html><html lang="en"><head><title>${title}</title></head><body>${body}</body></html>`;

/** What each vendor sends, in the order of the table; each must be known by its own sign alone. */
const walls: readonly (readonly [wall: string, seen: Page])[] = [
  ['a challenge of Cloudflare', { status: 403, headers: { 'cf-mitigated': 'challenge' } }],
  ['a challenge of AWS WAF', { status: 202, headers: { 'x-amzn-waf-action': 'challenge' } }],
  ['a captcha of AWS WAF', { status: 405, headers: { 'x-amzn-waf-action': 'captcha' } }],
  ['a challenge of Vercel', { status: 429, headers: { 'x-vercel-mitigated': 'challenge' } }],
  ['a block page of Vercel', { status: 403, headers: { 'x-vercel-mitigated': 'deny' } }],
  ['a captcha or block page of DataDome', { status: 403, headers: { 'x-dd-b': '1', 'x-datadome': 'protected' } }],
  ['a challenge of Kasada', { status: 429, headers: { 'x-kpsdk-ct': '02abc' } }],
  [
    'a challenge of Cloudflare',
    {
      status: 403,
      html: page(
        'Just a moment...',
        '<script>window._cf_chl_opt={}; a.src="/cdn-cgi/challenge-platform/h/b/o"</script>',
      ),
    },
  ],
  [
    'a block page of Cloudflare',
    { status: 403, html: page('Attention Required! | Cloudflare', '<div id="cf-error-details"></div>') },
  ],
  [
    'a challenge of AWS WAF',
    { status: 202, html: page('', '<script>window.gokuProps={}; AwsWafIntegration.saveReferrer()</script>') },
  ],
  [
    'a captcha of DataDome',
    { status: 403, html: page('shop', '<script>var dd={}</script><script src="//ct.captcha-delivery.com/c.js">') },
  ],
  [
    'a captcha of HUMAN (PerimeterX)',
    { status: 403, html: page('Access to this page has been denied', '<div id="px-captcha"></div>') },
  ],
  [
    'a captcha of HUMAN (PerimeterX)',
    { status: 403, html: page('Shop', '<script>window._pxAppId="PX1"</script><div id="px-captcha"></div>') },
  ],
  ['a block page of Akamai', { status: 403, html: page('Access Denied', 'errors.edgesuite.net/18.2.3') }],
  [
    'a challenge of Akamai',
    { status: 428, html: page('', '<div id="sec-if-cpt-container"></div><script src="/_sec/cp_challenge/a.js">') },
  ],
  [
    'a challenge of Akamai',
    { status: 200, html: page('', '<meta http-equiv="refresh" content="5; URL=/?bm-verify=AAQ">') },
  ],
  [
    'a captcha or block page of Imperva (Incapsula)',
    { status: 200, html: page('', '<iframe src="/_Incapsula_Resource?x">Incapsula incident ID: 7</iframe>') },
  ],
  [
    'a challenge of Imperva (Incapsula)',
    {
      status: 200,
      html: '<html><head><META NAME="robots" CONTENT="noindex, nofollow"><script src="/_Incapsula_Resource?SWJ=7"></head>',
    },
  ],
  ['a captcha of Imperva (Distil)', { status: 405, html: page('Pardon Our Interruption') }],
  ['a challenge of Kasada', { status: 429, html: page('', '<script src="/1/2/ips.js?KPSDK=1"></script>KPSDK') }],
  [
    'a block page of F5',
    { status: 200, html: page('Request Rejected', 'The requested URL was rejected. Your support ID is: 7') },
  ],
  ['a block page of Sucuri', { status: 403, html: page('Sucuri WebSite Firewall - Access Denied') }],
  ['a challenge of Sucuri', { status: 200, html: page('You are being redirected...', 'sucuri_cloudproxy_js=1') }],
  ['a challenge of DDoS-Guard', { status: 403, html: page('DDoS-Guard') }],
  [
    'a captcha of Google',
    {
      status: 429,
      url: 'https://www.google.com/sorry/index?continue=x',
      html: page('x', 'Our systems have detected unusual traffic from your network'),
    },
  ],
  ['a challenge of Vercel', { status: 429, html: page('Vercel Security Checkpoint') }],
  [
    'a captcha of hCaptcha',
    { status: 403, html: page('', '<script src="https://hcaptcha.com/1/api.js"></script><div class="h-captcha">') },
  ],
  [
    'a captcha of reCAPTCHA',
    {
      status: 429,
      html: page('', '<script src="//www.google.com/recaptcha/api.js"></script><div class="g-recaptcha">'),
    },
  ],
  [
    'a captcha of Turnstile',
    {
      status: 403,
      html: page(
        '',
        '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script><div class="cf-turnstile">',
      ),
    },
  ],
  ['a captcha of reCAPTCHA', { frames: ['https://www.google.com/recaptcha/api2/bframe?hl=de&k=6L'] }],
  ['a captcha of reCAPTCHA', { frames: ['about:blank', 'https://www.google.com/recaptcha/enterprise/bframe?k=6L'] }],
  [
    'a captcha of hCaptcha',
    { frames: ['https://newassets.hcaptcha.com/captcha/v1/2f/static/hcaptcha.html#frame=challenge&id=0'] },
  ],
  ['a captcha of Arkose Labs', { frames: ['https://client-api.arkoselabs.com/v2/KEY/enforcement.html'] }],
  ['a captcha of DataDome', { frames: ['https://geo.captcha-delivery.com/captcha/?initialCid=AHrl'] }],
];

test.each(walls.map(([wall, seen], at) => [at, wall, seen] as const))('sign %i: %s', (at, wall, seen) => {
  const sign = wallIn(seen);
  expect(sign === undefined ? undefined : wallName(sign)).toBe(wall);
  expect(sign).toBe(wallSigns[at]);
});

test('every sign of the table has its trial', () => expect(walls.length).toBe(wallSigns.length));

const shop = 'Milk, 1.29 €. '.repeat(3_000);
test.each<[string, Page]>([
  ['a page', { status: 200, html: page('Shop', shop) }],
  [
    'a form with reCAPTCHA',
    { status: 200, html: page('Sign in', '<script src="/recaptcha/api.js"></script><div class="g-recaptcha">') },
  ],
  [
    'a form with reCAPTCHA that was filled in wrongly',
    {
      status: 422,
      html: page('Sign in', '<script src="/recaptcha/api.js?render=k"></script><div class="g-recaptcha">'),
    },
  ],
  [
    'a form with hCaptcha',
    {
      status: 200,
      html: page('Sign in', '<script src="https://hcaptcha.com/1/api.js"></script><div class="h-captcha">'),
    },
  ],
  [
    'a form with Turnstile',
    {
      status: 200,
      html: page(
        'Sign in',
        '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script><i class="cf-turnstile">',
      ),
    },
  ],
  [
    'a page with Cloudflare’s detection of bots',
    {
      status: 200,
      headers: { 'cf-ray': '8', server: 'cloudflare' },
      html: page('Shop', '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js">'),
    },
  ],
  [
    'a fault behind Cloudflare',
    {
      status: 522,
      headers: { server: 'cloudflare' },
      html: page('shop.example | 522: Connection timed out', 'cf-error-details'),
    },
  ],
  [
    'a page behind DataDome',
    {
      status: 200,
      headers: { 'x-datadome': 'protected' },
      html: page('Shop', '<script src="https://js.datadome.co/tags.js">'),
    },
  ],
  [
    'a 401 of an API behind DataDome',
    { status: 401, headers: { 'x-datadome': 'protected' }, html: '{"error":"token"}' },
  ],
  [
    'a page behind Imperva',
    {
      status: 200,
      headers: { 'x-iinfo': '9-1' },
      html: page('Shop', `${shop}<script src="/_Incapsula_Resource?SWJIYLWA=7">`),
    },
  ],
  [
    'a page with PerimeterX’s sensor',
    { status: 200, html: page('Shop', `<script>window._pxAppId="PX1"</script>${shop}`) },
  ],
  [
    'a page behind AWS WAF',
    {
      status: 200,
      headers: { 'x-amzn-requestid': '1' },
      html: page('Shop', '<script>AwsWafIntegration.getToken()</script>'),
    },
  ],
  ['a limit of the shop’s own', { status: 429, html: page('Too many requests') }],
  ['a 403 of the shop’s own', { status: 403, html: page('Access denied', 'Ask your administrator.') }],
  [
    'an article about captchas',
    { status: 200, html: page('Pardons, interruptions and captchas', `px-captcha ${shop}`) },
  ],
  ['a header of another meaning', { status: 200, headers: { 'cf-mitigated': 'none', 'x-vercel-mitigated': '' } }],
  ['nothing at all', {}],
])('%s is no wall', (_name, seen) => {
  expect(wallIn(seen)).toBeUndefined();
});

test('vendors that challenge with status 200 are hinted at by what they always send', () => {
  expect(hintsAtWall({ 'x-iinfo': '9-1' })).toBe(true);
  expect(hintsAtWall({ server: 'nginx' })).toBe(false);
});

test.each([
  ['<TITLE lang="de">\n Käse &amp;\n Milch </TITLE>', 'Käse &amp; Milch'],
  ['<title></title>', ''],
  ['<titles>no</titles>', undefined],
  [`<title>${'a'.repeat(70_000)}`, undefined],
  ['<title', undefined],
])('the title of %j is found', (html, title) => expect(titleOf(html)).toBe(title));

test('a large page costs little', () => {
  const large: Page = { status: 403, html: '<title '.repeat(200_000) };
  const began = performance.now();
  for (let n = 0; n < 50; n++) wallIn(large);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('signs name what they look for in small letters, as they are compared', () => {
  const texts = (sign: WallSign) => [...(sign.titles ?? []), ...(sign.html ?? []), ...(sign.header?.values ?? [])];
  const all = wallSigns.flatMap(texts);
  expect(all).toEqual(all.map((text) => text.toLowerCase()));
});
