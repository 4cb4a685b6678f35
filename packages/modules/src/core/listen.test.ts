import { describe, expect, it } from 'vitest';
import { parseListen } from './listen.ts';
import { canonicalAddress, isNumeric } from './virtual-host.ts';

describe('parseListen', () => {
  const cases: { text: string; expected: ReturnType<typeof parseListen> }[] = [
    { text: '80', expected: { address: undefined, scope: undefined, port: 80 } },
    { text: '*:8123', expected: { address: undefined, scope: undefined, port: 8123 } },
    { text: '127.0.0.1:80', expected: { address: '127.0.0.1', scope: undefined, port: 80 } },
    { text: '[::1]:80', expected: { address: '::1', scope: undefined, port: 80 } },
    { text: '::1:8123', expected: { address: '::1', scope: undefined, port: 8123 } },
    { text: 'localhost:80', expected: { address: 'localhost', scope: undefined, port: 80 } },
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

describe('addresses', () => {
  it.each([
    ['0:0:0:0:0:0:0:1', '::1'],
    ['FE80:0:0:0:1:0:0:2', 'fe80::1:0:0:2'],
    ['2001:db8::0:1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::127.0.0.1', '::127.0.0.1'],
    ['::ffff:0:1', '0.0.0.1'],
    ['::1', '::1'],
    ['::1:0', '::0.1.0.0'],
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
