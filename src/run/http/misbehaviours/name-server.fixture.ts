/**
 * A name server of the trials, over UDP: it knows a few names, fails for others, and is silent about some.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode } from 'dns-packet';

/** What is known of a name: addresses, another name, an error (RFC 1035, section 4.1.1), or silence. */
export interface Known {
  readonly A?: string;
  readonly AAAA?: string;
  readonly CNAME?: string;
  readonly code?: 'SERVFAIL' | 'NXDOMAIN' | 'REFUSED';
  readonly silent?: true;
  readonly garbage?: true;
}

const codes = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** Serves a zone at an address, on port 53. */
export async function nameServer(address: string, zone: Readonly<Record<string, Known>>): Promise<AsyncDisposable> {
  const socket: Socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const asked = decode(message);
    const [question] = asked.questions ?? [];
    const known = zone[question?.name ?? ''] ?? { code: 'NXDOMAIN' };
    if (question === undefined || known.silent) return;
    const answers = answersTo(question.name, question.type, zone);
    const flags = 0x180 | (known.code === undefined ? 0 : codes[known.code]);
    const reply = encode({ type: 'response', id: asked.id ?? 0, flags, questions: [question], answers });
    socket.send(
      known.garbage ? Buffer.concat([reply.subarray(0, 2), Buffer.alloc(20, 0xff)]) : reply,
      from.port,
      from.address,
    );
  });
  socket.bind(53, address);
  await once(socket, 'listening');
  return { [Symbol.asyncDispose]: () => new Promise((closed) => socket.close(() => closed())) };
}

function answersTo(name: string, type: string, zone: Readonly<Record<string, Known>>): Answer[] {
  const known = zone[name] ?? {};
  if (known.CNAME !== undefined) {
    return [{ type: 'CNAME', name, ttl: 0, data: known.CNAME }, ...answersTo(known.CNAME, type, zone)];
  }
  if (type !== 'A' && type !== 'AAAA') return [];
  const data = known[type];
  return data === undefined ? [] : [{ type, name, ttl: 0, data }];
}
