import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createProcessMetrics } from './process-metrics.ts';
import { serveMetrics } from './serve.ts';

const log = pino({ level: 'silent' });
const ok = () => ({ ok: true, reasons: [] });
const { exposition } = createProcessMetrics({ version: '1.2.3' });

test('metrics are served, in parts and compressed when wanted', async () => {
  await using server = await serveMetrics({ host: '127.0.0.1', port: 0, exposition, health: ok, log });
  const url = `http://127.0.0.1:${server.port}/metrics`;
  const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await plain.text()).toMatch(/vedette_build_info\{version="1\.2\.3",node="[\d.]+"\} 1\n/);
  const packed = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  expect(await packed.text()).toContain('process_cpu_seconds_total');
  expect(await (await fetch(`${url}?vantage=fra`)).text()).toBe('');
});

test('health is 200 or 503 with the reasons', async () => {
  const state = { ok: false, reasons: ['redis has not answered for 20 s'] };
  await using server = await serveMetrics({ host: '127.0.0.1', port: 0, exposition, health: () => state, log });
  const answer = await fetch(`http://127.0.0.1:${server.port}/healthz`);
  expect([answer.status, await answer.json()]).toEqual([503, state]);
  await using other = await serveMetrics({ host: '127.0.0.1', port: 0, exposition, health: ok, log });
  expect((await fetch(`http://127.0.0.1:${other.port}/healthz`)).status).toBe(200);
});

test('other paths and methods are refused, and a failure is an answer', async () => {
  const failing = () => Promise.reject(new Error('no'));
  await using server = await serveMetrics({ host: '127.0.0.1', port: 0, exposition: failing, health: ok, log });
  const url = `http://127.0.0.1:${server.port}`;
  expect((await fetch(`${url}/other`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${url}/metrics`)).status).toBe(500);
});

test('a port that is taken is said, with what to do', async () => {
  await using server = await serveMetrics({ host: '127.0.0.1', port: 0, exposition, health: ok, log });
  await expect(serveMetrics({ host: '127.0.0.1', port: server.port, exposition, health: ok, log })).rejects.toThrow(
    /cannot listen on 127\.0\.0\.1:\d+ for metrics/,
  );
});
