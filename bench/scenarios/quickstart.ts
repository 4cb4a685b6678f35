import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../scripts/httpd-ts-command.ts';
import { absenceNotes, apacheProgramOr, startContestants, stopContestants } from '../contestants.ts';
import { loadTable, measureLoad } from '../measure-load.ts';
import type { Report } from '../report.ts';
import { type BenchContext, makeReadableDirectory, type Scenario } from '../scenario.ts';
import { serveArguments } from '../servers/apache2.ts';
import { nginxConfiguration } from '../servers/nginx.ts';
import { type ServeCommand, type ServerName, startServer } from '../servers/server.ts';
import { connections } from '../work.ts';

const tree = join(repositoryRoot, 'fixtures/quickstart');
const greetings = ['Hello world!\n', 'Howdy world!\n'] as const;

/** Starts one nginx that plays both demo back ends, on two neighbouring ports. */
async function startGreeters(context: BenchContext): Promise<readonly [number, number]> {
  const directory = makeReadableDirectory(context.directory, 'greeters');
  const ports = [context.firstPort, context.firstPort + 9] as const;
  const serve = (text: string) => `default_type text/plain; location / { return 200 "${text.trim()}\\n"; }`;
  const text = nginxConfiguration({
    port: ports[0],
    directory,
    workers: 1,
    accessLog: false,
    http: `server { listen 127.0.0.1:${ports[1]}; ${serve(greetings[1])} }`,
    server: serve(greetings[0]),
  });
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, text);
  const outputFile = join(directory, 'output.log');
  await startServer({ command: 'nginx', args: ['-c', file], port: ports[0], outputFile });
  return ports;
}

/** Copies the tree, so that it can be served on other ports than 8080 to 8082. */
function copyTree(directory: string, ports: ReadonlyMap<string, number>): void {
  cpSync(tree, directory, { recursive: true });
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, entry.isDirectory() ? 0o755 : 0o644);
    if (!entry.name.endsWith('.conf')) continue;
    const text = readFileSync(path, 'latin1').replace(/\b808[012]\b/g, (port) => String(ports.get(port)));
    writeFileSync(path, text, 'latin1');
  }
}

function commandFor(
  name: ServerName,
  directory: string,
  port: number,
  backends: readonly [number, number],
): ServeCommand | string {
  if (name === 'nginx' || name === 'haproxy') return 'cannot read the tree';
  const found = apacheProgramOr(name);
  if ('reason' in found) return found.reason;
  const copy = join(directory, 'quickstart');
  copyTree(
    copy,
    new Map([
      ['8080', port],
      ['8081', backends[0]],
      ['8082', backends[1]],
    ]),
  );
  const args = serveArguments(copy, join(copy, 'apache2.conf'));
  const outputFile = join(directory, 'output.log');
  if (name === 'httpd-ts') return { command: found.program, args, port, outputFile };
  // As apachectl does: the variables of envvars, then the server in the place of the shell.
  const script = '. "$1/envvars"; shift; exec "$@"';
  return { command: '/bin/sh', args: ['-c', script, 'sh', copy, found.program, ...args], port, outputFile };
}

async function run(context: BenchContext): Promise<Report> {
  if (!existsSync(join(tree, 'apache2.conf'))) {
    return { tables: [], notes: ['skipped: this clone has no fixtures/quickstart/apache2.conf.'] };
  }
  const backends = await startGreeters(context);
  const { contestants, absent } = await startContestants(context, (name, directory, port) =>
    commandFor(name, directory, port, backends),
  );
  const page = readFileSync(join(tree, 'htdocs/index.html')).length;
  const [greeting] = greetings;
  const load = {
    paths: ['/', '/app/', '/hello/'],
    bodyBytes: [page, greeting.length, greeting.length],
    connections,
  };
  const { measurements, notes } = await measureLoad(context, contestants, load);
  await stopContestants(contestants);
  return { tables: [loadTable(measurements)], notes: [...absenceNotes(absent), ...notes] };
}

/** The tree of npm start. */
export const quickstart: Scenario = {
  name: 'quickstart',
  title: 'The quickstart tree',
  what: 'A page, a ProxyPass and a balancer of fixtures/quickstart in turn; kept connections as the tree sets them; combined log.',
  run,
};
