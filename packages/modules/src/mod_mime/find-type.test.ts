import { describe, expect, it } from 'vitest';
import { type ExtensionInfo, effectiveExtensions, mimeConfig } from './config.ts';
import { contentType, readExtensions } from './find-type.ts';
import { readTypes } from './types-file.ts';

const types = readTypes(
  '# comment\ntext/html html htm\napplication/gzip\tgz\ntext/plain TXT\nimage/png png\r\n',
);
const extensions = new Map<string, ExtensionInfo>([
  ['foo', { type: 'text/x-foo' }],
  ['z', { encoding: 'x-compress' }],
  ['gz', { encoding: 'x-gzip' }],
  ['en', { language: 'en' }],
  ['de', { language: 'de' }],
  ['utf8', { charset: 'utf-8' }],
  ['hh', { handler: 'hh-one' }],
  ['of', { outputFilters: 'one;two' }],
]);
const config = { ...mimeConfig.create(), extensions };

describe('readExtensions', () => {
  const cases: { suffix: string; expected: object }[] = [
    { suffix: 'html', expected: { type: 'text/html', isTelling: true } },
    { suffix: 'HTML', expected: { type: 'text/html' } },
    { suffix: 'html.unknown', expected: { type: 'text/html', unknown: ['unknown'] } },
    { suffix: 'foo.html', expected: { type: 'text/html' } },
    { suffix: 'html.foo', expected: { type: 'text/x-foo' } },
    { suffix: 'html.gz', expected: { type: 'application/gzip', encoding: 'x-gzip' } },
    { suffix: 'html.gz.Z', expected: { encoding: 'x-gzip, x-compress' } },
    { suffix: 'html.en.de', expected: { languages: ['en', 'de'] } },
    { suffix: 'html.utf8', expected: { type: 'text/html; charset=utf-8' } },
    { suffix: 'utf8', expected: { type: undefined, charset: 'utf-8', isTelling: true } },
    { suffix: 'hh', expected: { handler: 'hh-one', isTelling: false, unknown: ['hh'] } },
    { suffix: 'of', expected: { outputFilters: ['one', 'two'], isTelling: false } },
    { suffix: '.html.', expected: { type: 'text/html', unknown: [] } },
    { suffix: 'Unknown', expected: { type: undefined, isTelling: false, unknown: ['Unknown'] } },
    { suffix: '', expected: { type: undefined, isTelling: false, unknown: [] } },
  ];
  it.each(cases)('$suffix', ({ suffix, expected }) => {
    expect(readExtensions(suffix, config, types)).toMatchObject(expected);
  });
});

describe('contentType', () => {
  it.each([
    ['text/html', undefined, 'text/html'],
    ['text/html', 'utf-8', 'text/html; charset=utf-8'],
    ['text/html;charset=koi8', undefined, 'text/html; charset=koi8'],
    ['text/plain; charset=xyz', 'utf-8', 'text/plain; charset=utf-8'],
    ['text/plain;a=b;charset=x', 'utf-8', 'text/plain; a=b; charset=utf-8'],
    ['foo', undefined, 'foo'],
  ])('%s with %s is %s', (type, charset, expected) => {
    expect(contentType(type, charset)).toBe(expected);
  });
});

describe('extension records', () => {
  const removed = (...fields: (keyof ExtensionInfo)[]) => new Map([['foo', new Set(fields)]]);

  it('removes after adding in the same section', () => {
    expect(effectiveExtensions({ extensions, removed: removed('type') }).get('foo')).toEqual({ type: '' });
  });

  it('lets an inner section remove and replace', () => {
    const outer = { extensions: new Map([['foo', { type: 'a/b', language: 'fr' }]]), removed: new Map() };
    const inner = { extensions: new Map([['foo', { charset: 'x' }]]), removed: removed('language') };
    expect(mimeConfig.merge(outer, inner).extensions.get('foo')).toEqual({ type: 'a/b', charset: 'x' });
  });

  it('keeps a removed type from coming back by the types file', () => {
    const config = {
      ...mimeConfig.create(),
      removed: new Map([['html', new Set<keyof ExtensionInfo>(['type'])]]),
    };
    expect(readExtensions('html', config, types).type).toBeUndefined();
  });
});
