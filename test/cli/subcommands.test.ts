import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layOutTree } from './command-line-case.ts';
import { runLauncher } from './run-launcher.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-configtest-')));
beforeAll(() => {
  layOutTree(root, 'modules');
  writeFileSync(
    join(root, 'snippet.conf'),
    'RewriteEngine On\nRewriteRule ^/a$ /b [Z]\nFooBar\nServerName x\n',
  );
});
afterAll(() => rmSync(root, { recursive: true }));

const file = (name: string) => join(root, name);

describe('configtest', () => {
  it.each([
    ['a good file', ['base.conf'], 0],
    ['a bad file', ['unknown.conf'], 1],
    ['one bad file among good ones', ['base.conf', 'unknown.conf'], 1],
    ['a file that is not there', ['nowhere.conf'], 2],
  ])('%s', (_title, names, status) => {
    expect(runLauncher(['configtest', ...names.map(file)]).status).toBe(status);
  });

  it.each([
    [['configtest', '--format', 'xml', file('base.conf')]],
    [['configtest', '--modules', 'nonsense', file('base.conf')]],
    [['configtest', '--nonsense']],
    [['nonsense']],
  ])('%j makes no sense', (args) => {
    const { status, stdout, stderr } = runLauncher(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });

  it('says what -t says and every further error', () => {
    const { stderr } = runLauncher(['configtest', '--format', 'apache', file('unknown.conf')]);
    const invalid = (name: string, line: number) =>
      `AH00526: Syntax error on line ${line} of ${file('unknown.conf')}:\nInvalid command '${name}', perhaps misspelled or defined by a module not included in the server configuration\n`;
    expect(stderr).toBe(invalid('FooBar', 3) + invalid('Baz', 5));
  });

  it('takes modules as loaded for a file that loads none', () => {
    const { status, stdout } = runLauncher([
      'configtest',
      '--no-lint',
      '--modules',
      'rewrite',
      file('snippet.conf'),
    ]);
    expect(status).toBe(1);
    expect(stdout).toContain(`${file('snippet.conf')}:2:22: error: RewriteRule: unknown flag 'Z'`);
    expect(stdout).toContain(`${file('snippet.conf')}:3:1: error: Invalid command 'FooBar'`);
    expect(stdout).toContain(`${file('snippet.conf')}: 2 errors\n`);
  });

  it('gives JSON', () => {
    const { stdout } = runLauncher(['configtest', '--format', 'json', file('unknown.conf')]);
    const [{ valid, diagnostics }] = JSON.parse(stdout);
    expect(valid).toBe(false);
    expect(diagnostics.map(({ line }: { line: number }) => line)).toEqual([3, 5]);
  });
});

describe('help and version of our own', () => {
  it('lists the subcommands', () => {
    const { status, stdout } = runLauncher(['--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/serve[\s\S]*configtest/);
  });

  it('says the version of both', () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../packages/cli/package.json', import.meta.url), 'utf8'),
    );
    const { status, stdout } = runLauncher(['--version']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Server version: Apache\/2\.4\.71 \(/);
    expect(stdout).toContain(`\nhttpd-ts:       ${version} (`);
  });
});
