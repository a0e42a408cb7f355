/**
 * Probes that put secrets wherever a probe can, a server that says everything back, and failures that show it all.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Secrets as people have them: with everything that some encoding writes in another way. */
export const secrets = {
  PLAIN: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
  WORDS: 'correct horse battery staple',
  QUOTES: 'q"uo\'te\\d "twice" \\"',
  MARKUP: 'm&a<r>k"u\'p;&amp;<b>',
  PERCENT: '100%25 of %20s%C3+%s',
  BASE64: 'AbC+/dEf/gH+iJ==',
  FOREIGN: 'grün€schlüßel🔑ñ',
  LINES: 'first line of it\nsecond "line"\n\tthe third\\n',
  SHORT: 'Zü€7',
} as const;

/** No secret: it stands beside each of them, and must be found wherever one might have been. */
export const canary = 'ca"n<a>ry-für-alle';

/** A server that answers with all that it is asked: in the body, in headers, in JSON and in redirects. */
export class Parrot implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Parrot> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const url = new URL(request.url ?? '/', 'http://parrot');
        const heard = heardIn(request, url, body);
        // A server of today writes UTF-8 into its headers, although a client reads Latin-1.
        const header = Buffer.from(`${canary} ${heard}`.replace(/\s+/g, ' ')).toString('latin1');
        response.setHeader('x-echo', header).setHeader('access-control-allow-origin', '*');
        response.setHeader('access-control-allow-headers', '*');
        if (url.pathname.startsWith('/away/')) {
          response.writeHead(302, { location: `ftp://elsewhere/${encodeURI(`${canary} ${heard}`)}` }).end();
        } else if (url.pathname.startsWith('/circle/')) {
          response.writeHead(302, { location: request.url }).end();
        } else if (url.pathname.startsWith('/page/')) {
          response.setHeader('content-type', 'text/html; charset=utf-8').end(pageOf(heard));
        } else if (url.pathname.startsWith('/error/')) {
          response.writeHead(500).end(heard);
        } else if (url.searchParams.has('json')) {
          response.setHeader('content-type', 'application/json').end(jsonOf(heard));
        } else response.end(`${canary} ${heard} ${request.url}`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Parrot(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function heardIn({ headers }: IncomingMessage, url: URL, body: string): string {
  const basic = /^Basic (.*)$/.exec(headers.authorization ?? '')?.[1];
  const parts = [
    decoded(url.pathname.split('/').slice(2).join('/')),
    url.searchParams.get('q'),
    headers['x-key'],
    headers.authorization,
    basic === undefined ? undefined : Buffer.from(basic, 'base64').toString(),
    headers['content-type']?.includes('form') ? new URLSearchParams(body).get('p') : undefined,
    headers['content-type']?.includes('json') ? JSON.stringify(JSON.parse(body)) : undefined,
  ];
  return parts.filter((part) => part !== undefined && part !== null && part !== '').join(' ');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function html(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function pageOf(heard: string): string {
  return `<!doctype html><title>${html(`${canary} ${heard}`)}</title><h1>${html(canary)}</h1>
<p class="shown" title="${html(heard)}">${html(heard)}</p><p class="shown">${html(heard)} again</p>
<a href="/page/${html(encodeURIComponent(heard))}">here</a>
<input id="password" type="password"><input id="plain" value="${html(heard)}"><textarea id="area"></textarea>`;
}

function jsonOf(heard: string): string {
  const base64 = Buffer.from(`user:${heard}`).toString('base64');
  const shown = {
    plain: heard,
    twice: JSON.stringify({ heard }),
    base64,
    html: html(heard),
    percent: encodeURI(heard),
  };
  return JSON.stringify(shown);
}

/** The landscape and its probes, as files. `named`: the same server by another name, which a browser knows. */
export function projectFiles(port: number): Readonly<Record<string, string>> {
  const names = JSON.stringify(Object.keys(secrets));
  const head = `const names = ${names} as const;
const origin = 'http://127.0.0.1:${port}';
const canary = ${JSON.stringify(canary)};`;
  const declared = Object.fromEntries(
    [...Object.keys(secrets), 'HEARTBEAT_TOKEN_SHOP_BEAT'].map((name) => [name, 'x']),
  );
  return {
    'landscape.ts': `import { landscape } from 'vedette';
export default landscape({
  project: 'secretive', teams: { web: {} }, systems: { shop: { owner: 'web' } },
  vantages: { fra: { country: 'DE', network: 'one' } }, secrets: ${JSON.stringify(declared)},
});`,
    'shop/places.ts': httpProbes(head),
    'shop/beat.ts': `import { heartbeat } from 'vedette';\nexport default heartbeat('shop/beat', { every: '1h', grace: '5m' });`,
    ...Object.fromEntries(
      Object.entries(scripts).map(([name, script]) => [
        `shop/${name}.ts`,
        `import { expect, journey } from 'vedette';\n${head}
export default journey('shop/${name}', { ${name === scheduled ? often : seldom}, secrets: [...names] }, ${script(port)});`,
      ]),
    ),
  };
}

/** Every place of a request in which a secret may stand, and every part of an answer that a message shows. */
function httpProbes(head: string): string {
  return `import { http, secret } from 'vedette';\n${head}
const asked = { variants: { of: names }, every: '5s', timeout: '4s' } as const;
const places = {
  path: { url: ({ of }) => \`\${origin}/echo/\${secret(of)}\` },
  query: { url: origin + '/echo', query: ({ of }) => ({ q: secret(of) }) },
  header: { url: origin + '/echo', headers: ({ of }) => ({ 'x-key': secret(of) }) },
  bearer: { url: origin + '/echo', auth: ({ of }) => ({ bearer: secret(of) }) },
  basic: { url: origin + '/echo', auth: ({ of }) => ({ basic: { username: 'me', password: secret(of) } }) },
  form: { url: origin + '/echo', form: ({ of }) => ({ p: secret(of) }) },
  json: { url: origin + '/echo', json: ({ of }) => ({ deep: [{ p: secret(of) }] }) },
};
const parts = { plain: 'plain', twice: 'twice', base64: 'base64', html: 'html', percent: 'percent' };
export default [
  ...Object.entries(places).flatMap(([place, request]) => [
    http('shop/' + place + '-body', { ...asked, ...request, expect: { body: /never/ } }),
    http('shop/' + place + '-header', { ...asked, ...request, expect: { header: { 'x-echo': 'never' } } }),
  ]),
  ...Object.keys(parts).map((part) =>
    http('shop/json-' + part, { ...asked, url: origin + '/echo?json', headers: ({ of }) => ({}), query: ({ of }) => ({ q: secret(of) }),
      expect: { json: { ['$.' + part]: 'never' } } })),
  http('shop/away', { ...asked, url: ({ of }) => \`\${origin}/away/\${secret(of)}\` }),
  http('shop/circle', { ...asked, url: ({ of }) => \`\${origin}/circle/\${secret(of)}\` }),
  http('shop/host', { ...asked, variants: { of: ['PLAIN'] }, url: ({ of }) => \`http://\${secret(of)}.localhost:1/\` }),
];`;
}

type Script = (port: number) => string;

/** Only what runs on schedule moves the metrics of probes. */
const scheduled = 'thrown';
const often = `every: '5s', timeout: '5s'`;
const seldom = `every: '1h', timeout: '20s'`;

/** Journeys that put every secret everywhere, each failing in a way of its own. */
const scripts: Readonly<Record<string, Script>> = {
  everywhere: (port) => `async ({ page, context, request, step, secret, cleanup }) => {
    page.on('dialog', (dialog) => dialog.accept());
    const all = names.map((name) => secret(name));
    cleanup(() => { throw new Error(canary + ' ' + all.join(' ')); });
    for (const value of all) {
      const written = encodeURIComponent(value);
      await step('see ' + value, async () => {
        await page.goto(\`\${origin}/page/\${written}?q=\${written}#\${written}\`);
        await page.fill('#password', value);
        await page.fill('#plain', value);
        if (value.length < 20) await page.locator('#area').pressSequentially(value);
        await page.fill('#area', canary + value);
        await page.evaluate((v) => {
          document.cookie = 'c=' + encodeURIComponent(v);
          localStorage.setItem('k', v);
          console.log('log ' + v);
          console.error('error ' + v, { v }, JSON.stringify(JSON.stringify({ v })));
          document.body.dataset.v = v;
          alert(v);
          setTimeout(() => { throw new Error('uncaught ' + v); });
        }, value);
        await page.evaluate(async ([v, to]) => {
          const headers = { 'content-type': 'application/json', 'x-key': encodeURIComponent(v) };
          await fetch(to + '/api', { method: 'POST', headers, body: JSON.stringify({ v, deep: JSON.stringify({ v }) }) });
          await fetch(to + '/error/' + encodeURIComponent(v) + '?v=' + encodeURIComponent(v));
          await fetch('http://127.0.0.1:9/' + encodeURIComponent(v)).catch(() => {});
        }, [value, origin] as const);
        const authorization = 'Basic ' + Buffer.from('me:' + value).toString('base64');
        await request.post(origin + '/api', { headers: { authorization }, data: { value } });
      });
    }
    await page.goto('http://' + all[0] + '.localhost:${port}/page/' + encodeURIComponent(all.join(' ')));
    await step(canary + ' ' + all.join(' '), () => expect(page.locator('.shown').first()).toHaveText(canary + all.reverse().join(' '), { timeout: 200 }));
  }`,
  // The call's log tells of the elements that it found, cut short.
  ambiguous: () => `async ({ page, step, secret }) => {
    for (const name of names) {
      const value = secret(name);
      await page.goto(origin + '/page/' + encodeURIComponent(canary + ' ' + value + ' ' + value));
      await step('look', () => page.locator('.shown').click({ timeout: 300 })).catch((error) => {
        if (name === 'SHORT') throw error;
        console.log(error);
      });
    }
  }`,
  thrown: () => `async ({ page, step, secret }) => {
    await page.goto(origin + '/page/' + encodeURIComponent(canary));
    const all = names.map((name) => secret(name));
    await step(canary + all.join(' '), () => { throw new Error(canary + JSON.stringify(all) + all.join(' '), { cause: new Error(all.join()) }); });
  }`,
  api: () => `async ({ request, step, secret }) => {
    const all = names.map((name) => secret(name)).join(' ');
    await step(canary, () => request.get('http://127.0.0.1:9/' + encodeURIComponent(canary + all), { headers: { 'x-key': encodeURIComponent(all) } }));
  }`,
  late: () => `async ({ page, secret }) => {
    await page.goto(origin + '/page/' + encodeURIComponent(canary));
    const all = names.map((name) => secret(name));
    setTimeout(() => { throw new Error(canary + all.join(' ')); }, 100);
    await page.getByText(all.join(' ')).click({ timeout: 5_000 });
  }`,
  crashes: () => `async ({ page, secret }) => {
    const all = names.map((name) => secret(name)).join(' ');
    await page.goto(origin + '/page/' + encodeURIComponent(canary));
    await Promise.all([page.getByText(canary + all).click(), page.goto('chrome://crash')]);
  }`,
  // What comes after its end makes the child suspicious, and a log line.
  afterwards: () => `async ({ page, secret }) => {
    await page.goto(origin + '/page/' + encodeURIComponent(canary));
    const all = names.map((name) => secret(name)).join(' ');
    setTimeout(() => { throw new Error(canary + all); }, 1);
  }`,
  dies: () => `async ({ page, step, secret }) => {
    const all = names.map((name) => secret(name)).join(' ');
    console.log(canary, all);
    console.error(canary, all);
    await step(canary + all, async () => {
      await page.goto(origin + '/page/' + encodeURIComponent(canary + all));
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    });
  }`,
};

/** Ids of the journeys. */
export const journeys = Object.keys(scripts).map((name) => `shop/${name}`);
/** The check of the one that also runs on schedule. */
export const scheduledJourney = `shop/${scheduled}@fra`;
