/**
 * Prometheus's blackbox_exporter, asked the same as the engine: a module made from the request, and what it says.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpRequest, TextMatcher } from '../../../probe/definition.ts';
import { closedPort } from '../trial.fixture.ts';
import type { Ready, Row } from './row.fixture.ts';

/** Longest wait for it to start, milliseconds. */
const startMs = 10_000;

/** What it said of a target. */
export interface Said {
  readonly success: boolean;
  /** `probe_http_status_code`; 0 for none. */
  readonly status: number;
  readonly seconds: number;
  /** The error that its debug log names, which its metrics do not; `''` for none. */
  readonly log: string;
}

export interface Blackbox extends AsyncDisposable {
  /** Asks it what the row asks. */
  ask(row: Row, ready: Ready): Promise<Said>;
}

/** Starts it on a free port of the loopback address. */
export async function startBlackbox(program: string): Promise<Blackbox> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-blackbox-'));
  const file = join(folder, 'blackbox.yml');
  await writeFile(file, JSON.stringify({ modules: {} }));
  const address = `127.0.0.1:${await closedPort()}`;
  const args = [`--config.file=${file}`, `--web.listen-address=${address}`, '--log.level=error'];
  const child = spawn(program, args, { stdio: 'ignore' });
  const base = `http://${address}`;
  for (const until = Date.now() + startMs; !(await isThere(base)); ) {
    if (Date.now() > until || child.exitCode !== null) throw new Error(`${program} did not start`);
  }
  return {
    async ask(row, ready) {
      // JSON is YAML too.
      await writeFile(file, JSON.stringify({ modules: { row: moduleOf(row, ready) } }));
      const reloaded = await fetch(`${base}/-/reload`, { method: 'POST' });
      if (!reloaded.ok) throw new Error(`${row.name}: ${await reloaded.text()}`);
      const query = new URLSearchParams({ target: targetOf(ready), module: 'row', debug: 'true' });
      return saidIn(await (await fetch(`${base}/probe?${query}`)).text());
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

async function isThere(base: string): Promise<boolean> {
  const answer = await fetch(`${base}/-/healthy`).catch(() => undefined);
  await new Promise((wait) => setTimeout(wait, answer === undefined ? 20 : 0));
  return answer?.ok ?? false;
}

/** It knows no secrets: they are written out. */
function filled(text: string, { trial }: Ready): string {
  return text.replace(/\{\{secret:(\w+)\}\}/g, (_, name: string) => trial?.secrets?.[name] ?? '');
}

function targetOf(ready: Ready): string {
  return filled(ready.request.url, ready);
}

function moduleOf(row: Row, ready: Ready): object {
  const { request, trial = {} } = ready;
  const { family, redirects = 10, tls = {}, headers = {} } = request;
  const { status = ['2xx'], header = {}, body } = trial.expect ?? {};
  return {
    prober: 'http',
    timeout: `${trial.timeoutMs ?? 5_000}ms`,
    http: {
      method: request.method ?? 'GET',
      headers,
      ...(request.body === undefined ? {} : { body: filled(request.body, ready) }),
      valid_status_codes: status.flatMap((one) => (typeof one === 'number' ? [one] : [])),
      follow_redirects: redirects > 0,
      ...(family === undefined ? {} : { preferred_ip_protocol: `ip${family}`, ip_protocol_fallback: false }),
      enable_http2: request.http2 ?? false,
      ...(trial.egress === undefined ? {} : { proxy_url: trial.egress }),
      tls_config: {
        ...(tls.ca === undefined ? {} : { ca_file: tls.ca }),
        ...(tls.cert === undefined ? {} : { cert_file: tls.cert, key_file: tls.key }),
      },
      ...bodyOf(body),
      ...headersOf(header),
      ...row.module,
    },
  };
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function expressionsOf({ equals, contains = [], matches = [] }: TextMatcher): string[] {
  const whole = equals === undefined ? [] : [`^${literal(equals)}$`];
  return [...whole, ...contains.map(literal), ...matches.map(({ pattern }) => pattern)];
}

function bodyOf(matcher: TextMatcher | undefined): object {
  if (matcher === undefined) return {};
  return {
    fail_if_body_not_matches_regexp: expressionsOf(matcher),
    fail_if_body_matches_regexp: expressionsOf(matcher.not ?? {}),
  };
}

function headersOf(wanted: HttpRequest['expect']['header']): object {
  const rows = Object.entries(wanted).flatMap(([name, matcher]) =>
    expressionsOf(matcher).map((regexp) => ({ header: name, regexp, allow_missing: false })),
  );
  return rows.length === 0 ? {} : { fail_if_header_not_matches: rows };
}

/** What its debug page says: the last error of the log, and metrics. */
function saidIn(page: string): Said {
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1] ?? 0);
  const [log = ''] = page.split('Metrics that would have been returned:');
  const errors = [...log.matchAll(/level=(?:error|warn) msg="((?:[^"\\]|\\.)*)"(.*)$/gm)].map(
    ([, message, rest = '']) => {
      const error = /err="((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? /err=(\S+)/.exec(rest)?.[1];
      return `${message}${error === undefined ? '' : `: ${error}`}`.replaceAll('\\"', '"');
    },
  );
  return {
    success: metric('probe_success') === 1,
    status: metric('probe_http_status_code'),
    seconds: metric('probe_duration_seconds'),
    log: errors.findLast((error) => error !== 'Probe failed') ?? '',
  };
}
