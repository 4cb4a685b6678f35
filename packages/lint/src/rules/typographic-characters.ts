import { lines } from '@httpd-ts/syntax';
import { defineRule } from '../rule.ts';

/** Characters that word processors and web pages put in place of plain ones, as the bytes of UTF-8 and of Windows-1252. */
const characters: readonly (readonly [RegExp, string, string])[] = [
  [/\xe2\x80[\x9c\x9d\x9e\x9f]/g, 'a typographic double quote', '"'],
  [/\xe2\x80[\x98\x99\x9a\x9b]/g, 'a typographic single quote', "'"],
  [/\xc2\xa0/g, 'a non-breaking blank', 'an ordinary blank'],
  [/\xe2\x80[\x80-\x8a\xaf]|\xe3\x80\x80|\xe2\x81\x9f/g, 'an unusual blank', 'an ordinary blank'],
  [/\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf/g, 'an invisible character', 'nothing'],
  [/\xe2\x80[\x90-\x95]|\xe2\x88\x92/g, 'a typographic dash', '-'],
  [/(?<![\x80-\xff])[\x93\x94](?![\x80-\xff])/g, 'a typographic double quote', '"'],
  [/(?<![\x80-\xff])[\x91\x92](?![\x80-\xff])/g, 'a typographic single quote', "'"],
  [/(?<![\x80-\xff])\xa0(?![\x80-\xff])/g, 'a non-breaking blank', 'an ordinary blank'],
];

export const typographicCharacters = defineRule({
  name: 'typographic-characters',
  severity: 'warning',
  what: 'A line holds typographic quotes, dashes or non-breaking blanks.',
  why: 'Apache takes them as letters of a word: quotes do not quote, blanks do not separate. They come along when a configuration is copied from a web page.',
  instead: 'Type the plain characters " \' - and the ordinary blank.',
  bad: { config: 'ServerAdmin \xe2\x80\x9cwebmaster@example.com\xe2\x80\x9d\n', line: 1 },
  good: { config: 'ServerAdmin "webmaster@example.com"\n# \xe2\x80\x9cin a comment\xe2\x80\x9d\n' },
  check({ sources }, report) {
    for (const file of sources.files) {
      if (!/[\x80-\xff]/.test(file.text)) continue;
      for (const line of lines(file)) {
        if (line.kind === 'comment' || line.kind === 'blank') continue;
        const text = file.text.slice(line.start, line.end);
        if (!/[\x80-\xff]/.test(text)) continue;
        for (const [pattern, what, plain] of characters) {
          const [first, ...others] = [...text.matchAll(pattern)];
          if (first === undefined) continue;
          const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
          report({
            file,
            offset: line.start + first.index,
            length: first[0].length,
            line: line.line,
            text: `${what} stands here${more}`,
            instead: `Write ${plain} in its place.`,
          });
        }
      }
    }
  },
});
