import { describe, expect, it } from 'vitest';
import { commandWords } from './command-words.ts';

describe('commandWords', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    ['"a b" \'c d\'', ['a b', 'c d']],
    ['a\\ b "c\\"d"', ['a b', 'c"d']],
    ["'a b'c d", ['a b', 'c', 'd']],
    ['a"b c"d', ['a"b', 'c"d']],
    ['a\\b \\\\x', ['ab', '\\x']],
    ['"a" "" b', ['a', '', 'b']],
    ['"unterminated x', ['unterminated x']],
    ["'it\\'s'\tx", ["it's", 'x']],
    ['', []],
    ['  ', []],
  ])('%j', (command, expected) => {
    expect(commandWords(command)).toEqual(expected);
  });
});
