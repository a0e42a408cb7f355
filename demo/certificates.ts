/**
 * The demo's certificates: a certificate authority made at start, and a certificate of the shop for every state
 * that a certificate can be in.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generate } from 'selfsigned';
import { host } from './ports.ts';

const dayMs = 86_400_000;

/** A private key and its certificate, PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** The states of the shop's certificate. */
export type CertificateState = 'good' | 'expired' | 'expiring';

/** First and last day of a certificate in each state, counted from today. */
const validDays: Readonly<Record<CertificateState, readonly [from: number, to: number]>> = {
  good: [-1, 90],
  expired: [-30, -1],
  expiring: [-60, 5],
};

export interface Certificates {
  /** The authority's certificate, PEM. */
  readonly ca: string;
  readonly shop: Readonly<Record<CertificateState, Certificate>>;
}

const fromToday = (days: number) => new Date(Date.now() + days * dayMs);

async function makeAuthority(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'Vedette demo authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: fromToday(-90),
    notAfterDate: fromToday(365),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function makeCertificate(ca: Certificate, state: CertificateState): Promise<Certificate> {
  const [from, to] = validDays[state];
  const made = await generate([{ name: 'commonName', value: 'shop.demo' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: fromToday(from),
    notAfterDate: fromToday(to),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: host },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** Makes an authority and the shop's certificates, and writes the authority's certificate to `caPath`. */
export async function makeCertificates(caPath: string): Promise<Certificates> {
  const ca = await makeAuthority();
  const [good, expired, expiring] = await Promise.all([
    makeCertificate(ca, 'good'),
    makeCertificate(ca, 'expired'),
    makeCertificate(ca, 'expiring'),
  ]);
  await mkdir(dirname(caPath), { recursive: true });
  await writeFile(caPath, ca.cert);
  return { ca: ca.cert, shop: { good, expired, expiring } };
}
