import { describe, expect, it } from 'vitest';
import { parseServerName } from './server-names.ts';

describe('parseServerName', () => {
  const outside = (name: string) =>
    `The port number "${name}" is outside the appropriate range (i.e., 1..65535).`;
  const wild = (name: string) => `Invalid ServerName "${name}" use ServerAlias to set multiple server names.`;
  const cases: { name: string; expected: ReturnType<typeof parseServerName> }[] = [
    { name: 'a.example', expected: { scheme: undefined, host: 'a.example', port: 0 } },
    { name: 'a.example:8080', expected: { scheme: undefined, host: 'a.example', port: 8080 } },
    { name: 'https://a.example', expected: { scheme: 'https', host: 'a.example', port: 443 } },
    { name: 'http://a.example:81', expected: { scheme: 'http', host: 'a.example', port: 81 } },
    { name: 'foo_bar', expected: { scheme: undefined, host: 'foo_bar', port: 0 } },
    { name: 'a:abc', expected: outside('a:abc') },
    { name: 'a:0', expected: outside('a:0') },
    { name: 'a:99999', expected: outside('a:99999') },
    { name: '*.example', expected: wild('*.example') },
    { name: '[::1]:80', expected: wild('[::1]:80') },
  ];
  it.each(cases)('$name', ({ name, expected }) => {
    expect(parseServerName(name)).toEqual(expected);
  });
});
