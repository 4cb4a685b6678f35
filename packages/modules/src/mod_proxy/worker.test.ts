import { describe, expect, it } from 'vitest';
import { existingWorker } from './define-worker.ts';
import { WORKER, Worker } from './worker.ts';

const worker = (name: string, more: Partial<ConstructorParameters<typeof Worker>[0]> = {}) =>
  new Worker({ name, scheme: 'http', hostname: 'h', port: 80, ...more });

function memory() {
  const regions = new Map<string, SharedArrayBuffer>();
  return {
    region(name: string, byteLength: number) {
      const region = regions.get(name) ?? new SharedArrayBuffer(byteLength);
      regions.set(name, region);
      return region;
    },
    exclusively: <T>(_name: string, critical: () => T) => critical(),
    thread: 0,
    threads: 1,
  };
}

describe('a worker', () => {
  it('counts beyond 32 bits', () => {
    const one = worker('http://h/');
    for (let i = 0; i < 5; i++) one.countRead(3_000_000_000 - i);
    one.countTransferred(4_294_967_295);
    one.countTransferred(1);
    expect([one.read, one.transferred]).toEqual([14_999_999_990, 4_294_967_296]);
  });

  it('comes back when its retry time is over', () => {
    const member = worker('http://h', { balancerName: 'balancer://b' });
    member.parameters.retryMs = 5000;
    member.fail(1_700_000_000_000);
    expect(member.isUsable).toBe(false);
    expect(member.retry(1_700_000_005_000)).toBe('too soon');
    expect(member.retry(1_700_000_005_001)).toBe('retried');
    expect([member.isUsable, member.retries]).toEqual([true, 1]);
    expect(member.retry(0)).toBe('ok');
  });

  it('is not retried while it is stopped', () => {
    const member = worker('http://h', { balancerName: 'balancer://b' });
    member.setStatus(WORKER.stopped);
    member.fail(1);
    expect(member.retry(Number.MAX_SAFE_INTEGER)).toBe('stopped');
  });

  it('keeps its state over a reload, and takes new settings', () => {
    const shared = memory();
    const before = worker('http://h', { balancerName: 'balancer://b' });
    before.share(shared, 'site');
    before.countElection();
    before.fail(1_700_000_000_000);
    before.lbStatus = -200;
    const after = worker('http://h', { balancerName: 'balancer://b' });
    after.parameters.loadFactor = 300;
    after.parameters.statusOn = WORKER.hotSpare;
    after.share(shared, 'site');
    expect([after.elected, after.lbStatus, after.lbFactor]).toEqual([1, -200, 300]);
    expect([after.is(WORKER.inError), after.is(WORKER.hotSpare), before.lbFactor]).toEqual([true, true, 300]);
  });

  it('never counts fewer than no requests under way', () => {
    const one = worker('http://h/');
    one.endRequest();
    one.startRequest();
    one.startRequest();
    one.endRequest();
    expect(one.busy).toBe(1);
  });
});

describe('existingWorker', () => {
  const workers = [
    worker('http://h'),
    worker('http://h/app'),
    worker('http://h/app/deep'),
    worker('http://h:81/$1/x', { isMatch: true }),
  ];
  it.each([
    ['http://h/', 'http://h'],
    ['HTTP://H/app/x', 'http://h/app'],
    ['http://h/app/deep/x', 'http://h/app/deep'],
    ['http://h:81/any/x', 'http://h:81/$1/x'],
    ['http://other/', undefined],
    ['http://h2/', undefined],
  ])('%s is for %s', (url, name) => {
    expect(existingWorker(workers, url)?.name).toBe(name);
  });
});
