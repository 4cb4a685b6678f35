import { describe, expect, it } from 'vitest';
import { chooseByIdleWorkers, readHeartbeats } from './heartbeats.ts';

describe('a storage file', () => {
  it.each([
    ['10.0.0.1 &ready=8&busy=2&lastseen=1&port=80\n', { ready: 8, lastSeen: 1 }],
    ['10.0.0.1 ready=8&busy=0&lastseen=1', { ready: 2, lastSeen: 1 }],
    ['10.0.0.1 ready=8&busy=1', { ready: 8, lastSeen: -1 }],
    ['10.0.0.1 ready=x&busy=1&lastseen=3', { ready: 0, lastSeen: 3 }],
    ['10.0.0.1 ready=1&busy=1&lastseen=3\n10.0.0.1 ready=5&busy=1&lastseen=0\n', { ready: 5, lastSeen: 0 }],
    ['#10.0.0.1 ready=8', undefined],
    ['10.0.0.1', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(readHeartbeats(text).get('10.0.0.1')).toEqual(expected);
  });
});

describe('the choice', () => {
  const heard = (ready: number, lastSeen = 0) => ({ ready, lastSeen });
  it.each([
    { title: 'nobody', candidates: [], pick: 0, expected: -1 },
    { title: 'nobody idle', candidates: [heard(0), undefined], pick: 0, expected: -1 },
    { title: 'nobody heard of lately', candidates: [heard(9, 10)], pick: 0, expected: -1 },
    { title: 'the first', candidates: [heard(2), heard(3)], pick: 1, expected: 0 },
    { title: 'the second where they meet', candidates: [heard(2), heard(3)], pick: 2, expected: 1 },
    { title: 'the last slot', candidates: [heard(2), heard(3)], pick: 5, expected: 1 },
    { title: 'behind one that is silent', candidates: [heard(9, 11), heard(3)], pick: 0, expected: 1 },
  ])('$title', ({ candidates, pick, expected }) => {
    const slots = candidates.reduce(
      (sum, one) => sum + (one !== undefined && one.lastSeen < 10 ? one.ready : 0),
      0,
    );
    expect(chooseByIdleWorkers(candidates, () => pick / (slots + 1))).toBe(expected);
  });
});
