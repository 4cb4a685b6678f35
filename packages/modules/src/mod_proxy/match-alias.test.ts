import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProxyAlias } from './config.ts';
import { aliasIndex, matchAlias } from './match-alias.ts';

const alias = (fake: string): ProxyAlias => ({
  fake,
  real: 'http://back/',
  regex: undefined,
  noCanon: false,
  interpolate: false,
  mapping: undefined,
  definedAt: { name: 'ProxyPass', args: '', file: '', line: 0 },
});

describe('matchAlias', () => {
  it.each([
    ['/static/x', '/static/', 8],
    ['/static', '/static/', 0],
    ['/static', '/static', 7],
    ['/static/x', '/static', 7],
    ['/staticx', '/static', 0],
    ['//static///x', '/static/', 11],
    ['/st%61tic/x', '/static/', 0],
    ['/static/x', '/st%61tic/', 0],
    ['/D%/x', '/D%/', 4],
    ['/', '/', 1],
    ['/x', '/', 1],
    ['/x', 'x', 0],
    ['/a%', '/a%', 3],
  ])('%s under %s takes %i', (uri, fake, expected) => {
    expect(matchAlias(uri, fake)).toBe(expected);
  });
});

const path = fc
  .array(fc.constantFrom('/', '/', 'a', 'b', '%61', '%2f', '%', 'c'), { maxLength: 8 })
  .map((parts) => `/${parts.join('')}`);

describe('aliasIndex', () => {
  it('finds the first alias that matches, as a walk over all of them does', () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 12 }), path, (fakes, uri) => {
        const aliases = fakes.map(alias);
        const attempt = (one: ProxyAlias) => (matchAlias(uri, one.fake) > 0 ? one : undefined);
        const walked = aliases.find((one) => attempt(one) !== undefined);
        expect(aliasIndex(aliases).first(uri, attempt)).toBe(walked);
      }),
    );
  });

  it('looks at no more than what lies on the path, however many aliases there are', () => {
    const index = aliasIndex(Array.from({ length: 10_000 }, (_, i) => alias(`/app${i}/`)));
    let attempts = 0;
    index.first('/app9999/x/y', () => {
      attempts++;
      return undefined;
    });
    expect(attempts).toBe(1);
  });
});
