import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  const names = ['ProxyPass', 'ProxyPassReverse', 'ServerName', 'ServerAlias', 'Listen'];
  it.each([
    ['ProxyPasReverse', 'ProxyPassReverse'],
    ['proxypassrevesre', 'ProxyPassReverse'],
    ['SeverName', 'ServerName'],
    ['Lisetn', 'Listen'],
    ['Liste', 'Listen'],
    ['serverna', 'ServerName'],
    ['Server', undefined],
    ['FooBar', undefined],
    ['', undefined],
  ])('%s: %s', (name, expected) => {
    expect(nearestName(name, names)).toBe(expected);
  });
});

describe('editDistance', () => {
  it.each([
    ['', 'abc', 3],
    ['abc', 'acb', 1],
    ['kitten', 'sitting', 3],
  ])('%s to %s', (one, other, expected) => {
    expect(editDistance(one, other)).toBe(expected);
  });
});
