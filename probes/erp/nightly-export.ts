import { heartbeat } from 'vedette';

/** The ERP reports every export; nights are short in the demo. */
export default heartbeat('erp/nightly-export', { every: '20s', grace: '10s', severity: 'ticket' });
