import {
  chmodSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { behaviourFolder, type Case } from './case.ts';

/** The time of last change of every file of a case that does not choose its own. */
export const standardMtime = new Date('2024-01-02T03:04:05Z');

/** The configuration file the server is started with. */
export const configFile = '/etc/apache2/apache2.conf';

/** Directories that hold only what a case puts there, whatever machine it runs on. */
export const ownFolders = ['/etc/apache2', '/srv', '/var/www', '/var/log/apache2', '/var/run/apache2'];

/** The variables that Debian's envvars exports. */
export const environment: Readonly<Record<string, string>> = {
  APACHE_RUN_USER: 'www-data',
  APACHE_RUN_GROUP: 'www-data',
  APACHE_PID_FILE: '/var/run/apache2/apache2.pid',
  APACHE_RUN_DIR: '/var/run/apache2',
  APACHE_LOCK_DIR: '/var/run/apache2',
  APACHE_LOG_DIR: '/var/log/apache2',
  LANG: 'C',
  TZ: 'UTC',
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
};

const preambleFolder = join(behaviourFolder, 'preamble');

/**
 * Puts the files of a case below `root`, which stands for `/`: `httpd.conf` and `conf/` in /etc/apache2,
 * `htdocs/` as /var/www/html, `root/` at the top.
 */
export function layOut(testCase: Case, root: string): void {
  for (const folder of ownFolders) mkdirSync(join(root, folder), { recursive: true });
  copy(join(preambleFolder, 'root'), root);
  if (testCase.options.base) copy(join(preambleFolder, testCase.options.base), root);
  copy(join(testCase.folder, 'conf'), join(root, 'etc/apache2'));
  copy(join(testCase.folder, 'htdocs'), join(root, 'var/www/html'));
  copy(join(testCase.folder, 'root'), root);
  mkdirSync(join(root, 'var/www/html'), { recursive: true });
  for (const [path, [text, count]] of Object.entries(testCase.options.generate ?? {})) {
    writeNew(join(root, placeOf(path)), text.repeat(count));
  }
  for (const path of testCase.options.emptyFolders ?? []) {
    mkdirSync(join(root, placeOf(path)), { recursive: true });
  }
  for (const path of testCase.options.writable ?? []) chmodSync(join(root, placeOf(path)), 0o666);
  writeConfiguration(testCase, root);
  setTimes(testCase, root);
}

/** Empties the folders of the case before the next one. */
export function clear(root: string): void {
  for (const folder of ownFolders) {
    for (const name of existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []) {
      rmSync(join(root, folder, name), { recursive: true, force: true });
    }
  }
}

function copy(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

function writeNew(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, 'latin1');
}

/** The main file includes the preamble and the text of the case, unless the case brings a whole tree. */
function writeConfiguration(testCase: Case, root: string): void {
  const own = join(testCase.folder, 'httpd.conf');
  if (!existsSync(own)) return;
  const folder = join(root, 'etc/apache2');
  writeNew(join(folder, 'preamble.conf'), readFileSync(join(preambleFolder, 'debian.conf'), 'latin1'));
  writeNew(join(folder, 'httpd.conf'), readFileSync(own, 'latin1'));
  writeNew(join(root, configFile), 'Include preamble.conf\nInclude httpd.conf\n');
}

/** Where a path of the case folder ends up. */
function placeOf(path: string): string {
  if (path.startsWith('htdocs/')) return `/var/www/html/${path.slice('htdocs/'.length)}`;
  if (path.startsWith('conf/')) return `/etc/apache2/${path.slice('conf/'.length)}`;
  if (path.startsWith('root/')) return path.slice('root'.length);
  throw new Error(`${path} is not below htdocs/, conf/ or root/`);
}

function setTimes({ options }: Case, root: string): void {
  for (const folder of ownFolders) {
    const top = join(root, folder);
    const paths = readdirSync(top, { recursive: true, withFileTypes: true }).map((entry) =>
      join(entry.parentPath, entry.name),
    );
    for (const path of [...paths, top]) lutimesSync(path, standardMtime, standardMtime);
  }
  for (const [path, time] of Object.entries(options.mtimes ?? {})) {
    lutimesSync(join(root, placeOf(path)), new Date(time), new Date(time));
  }
}
