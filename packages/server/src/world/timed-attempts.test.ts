import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TimedAttempts } from './timed-attempts.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it('gives up what is not over in its time, the shorter first, and nothing that has ended', () => {
  const attempts = new TimedAttempts();
  const given: string[] = [];
  const begin = (name: string, timeoutMs: number) => attempts.begin(() => given.push(name), timeoutMs);
  begin('long', 1000);
  const ended = begin('ended', 50);
  begin('short', 100);
  attempts.end(ended);
  vi.advanceTimersByTime(99);
  expect(given).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(given).toEqual(['short']);
  vi.advanceTimersByTime(800);
  begin('later', 500);
  vi.advanceTimersByTime(99);
  expect(given).toEqual(['short', 'long']);
  vi.advanceTimersByTime(500);
  expect(given).toEqual(['short', 'long', 'later']);
});

it('may begin another when one is given up', () => {
  const attempts = new TimedAttempts();
  let tries = 0;
  const again = () => {
    tries++;
    if (tries < 3) attempts.begin(again, 10);
  };
  attempts.begin(again, 10);
  vi.advanceTimersByTime(100);
  expect(tries).toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});
