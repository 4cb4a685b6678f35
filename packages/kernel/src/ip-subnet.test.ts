import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInSubnet, isSameAddress, parseIpSubnet, parseIpv6 } from './ip-subnet.ts';

const octet = fc.integer({ min: 0, max: 255 });
const octets = fc.tuple(octet, octet, octet, octet);
const bitsOf = (parts: readonly number[]) => parts.map((part) => part.toString(2).padStart(8, '0')).join('');

describe('subnets', () => {
  it('hold the addresses that share their leading bits', () => {
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 1, max: 32 }), (network, address, bits) => {
        const subnet = parseIpSubnet(network.join('.'), String(bits));
        if (typeof subnet === 'string') return false;
        const expected = bitsOf(network).slice(0, bits) === bitsOf(address).slice(0, bits);
        return isInSubnet(subnet, address.join('.')) === expected;
      }),
    );
  });

  it('never throw, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
        (address, mask) => {
          const subnet = parseIpSubnet(address, mask);
          return typeof subnet === 'string' || typeof isInSubnet(subnet, address) === 'boolean';
        },
      ),
    );
  });

  // What apr_ipsubnet_create says.
  it.each([
    ['10', undefined, 'subnet'],
    ['10.1.', undefined, 'subnet'],
    ['10.1.2.3', '255.255.0.0', 'subnet'],
    ['10.1.2.3', '0', 'badMask'],
    ['10.1.2.3', '33', 'badMask'],
    ['10.1', '16', 'badAddress'],
    ['10.300', undefined, 'badAddress'],
    ['10..1', undefined, 'badAddress'],
    ['example.com', undefined, 'notAnAddress'],
    ['2001:db8::', '129', 'badMask'],
    ['2001:db8::', '255.0.0.0', 'badMask'],
    ['::ffff:10.0.0.1', undefined, 'badAddress'],
    ['::1::', undefined, 'badAddress'],
  ])('%s / %s', (address, mask, expected) => {
    const subnet = parseIpSubnet(address, mask);
    expect(typeof subnet === 'string' ? subnet : 'subnet').toBe(expected);
  });

  it.each([
    ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['fe80::1', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
    ['::1.2.3.4', [0, 0, 0, 0, 0, 0, 0x102, 0x304]],
    ['1:2:3:4:5:6:7', undefined],
    ['12345::', undefined],
  ])('reads %s', (text, groups) => {
    expect(parseIpv6(text)).toEqual(groups);
  });

  it('knows one host by both families', () => {
    expect(isSameAddress('::ffff:127.0.0.1', '127.0.0.1')).toBe(true);
    expect(isSameAddress('::1', '127.0.0.1')).toBe(false);
  });
});
