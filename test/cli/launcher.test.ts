import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { launcher } from './launcher.ts';
import { runLauncher } from './run-launcher.ts';

const directory = mkdtempSync(join(tmpdir(), 'httpd-ts-launcher-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A program directory with what the launcher needs and a node that says it is of this version. */
function pathWith(name: string, version: string | undefined): string {
  const path = join(directory, name);
  mkdirSync(path);
  symlinkSync('/bin/sh', join(path, 'sh'));
  symlinkSync('/usr/bin/readlink', join(path, 'readlink'));
  if (version === undefined) return path;
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo ${version} && exit\necho "name $HTTPD_TS_ARGV0" "$@"\n`;
  writeFileSync(join(path, 'node'), script);
  chmodSync(join(path, 'node'), 0o755);
  return path;
}

describe('the launcher', () => {
  it('takes the node of the PATH when it is recent enough, in its own process', () => {
    const { stdout, status } = runLauncher(['-t', 'a b'], { env: { PATH: pathWith('new', 'v99.1.0') } });
    expect(status).toBe(0);
    expect(stdout).toContain(`name ${launcher} `);
    expect(stdout).toMatch(/--no-wasm-tier-up .*httpd-ts\.cjs -t a b\n$/);
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64').each([
    ['old', 'v20.20.2'],
    ['strange', 'nightly'],
    ['none', undefined],
  ])('takes the bundled node when the one of the PATH is %s', (name, version) => {
    const { stdout, stderr } = runLauncher(['-v'], { env: { PATH: pathWith(name, version) } });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^httpd-ts: .*Node\.js (?:2[4-9]|[3-9]\d)\./m);
  });

  it.each([
    ['old', 'v18.0.0', 'v18.0.0'],
    ['missing', undefined, 'none'],
  ])('says so in one line when no node fits: %s', (name, version, shown) => {
    const alone = join(directory, `alone-${name}`);
    cpSync(launcher, alone);
    const { status, stdout, stderr } = runLauncher(['-t'], {
      command: alone,
      env: { PATH: pathWith(`path-${name}`, version) },
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: `alone-${name}: needs Node.js 24 or newer; on the PATH: ${shown}\n`,
    });
  });

  it('is found through links, relative ones too, and takes its name from the first', () => {
    const links = join(directory, 'links');
    mkdirSync(links);
    symlinkSync(launcher, join(links, 'second'));
    symlinkSync('second', join(links, 'apache2'));
    const { stderr, status } = runLauncher(['-z'], { command: join(links, 'apache2') });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^apache2: illegal option -- z\nUsage: \S*\/links\/apache2 \[-D name\]/);
  });
});
