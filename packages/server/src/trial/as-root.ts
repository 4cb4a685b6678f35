import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// Run by root in a network of its own: a server on port 80 with logs where only root may write. Only root may read a file that a directive names, too. Prints what happened.

const root = mkdtempSync(join(tmpdir(), 'httpd-ts-root-'));
chmodSync(root, 0o755);
mkdirSync(join(root, 'logs'), { mode: 0o700 });
mkdirSync(join(root, 'private'), { mode: 0o700 });
const secretFile = join(root, 'private/key');
writeFileSync(secretFile, 'first', { mode: 0o600 });

function configure(...ports: number[]): void {
  const sockets = ports.map((port) => `Listen 127.0.0.1:${port}\n`).join('');
  const rest =
    'User "#65534"\nGroup "#65534"\nPidFile logs/httpd.pid\nErrorLog logs/error.log\nTrialLog logs/access.log\n';
  writeFileSync(join(root, 'httpd.conf'), `${sockets}${rest}TrialSecretFile ${secretFile}\n`);
}

const log = (name: string): string => {
  try {
    return readFileSync(join(root, 'logs', name), 'latin1');
  } catch {
    return '';
  }
};

async function until(done: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}: ${log('error.log')}`);
    await delay(10);
  }
}

const get = async (port: number, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).text();

configure(80);
const starter = fileURLToPath(new URL('./start.ts', import.meta.url));
const server = spawn(process.execPath, [starter, root, '2', 'foreground'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = new Promise<number | null>((resolve) => server.on('exit', resolve));
try {
  await until(() => log('error.log').includes('AH00489'), 'the server');
  const [, user] = (await get(80, '/process')).split(' ');
  const secrets = [await get(80, '/secret')];
  await get(80, '/die');
  await until(() => log('error.log').includes('ended and was replaced'), 'the replacement');
  const threads = new Set<string>();
  await until(
    async () => threads.add(await get(80, '/thread').catch(() => '')).has('0 of 2') && threads.has('1 of 2'),
    'threads',
  );

  const failures: string[] = [];
  let answers = 0;
  let stopping = false;
  const traffic = async () => {
    while (!stopping) {
      try {
        if ((await (await fetch('http://127.0.0.1:80/text')).text()) === 'hello') answers++;
      } catch (error) {
        failures.push(String((error as Error).cause));
      }
    }
  };
  const clients = [traffic(), traffic(), traffic()];
  secrets.push(await get(80, '/secret'));
  writeFileSync(secretFile, 'second');
  configure(80, 81);
  server.kill('SIGUSR1');
  await until(async () => (await get(81, '/text').catch(() => '')) === 'hello', 'the added listener');
  renameSync(join(root, 'logs/access.log'), join(root, 'logs/access.log.1'));
  server.kill('SIGUSR1');
  await until(() => log('access.log') !== '', 'the new log');
  // A connection that the old process had accepted may be answered by it yet.
  await until(async () => (await get(80, '/secret')) === 'second', 'the new secret');
  stopping = true;
  await Promise.all(clients);
  process.stdout.write(JSON.stringify({ user, secrets, failures, hasAnswers: answers > 0 }));
} finally {
  server.kill('SIGTERM');
  await ended;
  rmSync(root, { recursive: true });
}
