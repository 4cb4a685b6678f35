import { expect, it } from 'vitest';
import { decodeEntities } from './decode-entities.ts';

it.each([
  ['&lt;b&gt; &amp; &quot;', '<b> & "'],
  ['caf&eacute; &THORN;&yuml;', 'caf\xe9 \xde\xff'],
  ['&#65;&#9;&#8;&#0;&#256;&#160;&#161;', 'A\t\xa1'],
  ['&#x41;&#;', ''],
  ['&unknown; &times; &.; & &lt', '&unknown; &times; &.; & &lt'],
  ['&a &lt;', '&a <'],
])('decodes %j', (text, decoded) => {
  expect(decodeEntities(text)).toBe(decoded);
});

it('does not lose its way among many ampersands', () => {
  expect(decodeEntities(`${'&'.repeat(20_000)};`)).toBe(`${'&'.repeat(20_000)};`);
});
