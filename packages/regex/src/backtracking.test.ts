import { describe, expect, it } from 'vitest';
import { safeSubjectLength } from './backtracking.ts';
import { parsePattern } from './parse-pattern.ts';
import { isSameInJavaScript, toJavaScript } from './to-javascript.ts';

function rootOf(pattern: string) {
  return parsePattern(pattern, { caseless: false, dotAll: true, multiline: false, dollarEndOnly: true })!
    .root;
}

const linear = [
  '^/a',
  '^(.*)$',
  '^/([^/]*)/([^/]*)/?$',
  '^(?:[^"]|"[^"]*")*$',
  '^(?!.*\\.php).*$',
  '^[a-z]+[0-9]*$',
];
const quadratic = ['x.*y', '^(.*)/(.*)/(.*)$', '(\\w+)\\s+(\\w+)', '(foo|bar)+'];
const unsafe = [
  '(a+)+b',
  '^(a|aa)+$',
  '^(.*)a(.*)b(.*)c(.*)d$',
  '^(?:a|b|ab)*c',
  '^(?:a?b?)*?c',
  '(?:a{0,9}){16}b',
];

describe('the longest subject for JavaScript', () => {
  for (const pattern of linear) {
    it(`${pattern} is safe with any`, () => expect(safeSubjectLength(rootOf(pattern))).toBe(2 ** 20));
  }
  for (const pattern of quadratic) {
    it(`${pattern} is safe up to a few thousand bytes`, () => {
      expect(safeSubjectLength(rootOf(pattern))).toBeGreaterThanOrEqual(4096);
      expect(safeSubjectLength(rootOf(pattern))).toBeLessThan(65536);
    });
  }
  for (const pattern of unsafe) {
    it(`${pattern} is never safe`, () => expect(safeSubjectLength(rootOf(pattern))).toBe(0));
  }

  it('holds: no subject of that length takes long', () => {
    for (const pattern of [...linear, ...quadratic].filter((each) => isSameInJavaScript(rootOf(each)))) {
      const length = Math.min(safeSubjectLength(rootOf(pattern)), 65536);
      const regExp = new RegExp(toJavaScript(rootOf(pattern)));
      for (const unit of ['x', 'a', '/', 'foobar', 'a ', '"', 'b1']) {
        const start = performance.now();
        regExp.test(`${unit.repeat(length / unit.length)}\0`);
        expect(performance.now() - start).toBeLessThan(2000);
      }
    }
  });

  it('is found quickly for a large pattern', () => {
    const bots = Array.from({ length: 2000 }, (_, index) => `bot${index}`).join('|');
    const deep = `${'('.repeat(200)}a${'|b)'.repeat(200)}`;
    const start = performance.now();
    expect(safeSubjectLength(rootOf(bots))).toBeGreaterThan(0);
    expect(safeSubjectLength(rootOf(deep))).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
