import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Defines, type ResolvedNode, resolve } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { standardModules } from '@httpd-ts/modules';
import { createRegexEngine } from '@httpd-ts/regex';
import { formatConfig, parseConfig } from '@httpd-ts/syntax';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatStyle } from './fmt.ts';

const root = join(import.meta.dirname, '../../../..');
const style = formatStyle(standardModules, '    ');
const format = (text: string) => formatConfig(parseConfig(text, 'a.conf'), style);
const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

type Meaning = readonly [name: string, args: string, children: readonly Meaning[] | undefined];

const meaningOf = ({ name, args, children }: ResolvedNode): Meaning => [
  standardSpelling(name),
  args,
  children?.map(meaningOf),
];
const standardSpelling = (name: string) =>
  style.canonicalName(name, true) ?? style.canonicalName(name, false) ?? name;

/** The tree that a text is resolved to with every module, or the first complaint without its line numbers. */
function resolvedTree(text: string): unknown {
  const configFile = '/etc/a.conf';
  const world = memoryWorld({ regex, files: { [configFile]: text, '/etc/b.conf': 'ServerName b\n' } });
  const settings = {
    serverRoot: '/etc',
    defaultRuntimeDir: undefined,
    defines: new Defines([['YES', 'y']]),
    checkOnly: true,
    configFile,
  };
  const assumeModules = standardModules.map(({ name }) => name);
  const { tree, diagnostics } = resolve({
    world,
    settings,
    modules: standardModules,
    configFile,
    assumeModules,
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return errors.map(({ text: said }) => said.replace(/\d+/g, 'N').toLowerCase());
  return tree.map(meaningOf);
}

describe('formatting', () => {
  const configurations = globSync('fixtures/**/*.conf', { cwd: root })
    .filter((path) => existsSync(join(root, path)))
    .sort();

  it.each(configurations)('means the same: %s', (path) => {
    const text = readFileSync(join(root, path), 'latin1');
    const formatted = format(text);
    if (typeof formatted !== 'string') {
      expect(formatted.text).toMatch(/was not closed|without matching/);
      return;
    }
    expect(resolvedTree(formatted)).toEqual(resolvedTree(text));
    expect(format(formatted)).toBe(formatted);
  });

  const line = fc.constantFrom(
    ...[
      'servername a',
      'ServerAlias  "b  c"',
      'documentroot /x',
      'include b.conf',
      'define A b',
      'Listen ${YES}',
    ],
    ...[
      'rewriterule ^a \\\n   b',
      'Header set X "a \\',
      'unknown x',
      '# text',
      '# text \\',
      'use one a',
      'error ${A}',
    ],
    ...[
      '<ifmodule mod_alias.c>',
      '</IfModule>',
      '<IfDefine no>',
      '</ifdefine>',
      '<macro one servername>',
      '</Macro>',
    ],
    ...[
      '<VirtualHost *:80>',
      '</virtualhost>',
      '<directory /x>',
      '</Directory>',
      '<if "true">',
      '</If>',
      '',
      '  ',
      '\\',
    ],
  );
  it('means the same for arbitrary configurations', () => {
    const text = fc.array(fc.tuple(fc.constantFrom('', ' ', '\t'), line, fc.constantFrom('', ' ', '\r')), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (lines) => {
        const given = lines.map((parts) => parts.join('')).join('\n');
        const formatted = format(given);
        if (typeof formatted === 'string') expect(resolvedTree(formatted)).toEqual(resolvedTree(given));
      }),
      { numRuns: 500 },
    );
  });
});

describe('httpd-ts fmt', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'httpd-ts-fmt-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const run = (args: readonly string[], input = '') =>
    spawnSync(join(root, 'packages/cli/bin/httpd-ts'), ['fmt', ...args], {
      cwd: folder,
      input,
      encoding: 'latin1',
    });
  const ugly = '<directory /x>\noptions none\n</directory>\n';
  const pretty = '<Directory /x>\n    Options none\n</Directory>\n';

  it('formats standard input', () => {
    expect(run(['-', '--indent', 'tab'], ugly)).toMatchObject({
      status: 0,
      stdout: pretty.replace('    ', '\t'),
      stderr: '',
    });
  });

  it('replaces files, through links, keeping their mode, and names them', () => {
    mkdirSync(join(folder, 'on'));
    writeFileSync(join(folder, 'a.conf'), ugly);
    chmodSync(join(folder, 'a.conf'), 0o640);
    symlinkSync('../a.conf', join(folder, 'on/a.conf'));
    writeFileSync(join(folder, 'on/.htaccess'), ugly);
    writeFileSync(join(folder, 'on/readme.txt'), ugly);
    expect(run(['on/a.conf', 'on'])).toMatchObject({
      status: 0,
      stdout: 'on/a.conf\non/.htaccess\n',
      stderr: '',
    });
    expect(readFileSync(join(folder, 'a.conf'), 'utf8')).toBe(pretty);
    expect(statSync(join(folder, 'a.conf')).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(folder, 'on/a.conf')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'on/readme.txt'), 'utf8')).toBe(ugly);
    expect(readdirSync(join(folder, 'on')).sort()).toEqual(['.htaccess', 'a.conf', 'readme.txt']);
    expect(run(['on/a.conf', 'on', '--check'])).toMatchObject({ status: 0, stdout: '' });
  });

  it('--check names what is not formatted and changes nothing', () => {
    writeFileSync(join(folder, 'a.conf'), ugly);
    expect(run(['--check', 'a.conf'])).toMatchObject({ status: 1, stdout: 'a.conf\n', stderr: '' });
    expect(readFileSync(join(folder, 'a.conf'), 'utf8')).toBe(ugly);
  });

  it('leaves a file whose sections do not pair, and one that is not there', () => {
    writeFileSync(join(folder, 'a.conf'), '<Directory /x>\n');
    const { status, stderr } = run(['a.conf', 'b.conf']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'httpd-ts: a.conf:1: <Directory> was not closed; the file is left as it is\nhttpd-ts: b.conf: cannot be read: no such file or directory\n',
    );
  });

  it('follows the links of a directory, and says when there is nothing in one', () => {
    mkdirSync(join(folder, 'available'));
    mkdirSync(join(folder, 'enabled'));
    writeFileSync(join(folder, 'available', 'a.conf'), ugly);
    symlinkSync('../available/a.conf', join(folder, 'enabled', 'a.conf'));
    expect(run(['--check', 'enabled'])).toMatchObject({ status: 1, stdout: 'enabled/a.conf\n', stderr: '' });
    mkdirSync(join(folder, 'empty'));
    expect(run(['--check', 'empty'])).toMatchObject({
      status: 2,
      stderr: 'httpd-ts: empty: cannot be read: no configuration file in it\n',
    });
  });

  it.each([[[]], [['--indent', 'wide', 'a.conf']], [['--no-such', 'a.conf']]])('misuse: %j', (args) => {
    expect(run(args).status).toBe(2);
  });
});
