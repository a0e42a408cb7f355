import { expect, test } from 'vitest';
import { mayLead, type Reach, reachOf } from './reach.ts';

test.each<[Reach, readonly string[]]>([
  [
    'public',
    ['203.0.113.9', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2001:db8::1', '::ffff:8.8.8.8', '64:ff9b::808:808'],
  ],
  [
    'private',
    ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.100.100.200', 'fd00:ec2::254', 'fc00::1'],
  ],
  ['private', ['::ffff:10.0.0.1', '::ffff:a00:1', '64:ff9b::10.0.0.1', '2002:a00:1::1']],
  ['loopback', ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '64:ff9b::7f00:1']],
  ['link-local', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::ffff:169.254.169.254', '2002:a9fe:a9fe::']],
])('%s addresses are %j', (reach, addresses) => {
  expect(addresses.map((address) => [address, reachOf(address)])).toEqual(addresses.map((address) => [address, reach]));
});

test.each<[Reach, Reach, boolean]>([
  ['public', 'public', true],
  ['public', 'private', false],
  ['public', 'loopback', false],
  ['public', 'link-local', false],
  ['private', 'public', true],
  ['private', 'private', true],
  ['private', 'loopback', false],
  ['private', 'link-local', false],
  ['loopback', 'private', true],
  ['loopback', 'loopback', true],
  ['loopback', 'link-local', false],
  ['link-local', 'link-local', true],
])('a redirect from a %s address to a %s one is allowed: %s', (from, to, allowed) => {
  expect(mayLead(from, to)).toBe(allowed);
});
