import { describe, expect, it } from 'vitest';
import { analyseLiterals, type LiteralAnalysis, nothingKnown } from './literals.ts';
import { parsePattern } from './parse-pattern.ts';

const cases: { pattern: string; caseless?: boolean; expected: Partial<LiteralAnalysis> }[] = [
  {
    pattern: '^/blog/(.*)\\.php$',
    expected: { anchored: true, prefixes: ['/blog/'], suffixes: ['.php'], required: ['/blog/'] },
  },
  { pattern: '^/(?:a|b)/', expected: { anchored: true, prefixes: ['/a/', '/b/'] } },
  { pattern: '^/a$|^/b$', expected: { exact: ['/a', '/b'], anchored: true } },
  { pattern: '^/(x|y)?$', expected: { exact: ['/', '/x', '/y'], prefixes: ['/', '/x', '/y'] } },
  {
    pattern: '\\.(gif|jpe?g)$',
    expected: { anchored: false, prefixes: [''], suffixes: ['.gif', '.jpg', '.jpeg'] },
  },
  { pattern: 'bot|crawler', expected: { required: ['bot', 'crawler'] } },
  { pattern: 'a.*wp-login', expected: { required: ['wp-login'] } },
  { pattern: '(?:ab){2}c+', expected: { required: ['ababc'] } },
  { pattern: '^/Foo', caseless: true, expected: { prefixes: ['/foo'], caseless: true } },
  { pattern: '^(?i)/Foo$', expected: { exact: ['/foo'], caseless: true } },
  { pattern: '^(?i:a)b$', expected: { exact: null, prefixes: ['ab'], caseless: true } },
  { pattern: '^a\\b$', expected: { exact: null, prefixes: ['a'] } },
  { pattern: '^a(?!b)', expected: { exact: null, prefixes: ['a'] } },
  { pattern: '^a|b', expected: { anchored: false, prefixes: [''], required: ['a', 'b'] } },
  { pattern: '^/a++\\K(?>bc)', expected: { prefixes: ['/a'], required: ['abc'] } },
  { pattern: '.*', expected: nothingKnown },
];

describe('literals', () => {
  for (const { pattern, caseless = false, expected } of cases) {
    it(`of ${pattern}${caseless ? ' (caseless)' : ''}`, () => {
      const tree = parsePattern(pattern, { caseless, dotAll: true, multiline: false, dollarEndOnly: true });
      expect(analyseLiterals(tree!)).toMatchObject(expected);
    });
  }

  it('leaves what it cannot read', () => {
    const options = { caseless: false, dotAll: true, multiline: false, dollarEndOnly: true };
    for (const pattern of ['(?|a|b)', '(*ACCEPT)a', '(?(?=a)a|b)', '(?x) a', '(a)\\10']) {
      expect(parsePattern(pattern, options)).toBeNull();
    }
  });
});
