/**
 * Random pages through random sections of mod_proxy_html and mod_xml2enc: both servers must send the same bytes.
 *
 * `node test/fuzz/pages.ts [--seed N] [--sections N] [--pages N] [--show N] [--ports N]`: so many pages through each section.
 * A difference is made as small as it can be before it is shown: fragments of the page that it does not need are left out.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Configuration } from './configurations.ts';
import { Random } from './random.ts';
import { bytesOf, type Page, randomPage, randomSection } from './random-pages.ts';
import { sendConversation } from './send-conversation.ts';
import { complaintOf, layOutFiles, startServer, stopServer } from './start-servers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    sections: { type: 'string', default: '60' },
    pages: { type: 'string', default: '30' },
    show: { type: 'string', default: '8' },
    ports: { type: 'string', default: '19260' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const atOnce = 8;
console.log(`seed ${seed}`);

/** What the back end sends, by the last part of the path. */
const pages = new Map<string, Page>();
const backEnd = createServer((socket) => {
  let pending = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      const page = pages.get(/\/(\w+) HTTP/.exec(pending.slice(0, end))?.[1] ?? '');
      pending = pending.slice(end + 4);
      const body = page === undefined ? '' : bytesOf(page);
      const type = page?.contentType === undefined ? '' : `Content-Type: ${page.contentType}\r\n`;
      socket.write(`HTTP/1.1 200 OK\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
    }
  });
});
await new Promise<void>((resolve) => backEnd.listen(basePort + 2, '127.0.0.1', 1000, () => resolve()));

const load = (name: string) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`;
const configurationOf = (sections: readonly (readonly string[])[]): Configuration => ({
  name: 'pages',
  text: [
    load('xml2enc'),
    load('proxy_html'),
    'xml2EncAlias iso-8859-1 latin-of-ours',
    'ProxyHTMLLinks a href',
    'ProxyHTMLLinks img src',
    'ProxyHTMLLinks form action',
    'ProxyHTMLEvents onclick',
    ...sections.flatMap((lines, at) => [
      `ProxyPass /s${at}/ http://127.0.0.1:@BACK0@/`,
      `<Location /s${at}/>`,
      ...lines.map((line) => `  ${Buffer.from(line, 'utf8').toString('latin1')}`),
      '</Location>',
    ]),
    '',
  ].join('\n'),
  files: { 'html/index.html': 'x' },
  paths: [],
});

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
chmodSync(folder, 0o755);
const root = join(folder, 'root');
layOutFiles(configurationOf([]), root);
const sections: (readonly string[])[] = [];
for (let at = 0; sections.length < Number(values.sections); at++) {
  const section = randomSection(new Random(seed + at));
  if (complaintOf('apache2', configurationOf([section]), join(folder, 'trial'), root, [basePort + 2]) === '')
    sections.push(section);
}
const configuration = configurationOf(sections);
const start = (name: 'apache2' | 'httpd-ts', port: number) =>
  startServer(name, configuration, join(folder, name), root, port, [basePort + 2]);
const apache = await start('apache2', basePort);
const httpdTs = await start('httpd-ts', basePort + 1);

let nextPage = 0;

/** What both servers make of a page. */
async function ask(section: number, page: Page): Promise<readonly [string, string]> {
  const name = `p${nextPage++}`;
  pages.set(name, page);
  const request = `GET /s${section}/${name} HTTP/1.1\r\nHost: fuzz.example\r\nConnection: close\r\n\r\n`;
  const conversation = { parts: [request], halfClose: false, description: name };
  const [first, second] = await Promise.all(
    [apache, httpdTs].map(({ port }) => sendConversation(conversation, port)),
  );
  pages.delete(name);
  return [told(first!.answer), told(second!.answer)];
}

/**
 * An answer without its time and the sizes of its chunks, as those of scripts depend on where the back end's packets end.
 */
function told(answer: string): string {
  const end = answer.indexOf('\r\n\r\n') + 4;
  const head = answer.slice(0, end).replace(/^Date: .*/m, 'Date: now');
  if (!/^Transfer-Encoding: chunked/m.test(head)) return head + answer.slice(end);
  let body = '';
  let rest = answer.slice(end);
  for (let size = /^([0-9a-f]+)\r\n/.exec(rest); size !== null; size = /^([0-9a-f]+)\r\n/.exec(rest)) {
    const from = size[0].length;
    const to = from + Number.parseInt(size[1]!, 16);
    if (to === from) return `${head}${body}(end)`;
    body += rest.slice(from, to);
    rest = rest.slice(to + 2);
  }
  return head + body;
}

async function differs(section: number, page: Page): Promise<boolean> {
  const [first, second] = await ask(section, page);
  return first !== second;
}

async function smaller(section: number, page: Page): Promise<Page> {
  let { fragments } = page;
  for (let at = 0; at < fragments.length; ) {
    const without = fragments.toSpliced(at, 1);
    if (await differs(section, { ...page, fragments: without })) fragments = without;
    else at++;
  }
  return { ...page, fragments };
}

/** Where Apache's child ends, what else it was asked is lost too, so that each difference is looked for again. */
const suspects: { section: number; page: Page }[] = [];
const work = sections.flatMap((_, section) =>
  Array.from({ length: Number(values.pages) }, (_unused, at) => ({ section, at })),
);
let asked = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let job = work.shift(); job !== undefined; job = work.shift()) {
      const page = randomPage(new Random(seed * 31 + job.section * 1009 + job.at), 12);
      asked++;
      if (await differs(job.section, page)) suspects.push({ section: job.section, page });
    }
  }),
);
const finds: typeof suspects = [];
for (const suspect of suspects) if (await differs(suspect.section, suspect.page)) finds.push(suspect);
console.log(`${asked} pages through ${sections.length} sections, ${finds.length} differences`);
for (const { section, page } of finds.slice(0, Number(values.show))) {
  const least = await smaller(section, page);
  const [first, second] = await ask(section, least);
  console.log(`\n${sections[section]!.join('\n')}`);
  console.log(`page ${least.contentType} ${least.encoding} ${JSON.stringify(least.fragments.join(''))}`);
  console.log(`apache2  ${JSON.stringify(first)}\nhttpd-ts ${JSON.stringify(second)}`);
}
await Promise.all([stopServer(apache), stopServer(httpdTs)]);
backEnd.close();
rmSync(folder, { recursive: true, force: true });
process.exit(finds.length === 0 ? 0 : 1);
