import { heartbeat } from 'vedette';

/** The carrier sends tracking events; without them customers call us. */
export default heartbeat('carrier/tracking-events', {
  url: 'https://api.carrier.example/v1/events',
  every: '15m',
  grace: '10m',
  severity: 'ticket',
});
