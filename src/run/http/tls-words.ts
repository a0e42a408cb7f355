/**
 * What a handshake that failed means, by OpenSSL's code: an alert says what the other side dislikes.
 */
import type { Row } from './trouble.ts';

const tls = (tell: (where: string) => string): Row => ['tls', ({ where }) => tell(where)];

const notAccepted = (alert: number) =>
  tls(
    (where) =>
      `${where} does not accept the client certificate, or wants one and was shown none (TLS alert ${alert}); see the probe's tls.cert and tls.key`,
  );

/** Rows by the code of the error. */
export const tlsRows: Readonly<Record<string, Row>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: tls((where) => `what ${where} sent in the handshake is not TLS`),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: tls((where) => `what ${where} sent in the handshake is not TLS`),
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: tls(
    (where) => `${where} speaks neither TLS 1.2 nor 1.3, which are offered: its TLS is too old (TLS alert 70)`,
  ),
  ERR_SSL_UNSUPPORTED_PROTOCOL: tls(
    (where) => `${where} speaks neither TLS 1.2 nor 1.3, which are offered: its TLS is too old`,
  ),
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': tls(
    (where) =>
      `${where} refuses the handshake (TLS alert 40): it shares no cipher with what is offered, or wants a client certificate`,
  ),
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: tls(
    (where) =>
      `${where} wants a client certificate and was shown none (TLS alert 116); give the probe tls.cert and tls.key`,
  ),
  'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': notAccepted(42),
  'ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE': notAccepted(43),
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED': notAccepted(44),
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED': notAccepted(45),
  'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN': notAccepted(46),
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: notAccepted(48),
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: notAccepted(49),
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: tls(
    (where) => `${where} knows no host of the name by which it was asked (SNI, TLS alert 112)`,
  ),
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: tls(
    (where) => `${where} speaks none of the protocols that are offered (ALPN, TLS alert 120)`,
  ),
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: tls(
    (where) =>
      `${where} failed in the handshake by its own account (TLS alert 80): it may have no certificate for that name`,
  ),
};
