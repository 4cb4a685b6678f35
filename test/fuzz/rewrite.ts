/**
 * Generates sites full of rewrite rules, serves them by Apache and by httpd-ts, and compares answers and what mod_rewrite
 * logs at `trace8`, line by line.
 *
 * `node test/fuzz/rewrite.ts [--seed N] [--sites N] [--requests N] [--batch N] [--show N] [--ports N]
 * [--only SITE] [--keep]`
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { startBackEnd } from './back-ends.ts';
import type { Configuration } from './configurations.ts';
import { linesById } from './lines-by-id.ts';
import { mapFiles, type Site, type SiteRequest, siteFiles, sites } from './rewrite-sites.ts';
import { layOutFiles, type RunningServer, startServer, stopServer } from './start-servers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    sites: { type: 'string', default: '200' },
    requests: { type: 'string', default: '10' },
    batch: { type: 'string', default: '250' },
    show: { type: 'string', default: '8' },
    ports: { type: 'string', default: '19110' },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const atOnce = 16;
/** Lines compared of one request; loops log thousands. */
const mostLines = 400;
/** How much of a line is compared; httpd cuts its lines at 8,192 bytes. */
const longestLine = 7500;

interface Find {
  readonly site: Site;
  readonly name: string;
  readonly request: SiteRequest;
  readonly kind: 'answer' | 'log';
  readonly apache: string;
  readonly httpdTs: string;
  readonly apacheLog: string;
  readonly httpdTsLog: string;
}

function configurationOf(batch: readonly Site[], from: number): Configuration {
  const files: Record<string, string> = { ...mapFiles, 'html/index.html': 'none\n' };
  const hosts: string[] = [];
  for (const [i, site] of batch.entries()) {
    const folder = `s${from + i}`;
    for (const [name, text] of Object.entries(siteFiles)) files[`${folder}/${name}`] = text;
    const fill = (text: string) =>
      text.replaceAll('@SITE@', `@ROOT@/${folder}`).replaceAll('@HOST@', nameOf(from + i));
    for (const [place, text] of Object.entries(site.htaccess)) {
      if (text !== '')
        files[`${folder}/${place}.htaccess`] = fill(text)
          .replaceAll('@BACK0@', String(basePort + 2))
          .replaceAll('@PORT@', String(basePort));
    }
    hosts.push(
      `<VirtualHost *:@PORT@>\nServerName ${nameOf(from + i)}\nDocumentRoot @ROOT@/${folder}\n${maps}\n${fill(site.lines.join('\n'))}\n</VirtualHost>`,
    );
  }
  return { name: 'rewrite', text: common + hosts.join('\n'), files, paths: [] };
}

const nameOf = (i: number) => `site${i}.fuzz`;

const maps = `RewriteMap text txt:@ROOT@/maps/text.map
RewriteMap random rnd:@ROOT@/maps/random.map
RewriteMap lower int:tolower
RewriteMap upper int:toupper
RewriteMap escape int:escape
RewriteMap unescape int:unescape
RewriteMap dbm dbm:@ROOT@/maps/text.dbm
RewriteMap sdbm dbm=sdbm:@ROOT@/maps/text.sdbm`;

const common = `
LogLevel warn rewrite:trace8 core:info
# Look-aheads that call each other double with each level.
LimitInternalRecursion 10 4
ErrorLogFormat "%{X-Id}i|[%m:%l] %M"
<Directory @ROOT@/>
    AllowOverride All
    Options FollowSymLinks
    Require all granted
</Directory>
Alias /icons/ /usr/share/apache2/icons/
<Directory /usr/share/apache2/icons>
    Require all granted
</Directory>
LogFormat "%{X-Id}i|%>s %f %q %{E1}e %{E2}e %{REDIRECT_E1}e %{REDIRECT_E2}e %{REDIRECT_URL}e %{REDIRECT_STATUS}e %{SCRIPT_URL}e %{SCRIPT_URI}e %{REDIRECT_REDIRECT_E1}e %R" environment
CustomLog @OWN@/environment.log environment
GlobalLog @OWN@/environment.log "%{X-Id}i|global %>s %U" "expr=%{REQUEST_STATUS} -in { '403', '500' } || %{REQUEST_URI} =~ m#^/(?:alias|sub/deep)#"
`;

async function fuzz(batch: readonly Site[], from: number): Promise<readonly Find[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-rewrite-'));
  chmodSync(folder, 0o755);
  const root = join(folder, 'root');
  const configuration = configurationOf(batch, from);
  layOutFiles(configuration, root);
  makeDbmFiles(root);
  const start = (name: 'apache2' | 'httpd-ts', port: number) =>
    startServer(name, configuration, join(folder, name), root, port, [basePort + 2]);
  const servers: RunningServer[] = [];
  try {
    servers.push(await start('apache2', basePort));
    servers.push(await start('httpd-ts', basePort + 1));
    return await ask(batch, from, servers[0]!, servers[1]!);
  } finally {
    await Promise.all(servers.map(stopServer));
    if (values.keep) console.log(`kept ${folder}`);
    else rmSync(folder, { recursive: true });
  }
}

/** The text map in the formats of Debian's default and of SDBM. */
function makeDbmFiles(root: string): void {
  for (const format of ['default', 'sdbm'] as const) {
    const file = join(root, `maps/text.${format === 'default' ? 'dbm' : format}`);
    execFileSync('httxt2dbm', ['-f', format, '-i', join(root, 'maps/text.map'), '-o', file]);
  }
}

async function ask(
  batch: readonly Site[],
  from: number,
  apache: RunningServer,
  httpdTs: RunningServer,
): Promise<readonly Find[]> {
  const asks = (i: number) => values.only === undefined || Number(values.only) === from + i;
  const tasks = batch.flatMap((site, i) =>
    !asks(i)
      ? []
      : site.requests.map((request, j) => ({
          site,
          request,
          name: nameOf(from + i),
          id: `${from + i}.${j}`,
        })),
  );
  const answers = new Map<string, readonly [string, string]>();
  let next = 0;
  const work = async () => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) {
      const { request, name, id } = task;
      const both = await Promise.all([
        send(request, name, id, apache.port),
        send(request, name, id, httpdTs.port),
      ]);
      answers.set(id, [masked(unpacked(both[0])), masked(unpacked(both[1]))]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const logs = [await logById(apache, 'error.log'), await logById(httpdTs, 'error.log')] as const;
  const ends = [await logById(apache, 'environment.log'), await logById(httpdTs, 'environment.log')] as const;
  return tasks.flatMap(({ site, request, name, id }): Find[] => {
    const whole = (i: 0 | 1) => `${answers.get(id)![i]}\n${ends[i].get(id)?.join('\n')}`;
    const [left, right] = [whole(0), whole(1)];
    const common = { site, request, name };
    const lines = logs.map((log) => (log.get(id) ?? []).slice(0, mostLines).join('\n')) as [string, string];
    // Apache ended in the middle of it, or another request took it along.
    if (left.startsWith('\n') || left.endsWith('\nundefined')) return [];
    if (left === right && lines[0] === lines[1]) return [];
    const kind = left === right ? 'log' : 'answer';
    return [{ ...common, kind, apache: left, httpdTs: right, apacheLog: lines[0], httpdTsLog: lines[1] }];
  });
}

function send(request: SiteRequest, host: string, id: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const end = () => resolve(Buffer.concat(chunks).toString('latin1'));
    const head = [
      `${request.method} ${request.target.replace('@HOST@', host)} HTTP/1.1`,
      `Host: ${host}`,
      `X-Id: ${id}`,
      ...request.headers,
    ];
    if (request.method === 'POST') head.push('Content-Length: 0');
    socket.on('connect', () => socket.write(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1'));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', end);
    socket.setTimeout(60_000, () => {
      chunks.push(Buffer.from('[timeout]'));
      socket.destroy();
    });
  });
}

/** An answer with a compressed body as text, since what is masked would change how it is compressed. */
function unpacked(text: string): string {
  const end = text.indexOf('\r\n\r\n') + 4;
  const head = text.slice(0, end);
  if (!/^Content-Encoding: gzip\r$/m.test(head) || end === text.length) return text;
  const body = /^Transfer-Encoding: chunked\r$/m.test(head)
    ? withoutChunks(text.slice(end))
    : text.slice(end);
  const length = /^Content-Length: .*$/m;
  return (
    head.replace(length, 'Content-Length: …') + gunzipSync(Buffer.from(body, 'latin1')).toString('latin1')
  );
}

function withoutChunks(body: string): string {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const start = body.indexOf('\r\n', at) + 2;
    const length = Number.parseInt(body.slice(at, start), 16);
    text += body.slice(start, start + length);
    at = start + length + 2;
  }
  return text;
}

/** Ports, dates and what the order of a table decides. */
function masked(text: string): string {
  return text
    .replaceAll(String(basePort + 1), 'PORT')
    .replaceAll(String(basePort), 'PORT')
    .replace(/^Date: .*$/m, 'Date: now')
    .replace(/^Allow: .*$/m, 'Allow: …')
    .replace(/expires=[A-Z][a-z]{2}, [^;]* GMT/g, 'expires=later');
}

/** The lines of a log by the id that the request brought. */
function logById({ folder }: RunningServer, name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const prepare = (line: string) => {
    // Where httpd cuts a line depends on the length of what is masked here.
    const text = masked(line.replace(/sid#[0-9a-f]+\]\[rid#[0-9a-f]+\//, 'sid#][rid#/'))
      .slice(0, longestLine)
      .replace(folder, '@OWN@')
      .replace(/ cache lookup OK: (map=\S+ key=.*) -> val=$/, ' map lookup FAILED: $1')
      .replace(/ cache lookup OK: /, ' map lookup OK: ');
    // What is in the cache of a map depends on the order in which requests are served.
    return text.endsWith('cache lookup FAILED, forcing new map lookup') ? undefined : text;
  };
  return linesById(join(folder, name), prepare, mostLines);
}

function report(): void {
  console.log(`${asked} requests over ${all.length} configurations, ${finds.length} differ (seed ${seed})`);
  const kinds = Map.groupBy(finds, (find) => `${find.kind}: ${kindOf(find)}`);
  const ordered = [...kinds].sort(([, { length: many }], [, { length: few }]) => few - many);
  for (const [kind, examples] of ordered.slice(0, Number(values.show))) {
    const find = examples.reduce((least, one) => (sizeOf(one) < sizeOf(least) ? one : least));
    console.log(`\n== ${examples.length} × ${kind}`);
    show(find);
  }
}

function show(find: Find): void {
  const { site, request, name } = find;
  console.log(`${name}: ${request.method} ${request.target} ${request.headers.join(' | ')}`);
  console.log(site.lines.join('\n'));
  for (const [place, text] of Object.entries(site.htaccess))
    if (text !== '') console.log(`--- ${place}.htaccess\n${text}`);
  if (find.kind === 'answer') console.log(difference(find.apache.split('\n'), find.httpdTs.split('\n')));
  console.log(difference(find.apacheLog.split('\n'), find.httpdTsLog.split('\n')));
}

/** What differs first, without what is particular to the site. */
function kindOf({ kind, apache, httpdTs, apacheLog, httpdTsLog }: Find): string {
  const whole = kind === 'answer' && apacheLog === httpdTsLog;
  const [left, right] = [
    (whole ? apache : apacheLog).split('\n'),
    (whole ? httpdTs : httpdTsLog).split('\n'),
  ];
  const at = left.findIndex((line, i) => line !== right[i]);
  const bare = (line = '(nothing)') =>
    line
      .replace(/^\[rewrite:.*?\]\[rid#\/[a-z0-9#/]*\]/, '')
      .replace(/'[^']*'|=\S*|[/.]\S*|\d+/g, '')
      .slice(0, 40);
  return `${bare(left[at])} ↔ ${bare(right[at])}`;
}

const sizeOf = ({ site }: Find) => site.lines.length + Object.values(site.htaccess).join('').length / 40;

/** Lines of both with what they share at the start kept, up to a few behind the first difference. */
function difference(apache: readonly string[], httpdTs: readonly string[]): string {
  let same = 0;
  while (same < apache.length && same < httpdTs.length && apache[same] === httpdTs[same]) same++;
  const show = (lines: readonly string[], sign: string) =>
    lines.slice(same, same + 6).map((line) => `${sign} ${line}`);
  const context = apache.slice(Math.max(0, same - 5), same).map((line) => `  ${line}`);
  return [...context, ...show(apache, '-'), ...show(httpdTs, '+')].join('\n');
}

console.log(`seed ${seed}`);
const backEnd = await startBackEnd(basePort + 2);
const all = fc.sample(sites(Number(values.requests)), { seed, numRuns: Number(values.sites) });
const finds: Find[] = [];
let asked = 0;
for (let from = 0; from < all.length; from += Number(values.batch)) {
  const batch = all.slice(from, from + Number(values.batch));
  if (values.only !== undefined && (Number(values.only) < from || Number(values.only) >= from + batch.length))
    continue;
  finds.push(...(await fuzz(batch, from)));
  asked += batch.reduce((sum, { requests }) => sum + requests.length, 0);
}
backEnd.close();
report();
process.exit(finds.length > 0 ? 1 : 0);
