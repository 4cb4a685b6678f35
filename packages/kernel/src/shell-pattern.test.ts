import { describe, expect, it } from 'vitest';
import { isPattern, matchesPattern, type PatternOptions } from './shell-pattern.ts';

describe('matchesPattern', () => {
  it.each<[string, string, PatternOptions, boolean]>([
    ['*.conf', 'a.conf', {}, true],
    ['*.conf', '.a.conf', { period: true }, false],
    ['*.conf', '.a.conf', {}, true],
    ['/home/*/www', '/home/a/www', { pathName: true }, true],
    ['/home/*/www', '/home/a/b/www', { pathName: true }, false],
    ['/home/*/www', '/home/a/b/www', {}, true],
    ['?at', 'cat', {}, true],
    ['?at', '/at', { pathName: true }, false],
    ['[a-c]x', 'bx', {}, true],
    ['[!a-c]x', 'bx', {}, false],
    ['[^a-c]x', 'dx', {}, true],
    ['[]]', ']', {}, true],
    ['\\*', '*', {}, true],
    ['\\*', 'a', {}, false],
    ['*.HTML', 'a.html', { caseless: true }, true],
    ['a+b', 'a+b', {}, true],
    ['*/.x', 'a/.x', { pathName: true, period: true }, true],
    ['a/*', 'a/.x', { pathName: true, period: true }, false],
  ])('%s against %s %o is %s', (pattern, text, options, expected) => {
    expect(matchesPattern(pattern, text, options)).toBe(expected);
  });
});

describe('isPattern', () => {
  it.each([
    ['/a/b', false],
    ['/a/*', true],
    ['a?', true],
    ['[ab]', true],
    ['[', false],
    ['a\\*', false],
  ])('%s: %s', (text, expected) => {
    expect(isPattern(text)).toBe(expected);
  });
});
