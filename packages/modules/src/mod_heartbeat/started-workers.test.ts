import type { Plan } from '@httpd-ts/kernel';
import { describe, expect, it } from 'vitest';
import { StartedWorkers } from './started-workers.ts';

const planWith = (process: Partial<Plan['process']>) => ({ process }) as Plan;

describe('workers that Apache would have started', () => {
  it('are those of StartServers, more while few are idle, and one child less each time when too many are', () => {
    const started = new StartedWorkers(planWith({ maxRequestWorkers: 400 }));
    const counts = [0, 0, 3, 0, 320, 390, 0, 0, 0, 0, 0, 0, 0].map((busy) => started.count(busy));
    expect(counts).toEqual([75, 75, 100, 100, 400, 400, 375, 350, 325, 300, 275, 250, 250]);
  });

  it('are children of one worker each with mpm_prefork', () => {
    const started = new StartedWorkers(
      planWith({
        maxRequestWorkers: 256,
        threadsPerChild: 1,
        startServers: 5,
        spareWorkers: { least: 5, most: 10 },
      }),
    );
    expect([0, 2, 2, 0, 0].map((busy) => started.count(busy))).toEqual([5, 7, 7, 7, 7]);
  });
});
