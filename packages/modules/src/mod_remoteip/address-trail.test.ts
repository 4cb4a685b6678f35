import { type IpSubnet, parseIpSubnet } from '@httpd-ts/kernel';
import { describe, expect, it } from 'vitest';
import { AddressTrail } from './address-trail.ts';

const subnet = (text: string) =>
  parseIpSubnet(...(text.split('/') as [string, string | undefined])) as IpSubnet;
const trusted = (text: string) => ({ subnet: subnet(text), isInternal: false });
const internal = (text: string) => ({ subnet: subnet(text), isInternal: true });

describe('AddressTrail', () => {
  it.each([
    ['everybody is believed without a list', undefined, '8.8.8.8, 9.9.9.9', '8.8.8.8', undefined],
    ['nobody outside a list', [trusted('10.0.0.0/8')], '8.8.8.8', '127.0.0.1', '8.8.8.8'],
    ['no private address from a trusted proxy', [trusted('127.0.0.1')], '10.0.0.9', '127.0.0.1', '10.0.0.9'],
    ['one from an internal proxy', [internal('127.0.0.1')], '10.0.0.9', '10.0.0.9', undefined],
    ['an empty item ends it', undefined, '8.8.8.8, ,9.9.9.9', '9.9.9.9', '8.8.8.8, '],
    ['shortened IPv6', [internal('127.0.0.1')], '2001:DB8:0:0:0:0:0:5', '2001:db8::5', undefined],
    ['IPv4 inside IPv6', undefined, '::ffff:8.8.8.8', '8.8.8.8', undefined],
    ['two numbers', undefined, '8.1', '8.0.0.1', undefined],
    ['one number', undefined, '0x08080808', '8.8.8.8', undefined],
    ['octal', undefined, '010.8.8.8', '8.8.8.8', undefined],
  ])('%s', (_title, proxies, list, client, rest) => {
    const trail = new AddressTrail('127.0.0.1', list, proxies);
    expect(trail.follow()).toBeUndefined();
    expect([trail.client, trail.rest]).toEqual([client, rest]);
  });

  it.each([
    '08.8.8.8',
    '256.1.1.1',
    '8.8.8.8.8',
    '8.8.8.8.',
    '8.16777216',
    'unknown',
    '8.8.8.8:80',
    '[::1]',
    'fe80::1%lo',
  ])('%s has to be looked up', (name) => {
    expect(new AddressTrail('127.0.0.1', `1.2.3.4, ${name}`, undefined).follow()).toBe(name);
  });

  it('goes on behind a name', () => {
    const trail = new AddressTrail('127.0.0.1', '8.8.8.8, proxy.example', undefined);
    expect(trail.follow()).toBe('proxy.example');
    expect(trail.take('192.0.2.1')).toBe(true);
    expect(trail.follow()).toBeUndefined();
    expect([trail.client, trail.passed]).toEqual(['8.8.8.8', ['127.0.0.1', '192.0.2.1']]);
  });
});
