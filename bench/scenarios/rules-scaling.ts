import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { absenceNotes, startOnWork, stopContestants, type Work } from '../contestants.ts';
import { type Curve, curvePicture, type Panel } from '../curve-picture.ts';
import { type Measurement, measureLoad } from '../measure-load.ts';
import { type Report, ratio } from '../report.ts';
import { keptMeasured } from '../results-file.ts';
import { type BenchContext, makeReadableDirectory, type Scenario } from '../scenario.ts';
import type { ServerName } from '../servers/server.ts';
import { connections, proxyModules, startBackend, writeDocuments } from '../work.ts';

const usualSizes = [1, 100, 10_000] as const;

/** A list of entries of one kind, of which a request meets the last or none. */
interface Family {
  readonly title: string;
  readonly modules: readonly string[];
  readonly entries: (count: number, documentRoot: string, backendPort: number) => string;
  /** The entries stand in the `.htaccess` of the document root. */
  readonly inHtaccess?: boolean;
  readonly sizes?: readonly number[];
  readonly path?: (count: number) => string;
  readonly host?: (count: number) => string;
}

function lines(count: number, line: (number: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index + 1)).join('\n');
}

const families: readonly Family[] = [
  {
    title: 'RewriteRule, none matches',
    modules: ['rewrite'],
    entries: (count) =>
      `RewriteEngine On\n${lines(count, (n) => `RewriteRule "^/old-${n}/(.*)$" "/new-${n}/$1" [L]`)}`,
  },
  {
    title: 'RewriteRule without an anchor, none matches',
    modules: ['rewrite'],
    entries: (count) =>
      `RewriteEngine On\n${lines(count, (n) => `RewriteRule "old-${n}/.*\\.html$" "/new-${n}" [L]`)}`,
  },
  {
    title: 'RewriteRule for a host each, none matches',
    modules: ['rewrite'],
    entries: (count) =>
      `RewriteEngine On\n${lines(count, (n) => `RewriteCond "%{HTTP_HOST}" "^old-${n}\\.example\\.com$"\nRewriteRule "^/(.*)$" "http://new-${n}.example.com/$1" [R=301,L]`)}`,
  },
  {
    title: 'RewriteRule in .htaccess, none matches',
    modules: ['rewrite'],
    inHtaccess: true,
    sizes: [1, 100, 1_000],
    entries: (count) =>
      `RewriteEngine On\n${lines(count, (n) => `RewriteRule "^old-${n}/(.*)$" "/new-${n}/$1" [L]`)}`,
  },
  {
    title: 'ProxyPass, the last matches',
    modules: proxyModules,
    entries: (count, _, port) =>
      lines(
        count,
        (n) => `ProxyPass "/app-${n}/" "http://127.0.0.1:${port}/${n === count ? '' : `app-${n}/`}"`,
      ),
    path: (count) => `/app-${count}/1k.txt`,
  },
  {
    title: 'VirtualHost, the last matches',
    modules: [],
    entries: (count, documentRoot) =>
      lines(
        count,
        (n) =>
          `<VirtualHost *:*>\nServerName site-${n}.example.com\nDocumentRoot "${documentRoot}"\n</VirtualHost>`,
      ),
    host: (count) => `site-${count}.example.com`,
  },
  {
    title: 'Location, none matches',
    modules: [],
    entries: (count) => lines(count, (n) => `<Location "/area-${n}">\nRequire all denied\n</Location>`),
  },
  {
    title: 'Redirect, none matches',
    modules: [],
    entries: (count) => lines(count, (n) => `Redirect 301 "/moved-${n}" "http://example.com/here-${n}"`),
  },
  {
    title: 'RedirectMatch, none matches',
    modules: [],
    entries: (count) =>
      lines(count, (n) => `RedirectMatch 301 "^/moved-${n}/(.*)$" "http://example.com/here-${n}/$1"`),
  },
  {
    title: 'Alias, the last matches',
    modules: [],
    entries: (count, documentRoot) => lines(count, (n) => `Alias "/other-${n}/" "${documentRoot}/"`),
    path: (count) => `/other-${count}/1k.txt`,
  },
  {
    title: 'SetEnvIf, none matches',
    modules: ['setenvif'],
    entries: (count) => lines(count, (n) => `SetEnvIf Request_URI "^/counted-${n}/" counted=${n}`),
  },
  {
    title: 'BrowserMatch, none matches',
    modules: ['setenvif'],
    entries: (count) => lines(count, (n) => `BrowserMatch "Robot-${n}/" robot=${n}`),
  },
];

async function measureFamily(
  context: BenchContext,
  family: Family,
  count: number,
): Promise<{ measurements: Measurement[]; notes: string[] }> {
  const directory = makeReadableDirectory(context.directory, `${families.indexOf(family)}-${count}`);
  const own = { ...context, directory };
  const documentRoot = writeDocuments(own);
  const entries = family.entries(count, documentRoot, context.firstPort);
  if (family.inHtaccess) writeFileSync(join(documentRoot, '.htaccess'), `${entries}\n`);
  const body = family.inHtaccess ? `<Directory "${documentRoot}">\nAllowOverride All\n</Directory>` : entries;
  const work: Work = { documentRoot, apache: { modules: family.modules, body } };
  const { contestants, absent } = await startOnWork(own, work);
  const host = family.host?.(count);
  const path = family.path?.(count) ?? '/1k.txt';
  const headers = host === undefined ? {} : { headers: { Host: host } };
  const load = { paths: [path], bodyBytes: [1024], connections, ...headers };
  const { measurements, notes } = await measureLoad(own, contestants, load);
  await stopContestants(contestants);
  return { measurements, notes: [...absenceNotes(absent), ...notes] };
}

/** What a family cost at one size, by server. */
interface Point {
  readonly count: number;
  readonly costs: Partial<Record<ServerName, number>>;
}

/** By the titles of the families. */
type Measured = Readonly<Record<string, readonly Point[]>>;

const name = 'rules-scaling';

async function measureSizes(context: BenchContext, family: Family, notes: Set<string>): Promise<Point[]> {
  const points: Point[] = [];
  for (const count of family.sizes ?? usualSizes) {
    context.say(`${family.title}: ${count}`);
    const result = await measureFamily(context, family, count);
    const costs = result.measurements.map((one) => [one.name, one.cpuMicroseconds] as const);
    points.push({ count, costs: Object.fromEntries(costs) });
    for (const note of result.notes) {
      notes.add(note.includes(' skipped: ') ? note : `${family.title}, ${count}: ${note}`);
    }
  }
  return points;
}

function rowsOf(title: string, points: readonly Point[]): string[][] {
  const first = points[0]?.costs['httpd-ts'];
  return points.map(({ count, costs: { 'httpd-ts': ours, apache2: apache } }) => [
    title,
    count.toLocaleString('en'),
    shown(ours),
    shown(apache),
    ours === undefined ? '-' : ratio(ours, apache),
    ours === undefined ? '-' : ratio(ours, first),
  ]);
}

function panelOf(title: string, points: readonly Point[], servers: readonly ServerName[]): Panel {
  const curves = servers.map((server): Curve => {
    const line = points.flatMap(({ count, costs }): [number, number][] =>
      costs[server] === undefined ? [] : [[count, costs[server]]],
    );
    return { name: server, points: line };
  });
  return { title, curves: curves.filter((curve) => curve.points.length > 0) };
}

function shown(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(1);
}

/** The families whose titles hold one of the words, in either case; all where there is no word. */
function wantedFamilies(words: readonly string[]): readonly Family[] {
  const holds = (title: string, word: string) => title.toLowerCase().includes(word.toLowerCase());
  for (const word of words) {
    if (families.some(({ title }) => holds(title, word))) continue;
    throw new Error(`--family ${word}: there is ${families.map(({ title }) => `"${title}"`).join(', ')}`);
  }
  return words.length === 0
    ? families
    : families.filter(({ title }) => words.some((word) => holds(title, word)));
}

async function run(all: BenchContext): Promise<Report> {
  const wanted = wantedFamilies(all.families);
  const servers = all.servers.filter((one) => one === 'httpd-ts' || one === 'apache2');
  const context = { ...all, servers };
  await startBackend(context, writeDocuments(context));
  const notes = new Set<string>();
  const measured: Record<string, readonly Point[]> = {};
  for (const family of wanted) measured[family.title] = await measureSizes(context, family, notes);
  // Families that were not asked for stay as they were measured before.
  const kept = all.families.length === 0 ? {} : ((keptMeasured(name) as Measured | undefined) ?? {});
  const whole: Measured = { ...kept, ...measured };
  const known = families.flatMap(({ title }) =>
    whole[title] === undefined ? [] : [[title, whole[title]] as const],
  );
  const columns = [
    'entries',
    'number',
    'httpd-ts CPU µs/request',
    'apache2 CPU µs/request',
    'to apache2',
    'to the first size',
  ];
  return {
    tables: [{ columns, rows: known.flatMap(([title, points]) => rowsOf(title, points)) }],
    notes: [...notes],
    picture: curvePicture(
      known.map(([title, points]) => panelOf(title, points, servers)),
      'CPU µs/request',
    ),
    measured: Object.fromEntries(known),
  };
}

/** Whether a request's cost depends on how much the configuration holds. */
export const rulesScaling: Scenario = {
  name,
  title: 'Cost of a request by the size of the configuration',
  what: 'A GET of 1 KiB past 1, 100 and 10,000 entries of a kind (1,000 in a `.htaccess`): a file, or the proxy for ProxyPass; kept connections; combined log.',
  run,
};
