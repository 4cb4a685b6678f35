import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../packages/server/src/trial/free-port.ts';
import { launcher } from '../cli/launcher.ts';

const modules = [
  'mpm_event',
  'authz_core',
  'authz_host',
  'access_compat',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  'slotmem_shm',
  'lbmethod_byrequests',
  'lbmethod_bytraffic',
  'lbmethod_bybusyness',
  'proxy_hcheck',
];

/** A server in processes of its own with a balancer manager at `/balancer-manager`. */
export interface ManagedServer {
  readonly root: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly manager: string;
  url(path: string): string;
  api(path: string, options?: { method?: string; body?: unknown }): Promise<{ status: number; value: any }>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A back end that answers with its name, or as it is told. */
export async function backEnd(
  name: string,
  answer?: RequestListener,
): Promise<{ readonly url: string; readonly server: Server; readonly requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (answer !== undefined) answer(request, response);
    else response.end(`${name}\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, requests };
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, withinMs = 15_000) {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await delay(20);
  }
}

/** Starts the command on a configuration; `config` comes after the modules and the manager's location. */
export async function managedServer(
  config: string,
  furtherModules: readonly string[] = [],
): Promise<ManagedServer> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-manager-')));
  chmodSync(root, 0o755);
  const port = await freePort();
  const own = process.getuid?.() === 0 ? 'User "#65534"\nGroup "#65534"\n' : '';
  const loaded = [...modules, ...furtherModules]
    .map((name) => `LoadModule ${name}_module modules/mod_${name}.so\n`)
    .join('');
  writeFileSync(
    join(root, 'httpd.conf'),
    `ServerName localhost\n${loaded}Listen 127.0.0.1:${port}\n${own}PidFile httpd.pid\nDefaultRuntimeDir ${root}\nKeepAliveTimeout 60\nErrorLog error.log
<Location /balancer-manager>\nSetHandler balancer-manager\nRequire local\n</Location>\nProxyPass /balancer-manager !\n${config}\n`,
  );
  const manager = `http://127.0.0.1:${port}/balancer-manager`;
  let child: ChildProcess;
  const server: ManagedServer = {
    root,
    port,
    get process() {
      return child;
    },
    manager,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    async api(path, { method = 'GET', body } = {}) {
      const response = await fetch(`${manager}/api${path}`, {
        method,
        ...(method === 'GET' ? {} : { headers: { 'Content-Type': 'application/json' } }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, value: await response.json() };
    },
    async start() {
      child = spawn(launcher, ['-d', root, '-f', 'httpd.conf', '-DFOREGROUND'], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      await until(
        () =>
          child.exitCode !== null ||
          fetch(`${manager}/api`).then(
            ({ ok }) => ok,
            () => false,
          ),
        'the server',
        45_000,
      );
      if (child.exitCode !== null) throw new Error('the server did not start');
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
  await server.start();
  return server;
}

/** Stops a server and removes what it had. */
export async function removeServer(server: ManagedServer): Promise<void> {
  await server.stop();
  rmSync(server.root, { recursive: true, force: true });
}
