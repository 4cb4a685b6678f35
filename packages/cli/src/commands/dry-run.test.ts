import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');
const run = (...args: string[]) =>
  spawnSync(join(root, 'packages/cli/bin/httpd-ts'), ['dry-run', ...args], {
    cwd: root,
    input: '',
    encoding: 'utf8',
  });

describe('httpd-ts dry-run', () => {
  it('0: the quickstart tree runs', () => {
    const { status, stdout } = run('fixtures/quickstart');
    expect(stdout).toContain('It will run here: ');
    expect(status).toBe(0);
  });

  it('1: a configuration that does not run', () => {
    expect(run('fixtures/syntax/sections-left-open/input.conf', '--format', 'markdown')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('It will not run here as it stands: 1 error'),
      stderr: '',
    });
  });

  it('a fragment, with the modules that it may need', () => {
    expect(run('fixtures/behaviour/mod_alias/alias-and-redirect-families/httpd.conf').stdout).toContain(
      'It will run here: ',
    );
    expect(
      run('fixtures/behaviour/mod_alias/alias-and-redirect-families/httpd.conf', '--modules', 'none').stdout,
    ).toContain('perhaps misspelled');
  });

  it('1: a directive that only a module of others has', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'httpd-ts-dry-run-')), 'a.conf');
    writeFileSync(file, 'php_value memory_limit 1G\n');
    expect(run(file)).toMatchObject({ status: 1, stdout: expect.stringContaining('php_value') });
    expect(run(file).stdout).toContain('It will not run here as it stands: ');
    rmSync(dirname(file), { recursive: true });
  });

  it('a tree copied from another machine: nothing outside of it is read', () => {
    const root = mkdtempSync(join(tmpdir(), 'httpd-ts-root-'));
    mkdirSync(join(root, 'etc/apache2/sites-enabled'), { recursive: true });
    writeFileSync(
      join(root, 'etc/apache2/apache2.conf'),
      'LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\nListen 81\nInclude /etc/apache2/sites-enabled/*.conf\n',
    );
    writeFileSync(
      join(root, 'etc/apache2/sites-enabled/a.conf'),
      '<VirtualHost *:81>\nServerName there.example\n</VirtualHost>\n',
    );
    expect(run('--root', root).stdout).toContain('there.example');
    rmSync(root, { recursive: true });
  });

  it.each([
    [['no/such/file'], 'no/such/file: no such file or directory'],
    [['fixtures/quickstart', '--format', 'html'], 'no such format: html'],
    [['fixtures/quickstart', '--modules', 'nonsense'], 'no such module: nonsense'],
  ])('2: %j', (args, complaint) => {
    expect(run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(complaint) });
  });
});
