import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ask,
  type Front,
  freePort,
  get,
  installed,
  isRoot,
  type Peer,
  startOurs,
  startPeer,
  workFolder,
} from './peer.ts';

/** The newest PostgreSQL there is. */
function postgresPrograms(): string {
  try {
    const [newest = ''] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
    return `/usr/lib/postgresql/${newest}/bin`;
  } catch {
    return '/usr/lib/postgresql/bin';
  }
}

/** The clients are packages that those who need them install. */
function hasClient(name: string): boolean {
  try {
    createRequire(new URL('../../packages/server/src/index.ts', import.meta.url)).resolve(name);
    return true;
  } catch {
    if (process.env.CI === 'true') throw new Error(`this test needs the package ${name}`);
    return false;
  }
}

const postgres = postgresPrograms();
const canRunPostgres =
  isRoot && installed('/usr/sbin/runuser', `${postgres}/initdb`, `${postgres}/postgres`) && hasClient('pg');
const canRunMysql =
  isRoot &&
  installed('/usr/sbin/mariadbd', '/usr/bin/mariadb-install-db', '/usr/bin/mariadb') &&
  hasClient('mysql2');

const table = `create table names (name varchar(50), target varchar(50), number int);
insert into names values ('one','eins',1),('two words','zwei worte',2),('none',null,3),('empty','',4),('quo''te','ha''ken',5),('caf\u00e9','\u00fc',6);`;

function run(program: string, args: readonly string[], input = ''): void {
  const { status, stderr, stdout } = spawnSync(program, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
}

const lines = (driver: string, parameters: string, more = '') => `DBDriver ${driver}
DBDParams "${parameters}"
RewriteEngine On
RewriteMap n "dbd:SELECT target FROM names WHERE name = %s"
RewriteMap f "fastdbd:SELECT target FROM names WHERE name = %s"
RewriteMap i "dbd:SELECT number FROM names WHERE name = %s"
${more}
RewriteRule ^/n/(.*) /to/\${n:$1|default} [R]
RewriteRule ^/f/(.*) /to/\${f:$1|default} [R]
RewriteRule ^/i/(.*) /to/\${i:$1|default} [R]`;

/** What Apache answers with the drivers of APR; of no value PostgreSQL makes an empty one there. */
const answers = (none: string): readonly (readonly [path: string, target: string])[] => [
  ['/n/one', 'eins'],
  ['/n/two%20words', 'zwei%20worte'],
  ['/n/none', none],
  ['/n/empty', ''],
  ["/n/quo'te", "ha'ken"],
  ['/n/caf%c3%a9', '%c3%bc'],
  ["/n/x'%20or%20'1'='1", 'default'],
  ['/f/one', 'eins'],
  ['/f/one', 'eins'],
  ['/f/zero', 'default'],
  ['/i/one', '1'],
  ['/i/zero', 'default'],
];

const modules = ['rewrite', 'dbd'];
const folder = workFolder();
mkdirSync(join(folder.path, 'htdocs'));
afterAll(() => folder.remove());

async function targetOf(front: Front, path: string): Promise<string | undefined> {
  const { headers } = await ask(front.port, get(path));
  const location = headers.find((line) => line.startsWith('Location: '));
  return /^Location: http:\/\/[^/]*\/to\/(.*)$/.exec(location ?? '')?.[1];
}

async function expectAnswers(driver: string, parameters: string, none: string): Promise<void> {
  const front = await startOurs(folder, modules, lines(driver, parameters));
  try {
    for (const [path, target] of answers(none))
      expect([path, await targetOf(front, path)]).toEqual([path, target]);
  } finally {
    await front.stop();
  }
}

async function expectRefusal(config: string, ...messages: readonly string[]): Promise<void> {
  const front = await startOurs(folder, modules, config);
  try {
    expect(await targetOf(front, '/n/one')).toBe('default');
    const log = await front.errorLog();
    for (const message of [...messages, 'AH00633: failed to initialise', 'AH02963'])
      expect(log).toContain(message);
  } finally {
    await front.stop();
  }
}

describe.runIf(canRunPostgres)('PostgreSQL', () => {
  let server: Peer | undefined;
  let port = 0;
  const parameters = () => `host=127.0.0.1 port=${port} dbname=postgres user=tester`;

  beforeAll(async () => {
    port = await freePort();
    const data = join(folder.path, 'postgres');
    mkdirSync(data);
    run('/bin/chown', ['postgres', data]);
    const asOwner = (program: string, ...args: string[]) => [
      '-u',
      'postgres',
      '--',
      `${postgres}/${program}`,
      ...args,
    ];
    run(
      '/usr/sbin/runuser',
      asOwner('initdb', '-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'),
    );
    const args = ['-D', data, '-k', data, '-p', String(port), '-h', '127.0.0.1', '-c', 'fsync=off'];
    server = await startPeer(
      '/usr/sbin/runuser',
      asOwner('postgres', ...args),
      { port },
      { limitMs: 60_000 },
    );
    const client = [
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'tester',
      '-d',
      'postgres',
      '-v',
      'ON_ERROR_STOP=1',
    ];
    // The port answers before the server is done with starting.
    await vi.waitFor(
      () => expect(spawnSync(`${postgres}/psql`, [...client, '-c', 'select 1']).status).toBe(0),
      { timeout: 60_000, interval: 200 },
    );
    run(`${postgres}/psql`, client, table);
  }, 120_000);
  afterAll(() => server?.stop());

  it('answers maps', () => expectAnswers('pgsql', parameters(), ''));

  it('is told in the log where it does not take a statement, or there is none', async () => {
    const wrong = 'RewriteMap b "dbd:SELECT x FROM missing WHERE name = %s"';
    await expectRefusal(
      lines('pgsql', parameters(), wrong),
      'AH00632: failed to prepare SQL statements: relation "missing" does not exist',
    );
    const nobody = `host=127.0.0.1 port=${await freePort()} dbname=postgres user=tester`;
    await expectRefusal(lines('pgsql', nobody), "AH00629: Can't connect to pgsql: ");
  });
});

describe.runIf(canRunMysql)('MySQL', () => {
  let server: Peer | undefined;
  let port = 0;
  const parameters = () => `host=127.0.0.1,port=${port},dbname=m,user=tester,pass=secret`;

  beforeAll(async () => {
    port = await freePort();
    const data = join(folder.path, 'mysql');
    mkdirSync(data);
    run('/bin/chown', ['mysql', data]);
    chmodSync(folder.path, 0o755);
    run('/usr/bin/mariadb-install-db', [
      '--no-defaults',
      '--user=mysql',
      `--datadir=${data}`,
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
    ]);
    const socket = join(data, 'socket');
    server = await startPeer(
      '/usr/sbin/mariadbd',
      [
        '--no-defaults',
        '--user=mysql',
        `--datadir=${data}`,
        `--socket=${socket}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
      ],
      { port },
      { limitMs: 60_000 },
    );
    const client = ['--no-defaults', `--socket=${socket}`, '-u', 'root', '--default-character-set=utf8mb4'];
    const start =
      "create database m character set utf8mb4; create user tester@'%' identified by 'secret'; grant all on m.* to tester@'%'; use m;";
    run('/usr/bin/mariadb', client, `${start}\n${table}`);
  }, 120_000);
  afterAll(() => server?.stop());

  it('answers maps', () => expectAnswers('mysql', parameters(), 'default'));

  it('is told in the log where it does not take a statement, or lets nobody in', async () => {
    const wrong = 'RewriteMap b "dbd:SELECT x FROM missing WHERE name = %s"';
    await expectRefusal(
      lines('mysql', parameters(), wrong),
      "AH00632: failed to prepare SQL statements: Table 'm.missing' doesn't exist",
    );
    await expectRefusal(
      lines('mysql', parameters().replace('secret', 'wrong')),
      "AH00629: Can't connect to mysql: Access denied for user 'tester'@",
    );
  });
});
