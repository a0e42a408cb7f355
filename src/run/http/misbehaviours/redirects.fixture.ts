/**
 * Redirects that lead nowhere, or where they must not.
 */
import { text } from 'node:stream/consumers';
import { refusingPort, serve } from '../trial.fixture.ts';
import { fail, type More, type Row, readyOf, rowOf, type Wanted } from './row.fixture.ts';

function leads(
  name: string,
  location: (n: number) => string | undefined,
  wanted: Wanted,
  more: More & { readonly status?: number } = {},
): Row {
  const { status = 302, ...rest } = more;
  const listen = () => {
    let n = 0;
    return serve((request, response) => {
      void text(request).then(() => {
        const to = location(++n);
        response.writeHead(status, to === undefined ? {} : { location: to }).end('elsewhere');
      });
    });
  };
  return rowOf(name, listen, wanted, rest);
}

export const redirectRows: readonly Row[] = [
  leads('leads in a circle', () => '/', {
    ...fail('redirect', undefined, 'redirects go in circles', 'HOST'),
    status: 302,
  }),
  leads('leads in a wider circle', (n) => `/${n % 3}`, fail('redirect', undefined, 'redirects go in circles', 'HOST')),
  leads('leads on without end', (n) => `/${n}`, {
    ...fail('redirect', undefined, 'more than 10 redirects', 'HOST'),
    redirects: 10,
  }),
  leads('leads on further than allowed', (n) => `/${n}`, fail('redirect', undefined, 'more than 2 redirects'), {
    request: { redirects: 2 },
    difference:
      'Ours: the probe sets the number; blackbox follows ten or none, so its circle ends later, with the same verdict.',
  }),
  leads('leads to ftp', () => 'ftp://shop.example/', fail('redirect', undefined, 'HOST', 'ftp://shop.example/')),
  leads('leads to a file', () => 'file:///etc/passwd', fail('redirect', undefined, 'HOST', 'file:///etc/passwd')),
  leads('leads to a script', () => 'javascript:alert(1)', fail('redirect', undefined, 'HOST', 'no http address')),
  leads('leads to what is no address', () => 'http://[', fail('redirect', undefined, 'HOST', 'no http address')),
  leads('leads nowhere', () => undefined, fail('redirect', undefined, 'status 302 from HOST without a location')),
  leads(
    'leads to a place with a user name in its address',
    () => 'http://shop.example:secret@127.0.0.1:9/',
    fail('redirect', undefined, 'HOST', 'leads to 127.0.0.1:9 with a user name in the address'),
  ),
  leads(
    'leads from this machine to the metadata of a cloud',
    () => 'http://169.254.169.254/latest/meta-data/',
    fail('redirect', undefined, 'HOST', 'leads to 169.254.169.254:80', 'a link-local address'),
    {
      notThere:
        'blackbox_exporter follows wherever it leads; this trial would have it ask an address beyond this machine',
    },
  ),
  {
    name: 'leads to where nobody listens',
    async start() {
      const nobody = await refusingPort();
      const location = `http://${nobody.host}/`;
      const server = await serve((_request, response) => response.writeHead(302, { location }).end());
      return {
        ...readyOf(server, { url: server.url }),
        host: nobody.host,
        async [Symbol.asyncDispose]() {
          await Promise.all([nobody[Symbol.asyncDispose](), server[Symbol.asyncDispose]()]);
        },
      };
    },
    wanted: { ...fail('connect', 'connect', 'connection refused by HOST'), redirects: 1 },
  },
  {
    name: 'leads to one that never answers',
    async start() {
      const away = await serve(() => {});
      const server = await serve((_request, response) => response.writeHead(302, { location: away.url }).end());
      return {
        ...readyOf(server, { url: server.url }, { timeoutMs: 250 }),
        host: away.host,
        async [Symbol.asyncDispose]() {
          await Promise.all([away[Symbol.asyncDispose](), server[Symbol.asyncDispose]()]);
        },
      };
    },
    wanted: { ...fail('timeout', 'processing', 'no answer from HOST within 250ms'), redirects: 1 },
  },
  {
    name: 'would carry a body with secrets elsewhere',
    async start() {
      const away = await serve((_request, response) => response.end());
      const server = await serve((_request, response) => response.writeHead(307, { location: away.url }).end());
      const request = { url: server.url, method: 'POST', body: 'key={{secret:KEY}}' };
      return {
        ...readyOf(server, request, { secrets: { KEY: 'hunter2' } }),
        host: away.host,
        async [Symbol.asyncDispose]() {
          await Promise.all([away[Symbol.asyncDispose](), server[Symbol.asyncDispose]()]);
        },
      };
    },
    wanted: fail('redirect', undefined, 'would carry a body with secrets to http://HOST'),
    difference:
      'Ours: a secret must not go to whom it was not meant for; blackbox has no secrets of its own and sends the body on.',
  },
];
