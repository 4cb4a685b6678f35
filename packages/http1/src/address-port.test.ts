import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressPort, readAddressPort } from './address-port.ts';

// What apr_parse_addr_port of APR 1.7 answers, as Apache 2.4.71 links it.
const recorded: readonly [string, Partial<AddressPort> | undefined][] = [
  ['80', { port: 80 }],
  ['0', undefined],
  ['65535', { port: 65535 }],
  ['65536', undefined],
  ['4294967376', { port: 80 }],
  ['99999999999999999999', undefined],
  ['', undefined],
  ['h', { address: 'h', port: 0 }],
  ['h:80', { address: 'h', port: 80 }],
  ['h:0', undefined],
  ['h:65536', undefined],
  ['h:', { address: 'h:', port: 0 }],
  ['h:x', { address: 'h:x', port: 0 }],
  [':80', undefined],
  ['a:b:80', { address: 'a:b', port: 80 }],
  ['127.0.0.1:80', { address: '127.0.0.1', port: 80 }],
  ['*', { address: '*', port: 0 }],
  ['*:80', { address: '*', port: 80 }],
  ['*:*', { address: '*:*', port: 0 }],
  ['[::1]', { address: '::1', port: 0 }],
  ['[::1]:80', { address: '::1', port: 80 }],
  ['[::1]:', undefined],
  ['[::1]:x', undefined],
  ['[::1]x', undefined],
  ['[::1%lo]:80', { address: '::1', scope: 'lo', port: 80 }],
  ['[::1%]', undefined],
  ['[%lo]', undefined],
  ['[1.2.3.4]', undefined],
  ['[::ffff:1.2.3.4]:80', { address: '::ffff:1.2.3.4', port: 80 }],
  ['[::ffff:1.2.3.256]', undefined],
  ['[::00001]', { address: '::00001', port: 0 }],
  ['[::g]', undefined],
  ['[]', undefined],
  ['[', undefined],
  ['::1', { address: ':', port: 1 }],
  ['fe80::1%lo', { address: 'fe80::1%lo', port: 0 }],
  ['h%lo:80', { address: 'h%lo', port: 80 }],
  ['/run/x:80', { address: '/run/x', port: 80 }],
  ['h:+80', { address: 'h:+80', port: 0 }],
  ['80x', { address: '80x', port: 0 }],
];

describe('readAddressPort', () => {
  it.each(recorded)('%s', (text, parts) => {
    expect(readAddressPort(text)).toEqual(parts);
  });

  it('gives back what was put together', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.-]*$/);
    const address = fc.ipV6().filter((text) => !/\./.test(text));
    fc.assert(
      fc.property(fc.oneof(name, address), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        const text = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
        expect(readAddressPort(text)).toEqual({ address: host, scope: undefined, port });
      }),
    );
  });
});
