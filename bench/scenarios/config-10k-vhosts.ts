import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apacheProgramOr, portOf } from '../contestants.ts';
import { mebibytes, median, type Report, ratio } from '../report.ts';
import { type CommandUsage, runCommand } from '../run-command.ts';
import { type BenchContext, makeReadableDirectory, type Scenario } from '../scenario.ts';
import { apacheConfiguration } from '../servers/apache2.ts';

const virtualHosts = 10_000;

// The shape of a hosting machine's file: a site, its aliases, redirects, an application behind it, its headers.
function virtualHost(number: number, documentRoot: string): string {
  const name = `site${number}.example.com`;
  return `<VirtualHost *:80>
    ServerName ${name}
    ServerAlias www.${name} *.site${number}.example.net
    ServerAdmin webmaster@${name}
    DocumentRoot "${documentRoot}"
    RewriteEngine On
    RewriteCond %{HTTP_HOST} ^www\\.(.+)$ [NC]
    RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]
    RedirectMatch 301 "^/feed/?$" "/rss.xml"
    ProxyPass "/static/" "!"
    ProxyPass "/app/" "http://127.0.0.1:9000/site${number}/"
    ProxyPassReverse "/app/" "http://127.0.0.1:9000/site${number}/"
    <Location "/admin">
        Require ip 192.0.2.0/24
    </Location>
    Header always set X-Site "${number}"
</VirtualHost>
`;
}

function writeConfiguration(context: BenchContext): { directory: string; file: string } {
  const directory = makeReadableDirectory(context.directory, 'tree');
  const documentRoot = makeReadableDirectory(directory, 'htdocs');
  const sites = Array.from({ length: virtualHosts }, (_, index) => virtualHost(index, documentRoot));
  const modules = ['headers', 'rewrite', 'proxy', 'proxy_http'];
  const port = portOf(context, 'apache2');
  const text = apacheConfiguration({ port, directory, documentRoot, modules, body: sites.join('') });
  const file = join(directory, 'httpd.conf');
  writeFileSync(file, text);
  return { directory, file };
}

interface Runs {
  readonly name: 'httpd-ts' | 'apache2';
  readonly runs: readonly CommandUsage[];
}

function tableRow({ name, runs }: Runs, apache: Runs | undefined): string[] {
  const middle = (one: Runs, of: (usage: CommandUsage) => number) => median(one.runs.map(of));
  const wall = (usage: CommandUsage) => usage.wallSeconds;
  const cpu = (usage: CommandUsage) => usage.cpuSeconds;
  const own: Runs = { name, runs };
  return [
    `${name} -t`,
    middle(own, wall).toFixed(2),
    ratio(middle(own, wall), apache && middle(apache, wall)),
    middle(own, cpu).toFixed(2),
    ratio(middle(own, cpu), apache && middle(apache, cpu)),
    mebibytes(middle(own, (usage) => usage.peakResidentBytes)),
  ];
}

async function run(context: BenchContext): Promise<Report> {
  const { directory, file } = writeConfiguration(context);
  const notes: string[] = [];
  const collected = new Map<'httpd-ts' | 'apache2', CommandUsage[]>();
  const names = (['httpd-ts', 'apache2'] as const).filter((name) => context.servers.includes(name));
  for (let round = 1; round <= context.rounds; round++) {
    for (const name of names) {
      const found = apacheProgramOr(name);
      if ('reason' in found) {
        if (round === 1) notes.push(`${name} skipped: ${found.reason}.`);
        continue;
      }
      const usage = await runCommand(found.program, ['-d', directory, '-f', file, '-t']);
      context.say(`round ${round}, ${name}: ${usage.wallSeconds.toFixed(2)} s`);
      if (usage.exit === 0) collected.set(name, [...(collected.get(name) ?? []), usage]);
      else notes.push(`${name}: round ${round} is invalid: exit ${usage.exit}: ${usage.output.trim()}`);
    }
  }
  const all = [...collected].map(([name, runs]) => ({ name, runs }));
  const apache = all.find(({ name }) => name === 'apache2');
  return {
    tables: [
      {
        columns: ['command', 'wall s', 'to apache2', 'CPU s', 'to apache2', 'peak RSS MiB'],
        rows: all.map((one) => tableRow(one, apache)),
      },
    ],
    notes,
  };
}

/** How long a large configuration takes to be checked. */
export const config10kVhosts: Scenario = {
  name: 'config-10k-vhosts',
  title: 'Configuration test, 10,000 virtual hosts',
  what: 'The -t switch on one generated file of 10,000 virtual hosts, each with 13 directives, one of them in a section.',
  run,
};
