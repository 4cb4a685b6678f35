import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRegexEngine } from './regex-engine.ts';

const engine = createRegexEngine(
  readFileSync(new URL(import.meta.resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm'))),
);

describe('a pattern that is compiled again', () => {
  it('is the one that is in use, with the same options only', () => {
    const first = engine.compile('^/a(.*)$');
    expect(engine.compile('^/a(.*)$')).toBe(first);
    expect(engine.compile('^/a(.*)$', { dotAll: true, dollarEndOnly: true })).toBe(first);
    expect(engine.compile('^/a(.*)$', { caseless: true })).not.toBe(first);
  });

  it('is refused again when it is wrong', () => {
    expect(engine.compile('(a')).toMatchObject({ kind: 'regex-error' });
    expect(engine.compile('(a')).toMatchObject({ kind: 'regex-error' });
  });
});
