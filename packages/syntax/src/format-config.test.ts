import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FormatOptions, formatConfig, lines, parseConfig } from './index.ts';

const names = ['ServerName', 'Listen', 'VirtualHost', 'Directory', 'Macro', 'Perl'];
const options: FormatOptions = {
  indent: '  ',
  canonicalName: (name) => names.find((one) => one.toLowerCase() === name.toLowerCase()),
  contentOf: (section) =>
    (({ macro: 'template', perl: 'text' }) as const)[section.toLowerCase()] ?? 'directives',
};
const format = (text: string) => formatConfig(parseConfig(text, 'a.conf'), options);

describe('formatConfig', () => {
  it.each([
    { title: 'an empty file', input: '', expected: '' },
    {
      title: 'indents by section and spells names as registered',
      input:
        '<virtualhost *:80>\nservername a\n      <DIRECTORY /x>\nfoo Bar\n</directory>\n  </VIRTUALHOST>\n',
      expected:
        '<VirtualHost *:80>\n  ServerName a\n  <Directory /x>\n    foo Bar\n  </Directory>\n</VirtualHost>\n',
    },
    {
      title: 'makes one blank line of several, none at the edges of files and sections',
      input: '\n\n# a\n\n\n\nListen 1\n<Directory /x>\n\nListen 2\n\n</Directory>\n\n\n',
      expected: '# a\n\nListen 1\n<Directory /x>\n  Listen 2\n</Directory>\n',
    },
    {
      title: 'keeps the arguments, the blanks before them and the joints of continued lines',
      input: '   Listen \t "a  b"   # c  \nServerName a \\\n       b\\\nc\n',
      expected: 'Listen \t "a  b"   # c\nServerName a \\\n       b\\\nc\n',
    },
    {
      title: 'does not let a backslash become a continuation',
      input: ' Listen a\\ \n Listen b\\',
      expected: 'Listen a\\ \nListen b\\',
    },
    {
      title: 'leaves a line that is continued before its name or into nothing',
      input: '<Directory /x>\n \\\nListen 1\n</Directory>\nListen 2 \\\n',
      expected: '<Directory /x>\n \\\nListen 1\n</Directory>\nListen 2 \\\n',
    },
    { title: 'ends the last line', input: 'Listen 1', expected: 'Listen 1\n' },
    {
      title: 'keeps line ends of the file',
      input: '<Directory /x>\r\nListen 1  \r\n\r\n\r\nlisten 2\r\n</Directory>',
      expected: '<Directory /x>\r\n  Listen 1\r\n\r\n  Listen 2\r\n</Directory>\r\n',
    },
    {
      title: 'leaves names in templates, as a parameter may be spelled so',
      input:
        '<macro x servername>\nservername a\n<directory /x>\nlisten 1\n</directory>\n</macro>\nlisten 1\n',
      expected:
        '<Macro x servername>\n  servername a\n  <directory /x>\n    listen 1\n  </directory>\n</Macro>\nListen 1\n',
    },
    {
      title: 'leaves text that is no configuration',
      input: '<perl>\n   my $x = <<E;\n\n\n listen\nE\n  </perl>\n listen 1\n',
      expected: '<Perl>\n   my $x = <<E;\n\n\n listen\nE\n</Perl>\nListen 1\n',
    },
    {
      title: 'passes over names in quotes, with escapes or behind a blank',
      input: ' "listen" 1\n l\\isten 2\n "" x\nlisten> 3\n',
      expected: '"listen" 1\nl\\isten 2\n "" x\nListen> 3\n',
    },
  ])('$title', ({ input, expected }) => {
    expect(format(input)).toBe(expected);
    expect(format(expected)).toBe(expected);
  });

  it.each([
    ['Listen 1\n</Directory>\n', { line: 2, text: '</Directory> without matching <Directory> section' }],
    ['<Directory /x>\nListen 1\n', { line: 1, text: '<Directory> was not closed' }],
    ['<Directory /x>\n<If a>\n</Directory>\n', { line: 2, text: '<If> was not closed' }],
  ])('refuses sections that do not pair: %j', (input, expected) => {
    expect(format(input)).toEqual(expected);
  });

  const meaning = (text: string) =>
    [...lines(parseConfig(text, 'a.conf'))]
      .filter(({ kind }) => kind !== 'blank')
      .map((line) =>
        line.kind === 'comment'
          ? line.text
          : {
              kind: line.kind,
              name: 'name' in line && line.name.toLowerCase(),
              args: 'arguments' in line && line.arguments,
            },
      );
  const piece = fc.constantFrom(
    ...['Listen', 'listen 1', '<Directory /x>', '</directory>', '<macro x>', '</Macro>', '<Perl>', '</Perl>'],
    ...[
      '\n',
      '\r\n',
      '\n\n',
      ' ',
      '\t',
      '\v',
      '\\',
      '\\\n',
      '\\\r\n',
      '\0',
      '#',
      '"',
      '"" x',
      '>',
      '<',
      '</',
    ],
  );
  it('never changes what the lines say, and has nothing to do a second time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 5, arbitrary: piece }, fc.string({ unit: 'binary', maxLength: 3 }))),
        (pieces) => {
          const text = pieces.join('').replace(/[^\0-\xff]/g, '?');
          const formatted = format(text);
          if (typeof formatted !== 'string') return;
          expect(meaning(formatted)).toEqual(meaning(text));
          expect(format(formatted)).toBe(formatted);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
