import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Change,
  changeConfig,
  lines,
  newNodes,
  parseConfig,
  printConfig,
  withArguments,
} from './index.ts';

const site =
  '# top\n<VirtualHost *:80>\r\n\tServerName  a \\\n\t\tb\r\n\n  Listen 80 # x\n</VirtualHost>\nTimeout 5';

describe('changeConfig', () => {
  const rows: { title: string; text: string; change: Change; expected: string }[] = [
    { title: 'keeps a file nobody changes', text: site, change: () => undefined, expected: site },
    {
      title: 'takes a line out',
      text: site,
      change: (node) => (node.kind === 'directive' && node.name === 'Listen' ? [] : undefined),
      expected: site.replace('  Listen 80 # x\n', ''),
    },
    {
      title: 'takes a section out',
      text: site,
      change: (node) => (node.kind === 'section' ? [] : undefined),
      expected: '# top\nTimeout 5',
    },
    {
      title: 'puts lines before and behind, also behind a last line without end',
      text: site,
      change: (node) =>
        node.kind === 'directive' && node.name === 'Timeout'
          ? [...newNodes('# five'), node, ...newNodes('<If "a">\n  Foo\n</If>')]
          : undefined,
      expected: `${site.replace('Timeout', '# five\nTimeout')}\n<If "a">\n  Foo\n</If>\n`,
    },
    {
      title: 'moves a section',
      text: '<A>\nX\n</A>\nB\n',
      change: (node) =>
        node.kind === 'directive' && node.name === 'B' ? newNodes('<C>\nY\n</C>') : undefined,
      expected: '<A>\nX\n</A>\n<C>\nY\n</C>\n',
    },
    {
      title: 'does not let a continuation at the end of the file swallow what follows',
      text: 'A b \\\n',
      change: (node) => [node, ...newNodes('C')],
      expected: 'A b \\\n \nC\n',
    },
    {
      title: 'does not let a backslash at the end of the file become a continuation',
      text: 'A b \\',
      change: (node) => [node, ...newNodes('C')],
      expected: 'A b \\ \nC\n',
    },
  ];
  it.each(rows)('$title', ({ text, change, expected }) => {
    expect(printConfig(changeConfig(parseConfig(text, 'x'), change))).toBe(expected);
  });

  it('returns the same file when nothing changes', () => {
    const file = parseConfig(site, 'x');
    expect(changeConfig(file, () => undefined)).toBe(file);
  });

  it('leaves all other lines alone, whatever the file', () => {
    const row = fc.constantFrom('A x\n', '<S>\n', '</S>\n', '# c\r\n', '\n', 'Gone \\\n y\n', '  Gone\n');
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        const file = parseConfig(rows.join(''), 'x');
        const change: Change = (node) => (node.kind === 'directive' && node.name === 'Gone' ? [] : undefined);
        const kept = rows.filter((text) => !text.includes('Gone')).join('');
        expect(printConfig(changeConfig(file, change))).toBe(kept);
      }),
    );
  });

  it('changes a line a hundred thousand sections deep', () => {
    const depth = 100_000;
    const [open, close] = ['<A>\n'.repeat(depth), '</A>\n'.repeat(depth)];
    const change: Change = (node) => (node.kind === 'directive' ? newNodes('Y') : undefined);
    const changed = changeConfig(parseConfig(`${open}X\n${close}`, 'x'), change);
    expect(printConfig(changed)).toBe(`${open}Y\n${close}`);
  });
});

describe('withArguments', () => {
  it.each([
    { title: 'a directive', text: '\tA  b c \r\n', args: 'd "e"', expected: '\tA  d "e" \r\n' },
    { title: 'continued arguments', text: 'A b \\\n  c\n', args: 'd', expected: 'A d\n' },
    { title: 'a directive that had none', text: 'A\n', args: 'd', expected: 'A d\n' },
    { title: 'none at all', text: 'A b\n', args: '', expected: 'A \n' },
    { title: 'a quoted name', text: '"A"b\n', args: 'd', expected: '"A" d\n' },
    { title: 'a section', text: ' <A b> c\n', args: 'd>', expected: ' <A d>\n' },
    { title: 'a section that had none', text: '<A>\n', args: 'd>', expected: '<A d>\n' },
    { title: 'a section to none', text: '<A>\n', args: '>', expected: '<A>\n' },
    { title: 'a section without its bracket', text: '<A\n', args: 'd>', expected: '<A d>\n' },
    { title: 'a last line without end', text: 'A b', args: 'd', expected: 'A d' },
  ])('changes $title', ({ text, args, expected }) => {
    const file = parseConfig(text, 'x');
    const change: Change = (node) =>
      node.kind === 'directive' || node.kind === 'section' ? [withArguments(file, node, args)!] : undefined;
    const changed = changeConfig(file, change);
    expect(printConfig(changed)).toBe(expected);
    const [line] = [...lines(parseConfig(expected, 'x'))];
    expect(line).toMatchObject({ arguments: args });
  });

  it.each(['a\nb', 'a\0b', 'a\\', ' a', 'a '])('refuses %j, which no line can hold', (args) => {
    const file = parseConfig('A b\n', 'x');
    const [line] = [...lines(file)];
    expect(line?.kind === 'directive' && withArguments(file, line, args)).toBe(undefined);
  });
});
