import { expect, test } from 'vitest';
import { systemsByHost } from './hosts.ts';

const systemOf = systemsByHost([
  { name: 'shop', hosts: ['shop.example', '*.shop.example'] },
  { name: 'api', hosts: ['api.shop.example'] },
  { name: 'payment', hosts: ['127.0.0.1:4001', 'Pay.example:443'] },
  { name: 'images', hosts: ['*.img.shop.example'] },
]);

test.each([
  ['https://shop.example/de', 'shop'],
  ['http://shop.example:8080/', 'shop'],
  ['https://www.shop.example/', 'shop'],
  ['https://api.shop.example/', 'api'],
  ['https://a.img.shop.example/', 'images'],
  ['http://127.0.0.1:4001/pay', 'payment'],
  ['http://127.0.0.1:4002/pay', undefined],
  ['https://pay.example/', 'payment'],
  ['http://pay.example/', undefined],
  ['https://notshop.example/', undefined],
])('%s belongs to %s', (url, name) => {
  expect(systemOf(new URL(url))?.name).toBe(name);
});
