/**
 * Gives the same random `.htaccess` files to a running Apache and to httpd-ts and counts where one refuses what the
 * other takes, or for another reason.
 *
 * `node test/fuzz/verdicts/htaccess.ts [--seed N] [--cases N] [--show N] [--only NAME]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { freePort } from '../../../packages/server/src/trial/free-port.ts';
import { openSite } from '../../diagnostics/ask-htaccess.ts';
import { layOutCase, maskOutput } from '../../diagnostics/diagnostic-case.ts';
import { type HtaccessCase, htaccessCases } from './generate.ts';
import { valuePool } from './value-pool.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    cases: { type: 'string', default: '2000' },
    show: { type: 'string', default: '20' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

/** Lays a folder out for each case, named by its number. */
function layOut(cases: readonly HtaccessCase[]): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'v-')));
  chmodSync(root, 0o755);
  const sections = cases.map(
    ({ allowOverride }, index) =>
      `<Directory @ROOT@/htdocs/d${index}>\nAllowOverride ${allowOverride}\nRequire all granted\n</Directory>\n`,
  );
  layOutCase({ id: '', config: sections.join(''), exit: 0, stderr: '' }, root);
  cases.forEach(({ htaccess }, index) => {
    const folder = join(root, `htdocs/d${index}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'x.txt'), 'x\n');
    writeFileSync(join(folder, '.htaccess'), htaccess, 'latin1');
  });
  return root;
}

async function startApache(root: string, port: number): Promise<ChildProcess> {
  const preamble = readFileSync(join(root, 'preamble/all.conf'), 'latin1');
  writeFileSync(join(root, 'preamble/live.conf'), preamble.replace('127.0.0.1:8099', `127.0.0.1:${port}`));
  const child = spawn(
    '/usr/sbin/apache2',
    [
      '-d',
      root,
      '-C',
      `Include ${root}/preamble/live.conf`,
      '-f',
      join(root, 'test.conf'),
      '-D',
      'FOREGROUND',
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env.PATH ?? '', LANG: 'C' } },
  );
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await new Promise((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    );
    socket.destroy();
    if (isUp) return child;
    await sleep(50);
  }
  throw new Error('apache2 does not start');
}

const agent = new Agent({ keepAlive: false });
const fetchOnce = (port: number, path: string) =>
  new Promise<number | undefined>((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path, agent, timeout: 5000, headers: { Host: 'localhost' } },
      (response) => {
        response.resume().on('close', () => resolve(response.statusCode));
      },
    );
    request.on('error', () => resolve(undefined)).on('timeout', () => request.destroy());
  });

/** What Apache says of each case that it refuses; undefined where it died of it. */
async function askApache(root: string, count: number): Promise<(string | undefined)[]> {
  const port = await freePort();
  const child = await startApache(root, port);
  const statuses: (number | undefined)[] = [];
  try {
    for (let index = 0; index < count; index += 1) statuses.push(await fetchOnce(port, `/d${index}/x.txt`));
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
  }
  const said = new Map<number, string>();
  const log = readFileSync(join(root, 'logs/error_log'), 'latin1');
  for (const [, index, text] of log.matchAll(/\[core:alert\].*?\/htdocs\/d(\d+)\/\.htaccess: (.*)/g)) {
    if (!said.has(Number(index))) said.set(Number(index), text!);
  }
  return statuses.map((status, index) => (status === undefined ? undefined : (said.get(index) ?? '')));
}

async function askHere(root: string, count: number): Promise<string[]> {
  const ask = openSite(root);
  const answers: string[] = [];
  for (let index = 0; index < count; index += 1) {
    try {
      const { entries } = await ask(`/d${index}/x.txt`);
      const alert = entries.find(
        ({ level, message }) => level === 'alert' && message.includes('/.htaccess: '),
      );
      answers.push(
        alert?.message.replace(/^.*?\/\.htaccess: /s, '').replace(/[^\x20-\x7e]|\\/g, escaped) ?? '',
      );
    } catch (error) {
      answers.push(`thrown: ${(error as Error).stack}`);
    }
  }
  return answers;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\v': '\\v',
  '\f': '\\f',
  '\b': '\\b',
};
const escaped = (char: string) => escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

const { directives, values: seen } = valuePool();
const chosen = values.only === undefined ? directives : directives.filter(({ name }) => name === values.only);
const sample = fc.sample(htaccessCases(chosen, seen), { seed, numRuns: Number(values.cases) });
const kinds = new Set<string>();
const counts = { refused: 0, differ: 0, died: 0 };
const batch = 500;
for (let at = 0; at < sample.length; at += batch) {
  const part = sample.slice(at, at + batch);
  const root = layOut(part);
  const apache = await askApache(root, part.length);
  const own = await askHere(root, part.length);
  part.forEach(({ allowOverride, htaccess }, index) => {
    const said = apache[index];
    if (said === undefined) {
      counts.died += 1;
      return;
    }
    if (said !== '') counts.refused += 1;
    const [theirs, ours] = [said, own[index]!].map((text) => maskOutput(text, root));
    if (theirs === ours) return;
    counts.differ += 1;
    const kind = `${theirs} ${ours}`.replace(/'[^']*'|\d+/g, '').slice(0, 120);
    if (kinds.has(kind) || kinds.size >= Number(values.show)) return;
    kinds.add(kind);
    console.log(
      `## AllowOverride ${allowOverride}\n${htaccess}-- Apache:   ${theirs}\n-- httpd-ts: ${ours}\n`,
    );
  });
  rmSync(root, { recursive: true, force: true });
}
console.log(`${sample.length} files with seed ${seed}: ${JSON.stringify(counts)}`);
process.exitCode = counts.differ > 0 ? 1 : 0;
