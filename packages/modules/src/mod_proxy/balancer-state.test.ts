import type { World } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import type { RegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { type Balancer, newBalancer } from './balancer.ts';
import { BalancerState } from './balancer-state.ts';
import { Worker } from './worker.ts';

const first = memoryWorld({ regex: {} as RegexEngine });

function open(world: World, ...names: readonly string[]): Balancer {
  const balancer = newBalancer('balancer://b');
  for (const name of names)
    balancer.members.push(
      new Worker({ name, scheme: 'http', hostname: 'h', port: 80, balancerName: balancer.name }),
    );
  balancer.state = new BalancerState(balancer, world, 'site', false);
  return balancer;
}

describe('the state of a balancer', () => {
  it('keeps counts over a reload, and over a change of process all but requests under way', () => {
    const before = open(first, 'http://a', 'http://b');
    before.members[1]!.startRequest();
    before.members[1]!.countElection();
    const reloaded = open(first, 'http://b', 'http://c');
    expect([reloaded.members[0]!.busy, reloaded.members[0]!.elected, reloaded.members[1]!.busy]).toEqual([
      1, 1, 0,
    ]);
    const other: World = { ...first, system: { ...first.system, processId: 2 } };
    const replaced = open(other, 'http://b', 'http://c');
    expect([replaced.members[0]!.busy, replaced.members[0]!.elected]).toEqual([0, 1]);
  });

  it('reaches every thread: changes, added and removed members, and what is taken back', () => {
    const one = open(first, 'http://x', 'http://y');
    const two = open(first, 'http://x', 'http://y');
    one.state!.change('test', (changes) => ({
      ...changes,
      added: ['http://z'],
      removed: ['http://x'],
      members: { 'http://y': { route: 'r', loadFactor: 300 }, 'http://z': { status: { D: true } } },
    }));
    two.state!.sync();
    expect(two.members.map(({ name, isUsable }) => [name, isUsable])).toEqual([
      ['http://y', true],
      ['http://z', false],
    ]);
    expect([two.members[0]!.parameters.route, two.members[0]!.lbFactor]).toEqual(['r', 300]);
    two.state!.undo();
    one.state!.sync();
    expect(one.members.map(({ name }) => name)).toEqual(['http://x', 'http://y']);
    expect([one.members[1]!.parameters.route, one.members[1]!.lbFactor]).toEqual([undefined, 100]);
  });

  it('takes over what another process has changed, and does not send it back', () => {
    const written: string[] = [];
    let hear = (_text: string) => {};
    const world: World = {
      ...memoryWorld({ regex: {} as RegexEngine }),
      kept: {
        read: () => undefined,
        write: (_name, { text }) => void written.push(text),
        follow: (_name, take) => {
          hear = take;
        },
      },
    };
    const { state, members } = open(world, 'http://x');
    state!.change('test', (changes) => ({ ...changes, added: ['http://y'] }));
    const { key } = JSON.parse(written[0]!) as { key: string };
    hear(JSON.stringify({ key, parameters: {}, members: {}, added: ['http://z'], removed: ['http://x'] }));
    expect(members.map(({ name }) => name)).toEqual(['http://z']);
    expect(written).toHaveLength(1);
    expect(state!.undo()).toBe('changes during a restart');
    expect(members.map(({ name }) => name)).toEqual(['http://x', 'http://y']);
  });

  it('gives way where the files say something new of a member', () => {
    const before = open(first, 'http://m');
    before.state!.change('test', (changes) => ({ ...changes, members: { 'http://m': { loadFactor: 500 } } }));
    const same = open(first, 'http://m');
    expect(same.members[0]!.lbFactor).toBe(500);
    const balancer = newBalancer('balancer://b');
    const worker = new Worker({
      name: 'http://m',
      scheme: 'http',
      hostname: 'h',
      port: 80,
      balancerName: 'balancer://b',
    });
    worker.parameters.loadFactor = 200;
    balancer.members.push(worker);
    balancer.state = new BalancerState(balancer, first, 'site', false);
    expect([worker.lbFactor, balancer.state.changes.members]).toEqual([200, {}]);
  });
});
