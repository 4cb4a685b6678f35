/**
 * Random `VirtualDocumentRoot`, `VirtualScriptAlias` and `UserDir` lines, asked for random hosts and paths; both servers
 * must map them alike.
 *
 * `node test/fuzz/hosts-and-users.ts [--seed N] [--sites N] [--requests N] [--show N] [--ports N]`
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import type { Configuration } from './configurations.ts';
import { layOutFiles, startServer, stopServer } from './start-servers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    sites: { type: 'string', default: '200' },
    requests: { type: 'string', default: '20' },
    show: { type: 'string', default: '10' },
    ports: { type: 'string', default: '19170' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const pick = <T>(...choices: readonly T[]) => fc.constantFrom(...choices);

const number = pick('0', '1', '2', '3', '4', '9', '-1', '-2', '-3', '1+', '2+', '3+', '-1+', '-2+');
const format = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(number, number).map(([one, two]) => `%${one}.${two}`) },
  { weight: 4, arbitrary: number.map((one) => `%${one}`) },
  { weight: 1, arbitrary: pick('%p', '%%', '_', 'a', '-', '%0') },
);
const mapping = fc
  .tuple(fc.array(format, { minLength: 1, maxLength: 3 }), pick('/', '', '/'), pick('', '/', '/docs'))
  .map(([formats, glue, end]) => `@ROOT@/${formats.join(glue)}${end}`);

const userDirectory = pick(
  ...[
    'public_html',
    '@ROOT@/users',
    '@ROOT@/users/*',
    '@ROOT@/users/*/docs',
    'http://u.example/',
    'http://u.example/*/x',
  ],
  ...[
    '@ROOT@/none @ROOT@/users',
    'public_html @ROOT@/users/*/docs http://u.example/*',
    '@ROOT@/users http://u.example/q',
  ],
  ...[
    'disabled',
    'enabled',
    'disabled alice',
    'enabled alice root',
    'enabled bob',
    'https://u.example/*/*',
    'ftp://u.example/x',
  ],
);

const lines = fc
  .record({
    root: fc.option(mapping, { nil: undefined }),
    scripts: fc.option(mapping, { nil: undefined }),
    byAddress: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0),
    users: fc.array(userDirectory, { maxLength: 3 }),
    extra: pick(
      [],
      [],
      ['UseCanonicalName On'],
      ['Alias /~alice/docs @ROOT@/users/bob'],
      ['RewriteEngine On', 'RewriteRule ^/go/(.*) /~$1 [PT]'],
      ['Redirect /~bob http://elsewhere.example/bob'],
      ['DirectoryIndex a.txt'],
      ['MergeSlashes Off'],
    ),
  })
  .map(({ root, scripts, byAddress, users, extra }) => [
    ...(root === undefined ? [] : [`VirtualDocumentRoot${byAddress ? 'IP' : ''} ${root}`]),
    ...(scripts === undefined ? [] : [`VirtualScriptAlias${byAddress ? 'IP' : ''} ${scripts}`]),
    ...users.map((words) => `UserDir ${words}`),
    ...extra,
  ]);

const host = fc
  .tuple(
    fc.array(pick('a', 'b', 'www', 'alice', 'A', 'a-b', 'x1', '..', 'é'), { maxLength: 3 }),
    pick('', '', '.', ':80'),
  )
  .map(
    ([parts, end]) =>
      (name: string) =>
        `${[...parts, name].join('.')}${end}`,
  );
const path = pick(
  ...[
    '/',
    '/a.txt',
    '/docs/a.txt',
    '/~alice',
    '/~alice/',
    '/~alice/a.txt',
    '/~alice/docs/',
    '/~bob/docs/a.txt',
    '/~root/',
  ],
  ...[
    '/~',
    '/~/',
    '/~./x',
    '/~../x',
    '/~none/x',
    '/~alice/../bob/',
    '/~alice//a.txt',
    '//~alice/a.txt',
    '/~ALICE/',
    '/%7ealice/a.txt',
  ],
  ...[
    '/cgi-bin/a',
    '/cgi-bin/',
    '/go/alice/a.txt',
    '/~al%69ce/a%20b',
    '/~alice/a.txt?q=1',
    '/~a%2fb/',
    '/docs',
    '/~http://x/',
  ],
);
interface Asked {
  readonly host: (name: string) => string;
  readonly path: string;
}
const site = fc.record({
  lines,
  requests: fc.array(fc.record<Asked>({ host, path }), {
    minLength: Number(values.requests),
    maxLength: Number(values.requests),
  }),
});

const sites = fc.sample(site, { seed, numRuns: Number(values.sites) });
const nameOf = (i: number) => `s${i}.example`;
const files: Record<string, string> = { 'html/index.html': 'none\n', 'html/a.txt': 'html\n' };
for (const folder of [
  'users/alice',
  'users/alice/docs',
  'users/bob',
  'users/bob/docs',
  'a',
  'b/docs',
  'www',
  'example',
  'e',
  'x',
  '_',
])
  files[`${folder}/a.txt`] = `${folder}\n`;
const hosts = sites.map(
  (one, i) =>
    `<VirtualHost *:@PORT@>\nServerName ${nameOf(i)}\nServerAlias *.${nameOf(i)}\n${one.lines.join('\n')}\n</VirtualHost>`,
);
const configuration: Configuration = {
  name: 'hosts-and-users',
  text: `LoadModule vhost_alias_module /usr/lib/apache2/modules/mod_vhost_alias.so
LoadModule userdir_module /usr/lib/apache2/modules/mod_userdir.so
UseCanonicalName Off
LogLevel core:info
<Location />
Header always set X-Root "expr=%{DOCUMENT_ROOT} %{CONTEXT_PREFIX} %{CONTEXT_DOCUMENT_ROOT} %{REQUEST_FILENAME} %{HANDLER}"
</Location>
${hosts.join('\n')}`,
  files,
  paths: [],
};

function send(hostLine: string, target: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('connect', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${hostLine}\r\nConnection: close\r\n\r\n`, 'latin1'),
    );
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Without ports and dates. */
const masked = (text: string) =>
  text
    .replaceAll(String(basePort + 1), 'PORT')
    .replaceAll(String(basePort), 'PORT')
    .replace(/^Date: .*$/m, 'Date: now');

const folder = mkdtempSync(join(tmpdir(), 'fuzz-hosts-'));
chmodSync(folder, 0o755);
const root = join(folder, 'root');
layOutFiles(configuration, root);
const start = (name: 'apache2' | 'httpd-ts', port: number) =>
  startServer(name, configuration, join(folder, name), root, port, []);
const servers = [await start('apache2', basePort), await start('httpd-ts', basePort + 1)] as const;
let asked = 0;
const finds: string[] = [];
for (const [i, one] of sites.entries()) {
  for (const request of one.requests) {
    const hostLine = request.host(nameOf(i));
    const [apache, ours] = await Promise.all(
      servers.map(({ port }) => send(hostLine, request.path, port).then(masked)),
    );
    asked++;
    if (apache === ours) continue;
    const [left, right] = [apache!.split('\n'), ours!.split('\n')];
    const only = (these: readonly string[], those: readonly string[], sign: string) =>
      these.filter((line) => !those.includes(line)).map((line) => `${sign} ${line}`);
    finds.push(
      [
        `== ${hostLine} ${request.path}`,
        ...one.lines,
        ...only(left, right, '-').slice(0, 6),
        ...only(right, left, '+').slice(0, 6),
      ].join('\n'),
    );
  }
}
await Promise.all(servers.map(stopServer));
console.log(`${asked} requests of ${sites.length} sites, ${finds.length} differ (seed ${seed})`);
for (const find of finds.slice(0, Number(values.show))) console.log(`\n${find}`);
rmSync(folder, { recursive: true });
process.exit(finds.length > 0 ? 1 : 0);
