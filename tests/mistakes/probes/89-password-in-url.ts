import { http } from 'vedette';

/** The stage is up; developers need it in the morning. */
export default http('shop/stage', {
  url: 'https://dev:milk4all@stage.shop.example/de',
  cron: '*/15 7-18 * * 1-5',
  timezone: 'Europe/Berlin',
  timeout: '10s',
  severity: 'info',
  expect: { status: 200 },
});
