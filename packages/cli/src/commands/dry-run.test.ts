import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
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

  it.each([
    [['no/such/file'], 'no/such/file: no such file or directory'],
    [['fixtures/quickstart', '--format', 'html'], 'no such format: html'],
    [['fixtures/quickstart', '--modules', 'nonsense'], 'no such module: nonsense'],
  ])('2: %j', (args, complaint) => {
    expect(run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(complaint) });
  });
});
