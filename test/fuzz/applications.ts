/**
 * Asks sites with the rules of applications, as two behaviour cases have them, for odd URLs; both servers must answer alike.
 *
 * `node test/fuzz/applications.ts [--seed N] [--requests N] [--show N] [--ports N]`: so many requests of each site.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import type { Configuration } from './configurations.ts';
import { layOutFiles, startServer, stopServer } from './start-servers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    requests: { type: 'string', default: '100' },
    show: { type: 'string', default: '10' },
    ports: { type: 'string', default: '19150' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const cases = ['rules-of-applications', 'rules-of-more-applications', 'rules-of-other-applications'].map(
  (name) => join(import.meta.dirname, '../../fixtures/behaviour/mod_rewrite', name),
);

interface Site {
  readonly name: string;
  /** Pieces of paths that its files and rules speak of. */
  readonly words: readonly string[];
}

interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The hosts of a case, its files below `@ROOT@`, and what the paths are made of. */
function read(folder: string): { hosts: string; files: Record<string, string>; sites: Site[] } {
  const srv = join(folder, 'root/srv');
  const files: Record<string, string> = {};
  for (const file of filesBelow(srv)) files[`srv/${relative(srv, file)}`] = readFileSync(file, 'latin1');
  const text = readFileSync(join(folder, 'httpd.conf'), 'latin1');
  const hosts = [...text.matchAll(/<VirtualHost[\s\S]*?<\/VirtualHost>/g)].map(([host]) =>
    host.replace('*:80', '*:@PORT@').replaceAll('/srv/', '@ROOT@/srv/'),
  );
  const sites = hosts.map((host): Site => {
    const name = /ServerName (\S+)/.exec(host)![1]!;
    const own = `srv/${/\/srv\/(\w+)/.exec(host)![1]}/`;
    const paths = Object.keys(files).filter((path) => path.startsWith(own));
    const rules = (files[`${own}.htaccess`] ?? '').match(/[A-Za-z0-9_.-]{2,}/g) ?? [];
    const inPaths = paths.flatMap((path) => [path.slice(own.length), ...path.slice(own.length).split('/')]);
    return { name, words: [...new Set([...inPaths, ...inPaths, ...rules])] };
  });
  return { hosts: hosts.join('\n'), files, sites };
}

function requestsOf({ name, words }: Site): fc.Arbitrary<Asked> {
  const word = fc.constantFrom(...words);
  const odd = fc.constantFrom(
    ...[
      '',
      '/',
      '//',
      '/.',
      '/..',
      '/./',
      '%2f',
      '%3f',
      '%20',
      '+',
      '%',
      '%00',
      '%e9',
      '%25',
      ';x',
      '~',
      '.bak',
      '.php',
    ],
    ...[
      'index.php',
      '.html',
      '12',
      '1.5',
      'a%3Fb',
      '%2e%2e',
      ':',
      '&',
      '=',
      "'",
      '%22',
      '(',
      '%0a',
      '\\',
      '%5c',
      'é',
      '|',
      '@',
    ],
    ...[
      'A',
      '.gz',
      '-1',
      '10.1234/a(b)',
      '.abcdef1.css',
      '/index.php/x',
      '*',
      '$1',
      '%{HTTP_HOST}',
      '%26',
      '#a',
    ],
  );
  const path = fc.array(fc.oneof({ arbitrary: word, weight: 3 }, { arbitrary: odd, weight: 2 }), {
    maxLength: 4,
  });
  const glue = fc.constantFrom('/', '/', '/', '', '');
  const query = fc.constantFrom(
    ...[
      '',
      '',
      '',
      '?',
      '?a=1',
      '?a=%3f&b',
      '?id=1&id=2',
      '?x=<script>',
      '?t=12&start=5',
      '?action=old',
      '?a=b?c',
    ],
    ...['?GLOBALS[x', '?a=%0a', '?q=a+b%20c', '?%', '?wsdl', '?a=é', '?author=1'],
  );
  const headers = fc.subarray([
    'Accept: text/html,application/xhtml+xml',
    'Accept-Encoding: gzip',
    'Authorization: Basic YTpi',
    'Cookie: wordpress_logged_in_x=1; comment_author_y=2',
    'Referer: http://elsewhere.example/',
    'Origin: http://o.example',
    'X-Forwarded-Proto: https',
    'User-Agent: Mozilla/5.0 BadBot',
  ]);
  const accept = fc.constantFrom(
    'Accept: text/turtle',
    'Accept: image/webp,*/*',
    'Accept: application/n-triples',
    'X-None: 1',
  );
  return fc
    .record({
      method: fc.constantFrom(
        'GET',
        'GET',
        'GET',
        'GET',
        'HEAD',
        'POST',
        'OPTIONS',
        'PUT',
        'DELETE',
        'PROPFIND',
      ),
      host: fc.constantFrom(name, name, name, `www.${name}`, name.toUpperCase(), `${name}:80`),
      path,
      glue,
      query,
      headers,
      accept,
    })
    .map((one) => ({
      method: one.method,
      target: `/${one.path.join(one.glue)}${one.query}`.replace(/ /g, '%20'),
      headers: [
        `Host: ${one.host}`,
        one.accept,
        ...one.headers.filter((line) => !/^Accept:/.test(line) || one.accept.startsWith('X')),
      ],
    }));
}

function send({ method, target, headers }: Asked, id: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const body = method === 'POST' || method === 'PUT' ? ['Content-Length: 0'] : [];
    const head = [
      `${method} ${target} HTTP/1.1`,
      ...headers,
      `X-Id: ${id}`,
      ...body,
      'Connection: close',
      '',
      '',
    ];
    socket.on('connect', () => socket.write(head.join('\r\n'), 'latin1'));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Ports, dates and what the order of a table decides. */
const masked = (text: string) =>
  text
    .replaceAll(String(basePort + 1), 'PORT')
    .replaceAll(String(basePort), 'PORT')
    .replace(/^Date: .*$/m, 'Date: now')
    .replace(/^Allow: .*$/m, 'Allow: …');

function linesById(folder: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const line of readFileSync(join(folder, 'environment.log'), 'latin1').split('\n')) {
    const bar = line.indexOf('|');
    lines.set(line.slice(0, bar), masked(line.slice(bar + 1)));
  }
  return lines;
}

const contents = cases.map(read);
const sites = contents.flatMap((one) => one.sites);
const log =
  'X-Id}i|%>s %f %U %q %{HTTP_AUTHORIZATION}e %{REDIRECT_URL}e %{REDIRECT_QUERY_STRING}e %{BASE}e %{REDIRECT_BASE}e';
const configuration: Configuration = {
  name: 'applications',
  text: `<Directory @ROOT@/srv>\nAllowOverride All\nRequire all granted\n</Directory>\nAddHandler default-handler .php\nLogFormat "%{${log}" environment\nCustomLog @OWN@/environment.log environment\n${contents.map(({ hosts }) => hosts).join('\n')}`,
  files: { 'html/index.html': 'none\n', ...Object.assign({}, ...contents.map(({ files }) => files)) },
  paths: [],
};
const folder = mkdtempSync(join(tmpdir(), 'fuzz-applications-'));
chmodSync(folder, 0o755);
layOutFiles(configuration, join(folder, 'root'));
const start = (name: 'apache2' | 'httpd-ts', port: number) =>
  startServer(name, configuration, join(folder, name), join(folder, 'root'), port, []);
const servers = [await start('apache2', basePort), await start('httpd-ts', basePort + 1)] as const;
const asked = sites.flatMap((site, i) =>
  fc
    .sample(requestsOf(site), { seed: seed + i, numRuns: Number(values.requests) })
    .map((request, j) => ({ request, id: `${i}.${j}` })),
);
const answers = new Map<string, readonly string[]>();
for (const { request, id } of asked) {
  answers.set(id, await Promise.all(servers.map(({ port }) => send(request, id, port).then(masked))));
}
await Promise.all(servers.map(stopServer));
const logs = servers.map((server) => linesById(server.folder));
const finds = asked.flatMap(({ request, id }) => {
  const [apache, ours] = answers.get(id)!.map((answer, i) => `${answer}\n${logs[i]!.get(id)}`);
  return apache === ours ? [] : [{ request, apache: apache!, ours: ours! }];
});
console.log(`${asked.length} requests of ${sites.length} sites, ${finds.length} differ (seed ${seed})`);
for (const { request, apache, ours } of finds.slice(0, Number(values.show))) {
  console.log(`\n== ${request.method} ${request.target} ${request.headers.join(' | ')}`);
  const [left, right] = [apache.split('\n'), ours.split('\n')];
  console.log(
    left
      .filter((line) => !right.includes(line))
      .slice(0, 8)
      .map((line) => `- ${line}`)
      .join('\n'),
  );
  console.log(
    right
      .filter((line) => !left.includes(line))
      .slice(0, 8)
      .map((line) => `+ ${line}`)
      .join('\n'),
  );
}
rmSync(folder, { recursive: true });
process.exit(finds.length > 0 ? 1 : 0);
