import { http } from 'vedette';

/** Pick-up times of the carrier, in its working hours. */
export default http('carrier/pick-up', {
  url: 'https://api.carrier.example/v1/pick-ups/today',
  cron: '*/10 6-18 * * 1-6',
  timezone: 'Berlin',
  timeout: '10s',
  severity: 'ticket',
  expect: { status: 200 },
});
