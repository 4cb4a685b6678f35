import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapePath, normalizePath, parseUri, unescapeUrl } from './uri.ts';

describe('unescapeUrl', () => {
  it.each([
    ['/a%20b', '/a b'],
    ['/plain', '/plain'],
    ['/%C3%A4', '/\xc3\xa4'],
  ])('%s', (text, expected) => {
    expect(unescapeUrl(text)).toEqual({ text: expected, status: undefined });
  });
  it.each([
    ['/a%2', 400],
    ['/a%zz', 400],
    ['/a%00', 404],
    ['/a%2Fb', 404],
    ['/a%2Fb%', 400],
  ])('%s is %i', (text, status) => {
    expect(unescapeUrl(text)).toMatchObject({ status });
  });
  it('keeps or decodes slashes when told to', () => {
    expect(unescapeUrl('/a%2fb', 'keep')).toMatchObject({ text: '/a%2fb', status: undefined });
    expect(unescapeUrl('/a%2fb', 'decode')).toMatchObject({ text: '/a/b', status: undefined });
  });
  it('undoes escapePath', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((c) => String.fromCharCode(c)) }),
        (text) => {
          expect(unescapeUrl(escapePath(text), 'decode')).toEqual({ text, status: undefined });
        },
      ),
    );
  });
});

describe('normalizePath', () => {
  it.each<[string, string | undefined]>([
    ['/a/b', '/a/b'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/..', '/'],
    ['/a/b/..', '/a/'],
    ['/..', undefined],
    ['/a/../../b', undefined],
    ['/a//b', '/a/b'],
    ['/a/.', '/a/'],
    ['/.hidden', '/.hidden'],
    ['/a/...', '/a/...'],
  ])('%s becomes %s', (path, expected) => {
    expect(normalizePath(path, true)).toBe(expected);
  });
  it('keeps repeated slashes when told to', () => {
    expect(normalizePath('/a//b', false)).toBe('/a//b');
    expect(normalizePath('/a//../b', false)).toBe('/a/b');
  });
  it('leaves no dot segments', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', '..', 'a', '', '...')), (segments) => {
        const normal = normalizePath(`/${segments.join('/')}`, true);
        expect(normal?.split('/').some((segment) => segment === '.' || segment === '..') ?? false).toBe(
          false,
        );
      }),
    );
  });
});

describe('parseUri', () => {
  it.each([
    ['/a?b', { path: '/a', query: 'b' }],
    ['/a?', { path: '/a', query: '' }],
    ['/a#f?x', { path: '/a', query: undefined }],
    ['http://h:8/p?q', { scheme: 'http', host: 'h', port: 8, path: '/p', query: 'q' }],
    ['http://u@h', { user: 'u', host: 'h', path: undefined }],
    ['balancer://cluster/x', { scheme: 'balancer', host: 'cluster', path: '/x' }],
    ['http://[::1]:80/', { host: '::1', port: 80, path: '/' }],
  ])('%s', (text, expected) => {
    expect(parseUri(text)).toMatchObject(expected);
  });
});
