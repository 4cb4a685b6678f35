import { describe, expect, it } from 'vitest';
import { chooseByIdleWorkers, idleShares } from './choose-by-idle-workers.ts';

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
    expect(chooseByIdleWorkers(idleShares(candidates), () => pick / (slots + 1))).toBe(expected);
  });
});
