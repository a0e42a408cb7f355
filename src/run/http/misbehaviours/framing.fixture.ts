/**
 * Answers that are not HTTP, or not quite.
 */
import { createServer } from 'node:net';
import { listening } from '../trial.fixture.ts';
import { does, drip, fail, head, type Row, rowOf, sends } from './row.fixture.ts';

const seen = 'what HOST sent is not HTTP';

export const framingRows: readonly Row[] = [
  sends(
    'speaks SSH',
    'SSH-2.0-OpenSSH_9.9\r\n',
    fail('protocol', undefined, seen, 'begins with "SSH-2.0-OpenSSH_9.9"'),
  ),
  rowOf(
    'speaks before it is asked, as mail servers do',
    () => listening(createServer((socket) => void socket.resume().write('220 mail.example ESMTP\r\n'))),
    fail('protocol', undefined, 'HOST'),
    { trial: { timeoutMs: 1_000 } },
  ),
  sends(
    'sends bytes of no protocol',
    '\x00\x01\x02\x03\xff\xfe\x80',
    fail('protocol', undefined, seen, '00010203fffe80'),
  ),
  sends('answers in HTTP/0.9, without headers', '<html>milk</html>', fail('protocol', undefined, seen, '<html>milk')),
  sends('sends a status that is no number', 'HTTP/1.1 OK\r\n\r\n', fail('protocol', 'transfer', 'HOST')),
  sends('sends a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', fail('protocol', 'transfer', 'HOST')),
  sends('speaks HTTP/3 in clear', 'HTTP/3.0 200 OK\r\n\r\n', fail('protocol', 'transfer', 'HOST'), {
    difference:
      'Ours: no such version travels as text, so what answers is broken or a middlebox; Go reads any version number and goes on.',
  }),
  sends('sends a header without a colon', `${head}no colon here\r\n\r\n`, fail('protocol', 'transfer', seen)),
  sends(
    'sends a NUL in a header',
    `${head}x-a: b\0c\r\ncontent-length: 0\r\n\r\n`,
    fail('protocol', 'transfer', seen),
    {
      difference: 'Ours: the fetch standard refuses a NUL in a header, and so do browsers; Go lets it pass.',
    },
  ),
  sends(
    'sends two lengths',
    `${head}content-length: 4\r\ncontent-length: 5\r\n\r\nmilk`,
    fail('protocol', 'transfer', 'HOST', 'lengths that contradict'),
  ),
  sends('sends a negative length', `${head}content-length: -4\r\n\r\nmilk`, fail('protocol', 'transfer', 'HOST')),
  sends(
    'sends a length and chunks, as smugglers do',
    `${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n0\r\n\r\n`,
    fail('protocol', 'transfer', 'HOST', 'lengths that contradict'),
    {
      difference:
        'Ours: an answer framed two ways is read differently by every proxy on its way (RFC 9112 calls it a smuggling attempt); Go takes the chunks and is content.',
    },
  ),
  sends(
    'sends a chunk of no size',
    `${head}transfer-encoding: chunked\r\n\r\nmilk\r\n`,
    fail('protocol', 'transfer', seen, 'chunk size'),
  ),
  sends(
    'sends a chunk beyond every number',
    `${head}transfer-encoding: chunked\r\n\r\nffffffffffffffffffff\r\nmilk`,
    fail('protocol', 'transfer', seen),
  ),
  sends(
    'sends more in a chunk than it said',
    `${head}transfer-encoding: chunked\r\n\r\n3\r\nmilk\r\n0\r\n\r\n`,
    fail('protocol', 'transfer', seen),
  ),
  sends(
    'closes within its chunks',
    `${head}transfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n`,
    fail('reset', 'transfer', 'HOST closed the connection within its answer', '4 bytes of the body came, and no end'),
  ),
  sends(
    'closes within its chunks, as it said it would',
    `${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n`,
    fail('reset', 'transfer', 'HOST closed the connection within its answer'),
  ),
  sends(
    'closes before its last chunk has ended',
    `${head}transfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n0\r\n`,
    fail('reset', 'transfer', 'HOST closed the connection within its answer'),
  ),
  sends(
    'sends less than it promised',
    `${head}content-length: 9\r\n\r\nmilk`,
    fail('reset', 'transfer', 'HOST closed the connection within its answer', '4 of 9 bytes'),
  ),
  sends(
    'switches protocols unasked',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tea\r\n\r\n',
    fail('protocol', undefined, 'HOST switched to another protocol'),
  ),
  does(
    'sends interim answers without end',
    (socket) => drip(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(10), 5),
    fail('protocol', 'processing', 'HOST sent 32 interim answers'),
  ),
  does(
    'sends one interim answer without end',
    (socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n');
      drip(socket, `link: ${'a'.repeat(8_000)}\r\n`, 1);
    },
    fail('size', 'processing', 'HOST sent interim answers beyond the bound'),
  ),
  does(
    'sends a status line without end',
    (socket) => {
      socket.write('HTTP/1.1 200 O');
      drip(socket, 'K'.repeat(16_000), 1);
    },
    fail('size', 'transfer', 'HOST sent headers beyond the bound of 65536 bytes'),
  ),
  sends(
    'sends a header beyond the bound',
    `${head}x: ${'a'.repeat(70_000)}\r\n\r\n`,
    fail('size', 'transfer', 'HOST sent headers beyond the bound of 65536 bytes'),
    { difference: 'Ours: browsers and proxies refuse such headers too; Go reads up to 10 MiB of them.' },
  ),
  sends(
    'sends headers without number',
    `${head}${Array.from({ length: 5_000 }, (_, n) => `x-${n}: ${n}${'a'.repeat(20)}\r\n`).join('')}\r\n`,
    fail('size', 'transfer', 'HOST sent headers beyond the bound of 65536 bytes'),
    { difference: 'Ours: browsers and proxies refuse such headers too; Go reads up to 10 MiB of them.' },
  ),
  does(
    'sends a chunk extension without end',
    (socket) => {
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n4;`);
      const more = () => {
        while (socket.writable && socket.write('a'.repeat(65_536)));
      };
      socket.on('drain', more);
      more();
    },
    fail('size', 'transfer', 'HOST sent more than 8388608 bytes for its answer'),
  ),
  does(
    'sends trailers without end',
    (socket) => {
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n0\r\n`);
      drip(socket, `x: ${'a'.repeat(8_000)}\r\n`, 1);
    },
    fail('size', 'transfer', 'HOST sent headers beyond the bound of 65536 bytes'),
  ),
  sends(
    'answers http with a TLS alert, as TLS ports do',
    '\x15\x03\x01\x00\x02\x02\x16',
    fail('protocol', undefined, 'HOST', 'it speaks TLS on this port, so ask it by https://'),
  ),
  sends(
    'answers http as nginx does on a TLS port',
    'HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
    fail('status', undefined, 'status 400', 'The plain HTTP request was sent to HTTPS port'),
  ),
  sends(
    'answers http/1.1 in HTTP/2',
    `\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64`,
    fail('protocol', undefined, 'HOST', 'it speaks HTTP/2'),
  ),
];
