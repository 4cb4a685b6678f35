import { describe, expect, it } from 'vitest';
import { leadingInteger, leadingLong, parseTimeout, wholeInteger } from './parse-number.ts';

describe('numbers of directives', () => {
  it.each([
    ['30', 30],
    ['-5', -5],
    ['1m', 1],
    ['abc', 0],
    ['', 0],
    [' 7', 7],
    ['+7', 7],
    ['2147483648', -2_147_483_648],
    ['4294967297', 1],
    ['99999999999999999999', -1],
    ['-99999999999999999999', 0],
  ])('leadingInteger(%j) is %d', (text, expected) => {
    expect(leadingInteger(text)).toBe(expected);
  });

  it.each([
    ['4294967297', 4_294_967_297],
    ['99999999999999999999', 2 ** 63],
    ['-99999999999999999999x', -(2 ** 63)],
    ['x', 0],
  ])('leadingLong(%j) is %d', (text, expected) => {
    expect(leadingLong(text)).toBe(expected);
  });

  it.each([
    ['30', 30],
    ['+30', 30],
    ['-1', -1],
    ['9223372036854775807', 2 ** 63],
    ['9223372036854775808', undefined],
    ['-9223372036854775809', undefined],
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
    ['', 0],
    ['s', 0],
    ['-0', 0],
    ['-1', undefined],
    ['9223372036854', 9_223_372_036_854_000],
    ['9223372036855', undefined],
    ['9223372036854776ms', undefined],
    ['99999999999999999999', undefined],
    ['5S', undefined],
    ['abc', undefined],
    ['5x', undefined],
    ['1m', undefined],
  ])('parseTimeout(%j) is %s', (text, expected) => {
    expect(parseTimeout(text)).toBe(expected);
  });
});
