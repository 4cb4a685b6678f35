import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { launcher } from '../cli/launcher.ts';
import {
  argumentsOf,
  type DiagnosticCase,
  diagnosticGroups,
  layOutCase,
  maskOutput,
} from './diagnostic-case.ts';

const cases = [...diagnosticGroups().values()].flat().filter(({ start }) => start !== undefined);

/** The directive at which httpd-ts refuses to start, where it does not do yet what Apache goes on with. */
const unsupported: Readonly<Record<string, string>> = {
  'start-davlockdb': 'DAVLockDB',
};

/** Modules of which Apache logs something while it starts, and which are declared only. */
const silentModules = /^\[@TIME@\] \[(?:lbmethod_heartbeat|cgid|mime_magic):|AH01873: /;

interface Started {
  /** Null where it ran until it was told to end. */
  readonly exit: number | null;
  readonly stderr: string;
  readonly errorLog: string;
}

/** Starts httpd-ts in the foreground on a port of its own, and ends it when it runs. */
async function start(one: DiagnosticCase): Promise<Started> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-start-')));
  const [free, busy] = [await takenPort(), await takenPort()];
  try {
    chmodSync(root, 0o755);
    layOutCase(one, root);
    const { port } = free.address() as AddressInfo;
    const { port: busyPort } = busy.address() as AddressInfo;
    for (const name of ['test.conf', `preamble/${one.preamble ?? 'all'}.conf`]) {
      const text = readFileSync(join(root, name), 'latin1');
      writeFileSync(
        join(root, name),
        text.replaceAll('8099', `${port}`).replaceAll('8098', `${busyPort}`),
        'latin1',
      );
    }
    await closed(free);
    const child = spawn(launcher, argumentsOf({ ...one, args: ['-D', 'FOREGROUND'] }, root), {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', LANG: 'C', HTTPD_TS_ALLOW_UNSUPPORTED: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('latin1').on('data', (text: string) => {
      stderr += text;
    });
    const log = () =>
      existsSync(join(root, 'logs/error_log')) ? readFileSync(join(root, 'logs/error_log'), 'latin1') : '';
    const exit = await endOf(child, () => log().includes('AH00094'));
    const masked = (text: string) =>
      maskOutput(text, root).replaceAll(`:${port}`, ':8099').replaceAll(`:${busyPort}`, ':8098');
    return { exit, stderr: masked(stderr), errorLog: masked(log()) };
  } finally {
    await closed(busy);
    rmSync(root, { recursive: true, force: true });
  }
}

async function takenPort(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

const closed = (server: Server) => new Promise((resolve) => server.close(resolve));

/** How a process ends; null when it ran and was told to. */
async function endOf(child: ChildProcess, isRunning: () => boolean): Promise<number | null> {
  let code: number | null | undefined;
  const ended = new Promise<void>((resolve) =>
    child.once('close', (exit) => {
      code = exit;
      resolve();
    }),
  );
  while (code === undefined && !isRunning()) await sleep(50);
  if (code !== undefined) return code;
  child.kill('SIGTERM');
  await ended;
  return null;
}

/** What was said, wherever, but for the words of a library of another version: Apache writes to its log what httpd-ts, which opens logs last, prints. */
const linesOf = ({ stderr, errorLog }: { readonly stderr: string; readonly errorLog?: string | undefined }) =>
  `${stderr}${errorLog ?? ''}`
    .split('\n')
    .filter(
      (line) =>
        line !== '' &&
        !silentModules.test(line) &&
        !/SSL Library Error:/.test(line) &&
        !line.includes('not supported by httpd-ts'),
    )
    .map((line) =>
      line
        .replace(/^\[@TIME@\] \[\w*:\w+\] \[pid @PID@:tid @TID@\] /, '')
        .replace(/(?<=AH\d+: )(?:httpd-ts|apache2): /, '')
        .replace(/(?<=\.pid)\.\w{6}$/, ''),
    )
    .sort();

describe('a start in the foreground comes to what it comes to with Apache', () => {
  it.concurrent.each(cases.map((one) => [one.id, one] as const))(
    '%s',
    async (id, one) => {
      const started = await start(one);
      const refused = unsupported[id];
      if (refused !== undefined) {
        expect(started.exit).toBe(1);
        expect(started.stderr).toContain(`${refused} (`);
        expect(started.stderr).toContain('is not supported by httpd-ts yet');
        return;
      }
      expect(started.exit).toBe(one.start!.exit);
      // What runs says which version runs and how it was called; that is compared elsewhere.
      if (started.exit !== null) expect(linesOf(started)).toEqual(linesOf(one.start!));
    },
    120_000,
  );
});
