import { expect, test } from 'vitest';
import { mended } from './mend.ts';

test.each([
  ['A: 1\r\nB: 2\r\n\r\nbody', 'A: 1\r\nB: 2\r\n\r\nbody'],
  ['H\r\nA : 1\r\nB\t:2\r\n\r\nc : d\r\n\r\n', 'H\r\nA: 1\r\nB:2\r\n\r\nc : d\r\n\r\n'],
  ['H\r\nA: 1\r\n  2\r\n\t3\r\n\r\n  b', 'H\r\nA: 1 2 3\r\n\r\n  b'],
  ['H\r\nContent-Length: 4\r\nX: y\r\ncontent-length:4 \r\n\r\nmilk', 'H\r\nContent-Length: 4\r\nX: y\r\n\r\nmilk'],
  ['H\r\nContent-Length: 4\r\ncontent-length: 5\r\n\r\n', 'H\r\nContent-Length: 4\r\ncontent-length: 5\r\n\r\n'],
  ['H\r\nno end of the headers : here', 'H\r\nno end of the headers : here'],
  ['', ''],
  ['\n\n', '\n\n'],
])('%j becomes %j', (bytes, wanted) => {
  expect(mended(Buffer.from(`HTTP/1.1 200 OK\r\n${bytes}`, 'latin1')).toString('latin1')).toBe(
    `HTTP/1.1 200 OK\r\n${wanted}`,
  );
});

test('what needs no mending is handed on as it is', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nmilk');
  expect(mended(bytes)).toBe(bytes);
});

test('lines that end with LF alone are ended as they should be, in the headers alone', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\nA: 1\n\nbo\n\ndy');
  expect(mended(bytes).toString()).toBe('HTTP/1.1 200 OK\r\nA: 1\r\n\r\nbo\n\ndy');
});
