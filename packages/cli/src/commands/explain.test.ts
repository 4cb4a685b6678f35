import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');
const run = (...args: string[]) =>
  spawnSync(join(root, 'packages/cli/bin/httpd-ts'), ['explain', ...args], {
    cwd: root,
    input: '',
    encoding: 'utf8',
  });
const quickstart = ['--config', 'fixtures/quickstart'];

describe('httpd-ts explain', () => {
  it('tells what comes of a request', () => {
    const { status, stdout, stderr } = run('GET', 'http://127.0.0.1:8080/old/x', ...quickstart);
    expect(stderr).toBe('');
    expect(stdout).toContain('\nAnswer: 301 Moved Permanently to http://127.0.0.1:8080/x');
    expect(status).toBe(0);
  });

  it('--json gives it to programs, with headers and the address of the client', () => {
    const url = 'http://127.0.0.1:8080/server-status';
    const { stdout } = run('GET', url, ...quickstart, '--from', '10.0.0.1', '-H', 'A: b', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      request: { method: 'GET', url, from: '10.0.0.1' },
      outcome: { kind: 'error', status: 403 },
    });
  });

  it('--json is ASCII, whatever bytes the configuration has', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'httpd-ts-explain-')), 'a.conf');
    writeFileSync(file, Buffer.from('Redirect /a http://b.example/\xe9\xc3\xa9\n', 'latin1'));
    const { stdout } = run('GET', '/a', '--config', file, '--json');
    expect(stdout).toMatch(/^[\0-\x7f]*$/);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: { kind: 'redirect' } });
    rmSync(dirname(file), { recursive: true });
  });

  it.each([
    [1, ['GET', '/', '--config', 'fixtures/syntax/sections-left-open/input.conf'], 'was not closed'],
    [2, ['GET', 'nonsense', ...quickstart], 'not a URL or a path: nonsense'],
    [2, ['GET', '/', '-H', 'nonsense', ...quickstart], 'not a header: nonsense'],
    [2, ['GET', '/', '--config', 'no/such/file'], 'no such file or directory'],
    [2, ['GET', '/', '--from', '10.1.2.3x', ...quickstart], 'not an address: 10.1.2.3x'],
    [2, ['GET', '/', '--to', 'zzz', ...quickstart], 'not an address: zzz'],
    [2, ['GET', 'http://a:99999/', ...quickstart], 'not a port: 99999'],
    [2, ['GET'], 'missing required argument'],
  ])('%i: %j', (code, args, complaint) => {
    expect(run(...args)).toMatchObject({
      status: code,
      stdout: '',
      stderr: expect.stringContaining(complaint),
    });
  });
});
