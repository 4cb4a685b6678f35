import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { latin1 } from '../output.ts';
import { evaluateEnvvars } from './evaluate-envvars.ts';

/** The environment a configuration is read with, as latin1 text. */
export interface TreeEnvironment {
  readonly environment: ReadonlyMap<string, string>;
  /** What the script has that was not evaluated, as `file:line: text`. */
  readonly notes: readonly string[];
  /** Directories that apachectl would make before it starts the server. */
  readonly runtimeDirectories: readonly string[];
}

const expectedVariables = [
  'APACHE_RUN_USER',
  'APACHE_RUN_GROUP',
  'APACHE_PID_FILE',
  'APACHE_RUN_DIR',
  'APACHE_LOCK_DIR',
  'APACHE_LOG_DIR',
];

/** The variables of this process. */
export function ownEnvironment(): Map<string, string> {
  return new Map(Object.entries(process.env).map(([name, value]) => [name, latin1(value ?? '')]));
}

/**
 * The environment with what the tree's `envvars` sets, as apachectl has it on Debian. `isServing` runs the script with
 * sh, otherwise it is evaluated without executing anything. Nothing is done where the caller has set the variables.
 * `root` is where a copied tree lies in which ServerRoot is an absolute path.
 */
export function loadEnvvars(serverRoot: string, isServing: boolean, root = ''): TreeEnvironment {
  const own = ownEnvironment();
  const file = join(`${root}${serverRoot}`, 'envvars');
  const info = statSync(file, { throwIfNoEntry: false });
  const isNeeded = expectedVariables.some((name) => !own.has(name));
  if (!isNeeded || !info?.isFile()) return { environment: own, notes: [], runtimeDirectories: [] };
  const read = isServing ? runEnvvars(file, serverRoot) : evaluate(file, serverRoot, own);
  const environment = new Map(read.environment);
  for (const name of expectedVariables) if (own.has(name)) environment.set(name, own.get(name)!);
  const directories = ['APACHE_RUN_DIR', 'APACHE_LOCK_DIR'].flatMap((name) => environment.get(name) ?? []);
  // Debian's are absolute; others are meant from the ServerRoot, as httpd takes them.
  const runtimeDirectories = directories.map((path) =>
    path.startsWith('/') ? path : join(serverRoot, path),
  );
  return { environment, notes: read.notes, runtimeDirectories };
}

type ReadEnvironment = Pick<TreeEnvironment, 'environment' | 'notes'>;

function evaluate(file: string, serverRoot: string, own: ReadonlyMap<string, string>): ReadEnvironment {
  const { environment, notes } = evaluateEnvvars(readFileSync(file, 'latin1'), own, confDir(serverRoot));
  return { environment, notes: notes.map(({ line, text }) => `${file}:${line}: ${text}`) };
}

/** apachectl has this as a shell variable; Debian's file makes the names of further instances of it. */
const confDir = (serverRoot: string) => new Map([['APACHE_CONFDIR', latin1(serverRoot)]]);

/** Sources the script with sh, as apachectl does, and takes the environment it leaves. */
function runEnvvars(file: string, serverRoot: string): ReadEnvironment {
  const script = 'APACHE_CONFDIR=$2; . "$1" >&2; exec env -0';
  const result = process
    .getBuiltinModule('node:child_process')
    .spawnSync('/bin/sh', ['-c', script, 'sh', file, serverRoot], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 16 << 20,
    });
  if (result.status !== 0) return { environment: ownEnvironment(), notes: [`${file}: sh could not run it`] };
  const entries = result.stdout.split('\0').flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=');
    return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)]] : [];
  });
  return { environment: new Map(entries), notes: [] };
}

/** Makes directories that are missing. httpd: Debian's apachectl */
export function makeRuntimeDirectories(directories: readonly string[]): void {
  for (const directory of directories) {
    try {
      mkdirSync(Buffer.from(directory, 'latin1'), { recursive: true });
    } catch {
      // The configuration that needs it says so.
    }
  }
}
