import { expect, it } from 'vitest';
import { trimBlanks, trimEndBlanks, trimStartBlanks } from './blanks.ts';

it.each([
  ['\t\n\v\f\r a b \r', 'a b'],
  ['\xa0a\xa0', '\xa0a\xa0'],
  [' ', ''],
  ['', ''],
])('of %j', (text, trimmed) => {
  expect(trimBlanks(text)).toBe(trimmed);
  expect(trimStartBlanks(trimEndBlanks(text))).toBe(trimmed);
});
