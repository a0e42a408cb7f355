/**
 * The table: everything that servers and networks do to a check, and servers that are odd but well.
 */
import { bodyRows } from './bodies.fixture.ts';
import { connectionRows } from './connection.fixture.ts';
import { expectationRows } from './expectations.fixture.ts';
import { framingRows } from './framing.fixture.ts';
import { healthyRows } from './healthy.fixture.ts';
import { http2HealthyRows, http2Rows } from './http2.fixture.ts';
import { proxyHealthyRows, proxyRows } from './proxies.fixture.ts';
import { redirectRows } from './redirects.fixture.ts';
import type { Row } from './row.fixture.ts';
import { tlsHealthyRows, tlsRows } from './tls.fixture.ts';

/** By subject. */
export const table: Readonly<Record<string, readonly Row[]>> = {
  connection: connectionRows,
  tls: tlsRows,
  framing: framingRows,
  http2: http2Rows,
  body: bodyRows,
  redirect: redirectRows,
  expectation: expectationRows,
  proxy: proxyRows,
  healthy: [...healthyRows, ...tlsHealthyRows, ...http2HealthyRows, ...proxyHealthyRows],
};
