import { describe, expect, it } from 'vitest';
import { parseListen } from './listen.ts';
import { canonicalAddress, isNumeric, splitAddress } from './virtual-host.ts';

describe('parseListen', () => {
  const cases: { text: string; expected: ReturnType<typeof parseListen> }[] = [
    { text: '80', expected: { host: undefined, port: 80 } },
    { text: '*:8123', expected: { host: undefined, port: 8123 } },
    { text: '127.0.0.1:80', expected: { host: '127.0.0.1', port: 80 } },
    { text: '[::1]:80', expected: { host: '::1', port: 80 } },
    { text: '::1:8123', expected: { host: '::1', port: 8123 } },
    { text: 'localhost:80', expected: { host: 'localhost', port: 80 } },
    { text: '0', expected: 'Invalid address or port' },
    { text: '99999', expected: 'Invalid address or port' },
    { text: ':80', expected: 'Invalid address or port' },
    { text: '-5', expected: 'Port must be specified' },
    { text: '8123x', expected: 'Port must be specified' },
    { text: '127.0.0.1', expected: 'Port must be specified' },
    { text: '127.0.0.1:', expected: 'Port must be specified' },
    { text: '8123-8125', expected: 'Port must be specified' },
  ];
  it.each(cases)('$text', ({ text, expected }) => {
    expect(parseListen(text)).toEqual(expected);
  });
});

describe('splitAddress', () => {
  const cases: { text: string; expected: ReturnType<typeof splitAddress> }[] = [
    { text: '*:80', expected: { host: '*', port: 80 } },
    { text: '*:*', expected: { host: '*', port: 0 } },
    { text: '*', expected: { host: '*', port: 0 } },
    { text: '_default_:443', expected: { host: '_default_', port: 443 } },
    { text: '[::1]:80', expected: { host: '::1', port: 80 } },
    { text: '10.0.0.1', expected: { host: '10.0.0.1', port: 0 } },
    { text: '127.0.0.1:abc', expected: { host: '127.0.0.1:abc', port: 0 } },
    { text: '127.0.0.1:0', expected: 'The address or port is invalid' },
    { text: '127.0.0.1:99999', expected: 'The address or port is invalid' },
    { text: '[::1:80', expected: 'The address or port is invalid' },
  ];
  it.each(cases)('$text', ({ text, expected }) => {
    expect(splitAddress(text)).toEqual(expected);
  });
});

describe('addresses', () => {
  it.each([
    ['0:0:0:0:0:0:0:1', '::1'],
    ['FE80:0:0:0:1:0:0:2', 'fe80::1:0:0:2'],
    ['2001:db8::0:1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['10.0.0.1', '10.0.0.1'],
    ['::', '::'],
  ])('%s is %s', (written, shortest) => {
    expect(canonicalAddress(written)).toBe(shortest);
  });

  it.each([
    ['10.0.0.1', true],
    ['::1', true],
    ['300.1.1.1', false],
    ['http://10.0.0.1', false],
    ['127.0.0.1:abc', false],
    ['localhost', false],
  ])('%s is numeric: %s', (text, expected) => {
    expect(isNumeric(text)).toBe(expected);
  });
});
