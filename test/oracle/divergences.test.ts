import { expect, test } from 'vitest';
import { parseDivergences } from './divergences.ts';

test('names and reasons are read, comments passed over', () => {
  const text = '# why\n\ncore/a-b: not done: yet\nmod_x/c: other\n';
  expect([...parseDivergences(text)]).toEqual([
    ['core/a-b', 'not done: yet'],
    ['mod_x/c', 'other'],
  ]);
});

test.each(['core/a', 'core/a:', 'a: b', 'core/a: b\ncore/a: c'])('%j is refused', (text) => {
  expect(() => parseDivergences(text)).toThrow('divergences.yaml:');
});
