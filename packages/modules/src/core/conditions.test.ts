import { describe, expect, it } from 'vitest';
import { listsEtag } from './conditions.ts';

describe('listsEtag', () => {
  const cases: { list: string; etag: string; weak: boolean; strong: boolean }[] = [
    { list: '"a"', etag: '"a"', weak: true, strong: true },
    { list: 'W/"a"', etag: '"a"', weak: true, strong: false },
    { list: '"a"', etag: 'W/"a"', weak: true, strong: false },
    { list: 'W/"a"', etag: 'W/"a"', weak: true, strong: false },
    { list: '"x", "a"', etag: '"a"', weak: true, strong: true },
    { list: '"x","a,b"', etag: '"a,b"', weak: true, strong: true },
    { list: '"x"', etag: '"a"', weak: false, strong: false },
    { list: '', etag: '"a"', weak: false, strong: false },
    { list: 'a', etag: '"a"', weak: false, strong: false },
  ];
  it.each(cases)('$list has $etag: weakly $weak, strongly $strong', ({ list, etag, weak, strong }) => {
    expect(listsEtag(list, etag, 'weak')).toBe(weak);
    expect(listsEtag(list, etag, 'strong')).toBe(strong);
  });
});
