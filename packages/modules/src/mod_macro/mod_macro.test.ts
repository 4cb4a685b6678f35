import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Defines, resolve } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { modAlias } from '../mod_alias/index.ts';
import { modMacro } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

function read(config: string, files: Readonly<Record<string, string>> = {}) {
  const world = memoryWorld({ regex, files: { ...files, '/c': config } });
  const settings = {
    serverRoot: '/',
    defaultRuntimeDir: undefined,
    defines: new Defines([['D', 'from Define']]),
    checkOnly: true,
    configFile: '/c',
  };
  return resolve({
    world,
    settings,
    modules: [core, modAlias, modMacro],
    configFile: '/c',
    assumeModules: ['mod_alias', 'mod_macro'],
  });
}

/** The resolved lines, with the file of each. */
const linesOf = (config: string) =>
  read(config).tree.map(({ name, args, file, line }) => `${file}:${line}: ${name} ${args}`);

const where = 'macro \'m\' (defined on line 1 of "/c")';

describe('Use', () => {
  it('reads the lines of the macro, numbered within it, in its own place', () => {
    const config = '<Macro m $a>\n# comment\n\nServerAdmin $a\n</Macro>\nUse M x\nTimeout 5';
    expect(linesOf(config)).toEqual([`${where} used on line 6 of "/c":2: ServerAdmin x`, '/c:7: Timeout 5']);
  });

  it.each([
    ['the longest of two that begin alike', '$a $ab', 'Alias $ab $a', 'x y', 'Alias y x'],
    ['no parameter inside a value', '$a $b', 'Alias $a $b', '$b z', 'Alias $b z'],
    ['quoted for @', '@a', 'Alias /x @a', '"a \\" b"', 'Alias /x "a \\" b"'],
    ['as it stands for %', '%a', 'Alias /x %a', '"a b"', 'Alias /x a b'],
    ['an empty value', '$a', 'Alias /x$a /y', '""', 'Alias /x /y'],
    ['Define, at use', '$a', 'Alias $a "${D}"', '/x', 'Alias /x "from Define"'],
  ])('puts in %s', (_title, parameters, body, values, expected) => {
    expect(linesOf(`<Macro m ${parameters}>\n${body}\n</Macro>\nUse m ${values}`)).toEqual([
      `${where} used on line 4 of "/c":1: ${expected}`,
    ]);
  });

  it('lets a macro close a section that was open before', () => {
    const { tree, diagnostics } = read(
      '<Macro m>\n</Directory>\n</Macro>\n<Directory "/x">\nTimeout 5\nUse m\nTimeout 6',
    );
    expect(diagnostics.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    expect(tree.map(({ name, file, line }) => `${file}:${line}: ${name}`)).toEqual([
      '/c:4: Directory',
      '/c:7: Timeout',
    ]);
  });

  it('names the places of macros in macros', () => {
    const [line] = linesOf('<Macro a>\nTimeout 5\n</Macro>\n<Macro b>\nUse a\n</Macro>\nUse b');
    expect(line).toBe(
      'macro \'a\' (defined on line 1 of "/c") used on line 1 of "macro \'b\' (defined on line 4 of "/c") used on line 7 of "/c"":1: Timeout 5',
    );
  });

  it.each([
    ['Use m', 'no macro defined before Use'],
    ['UndefMacro m', 'no macro defined before UndefMacro'],
    ['<Macro m>\nTimeout 5\n</Macro>\nUse', 'no macro name specified with Use'],
    ['<Macro m>\nTimeout 5\n</Macro>\nUse n', "macro 'n' undefined"],
    ['<Macro m>\nTimeout 5\n</Macro>\nUndefMacro n', "cannot remove undefined macro 'n'"],
    ['<Macro m>\nTimeout 5\n</Macro>\nUndefMacro m\nUse m', "macro 'm' undefined"],
    ['<Macro m>\nUse m\n</Macro>\nUse m', "recursive use of macro 'm' is invalid"],
    ['<Macro m $a>\nTimeout $a\n</Macro>\nUse m', `${where} used with 0 arguments instead of 1`],
    [
      '<Macro m $a $a>\n</Macro>',
      `argument name conflict in ${where}: argument '$a': #1 and #2, change argument names!`,
    ],
    ['<Macro m>\nTimeout 5', `${where}\n\tcontents error: expected token not found: </Macro>`],
    ['<Macro>\n</Macro>', '<Macro macro definition: empty name'],
    ['<Macro m\n</Macro>', "<Macro> directive missing closing '>'"],
  ])('%j is refused', (config, expected) => {
    const errors = read(config).diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ text }) => text.slice(-expected.length))).toEqual([expected]);
  });

  it('ends for macros that use each other in turn, through files too', () => {
    const config = '<Macro m>\nInclude /i\n</Macro>\nInclude /i';
    const { diagnostics } = read(config, { '/i': 'Use m\n' });
    expect(diagnostics.at(-1)?.text).toContain('Exceeded maximum include depth of 128');
  });
});

describe('<Macro>', () => {
  it.each([
    [
      '<Macro m a>\nTimeout a\n</Macro>',
      `AH02796: ${where} argument name 'a' (#1) without expected prefix, better prefix argument names with one of '$%@'.`,
    ],
    ['<Macro m $a>\nTimeout 5\n</Macro>', `AH02800: ${where}: argument '$a' (#1) never used`],
    ['<Macro m>\n</Macro>', `AH02799: ${where}: empty contents!`],
    ['<Macro m>\n<Directory />\n</Macro>', `AH02795: bad cumulated nesting (+1) in ${where}`],
    [
      '<Macro m> x\nTimeout 5\n</Macro>',
      "AH02989: AH02801: non blank chars found after <Macro closing '>' on line 1 of /c:  x",
    ],
    [
      '<Macro m $a>\nTimeout $a\n</Macro>\nUse m ""',
      `AH02798: ${where} used on line 4 of "/c": empty argument #1`,
    ],
    ['<Macro m /IgnoreBadNesting>\n<Directory />\n</Macro>', undefined],
    ['MacroIgnoreEmptyArgs\n<Macro m $a>\nTimeout 5$a\n</Macro>\nUse m ""', undefined],
  ])('%j warns', (config, expected) => {
    expect(read(config).diagnostics.map(({ text }) => text)).toEqual(
      expected === undefined ? [] : [`[macro:warn] ${expected}`],
    );
  });
});
