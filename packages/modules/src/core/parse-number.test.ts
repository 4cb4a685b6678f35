import { describe, expect, it } from 'vitest';
import { leadingInteger, parseTimeout, wholeInteger } from './parse-number.ts';

describe('numbers of directives', () => {
  it.each([
    ['30', 30],
    ['-5', -5],
    ['1m', 1],
    ['abc', 0],
    ['', 0],
    [' 7', 7],
  ])('leadingInteger(%j) is %d', (text, expected) => {
    expect(leadingInteger(text)).toBe(expected);
  });

  it.each([
    ['30', 30],
    ['-1', -1],
    ['5x', undefined],
    ['', undefined],
  ])('wholeInteger(%j) is %s', (text, expected) => {
    expect(wholeInteger(text)).toBe(expected);
  });

  it.each([
    ['5', 5000],
    ['500ms', 500],
    ['2min', 120_000],
    ['1h', 3_600_000],
    ['3s', 3000],
    ['-1', -1000],
    ['abc', undefined],
    ['5x', undefined],
    ['1m', undefined],
  ])('parseTimeout(%j) is %s', (text, expected) => {
    expect(parseTimeout(text)).toBe(expected);
  });
});
