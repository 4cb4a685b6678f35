import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from './case.ts';
import { machineName } from './hosts.ts';
import { ownFolders } from './lay-out.ts';

const inside = 'HTTPD_TS_ORACLE_NAMESPACE';

/** Whether this process runs in the namespace where host names, ports and paths are the case's own. */
export function isInNamespace(): boolean {
  return process.env[inside] === '1';
}

/** Whether namespaces can be made here: Linux, as root, with `unshare`. */
export function canEnterNamespace(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-n', '-m', 'true']).status === 0;
}

const isolation = ['--mount', '--net', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc'];
const environment = () => ({ ...process.env, [inside]: '1' });

/** Runs this program again in a mount, network, name and process namespace of its own. */
export function runInNamespace(script: string, args: readonly string[]) {
  return spawnSync('unshare', [...isolation, process.execPath, script, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment(),
  });
}

/** Runs a program beside others, each in namespaces of its own, and gives what it says. */
export function askInNamespace(
  script: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', [...isolation, process.execPath, script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: environment(),
    });
    let said = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, said }));
  });
}

/** Hides the machine's own Apache directories and brings the loopback up. */
export function furnishNamespace(): void {
  run('mount', '--make-rprivate', '/');
  run('ip', 'link', 'set', 'lo', 'up');
  run('hostname', machineName);
  for (const folder of ownFolders) {
    run('mkdir', '-p', folder);
    run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder);
  }
  mountFile('/etc/resolv.conf');
  mountFile('/etc/hosts');
}

/** Gives the names and client addresses of a case to the namespace. */
export function furnishForCase({ hosts, exchanges }: Case): void {
  const lines = Object.entries(hosts).map(([name, address]) => `${address} ${name}\n`);
  writeFileSync('/etc/hosts', lines.join(''));
  for (const address of new Set(exchanges.map(({ from }) => from))) {
    if (!address.startsWith('127.')) run('ip', 'address', 'replace', `${address}/32`, 'dev', 'lo');
  }
}

/** Puts an empty file over one of the system's. */
function mountFile(path: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  const source = join(folder, 'file');
  writeFileSync(source, '', { mode: 0o644 });
  run('mount', '--bind', source, path);
  rmSync(folder, { recursive: true });
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
