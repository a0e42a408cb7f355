import { heartbeat } from 'vedette';

/**
 * The ERP exports the orders of the day at 02:00 and reports when it is done.
 * It may take two hours at the end of a quarter.
 */
export default heartbeat('erp/nightly-export', {
  every: '24h',
  severity: 'page',
  dependsOn: ['shop'],
  runbook: 'https://runbooks.example/erp/nightly-export',
});
