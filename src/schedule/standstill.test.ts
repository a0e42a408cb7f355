import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Standstill, watchStandstill } from './standstill.ts';

let standstill: Standstill;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  standstill = watchStandstill();
});
afterEach(() => {
  standstill[Symbol.dispose]();
  vi.useRealTimers();
});

/** The clock goes on while no timer fires: what a blocked event loop looks like from inside. */
function standStill(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

test('a loop that keeps its pace stands still at no time', () => {
  vi.advanceTimersByTime(5_000);
  expect(standstill.during(1_000_000, Date.now())).toBe(0);
});

test('a stillness is seen by the runs it touched and by no other', () => {
  vi.advanceTimersByTime(1_000);
  const from = Date.now();
  standStill(400);
  vi.advanceTimersByTime(1_000);
  expect(standstill.during(from - 500, from + 100)).toBeGreaterThan(350);
  expect(standstill.during(from + 200, from + 800)).toBeGreaterThan(350);
  expect(standstill.during(from - 900, from - 100)).toBe(0);
  expect(standstill.during(from + 500, from + 900)).toBe(0);
});

test('a stillness is seen even before the timer came round again', () => {
  vi.advanceTimersByTime(1_000);
  const from = Date.now();
  standStill(300);
  expect(standstill.during(from, Date.now())).toBeGreaterThan(250);
});

test('fifty milliseconds are nothing worth speaking of', () => {
  vi.advanceTimersByTime(1_000);
  standStill(40);
  vi.advanceTimersByTime(1_000);
  expect(standstill.during(1_000_000, Date.now())).toBe(0);
});
