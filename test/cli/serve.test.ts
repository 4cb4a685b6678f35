import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../packages/server/src/trial/free-port.ts';
import { layOutTree } from './command-line-case.ts';
import { launcher } from './launcher.ts';
import { runLauncher } from './run-launcher.ts';

interface Running {
  readonly root: string;
  readonly port: number;
  readonly child: ChildProcess | undefined;
}

const started: Running[] = [];

afterEach(async () => {
  for (const { root, child } of started.splice(0)) {
    if (child === undefined) runLauncher(['-d', root, '-f', 'serve.conf', '-k', 'stop']);
    else if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    await until(() => !existsSync(join(root, 'run/httpd.pid')));
    rmSync(root, { recursive: true, force: true });
  }
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !(await holds()); i++) await delay(50);
}

/** A tree with one site on a free port; `more` is added to its configuration. */
async function tree(more = ''): Promise<{ readonly root: string; readonly port: number }> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-serve-')));
  layOutTree(root, 'modules');
  const port = await freePort();
  const base = readFileSync(join(root, 'base.conf'), 'latin1').replace(
    /127\.0\.0\.1:\d+/,
    `127.0.0.1:${port}`,
  );
  const granted = '<Directory "@ROOT@/htdocs">\nRequire all granted\n</Directory>\n'.replace('@ROOT@', root);
  // The serving user cannot enter a fresh temporary directory, so it stays who started it.
  const own = process.getuid?.() === 0 ? 'User #65534\nGroup #65534\n' : '';
  writeFileSync(join(root, 'serve.conf'), `${base}${own}${granted}${more}`, 'latin1');
  if (process.getuid?.() === 0) runChmod(root);
  return { root, port };
}

const runChmod = (root: string) => runLauncher(['-R', 'a+rX', root], { command: '/bin/chmod' });

const answer = async (port: number) =>
  fetch(`http://127.0.0.1:${port}/index.html`, { headers: { connection: 'close' } }).then(
    (response) => response.text(),
    () => undefined,
  );

async function startInForeground(args: (root: string) => readonly string[], more = ''): Promise<Running> {
  const { root, port } = await tree(more);
  const child = spawn(launcher, [...args(root)], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push({ root, port, child });
  await until(async () => child.exitCode !== null || (await answer(port)) !== undefined);
  return { root, port, child };
}

const switches = (root: string) => ['-d', root, '-f', 'serve.conf', '-DFOREGROUND'];

describe('serving', () => {
  it('stays in the foreground under the pid it was started with, and ends on SIGTERM', async () => {
    const { root, port, child } = await startInForeground(switches);
    expect(await answer(port)).toBe('<p>hello</p>\n');
    expect(readFileSync(join(root, 'run/httpd.pid'), 'utf8')).toBe(`${child!.pid}\n`);
    const again = runLauncher(['-d', root, '-f', 'serve.conf']);
    expect([again.status, again.stdout]).toEqual([0, `httpd (pid ${child!.pid}) already running\n`]);
    child!.kill('SIGTERM');
    expect((await once(child!, 'exit'))[0]).toBe(0);
    expect(existsSync(join(root, 'run/httpd.pid'))).toBe(false);
  });

  it('serves by the subcommand too', async () => {
    const { port } = await startInForeground((root) => ['serve', '-d', root, '-f', 'serve.conf']);
    expect(await answer(port)).toBe('<p>hello</p>\n');
  });

  it('stays in the foreground with -X', async () => {
    const { root, port, child } = await startInForeground((root) => ['-d', root, '-f', 'serve.conf', '-X']);
    expect(await answer(port)).toBe('<p>hello</p>\n');
    const again = runLauncher(['-d', root, '-f', 'serve.conf', '-X']);
    expect([again.status, again.stdout]).toEqual([0, `httpd (pid ${child!.pid}) already running\n`]);
    child!.kill('SIGTERM');
    expect((await once(child!, 'exit'))[0]).toBe(0);
    expect(existsSync(join(root, 'run/httpd.pid'))).toBe(false);
  });

  it('is one process with --single-process', async () => {
    const { root, port, child } = await startInForeground((root) => [
      'serve',
      '-d',
      root,
      '-f',
      'serve.conf',
      '--single-process',
    ]);
    expect(await answer(port)).toBe('<p>hello</p>\n');
    expect(existsSync(join(root, 'run/httpd.pid'))).toBe(false);
    child!.kill('SIGTERM');
    expect((await once(child!, 'exit'))[0]).toBe(0);
  });

  it('goes to the background, reloads and stops', async () => {
    const { root, port } = await tree();
    started.push({ root, port, child: undefined });
    const ask = (signal: string) => runLauncher(['-d', root, '-f', 'serve.conf', '-k', signal]);
    expect(ask('start')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await answer(port)).toBe('<p>hello</p>\n');
    const pid = readFileSync(join(root, 'run/httpd.pid'), 'utf8');
    expect(ask('graceful')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await answer(port)).toBe('<p>hello</p>\n');
    expect(readFileSync(join(root, 'run/httpd.pid'), 'utf8')).toBe(pid);
    expect(ask('stop')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    await until(() => !existsSync(join(root, 'run/httpd.pid')));
    expect(await answer(port)).toBeUndefined();
    expect(ask('stop')).toMatchObject({ status: 0, stdout: 'httpd (no pid file) not running\n' });
  });

  it('does not start with a back end that nothing here can speak to', async () => {
    const loads = ['proxy', 'proxy_fdpass'].map(
      (name) => `LoadModule ${name}_module modules/mod_${name}.so\n`,
    );
    const { root, port } = await tree(`${loads.join('')}ProxyPass /other fd://localhost/run/other.sock\n`);
    const refused = runLauncher(['-d', root, '-f', 'serve.conf', '-DFOREGROUND']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/^AH00526: Syntax error on line \d+ of .*serve\.conf:\nProxyPass to fd:/);
    expect(refused.stderr).toContain('another program (mod_proxy_fdpass) is not supported');
    expect(await answer(port)).toBeUndefined();
  });

  it('prints warnings once, in order, and then serves', async () => {
    const host = '<VirtualHost *>\nDocumentRoot nowhere\n</VirtualHost>\n';
    const { root, port, child } = await startInForeground(switches, `${host}ServerAdmin \${NOPE}\n`);
    expect(await answer(port)).toBeDefined();
    child!.kill('SIGTERM');
    const [stderr] = await Promise.all([
      child!.stderr!.setEncoding('latin1').toArray(),
      once(child!, 'exit'),
    ]);
    expect(
      stderr
        .join('')
        .replace(/^\[[^\]]*\d{4}\]/gm, '[@TIME@]')
        .replace(/\[pid [^\]]*\]/g, '[pid]'),
    ).toBe(
      `[@TIME@] [core:warn] [pid] AH00111: Config variable \${NOPE} is not defined\nAH00112: Warning: DocumentRoot [${root}/nowhere] does not exist\n`,
    );
  });
});

describe('the envvars of a tree', () => {
  it('is evaluated without running anything by -t, and run by a start', async () => {
    const { root, port } = await tree('ServerAdmin ${SITE_NAME}\nErrorLog ${APACHE_LOG_DIR}/named_log\n');
    started.push({ root, port, child: undefined });
    const marker = join(root, 'executed');
    writeFileSync(join(root, 'envvars'), `export SITE_NAME=site APACHE_LOG_DIR=logs\ntouch '${marker}'\n`);
    const test = runLauncher(['-d', root, '-f', 'serve.conf', '-t']);
    expect(test.status).toBe(0);
    expect(test.stderr).toBe(
      `httpd-ts: ${root}/envvars:2: the command "touch" is not evaluated\nSyntax OK\n`,
    );
    expect(existsSync(marker)).toBe(false);
    expect(runLauncher(['-d', root, '-f', 'serve.conf', '-k', 'start']).status).toBe(0);
    expect(existsSync(marker)).toBe(true);
    expect(existsSync(join(root, 'logs/named_log'))).toBe(true);
  });
});
