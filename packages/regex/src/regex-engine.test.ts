import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createRegexEngine, type Regex, type RegexError, type RegexOptions } from './index.ts';

setFlagsFromString('--no-wasm-tier-up');
setFlagsFromString('--no-wasm-dynamic-tiering');

const wasm = readFileSync(
  createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm'),
);
const engine = createRegexEngine(wasm);

function compiled(pattern: string, options?: RegexOptions): Regex {
  const regex = engine.compile(pattern, options);
  if ('kind' in regex) throw new Error(regex.message);
  return regex;
}

function refused(pattern: string): RegexError {
  const regex = engine.compile(pattern);
  if (!('kind' in regex)) throw new Error(`${pattern} was accepted`);
  return regex;
}

// Recorded from Apache 2.4.71 (PCRE2 10.42): RewriteRule against the decoded path.
const matches: {
  title: string;
  pattern: string;
  subject: string;
  options?: RegexOptions;
  expected: unknown;
}[] = [
  { title: '$ is only the very end', pattern: '^/a$', subject: '/a\n', expected: null },
  { title: '\\Z is also before a final newline', pattern: '^/a\\Z', subject: '/a\n', expected: ['/a'] },
  {
    title: '$ without DOLLAR_ENDONLY is like \\Z',
    pattern: 'a$',
    subject: 'a\n',
    options: { dollarEndOnly: false },
    expected: ['a'],
  },
  { title: 'a dot takes a newline', pattern: '^a(.)b', subject: 'a\nb', expected: ['a\nb', '\n'] },
  {
    title: 'a dot without DOTALL does not',
    pattern: '^a(.)b',
    subject: 'a\nb',
    options: { dotAll: false },
    expected: null,
  },
  { title: '\\K cuts the match', pattern: '^/k(a)\\K(b)', subject: '/kab', expected: ['b', 'a', 'b'] },
  {
    title: 'a capture outlives the iterations that do not set it',
    pattern: '^/rep(?:(a)|b)+$',
    subject: '/repab',
    expected: ['/repab', 'a'],
  },
  {
    title: 'a group that took no part is unset',
    pattern: '^(a)?(b)$',
    subject: 'b',
    expected: ['b', undefined, 'b'],
  },
  {
    title: 'an optional group that may be empty is set',
    pattern: '^(a*)?-',
    subject: '-',
    expected: ['-', ''],
  },
  { title: 'names may repeat', pattern: '(?<n>a)|(?<n>b)', subject: 'b', expected: ['b', undefined, 'b'] },
  {
    title: 'bytes above 127 have no case',
    pattern: '\xe9',
    subject: '\xc9',
    options: { caseless: true },
    expected: null,
  },
  {
    title: 'nor in a class on PCRE2',
    pattern: '(?>[\xe0-\xff])',
    subject: '\xc9',
    options: { caseless: true },
    expected: null,
  },
  {
    title: 'letters have',
    pattern: '^K[a-c]',
    subject: 'kB',
    options: { caseless: true },
    expected: ['kB'],
  },
  {
    title: '^ at inner newlines with NEWLINE',
    pattern: '^b$',
    subject: 'a\nb\nc',
    options: { multiline: true },
    expected: ['b'],
  },
  { title: 'an empty pattern matches', pattern: '', subject: 'x', expected: [''] },
  { title: 'an empty subject at its end', pattern: '(?<!a)\\z', subject: '', expected: [''] },
  { title: 'a NUL ends the pattern', pattern: 'a\0(', subject: 'a', expected: ['a'] },
  { title: 'back-references', pattern: '(.)\\1', subject: 'abb', expected: ['bb', 'b'] },
  { title: 'what PCRE2 misses is missed', pattern: '(?=a)a*a', subject: 'ha', expected: null },
  { title: 'a left out branch ties the search', pattern: '(a|^b){0}c', subject: 'hc', expected: null },
];

describe('matching', () => {
  for (const { title, pattern, subject, options, expected } of matches) {
    it(title, () => {
      const match = compiled(pattern, options).exec(subject);
      expect(match === null ? null : [...match]).toEqual(expected);
    });
  }

  it('says where the match and its groups are, on both engines', () => {
    for (const [pattern, name] of [
      ['(b)(x)?', 'javascript'],
      ['(b)(?>(x))?', 'pcre2'],
    ] as const) {
      const regex = compiled(pattern);
      expect(regex.engine).toBe(name);
      expect([...regex.execOffsets('abc')!]).toEqual([1, 2, 1, 2, -1, -1]);
      expect(regex.exec('abc')!.index).toBe(1);
      expect(regex.execOffsets('xyz')).toBeNull();
    }
  });

  it('takes NOTBOL and NOTEOL', () => {
    expect(compiled('^a').test('a', { notBol: true })).toBe(false);
    expect(compiled('a$').test('a', { notEol: true })).toBe(false);
    expect(compiled('a').test('a', { notBol: true, notEol: true })).toBe(true);
  });

  it('lists named groups with their numbers', () => {
    expect(compiled('(?<b>x)(?<a>y)(z)').groupNames).toEqual([
      { name: 'a', group: 2 },
      { name: 'b', group: 1 },
    ]);
    expect(compiled('(?<b>x)(?<a>y)(z)').groupCount).toBe(3);
  });
});

// As the native 8-bit PCRE2 10.42 answers.
const errors: { pattern: string; code: number; offset: number; message: string }[] = [
  { pattern: '(', code: 114, offset: 1, message: 'missing closing parenthesis' },
  { pattern: '[', code: 106, offset: 1, message: 'missing terminating ] for character class' },
  { pattern: '*a', code: 109, offset: 0, message: 'quantifier does not follow a repeatable item' },
  { pattern: 'a)', code: 122, offset: 1, message: 'unmatched closing parenthesis' },
  { pattern: '(?<a', code: 142, offset: 4, message: 'syntax error in subpattern name (missing terminator?)' },
  { pattern: '(?<=a+)b', code: 125, offset: 0, message: 'lookbehind assertion is not fixed length' },
  { pattern: 'a\\', code: 101, offset: 2, message: '\\ at end of pattern' },
  {
    pattern: 'a\\x{100}b',
    code: 134,
    offset: 7,
    message: 'character code point value in \\x{} or \\o{} is too large',
  },
  {
    pattern: '[\\400]',
    code: 151,
    offset: 5,
    message: 'octal value is greater than \\377 in 8-bit non-UTF-8 mode',
  },
  {
    pattern: 'x(?=a\\Kb)',
    code: 199,
    offset: 9,
    message: '\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)',
  },
  { pattern: '(*UTF)a', code: 174, offset: 6, message: 'using UTF is disabled by the application' },
];

describe('refused patterns', () => {
  for (const { pattern, ...expected } of errors) {
    it(pattern, () => expect(refused(pattern)).toEqual({ kind: 'regex-error', ...expected }));
  }

  it('does not take quoted text for an escape', () => {
    expect(compiled('\\Q\\x{100}\\E').test('\\x{100}')).toBe(true);
    expect(compiled('\\\\400').test('\\400')).toBe(true);
    expect(compiled('(?#\\x{100})a').test('a')).toBe(true);
  });
});

const engines: { pattern: string; engine: 'javascript' | 'pcre2' }[] = [
  ...[
    '^/(?:a|b)/(.*)$',
    '(foo|bar)+',
    '(\\.html)?',
    '^/blog/(.*)\\.php$',
    '^(.*)/(.*)/(.*)$',
    '^/([^/]*)/([^/]*)/([^/]*)/?$',
    '^(?!.*\\.php).*$',
    '^/(?:[a-z]+/)*index\\.html$',
    '\\.(gif|jpe?g|png|css|js)$',
    '^/(\\d{4})/(\\d{2})/([^/]+)/?$',
    '^/foo(.*)?$',
  ].map((pattern) => ({ pattern, engine: 'javascript' as const })),
  ...[
    '(a+)+b',
    '^(a|aa)+$',
    '^((a)|b)+$',
    '^(.*)a(.*)b(.*)c(.*)d$',
    '(?<=a)b',
    '(a)\\1',
    'a++b',
    '^(a*)*$',
    '(?=a)b',
    'a\\R',
  ].map((pattern) => ({ pattern, engine: 'pcre2' as const })),
];

describe('the choice of engine', () => {
  for (const { pattern, engine: expected } of engines) {
    it(`${pattern} runs on ${expected}`, () => expect(compiled(pattern).engine).toBe(expected));
  }
});

describe('limits', () => {
  it('ends at the match limit, and says so', () => {
    const regex = compiled('^(a+)+$');
    expect(regex.test(`${'a'.repeat(40)}b`)).toBe(false);
    expect(regex.lastError).toBe('match limit exceeded');
    expect(regex.test('aaa')).toBe(true);
    expect(regex.lastError).toBeNull();
  });

  it('hands a subject that is too long for JavaScript to PCRE2', () => {
    const regex = compiled('x.*y[0-9]');
    expect(regex.engine).toBe('javascript');
    expect(regex.exec(`${'x'.repeat(200_000)}y`)).toBeNull();
    expect(regex.lastError).toBe('match limit exceeded');
    expect(regex.exec(`${'a'.repeat(200_000)}xzy1`)![0]).toBe('xzy1');
    expect(regex.lastError).toBeNull();
  });

  it('matches a long subject with many iterations, and gives the memory back', () => {
    const regex = compiled('^(?:(a)|b)*c$');
    expect(regex.exec(`${'ab'.repeat(50_000)}c`)![1]).toBe('a');
    expect(regex.exec('bc')![1]).toBeUndefined();
    expect(engine.memoryBytes).toBe(16 * 2 ** 20);
  });

  it('says when memory runs out, and goes on', () => {
    const regex = compiled('^(?:(a)|b)*c$');
    expect(regex.test(`${'ab'.repeat(2_000_000)}c`)).toBe(false);
    expect(regex.lastError).toBe('no more memory');
    expect(regex.test('abc')).toBe(true);
  });

  it('frees the patterns that are dropped', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const own = createRegexEngine(wasm);
    for (let round = 0; round < 30; round++) {
      for (let index = 0; index < 1000; index++) own.compile(`(?>[a-z]{${index}}[^b]{20})(\\w+)\\1`);
      collect();
      await delay(1);
    }
    expect(own.memoryBytes).toBe(16 * 2 ** 20);
  });
});
