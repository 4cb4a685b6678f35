import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServerRecord } from './server-record.ts';
import { virtualHostTable } from './virtual-hosts.ts';

interface Host {
  readonly name?: string;
  readonly aliases?: readonly string[];
  readonly wild?: readonly string[];
  readonly at?: string;
  readonly port?: number;
}

function serversOf(hosts: readonly Host[]): ServerRecord[] {
  const main = new ServerRecord(0, undefined);
  main.hostname = 'main';
  return [
    main,
    ...hosts.map(({ name, aliases = [], wild = [], at, port = 80 }, index) => {
      const server = new ServerRecord(index + 1, { file: 'f', line: index + 1 });
      server.hostname = name;
      server.names = [...aliases];
      server.wildNames = [...wild];
      server.addresses = [{ text: `${at ?? '*'}:${port}`, address: at, port }];
      return server;
    }),
  ];
}

function chosen(hosts: readonly Host[], host: string, address = '127.0.0.1', port = 80): number {
  const servers = serversOf(hosts);
  return virtualHostTable(servers[0]!, servers).forAddress(address, port).byName(host).index;
}

describe('virtualHostTable', () => {
  it.each<{ title: string; hosts: Host[]; host: string; address?: string; port?: number; expected: number }>([
    {
      title: 'the first host of an address is its default',
      hosts: [{ name: 'a' }, { name: 'b' }],
      host: 'x',
      expected: 1,
    },
    { title: 'a name chooses', hosts: [{ name: 'a' }, { name: 'b' }], host: 'b', expected: 2 },
    {
      title: 'an alias chooses',
      hosts: [{ name: 'a' }, { name: 'b', aliases: ['c'] }],
      host: 'c',
      expected: 2,
    },
    {
      title: 'a wildcard alias chooses',
      hosts: [{ name: 'a' }, { name: 'b', wild: ['*.example.com'] }],
      host: 'x.y.example.com',
      expected: 2,
    },
    {
      title: 'an earlier wildcard wins over a later name',
      hosts: [{ name: 'a' }, { wild: ['*.example.com'] }, { name: 'x.example.com' }],
      host: 'x.example.com',
      expected: 2,
    },
    {
      title: 'an earlier name wins over a later wildcard',
      hosts: [{ name: 'a' }, { name: 'x.example.com' }, { wild: ['*.example.com'] }],
      host: 'x.example.com',
      expected: 2,
    },
    {
      title: 'a question mark stands for one character',
      hosts: [{ name: 'a' }, { wild: ['w?b'] }],
      host: 'web',
      expected: 2,
    },
    {
      title: 'an address wins over a wildcard address',
      hosts: [{ name: 'a' }, { name: 'a', at: '10.0.0.1' }],
      host: 'a',
      address: '10.0.0.1',
      expected: 2,
    },
    { title: 'another port is the main server', hosts: [{ name: 'a' }], host: 'a', port: 8080, expected: 0 },
    {
      title: 'port 0 stands for any port',
      hosts: [{ name: 'a', port: 0 }],
      host: 'a',
      port: 8080,
      expected: 1,
    },
  ])('$title', ({ hosts, host, address, port, expected }) => {
    expect(chosen(hosts, host, address, port)).toBe(expected);
  });

  it('agrees with a search through all hosts in order', () => {
    const label = fc.constantFrom('a', 'b', 'www', 'x');
    const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
    const host = fc.record({
      name,
      aliases: fc.array(name, { maxLength: 2 }),
      wild: fc.array(
        fc.oneof(
          name.map((n) => `*.${n}`),
          name.map((n) => `${n}.*`),
          fc.constant('*'),
        ),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(fc.array(host, { minLength: 1, maxLength: 6 }), name, (hosts, asked) => {
        const matches = ({ name: own, aliases, wild }: (typeof hosts)[number]) =>
          own === asked ||
          aliases.includes(asked) ||
          wild.some((w) => new RegExp(`^${w.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(asked));
        const first = hosts.findIndex(matches);
        expect(chosen(hosts, asked)).toBe(first < 0 ? 1 : first + 1);
      }),
    );
  });
});
