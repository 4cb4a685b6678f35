import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { printSize } from '../print-size.ts';
import { answerOf, configuredServer, configuredWorld } from '../recorded-answers.ts';
import recording from './listings.fixture.json' with { type: 'json' };
import { compareNatural } from './natural-order.ts';
import { matchesWildcard } from './wildcard.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const nowMs = Date.UTC(2022, 1, 3);
const server = configuredServer(
  configuredWorld(recording.config.join('\n'), recording.files, { regex, nowMs }),
);

describe('listings', () => {
  it.each(recording.answers)('$request', async ({ request, headers, ...recorded }) => {
    expect(await answerOf(server, request, headers)).toEqual({
      status: recorded.status,
      responseHeaders: recorded.responseHeaders,
      body: recorded.body,
    });
  });
});

describe('options', () => {
  it.each([
    ['IndexOptions Foo', 'Invalid directory indexing option'],
    ['IndexOptions +FancyIndexing Foo', 'Invalid directory indexing option'],
    ['IndexOptions NameWidth=1', 'NameWidth value must be greater than 5'],
    ['IndexOptions DescriptionWidth=11', 'DescriptionWidth value must be greater than 12'],
    ['IndexOptions -NameWidth=10', "Cannot combine '-' with NameWidth=n"],
    ['IndexOptions NameWidth', "NameWidth with no value may only appear as '-NameWidth'"],
    ['IndexOptions None FancyIndexing', "Cannot combine other IndexOptions keywords with 'None'"],
    ['IndexOptions +None', "Cannot combine '+' or '-' with 'None' keyword"],
    ['IndexOrderDefault foo name', "First keyword must be 'Ascending' or 'Descending'"],
    ['IndexOrderDefault Ascending x', "Second keyword must be 'Name', 'Date', 'Size', or 'Description'"],
    ['AddIcon (TXT,/icons/t.gif .txt', 'missing closing paren'],
    [
      'AddIcon /icons/t.gif',
      'AddIcon requires at least two arguments, an icon URL followed by one or more filenames',
    ],
    [
      'FancyIndexing on',
      'The FancyIndexing directive is no longer supported. Use IndexOptions FancyIndexing.',
    ],
  ])('%s is refused', (line, complaint) => {
    expect(() => configuredServer(configuredWorld(line, {}, { regex }))).toThrow(complaint);
  });
});

describe('sizes', () => {
  it.each([
    [-1, '  - '],
    [0, '  0 '],
    [972, '972 '],
    [999, '1.0K'],
    [9990, '9.8K'],
    [5000, '4.9K'],
    [10_240_000, '9.8M'],
    [1_100_000, '1.0M'],
  ])('%i is shown as %s', (bytes, text) => {
    expect(printSize(bytes)).toBe(text);
  });
});

describe('natural order', () => {
  it('puts numbers in order', () => {
    const names = ['f10', 'f2', 'f01', 'f1', 'f1.5', 'a10', 'a9'];
    expect(names.sort((a, b) => compareNatural(a, b, false))).toEqual([
      'a9',
      'a10',
      'f01',
      'f1',
      'f1.5',
      'f2',
      'f10',
    ]);
  });
});

describe('wildcards', () => {
  it.each([
    ['abc', 'a*', true],
    ['abc', '*b?', true],
    ['abc', '?', false],
    ['', '*', true],
    ['a[b]', 'a[b]', true],
    ['/x/..', '*..', true],
  ])('%s against %s', (text, pattern, matches) => {
    expect(matchesWildcard(text, pattern)).toBe(matches);
  });
});
