import { describe, expect, it } from 'vitest';
import { isBlank, readWord } from './word.ts';

describe('readWord', () => {
  it.each([
    { title: 'a bare word', input: 'a b', word: 'a', next: 2 },
    { title: 'blanks around it', input: ' \ta\v\f b', word: 'a', next: 6 },
    { title: 'nothing', input: '  ', word: '', next: 2 },
    { title: 'double quotes', input: '"a b" c', word: 'a b', next: 6 },
    { title: 'single quotes', input: "'a \" b'c", word: 'a " b', next: 7 },
    { title: 'an empty quoted word', input: '"" c', word: '', next: 3 },
    { title: 'an escaped quote', input: '"a\\"b" c', word: 'a"b', next: 7 },
    { title: 'the other quote keeps its backslash', input: '"a\\\'b"', word: "a\\'b", next: 6 },
    { title: 'an escaped backslash before the quote', input: '"a\\\\" c', word: 'a\\', next: 6 },
    { title: 'an escaped quote that leaves the word open', input: '"C:\\a\\"', word: 'C:\\a"', next: 7 },
    { title: 'no closing quote', input: '"a b', word: 'a b', next: 4 },
    { title: 'a lone quote', input: '"', word: '', next: 1 },
    { title: 'a quote inside a bare word', input: 'a"b c"', word: 'a"b', next: 4 },
    { title: 'an escaped backslash in a bare word', input: 'a\\\\b\\c', word: 'a\\b\\c', next: 6 },
    { title: 'NBSP is no blank', input: 'a\xa0b', word: 'a\xa0b', next: 3 },
  ])('$title', ({ input, word, next }) => {
    expect(readWord(input)).toEqual({ word, next });
  });

  it('starts at an offset', () => {
    expect(readWord('a  "b c" d', 1)).toEqual({ word: 'b c', next: 9 });
  });
});

describe('isBlank', () => {
  it('knows the six blanks of the C locale', () => {
    const blanks = Array.from({ length: 256 }, (_, code) => code).filter(isBlank);
    expect(String.fromCharCode(...blanks)).toBe('\t\n\v\f\r ');
  });
});
