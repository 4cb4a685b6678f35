import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launcher } from '../cli/launcher.ts';
import { backEnd, type ManagedServer, managedServer, removeServer, until } from './manager-server.ts';

let server: ManagedServer | undefined;
const ends: { close(): void; closeAllConnections(): void }[] = [];

afterEach(async () => {
  if (server !== undefined) await removeServer(server);
  server = undefined;
  for (const end of ends.splice(0)) {
    end.closeAllConnections();
    end.close();
  }
});

/** Clients that ask again and again, and what they got. */
function clients(url: string, count = 4) {
  const answers: string[] = [];
  const failures: string[] = [];
  let going = true;
  const run = async () => {
    while (going) {
      try {
        const response = await fetch(url);
        const text = await response.text();
        if (response.status === 200) answers.push(text.trim());
        else failures.push(`${response.status}`);
      } catch (error) {
        failures.push(String((error as Error).cause ?? error));
      }
    }
  };
  const done = Promise.all(Array.from({ length: count }, run));
  return {
    answers,
    failures,
    async stop() {
      going = false;
      await done;
    },
  };
}

async function startA() {
  const slow: ServerResponse[] = [];
  const a = await backEnd('A', (request, response) => {
    if (request.url === '/slow') slow.push(response);
    else response.end('A\n');
  });
  ends.push(a.server);
  const endSlowly = () => {
    for (const response of slow) response.end('A, slowly\n');
  };
  return { ...a, endSlowly };
}

async function startB() {
  const b = await backEnd('B');
  ends.push(b.server);
  return b;
}

const config = (url: string) =>
  `<Proxy balancer://app>\nBalancerMember ${url}\nProxySet growth=5\n</Proxy>\nProxyPass / balancer://app/\n`;

describe('a back end is replaced by another without a request lost', () => {
  it('by the API: add B, drain A while a slow request runs, remove A', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    const traffic = clients(server.url('/x'));
    await until(() => traffic.answers.length > 20, 'traffic');
    const slow = fetch(server.url('/slow')).then((response) => response.text());
    await until(() => a.requests.includes('GET /slow'), 'the slow request');

    const b = await startB();
    const added = await server.api('/balancers/app/members', { method: 'POST', body: { url: b.url } });
    expect([added.status, added.value.name, added.value.usable]).toEqual([201, b.url, true]);
    await until(() => traffic.answers.includes('B'), 'B');

    const [member] = (await server.api('/balancers/app')).value.members;
    expect(member.name).toBe(a.url);
    const at = `/balancers/app/members/${member.id}`;
    const early = await server.api(at, { method: 'DELETE' });
    expect([early.status, early.value.error]).toEqual([409, expect.stringContaining('under way')]);
    const draining = server.api(`${at}/drain`, { method: 'POST', body: { waitSeconds: 20 } });
    await until(
      async () => (await server!.api('/balancers/app')).value.members[0].inFlight === 1,
      'only the slow request to be left',
    );
    a.endSlowly();
    const drained = await draining;
    expect(drained.value).toMatchObject({ drained: true, inFlight: 0 });
    expect(await slow).toBe('A, slowly\n');
    expect((await server.api(at, { method: 'DELETE' })).value).toEqual({ removed: a.url, inFlight: 0 });

    a.server.close();
    const before = traffic.answers.length;
    await until(() => traffic.answers.length > before + 40, 'more traffic');
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(new Set(traffic.answers.slice(before + 8))).toEqual(new Set(['B']));
    const { value } = await server.api('/differences');
    expect(
      value.differences.map(({ file, now }: { file: string | null; now: string | null }) => [file, now]),
    ).toEqual([
      [a.url, null],
      [null, b.url],
    ]);
  }, 60_000);

  it('by the form that scripts for Apache post', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    const traffic = clients(server.url('/x'));
    const b = await startB();
    const manager = server.manager;
    const xml = () =>
      fetch(`${manager}?xml=1`, { headers: { Referer: manager } }).then((response) => response.text());
    const nonce = /<httpd:nonce>([^<]+)/.exec(await xml())![1]!;
    const post = (fields: string) =>
      fetch(manager, {
        method: 'POST',
        headers: { Referer: manager, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `b=app&nonce=${nonce}&xml=1&${fields}`,
      });
    const slow = fetch(server.url('/slow')).then((response) => response.text());
    await until(() => a.requests.includes('GET /slow'), 'the slow request');

    expect((await post(`b_nwrkr=${b.url}&b_wyes=1`)).status).toBe(200);
    await post(`w=${b.url}&w_status_D=0`);
    await until(() => traffic.answers.includes('B'), 'B');
    await post(`w=${a.url}&w_status_N=1`);
    const busyOfA = async () => /<httpd:busy>(\d+)/.exec(await xml())![1];
    await until(async () => (await busyOfA()) === '1', 'only the slow request to be left');
    a.endSlowly();
    await until(async () => (await busyOfA()) === '0', 'A to be idle');
    expect(await slow).toBe('A, slowly\n');
    a.server.closeAllConnections();
    a.server.close();
    // Each of the clients may have an answer of A in its hands still.
    const later = traffic.answers.length + 4;
    await until(() => traffic.answers.length >= later + 20, 'answers after that');
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(new Set(traffic.answers.slice(later))).toEqual(new Set(['B']));
  }, 60_000);
});

/** What the program says of balancers of a server that runs or ran. */
function drift(root: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(launcher, ['drift', join(root, 'httpd.conf'), ...options], {
    encoding: 'latin1',
  });
  return { status, stdout, stderr };
}

/** Files that were kept below a folder, with what tells that they were written again. */
function keptIn(root: string) {
  return readdirSync(root, { recursive: true, encoding: 'latin1' })
    .filter((file) => file.includes('httpd-ts-balancer-'))
    .map((file) => ({ file, inode: statSync(join(root, file)).ino }));
}

describe('a back end is replaced by what a rewriting map says', () => {
  /** Begins a slow request on A, lets `moveOn` happen, and ends A when its request is done. */
  async function replace(configOf: (a: string) => string, moveOn: (b: string) => void): Promise<void> {
    const a = await startA();
    server = await managedServer(configOf(a.url), ['rewrite']);
    const traffic = clients(server.url('/x'));
    await until(() => traffic.answers.length > 20, 'traffic');
    const slow = fetch(server.url('/slow')).then((response) => response.text());
    await until(() => a.requests.includes('GET /slow'), 'the slow request');
    const b = await startB();
    moveOn(b.url);
    await until(() => traffic.answers.at(-1) === 'B', 'B');
    const ofA = a.requests.length;
    a.endSlowly();
    expect(await slow).toBe('A, slowly\n');
    expect(a.requests.length).toBe(ofA);
    a.server.closeAllConnections();
    a.server.close();
    const before = traffic.answers.length;
    await until(() => traffic.answers.length > before + 40, 'more traffic');
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(new Set(traffic.answers.slice(before))).toEqual(new Set(['B']));
    expect(b.requests).not.toContain('GET /slow');
  }

  /** Replaces a file in one step, as a monitoring program does. */
  function put(path: string, text: string, mode = 0o644): void {
    writeFileSync(`${path}.new`, text, { mode });
    renameSync(`${path}.new`, path);
  }

  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-map-')));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('by a text file', async () => {
    const map = join(folder, 'distribute.txt');
    await replace(
      (a) => {
        put(map, `app ${a}\n`);
        return `RewriteEngine On\nRewriteMap distribute "txt:${map}"\nRewriteCond %{REQUEST_URI} !^/balancer-manager\nRewriteRule ^(/.*) \${distribute:app}$1 [P]\n`;
      },
      (b) => put(map, `app ${b}\n`),
    );
  }, 60_000);

  it('by a program that is asked line by line', async () => {
    const state = join(folder, 'back-end');
    const program = join(folder, 'distribute.sh');
    put(program, `#!/bin/sh\nwhile read -r path; do read -r url < ${state}; echo "$url$path"; done\n`, 0o755);
    await replace(
      (a) => {
        put(state, `${a}\n`);
        return `RewriteEngine On\nRewriteMap distribute "prg:${program}"\nRewriteCond %{REQUEST_URI} !^/balancer-manager\nRewriteRule (.*) \${distribute:$1} [P]\n`;
      },
      (b) => put(state, `${b}\n`),
    );
  }, 60_000);
});

describe('changes at run time', () => {
  it('are shown by `httpd-ts drift` as far as they are kept', async () => {
    const a = await startA();
    const b = await startB();
    server = await managedServer(`BalancerPersist On\n${config(a.url)}`);
    expect(drift(server.root)).toEqual({
      ...{ status: 0, stderr: '' },
      stdout: 'Nothing differs from the files.\n',
    });
    await server.api('/balancers/app/members', { method: 'POST', body: { url: b.url } });
    await server.api('/balancers/app', { method: 'PATCH', body: { lbMethod: 'bybusyness' } });
    const [{ id }] = (await server.api('/balancers/app')).value.members;
    await server.api(`/balancers/app/members/${id}`, {
      method: 'PATCH',
      body: { disabled: true, route: 'x' },
    });
    const shown = drift(server.root);
    expect([shown.status, shown.stderr]).toEqual([1, '']);
    expect(shown.stdout.split('\n').sort()).toEqual(
      [
        '',
        'balancer://app: lbMethod byrequests -> bybusyness',
        `balancer://app ${b.url}: added`,
        `balancer://app ${a.url}: route (not set) -> x`,
        `balancer://app ${a.url}: disabled false -> true`,
      ].sort(),
    );
    const kept = keptIn(server.root);
    const { differences } = JSON.parse(drift(server.root, '--json').stdout);
    expect(kept).toHaveLength(1);
    expect(keptIn(server.root)).toEqual(kept);
    const { value } = await server.api('/differences');
    expect(differences).toEqual(value.differences);
  }, 60_000);

  it('are known to the running server alone without BalancerPersist', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    expect(drift(server.root).stdout).toContain('balancer://app: BalancerPersist is Off');
    expect(drift(join(server.root, 'missing')).status).toBe(2);
  }, 60_000);

  it('survive graceful reloads, and restarts with BalancerPersist', async () => {
    const a = await startA();
    const b = await startB();
    server = await managedServer(`BalancerPersist On\n${config(a.url)}`);
    await server.api('/balancers/app/members', {
      method: 'POST',
      body: { url: b.url, loadFactor: 3, route: 'b' },
    });
    await server.api('/balancers/app', { method: 'PATCH', body: { lbMethod: 'bybusyness', maxAttempts: 4 } });
    const state = async () => {
      const { lbMethod, maxAttempts, members } = (await server!.api('/balancers/app')).value;
      return [lbMethod, maxAttempts, members.map((one: any) => [one.name, one.loadFactor, one.route])];
    };
    const expected = [
      'bybusyness',
      4,
      [
        [a.url, 1, ''],
        [b.url, 3, 'b'],
      ],
    ];
    expect(await state()).toEqual(expected);
    server.process.kill('SIGUSR1');
    await delay(1500);
    expect(await state()).toEqual(expected);
    server.process.kill('SIGHUP');
    await delay(500);
    await until(
      () =>
        state().then(
          () => true,
          () => false,
        ),
      'the restart',
    );
    expect(await state()).toEqual(expected);
    await server.stop();
    await server.start();
    expect(await state()).toEqual(expected);
    const undone = await server.api('/balancers/app/undo', { method: 'POST' });
    expect(undone.status).toBe(409);
  }, 60_000);

  it('outlive serving processes: one that is killed, and one that another takes over from meanwhile', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    const supervisor = server.process.pid!;
    const serving = () =>
      readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'latin1').trim().split(' ');
    // A connection may end with the process that had accepted it.
    const ask = (path: string, options?: { method?: string; body?: unknown }) =>
      server!.api(path, options).catch(() => undefined);
    const names = async () => (await ask('/balancers/app'))?.value.members.map(({ name }: any) => name);

    // One that ends before all its threads have started is taken for a start that failed.
    const log = join(server.root, 'error.log');
    await until(() => readFileSync(log, 'latin1').includes('AH00094'), 'all threads');
    const [first] = serving();
    await server.api('/balancers/app/members', { method: 'POST', body: { url: 'http://127.0.0.1:7001' } });
    process.kill(Number(first), 'SIGKILL');
    await until(async () => serving()[0] !== first && (await names()) !== undefined, 'another process');
    expect(await names()).toEqual([a.url, 'http://127.0.0.1:7001']);

    const [second] = serving();
    server.process.kill('SIGHUP');
    await until(() => serving().length === 2 || serving()[0] !== second, 'the process that takes over');
    const add = { method: 'POST', body: { url: 'http://127.0.0.1:7002' } };
    await until(
      async () => [201, 409].includes((await ask('/balancers/app/members', add))?.status ?? 0),
      'C',
    );
    await until(async () => !serving().includes(second!) && (await names()) !== undefined, 'the restart');
    expect(await names()).toEqual([a.url, 'http://127.0.0.1:7001', 'http://127.0.0.1:7002']);
  }, 60_000);

  it('are taken back one by one', async () => {
    const a = await startA();
    server = await managedServer(config(a.url));
    const at = async () =>
      `/balancers/app/members/${(await server!.api('/balancers/app')).value.members[0].id}`;
    await server.api(await at(), { method: 'PATCH', body: { route: 'x' } });
    await server.api(await at(), { method: 'PATCH', body: { disabled: true } });
    const undo = async () => {
      const { value } = await server!.api('/balancers/app/undo', { method: 'POST' });
      const [{ disabled, route }] = value.balancer.members;
      return { disabled, route, left: value.balancer.differences.length };
    };
    expect(await undo()).toEqual({ disabled: false, route: 'x', left: 1 });
    expect(await undo()).toEqual({ disabled: false, route: '', left: 0 });
  }, 60_000);
});
