import { http } from 'vedette';

/** The back office's gateway wants our client certificate. */
export default http('erp/gateway', {
  url: 'http://erp.example:8443/health',
  tls: {
    ca: '/etc/vedette/erp-ca.pem',
    cert: '/etc/vedette/erp-client.pem',
    key: '/etc/vedette/erp-client.key',
  },
  from: ['fra'],
  every: '1m',
  timeout: '5s',
  expect: { status: 200, json: { '$.status': 'UP' } },
});
