/**
 * Answers that are HTTP, and not what the probe expects.
 */
import { gzipSync } from 'node:zlib';
import { serve } from '../trial.fixture.ts';
import { does, fail, head, type More, type Row, rowOf, sends, type Wanted } from './row.fixture.ts';

/** A server that answers with a status, headers and a body. */
function answers(
  name: string,
  status: number,
  headers: Record<string, string>,
  body: string | Buffer,
  wanted: Wanted,
  more: More = {},
): Row {
  const listen = () => serve((_request, response) => response.writeHead(status, headers).end(body));
  return rowOf(name, listen, wanted, more);
}

const html = { 'content-type': 'text/html; charset=utf-8' };
const json = { 'content-type': 'application/json' };
const items = JSON.stringify({ items: [{ sku: 'milk', cents: 129 }], open: false });
const noJson = 'blackbox_exporter 0.23 has no matcher for JSON';
const green =
  'Ours: a challenge with a good status is no answer, and users may see the same; blackbox is green because the status is.';

export const expectationRows: readonly Row[] = [
  answers('is busy', 503, html, '<title>Down for maintenance</title>', {
    ...fail('status', undefined, 'HOST: status 503 (Service Unavailable), expected 2xx', 'Down for maint'),
    status: 503,
  }),
  answers('fails and says why', 500, json, '{"error":"no database"}', fail('status', undefined, 'no database')),
  answers(
    'wants to know who asks',
    401,
    { 'www-authenticate': 'Basic' },
    '',
    fail('status', undefined, '401 (Unauthor'),
  ),
  answers('does not know the page', 404, html, 'gone', fail('status', undefined, 'status 404 (Not Found)')),
  sends(
    'answers with a status that nobody knows',
    'HTTP/1.1 799 Whatever\r\ncontent-length: 0\r\n\r\n',
    fail('status', undefined, 'status 799, expected 2xx'),
  ),
  answers(
    'is well where it should not be',
    200,
    {},
    'milk',
    fail('status', undefined, 'status 200 (OK), expected 404 or 410', 'the body says "milk"'),
    { trial: { expect: { status: [404, 410] } } },
  ),
  answers(
    'fails with a body that cannot be read',
    500,
    { 'content-encoding': 'gzip' },
    'no gzip',
    fail('status', undefined, 'status 500'),
    { module: { compression: 'gzip' } },
  ),
  answers(
    'breaks down in gzip',
    502,
    { 'content-encoding': 'gzip', ...html },
    gzipSync('<title>Bad gateway at the edge</title>'),
    fail('status', undefined, 'status 502', 'Bad gateway at the edge'),
  ),
  sends('breaks off, busy', 'HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\n', {
    ...fail('reset', 'transfer', 'HOST', '0 of 9 bytes'),
    status: 503,
    version: '1.1',
  }),
  does(
    'turns a large request away before it has read it',
    (socket) => socket.end('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
    fail('status', undefined, 'status 413'),
    { request: { method: 'POST', body: 'milk'.repeat(1_000) } },
  ),
  answers(
    'lacks a header',
    200,
    {},
    'milk',
    fail('header', undefined, 'HOST', 'the header x-cache is missing, expected "hit"'),
    { trial: { expect: { header: { 'x-cache': { equals: 'hit' } } } } },
  ),
  answers(
    'sends another header value',
    200,
    html,
    '',
    fail('header', undefined, 'HOST', 'content-type is "text/html; charset=utf-8", expected to match /json/'),
    { trial: { expect: { header: { 'content-type': { matches: [{ pattern: 'json', flags: '' }] } } } } },
  ),
  answers(
    'sends another body',
    200,
    {},
    'sold out',
    fail('body', undefined, 'HOST', 'the body is "sold out", expected to contain "in stock"'),
    { trial: { expect: { body: { contains: ['in stock'] } } } },
  ),
  answers(
    'sends what must not be there',
    200,
    {},
    'Fatal error: cannot connect',
    fail('body', undefined, 'expected not to contain "Fatal error"'),
    { trial: { expect: { body: { not: { contains: ['Fatal error'] } } } } },
  ),
  answers('sends nothing', 200, {}, '', fail('body', undefined, 'HOST', 'the body is empty'), {
    trial: { expect: { body: { contains: ['milk'] } } },
  }),
  answers(
    'sends a page where JSON is expected',
    200,
    html,
    '<h1>Welcome</h1>',
    fail('json', undefined, 'HOST', 'the body is not JSON: "<h1>Welcome</h1>"'),
    { trial: { expect: { json: { '$.items.length()': { atLeast: 1 } } } }, notThere: noJson },
  ),
  answers(
    'sends JSON that is cut short',
    200,
    json,
    items.slice(0, 20),
    fail('json', undefined, 'the body is not JSON'),
    { trial: { expect: { json: { '$.open': { equals: true } } } }, notThere: noJson },
  ),
  answers(
    'sends JSON with another value',
    200,
    json,
    items,
    fail('json', undefined, 'HOST', '$.open is false, expected true'),
    { trial: { expect: { json: { '$.open': { equals: true } } } }, notThere: noJson },
  ),
  answers(
    'sends JSON with too few of them',
    200,
    json,
    items,
    fail('json', undefined, '$.items.length() is 1, expected at least 2'),
    { trial: { expect: { json: { '$.items.length()': { atLeast: 2 } } } }, notThere: noJson },
  ),
  answers(
    'sends JSON without the value',
    200,
    json,
    items,
    fail('json', undefined, '$.price is not there, expected at least 1'),
    { trial: { expect: { json: { '$.price': { atLeast: 1 } } } }, notThere: noJson },
  ),
  answers(
    'challenges with status 202, as AWS WAF does',
    202,
    { ...html, 'x-amzn-waf-action': 'challenge' },
    '',
    fail('blocked', undefined, 'HOST', 'a challenge of AWS WAF came with status 202'),
    { difference: green },
  ),
  answers(
    'challenges, as Cloudflare does',
    403,
    { ...html, 'cf-mitigated': 'challenge' },
    '<title>Just a moment...</title>',
    fail('blocked', undefined, 'HOST', 'a challenge of Cloudflare came with status 403', 'expected 2xx'),
  ),
  answers(
    'puts a captcha before the page, as DataDome does',
    403,
    { ...html, 'x-datadome': 'protected' },
    "<html><body><script>var dd={'rt':'c'}</script><script src='https://ct.captcha-delivery.com/c.js'></script></body></html>",
    fail('blocked', undefined, 'a captcha of DataDome'),
  ),
  answers(
    'puts a captcha before the page with status 200, as Imperva does',
    200,
    { ...html, 'x-iinfo': '9-1-2' },
    '<html><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><iframe src="/_Incapsula_Resource?SWUDNSAI=31">Request unsuccessful. Incapsula incident ID: 1</iframe></html>',
    fail('blocked', undefined, 'a captcha or block page of Imperva (Incapsula) came with status 200'),
    { difference: green },
  ),
  sends(
    'denies at the edge, as Akamai does',
    `HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>https&#58;&#47;&#47;errors.edgesuite.net/18.1</BODY></HTML>`,
    fail('blocked', undefined, 'a block page of Akamai came with status 403'),
  ),
  does(
    'takes longer than its budget',
    (socket) => setTimeout(() => socket.end(`${head}content-length: 4\r\n\r\nmilk`), 120),
    { outcome: 'degraded', reason: 'slow', says: ['it took', 'expected at most 50ms'] },
    {
      trial: { slowMs: 50 },
      notThere: 'blackbox_exporter has no budget; a Prometheus rule over probe_duration_seconds does it',
    },
  ),
];
