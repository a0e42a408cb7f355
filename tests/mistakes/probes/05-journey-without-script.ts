import { journey } from 'vedette';

/**
 * Vouchers are taken off the total.
 * TODO(mara): write the steps once the voucher API is stable again.
 */
export default journey('shop/voucher', {
  variants: { market: ['de'] },
  every: '10m',
  timeout: '45s',
  slow: '15s',
  vitals: { lcp: '2.5s' },
  dependsOn: ['payment'],
  severity: 'ticket',
});
