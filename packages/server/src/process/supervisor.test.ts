import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../trial/free-port.ts';

const starter = fileURLToPath(new URL('../trial/start.ts', import.meta.url));
// Every server of these tests is a process that would compile the same sources again.
process.env.NODE_COMPILE_CACHE = mkdtempSync(join(tmpdir(), 'httpd-ts-compile-cache-'));
afterAll(() => rmSync(process.env.NODE_COMPILE_CACHE!, { recursive: true }));
const isRoot = process.getuid?.() === 0;

/** A server in processes of its own, on a folder of its own. */
interface Running {
  readonly root: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  stderr(): string;
  configure(more: string, ports?: readonly number[]): void;
  log(name: string): string;
}

const running: Running[] = [];
/** Servers that several tests use one after the other. */
const shared: Running[] = [];

async function end(servers: Running[]): Promise<void> {
  for (const server of servers.splice(0)) {
    if (server.process.exitCode === null) server.process.kill('SIGTERM');
    await server.exited;
    rmSync(server.root, { recursive: true });
  }
}

afterEach(() => end(running));
afterAll(() => end(shared));

async function start(
  more = '',
  { threads = 2, ports }: { threads?: number; ports?: readonly number[] } = {},
): Promise<Running> {
  const root = mkdtempSync(join(tmpdir(), 'httpd-ts-supervisor-'));
  chmodSync(root, 0o755);
  const port = ports?.[0] ?? (await freePort());
  const configure = (lines: string, listen: readonly number[] = ports ?? [port]) => {
    const asRoot = isRoot ? 'User "#65534"\nGroup "#65534"\n' : '';
    const sockets = listen.map((one) => `Listen 127.0.0.1:${one}\n`).join('');
    const fresh = join(root, 'fresh.conf');
    writeFileSync(
      fresh,
      `${sockets}${asRoot}PidFile httpd.pid\nErrorLog error.log\nTrialLog access.log\n${lines}\n`,
    );
    renameSync(fresh, join(root, 'httpd.conf'));
  };
  configure(more);
  const child = spawn(process.execPath, [starter, root, String(threads), 'foreground'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('latin1').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const log = (name: string) =>
    existsSync(join(root, name)) ? readFileSync(join(root, name), 'latin1') : '';
  const server = { root, port, process: child, exited, configure, log, stderr: () => stderr };
  running.push(server);
  return server;
}

vi.setConfig({ testTimeout: 120_000 });

async function until(done: () => boolean | Promise<boolean>, what: string, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await delay(10);
  }
}

async function ready(server: Running): Promise<void> {
  await until(() => {
    if (server.process.exitCode !== null)
      throw new Error(`the server ended: ${server.stderr()}${server.log('error.log')}`);
    return server.log('error.log').includes('AH00489');
  }, 'the server');
}

/** A server for all tests of the group, each of which leaves it serving. */
function sharedServer(more: string, threads = 2): Running {
  let server: Running;
  beforeAll(async () => {
    server = await start(more, { threads });
    shared.push(...running.splice(0));
    await ready(server);
  }, 120_000);
  return new Proxy({} as Running, { get: (_target, name: keyof Running) => server[name] });
}

/** What a log says from now on. */
function logFromNow(server: Running, name = 'error.log'): () => string {
  const before = server.log(name).length;
  return () => server.log(name).slice(before);
}

const times = (text: string, word: string) => text.split(word).length - 1;

/** The body of the answer on a connection of its own. */
async function get(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).text();
}

/** The same from a server on which a process may still be taking another's place, which ends connections. */
async function getSettled(port: number, path: string): Promise<string> {
  let text = '';
  await until(async () => {
    text = await get(port, path).catch(() => '');
    return text !== '';
  }, `an answer to ${path}`);
  return text;
}

/** What both of two paths give on one connection, which is one thread's. */
function askTogether(port: number, first: string, second: string): Promise<string[]> {
  return new Promise((resolve) => {
    const lines = 'HTTP/1.1\r\nHost: x\r\n';
    const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.on('error', () => {});
    socket.on('close', () =>
      resolve([...received.matchAll(/\r\n\r\n([^\r\n]*?)(?=HTTP\/1|$)/g)].map(([, body = '']) => body)),
    );
    socket.write(`GET ${first} ${lines}\r\nGET ${second} ${lines}Connection: close\r\n\r\n`);
  });
}

/** Puts a text in force, on both threads. */
async function putInForce(server: Running, text: string): Promise<void> {
  server.configure(`TrialText ${text}`);
  server.process.kill('SIGUSR1');
  const seen = new Set<string>();
  await until(async () => {
    const [thread = '', served] = await askTogether(server.port, '/thread', '/text');
    return served === text && seen.add(thread).size === 2;
  }, `${text} on both threads`);
}

/** A client that keeps one connection and asks again and again; counts what it gets. */
function keepAsking(
  port: number,
  path: string,
): { answers: string[]; failures: string[]; stop(): Promise<void> } {
  const answers: string[] = [];
  const failures: string[] = [];
  let stopping = false;
  const run = async () => {
    while (!stopping) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        const text = await response.text();
        if (response.status === 200) answers.push(text);
        else failures.push(String(response.status));
      } catch (error) {
        failures.push(String((error as Error).cause ?? error));
      }
    }
  };
  const ended = Promise.all([run(), run(), run(), run()]);
  return {
    answers,
    failures,
    async stop() {
      stopping = true;
      await ended;
    },
  };
}

describe('start', () => {
  const shared = sharedServer('');

  it('serves on several threads, writes the pid file and says so', async () => {
    const server = shared;
    expect(server.log('httpd.pid')).toBe(`${server.process.pid}\n`);
    const line = `AH00094: Command line: 'httpd -d ${server.root}'`;
    await until(() => server.log('error.log').includes(line), 'the line behind AH00489');
    const seen = new Set<string>();
    await until(async () => seen.add(await get(server.port, '/thread')).size === 2, 'both threads');
    expect([...seen].toSorted()).toEqual(['0 of 2', '1 of 2']);
  });

  it('gives up its privileges for serving', async () => {
    const server = shared;
    const [pid, uid, groups] = (await get(server.port, '/process')).split(' ');
    expect(Number(pid)).not.toBe(server.process.pid);
    expect(Number(uid)).toBe(isRoot ? 65_534 : process.getuid?.());
    if (isRoot) expect(groups).toBe('65534');
  });

  it('refuses an address that is taken, in words of httpd', async () => {
    const second = await start('', { ports: [shared.port] });
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toBe(
      `(98)Address already in use: AH00072: make_sock: could not bind to address 127.0.0.1:${shared.port}\n` +
        'no listening sockets available, shutting down\nAH00015: Unable to open logs\n',
    );
  });

  it('refuses a wrong configuration', async () => {
    const server = await start('Nonsense');
    expect(await server.exited).toBe(1);
    expect(server.stderr()).toMatch(
      /^AH00526: Syntax error on line \d+ of .*httpd\.conf:\nInvalid command 'Nonsense'/,
    );
  });

  it('refuses logs that cannot be opened', async () => {
    const server = await start('ErrorLog /nonexistent/error.log');
    expect(await server.exited).toBe(1);
    expect(server.stderr()).toBe(
      '(2)No such file or directory: AH00091: httpd: could not open error log file /nonexistent/error.log.\nAH00015: Unable to open logs\n',
    );
  });

  it('refuses what the worker threads cannot use', async () => {
    const server = await start('TrialThreadsOnly "cannot be read here"');
    expect(await server.exited).toBe(1);
    expect(server.stderr()).toContain('cannot be read here');
    expect(server.log('httpd.pid')).toBe('');
  });

  it('goes to the background and returns when it serves', async () => {
    const server = await start('Nonsense');
    await server.exited;
    server.configure('');
    const launched = spawnSync(process.execPath, [starter, server.root, '1'], {
      timeout: 60_000,
    });
    expect(launched.stderr.toString()).toBe('');
    expect(launched.status).toBe(0);
    expect(await get(server.port, '/text')).toBe('hello');
    const pid = Number(server.log('httpd.pid'));
    const again = spawnSync(process.execPath, [starter, server.root, '1'], {
      timeout: 60_000,
    });
    expect(again.stdout.toString()).toBe(`httpd (pid ${pid}) already running\n`);
    expect(again.status).toBe(0);
    process.kill(pid, 'SIGTERM');
    await until(() => server.log('httpd.pid') === '', 'the pid file to be removed');
  });

  it('returns 1 from the background when the configuration is wrong', async () => {
    const server = await start('Nonsense');
    await server.exited;
    const launched = spawnSync(process.execPath, [starter, server.root, '1'], {
      timeout: 60_000,
    });
    expect(launched.status).toBe(1);
    expect(launched.stderr.toString()).toContain("Invalid command 'Nonsense'");
  });
});

describe('stop', () => {
  it('ends on SIGTERM', async () => {
    const server = await start();
    await ready(server);
    await get(server.port, '/text');
    server.process.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(server.log('httpd.pid')).toBe('');
    expect(server.log('error.log')).toContain('AH00491: caught SIGTERM, shutting down');
    expect(server.log('access.log')).toContain('GET /text HTTP/1.1 200');
  });

  it('lets requests end on SIGWINCH', async () => {
    const server = await start();
    await ready(server);
    const slow = get(server.port, '/slow/600');
    await delay(100);
    server.process.kill('SIGWINCH');
    await delay(150);
    await expect(get(server.port, '/text')).rejects.toThrow();
    expect(await slow).toBe('slow');
    expect(await server.exited).toBe(0);
    expect(server.log('error.log')).toContain('AH00492: caught SIGWINCH, shutting down gracefully');
  });

  it('does not wait longer than GracefulShutdownTimeout', async () => {
    const server = await start('GracefulShutdownTimeout 1');
    await ready(server);
    const slow = get(server.port, '/slow/9000').catch(() => 'cut off');
    await delay(100);
    server.process.kill('SIGWINCH');
    expect(await server.exited).toBe(0);
    expect(await slow).toBe('cut off');
  });
});

describe('reload', () => {
  const server = sharedServer('TrialText first');

  it('puts a new configuration in force without losing a request', async () => {
    await putInForce(server, '0');
    const said = logFromNow(server);
    const client = keepAsking(server.port, '/text');
    for (let round = 1; round <= 5; round++) {
      server.configure(`TrialText ${round}`);
      server.process.kill('SIGUSR1');
      await until(() => client.answers.at(-1) === String(round), `configuration ${round}`);
    }
    await client.stop();
    expect(client.failures).toEqual([]);
    expect(client.answers.length).toBeGreaterThan(20);
    expect(times(said(), 'AH00493')).toBe(5);
  }, 120_000);

  it('keeps the connection and the request in flight', async () => {
    await putInForce(server, 'old');
    const said = logFromNow(server);
    const socket = net.connect(server.port, '127.0.0.1').setEncoding('latin1');
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.write('GET /slow/400 HTTP/1.1\r\nHost: x\r\n\r\n');
    await delay(50);
    server.configure('TrialText new');
    server.process.kill('SIGUSR1');
    await until(() => said().includes('AH00489'), 'the reload');
    await until(() => received.endsWith('slow'), 'the answer');
    await until(async () => (await get(server.port, '/text')) === 'new', 'the new configuration');
    socket.write('GET /text HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => received.endsWith('new'), 'the second answer on the same connection');
    socket.destroy();
  });

  it('changes nothing when there is an error, and says so', async () => {
    await putInForce(server, 'old');
    const said = logFromNow(server);
    server.configure('Nonsense');
    server.process.kill('SIGUSR1');
    await until(() => said().includes('the configuration stays as it was'), 'the refusal');
    expect(said()).toContain("Invalid command 'Nonsense'");
    expect(await get(server.port, '/text')).toBe('old');
  });

  it('changes nothing when only the worker threads find an error', async () => {
    await putInForce(server, 'old');
    const said = logFromNow(server);
    server.configure('TrialText new\nTrialThreadsOnly "cannot be read here"');
    server.process.kill('SIGUSR1');
    await until(() => said().includes('the configuration stays as it was'), 'the refusal');
    expect(said()).toMatch(/cannot be read here \(in a worker thread\)/);
    expect(await get(server.port, '/text')).toBe('old');
    server.configure('TrialText newest');
    server.process.kill('SIGUSR1');
    await until(async () => (await get(server.port, '/text')) === 'newest', 'the next configuration');
  });

  it('adds and drops listeners without losing a request, and keeps shared memory', async () => {
    const other = await freePort();
    const count = Number(await get(server.port, '/count'));
    const client = keepAsking(server.port, '/text');
    server.configure('', [server.port, other]);
    server.process.kill('SIGUSR1');
    await until(async () => (await get(other, '/text').catch(() => '')) === 'hello', 'the added listener');
    expect(await get(other, '/count')).toBe(String(count + 1));
    server.configure('', [server.port]);
    server.process.kill('SIGUSR1');
    await until(
      () =>
        get(other, '/text').then(
          () => false,
          () => true,
        ),
      'the dropped listener to be closed',
    );
    await client.stop();
    expect(client.failures).toEqual([]);
    expect(await get(server.port, '/count')).toBe(String(count + 2));
  }, 120_000);

  it('changes nothing when a process for other listeners cannot be started', async () => {
    await putInForce(server, 'old');
    const said = logFromNow(server);
    const other = await freePort();
    server.configure('TrialThreadsOnly "cannot be read here"', [server.port, other]);
    server.process.kill('SIGUSR1');
    await until(() => said().includes('the configuration stays as it was'), 'the refusal');
    expect(await get(server.port, '/text')).toBe('old');
    await expect(get(other, '/text')).rejects.toThrow();
    server.configure('TrialText new', [server.port, other]);
    server.process.kill('SIGUSR1');
    await until(async () => (await get(other, '/text').catch(() => '')) === 'new', 'the next configuration');
  });

  it('opens the log files anew', async () => {
    await get(server.port, '/text');
    await until(() => server.log('access.log') !== '', 'the first line');
    renameSync(join(server.root, 'access.log'), join(server.root, 'access.log.1'));
    await get(server.port, '/text?still-the-old-file');
    await until(
      () => server.log('access.log.1').includes('still-the-old-file'),
      'a line in the renamed file',
    );
    server.process.kill('SIGUSR1');
    await until(() => existsSync(join(server.root, 'access.log')), 'the new file');
    await get(server.port, '/text?new');
    await until(() => server.log('access.log').includes('/text?new'), 'a line in the new file');
  });

  it('restarts on SIGHUP', async () => {
    const said = logFromNow(server);
    const before = (await getSettled(server.port, '/process')).split(' ')[0];
    server.configure('TrialText new');
    server.process.kill('SIGHUP');
    await until(
      async () => (await get(server.port, '/text').catch(() => '')) === 'new',
      'the new configuration',
    );
    // A connection that the old process had accepted may be answered by it yet.
    await until(
      async () => ![before, ''].includes((await get(server.port, '/process').catch(() => '')).split(' ')[0]),
      'the new process',
    );
    expect(said()).toContain('AH00494: SIGHUP received.  Attempting to restart');
  });

  it('takes the next restart while the process of the first is being started', async () => {
    const said = logFromNow(server);
    const before = (await getSettled(server.port, '/process')).split(' ')[0];
    for (const [i, signal] of (['SIGHUP', 'SIGHUP', 'SIGUSR1'] as const).entries()) {
      server.configure(`TrialText ${i}`);
      server.process.kill(signal);
      await until(
        async () => (await get(server.port, '/text').catch(() => '')) === String(i),
        `restart ${i}`,
      );
    }
    await until(
      async () => ![before, ''].includes((await get(server.port, '/process').catch(() => '')).split(' ')[0]),
      'the new process',
    );
    expect(await getSettled(server.port, '/text')).toBe('2');
    expect(times(said(), 'AH00494')).toBe(2);
    expect(said()).not.toContain('stays as it was');
  });

  it('goes on from a restart with what only the worker threads refuse, by the next one', async () => {
    const said = logFromNow(server);
    const before = (await getSettled(server.port, '/process')).split(' ')[0];
    server.configure('TrialText bad\nTrialThreadsOnly "cannot be read here"');
    server.process.kill('SIGHUP');
    await until(() => said().includes('the configuration stays as it was'), 'the refusal');
    server.configure('TrialText new');
    server.process.kill('SIGHUP');
    await until(async () => (await get(server.port, '/text').catch(() => '')) === 'new', 'the next one');
    await until(
      async () => ![before, ''].includes((await get(server.port, '/process').catch(() => '')).split(' ')[0]),
      'the new process',
    );
    expect(await getSettled(server.port, '/text')).toBe('new');
  });
});

describe('accidents', () => {
  const server = sharedServer('');

  it('replaces a thread that dies', async () => {
    const said = logFromNow(server);
    const before = (await get(server.port, '/process')).split(' ')[0];
    expect(await get(server.port, '/die')).toBe('dying');
    await until(() => said().includes('ended and was replaced'), 'the replacement');
    const seen = new Set<string>();
    await until(
      async () =>
        seen.add(await get(server.port, '/thread').catch(() => '?')).size >= 2 &&
        seen.has('0 of 2') &&
        seen.has('1 of 2'),
      'both threads',
    );
    expect((await get(server.port, '/process')).split(' ')[0]).toBe(before);
  });

  it('starts the serving process again when it dies', async () => {
    const said = logFromNow(server);
    const pid = Number((await get(server.port, '/process')).split(' ')[0]);
    process.kill(pid, 'SIGKILL');
    await until(() => said().includes(`AH00052: child pid ${pid} exit signal SIGKILL`), 'the notice');
    await until(async () => (await get(server.port, '/text').catch(() => '')) === 'hello', 'the new process');
  });

  it('replaces the serving process once it has no spare sockets', async () => {
    const said = logFromNow(server);
    const process = async () => (await get(server.port, '/process').catch(() => '')).split(' ')[0];
    const before = await process();
    for (let i = 1; i <= 5; i++) {
      await get(server.port, '/die').catch(() => '');
      await until(() => times(said(), 'worker thread') >= i, `death ${i}`);
    }
    await until(async () => !['', before].includes(await process()), 'another process');
  });
});

describe('threads', () => {
  const server = sharedServer('', 3);

  it('share memory and locks', async () => {
    await Promise.all(Array.from({ length: 12 }, () => get(server.port, '/careful/2000')));
    expect(await get(server.port, '/careful/0')).toBe('24000');
  });

  it('report what they do', async () => {
    const slow = get(server.port, '/slow/500');
    await delay(100);
    const report = JSON.parse(await get(server.port, '/status')) as {
      thread: number;
      connections: { state: string; requestLine: string }[];
    }[];
    expect(report.map(({ thread }) => thread)).toEqual([0, 1, 2]);
    const working = report.flatMap(({ connections }) => connections).filter(({ state }) => state === 'W');
    expect(working.length).toBe(2);
    await slow;
  });
});

const canUnshare = isRoot && spawnSync('unshare', ['-n', '-m', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

describe('as root on port 80', () => {
  it.skipIf(!canUnshare)(
    'replaces a thread, adds a listener and rotates logs while it serves as another user',
    () => {
      const driver = fileURLToPath(new URL('../trial/as-root.ts', import.meta.url));
      const script = 'ip link set lo up && exec "$0" "$1"';
      const run = spawnSync('unshare', ['-n', '-m', 'sh', '-c', script, process.execPath, driver], {
        timeout: 110_000,
      });
      expect(run.stderr.toString()).toBe('');
      expect(JSON.parse(run.stdout.toString())).toEqual({
        ...{ user: '65534', failures: [], hasAnswers: true },
        secrets: ['first', 'first'],
      });
    },
    120_000,
  );
});
