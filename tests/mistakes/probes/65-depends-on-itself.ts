import { http } from 'vedette';

/** Tracking pages of the carrier open. */
export default http('carrier/tracking-page', {
  url: 'https://tracking.carrier.example/t/TEST0001',
  every: '1m',
  timeout: '8s',
  slow: '2s',
  dependsOn: ['shop', 'carrier'],
  severity: 'ticket',
  expect: { status: 200, body: { contains: 'TEST0001' } },
});
