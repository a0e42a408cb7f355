import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { gate } from './gate.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('so many are inside, the others wait in order', async () => {
  const door = gate(2);
  expect([await door.enter(0), await door.enter(0)]).toEqual([true, true]);
  const admitted: string[] = [];
  const first = door.enter(1_000).then((ok) => admitted.push(`first ${ok}`));
  const second = door.enter(1_000).then((ok) => admitted.push(`second ${ok}`));
  await vi.advanceTimersByTimeAsync(500);
  expect(admitted).toEqual([]);
  door.leave();
  await first;
  expect(admitted).toEqual(['first true']);
  expect(door.inside).toBe(2);
  door.leave();
  await second;
  expect(admitted).toEqual(['first true', 'second true']);
});

test('nobody waits longer than he may, and whoever gave up takes no place', async () => {
  const door = gate(1);
  await door.enter(0);
  const impatient = door.enter(300);
  const patient = door.enter(900);
  await vi.advanceTimersByTimeAsync(300);
  expect(await impatient).toBe(false);
  expect(door.inside).toBe(1);
  door.leave();
  expect(await patient).toBe(true);
  expect(door.inside).toBe(1);
  door.leave();
  expect(door.inside).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('a wait that has already passed ends at once', async () => {
  const door = gate(1);
  await door.enter(0);
  const late = door.enter(-5);
  await vi.advanceTimersByTimeAsync(1);
  expect(await late).toBe(false);
});
