import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchContext, makeReadableDirectory } from './scenario.ts';
import { apacheConfiguration, apacheProgram, serveArguments } from './servers/apache2.ts';
import { haproxyConfiguration } from './servers/haproxy.ts';
import { nginxConfiguration } from './servers/nginx.ts';
import {
  type RunningServer,
  type ServeCommand,
  type ServerName,
  serverNames,
  startServer,
} from './servers/server.ts';

/** The same work in each server's own language; a server without an entry cannot do it. */
export interface Work {
  readonly documentRoot: string;
  /** For apache2 and httpd-ts, which read the same file. */
  readonly apache: { readonly modules?: readonly string[]; readonly body: string };
  readonly nginx?: { readonly http?: string; readonly server: string };
  readonly haproxy?: { readonly backendPort: number };
}

/** A server under measurement. */
export interface Contestant {
  readonly name: ServerName;
  readonly server: RunningServer;
  readonly startMilliseconds: number;
}

/** Why a server is not in a table. */
export interface Absence {
  readonly name: ServerName;
  readonly reason: string;
}

/** The port a server gets in every scenario; the back end has the first. */
export function portOf(context: BenchContext, name: ServerName): number {
  return context.firstPort + 1 + serverNames.indexOf(name);
}

/** The program of apache2 or httpd-ts, or the reason why there is none. */
export function apacheProgramOr(name: 'httpd-ts' | 'apache2'): { program: string } | { reason: string } {
  const program = apacheProgram(name);
  if (program !== undefined) return { program };
  return { reason: name === 'httpd-ts' ? 'no node_modules/.bin/httpd-ts in this clone' : 'not installed' };
}

function write(directory: string, name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text, 'latin1');
  return file;
}

function commandFor(name: ServerName, work: Work, directory: string, port: number): ServeCommand | string {
  const outputFile = join(directory, 'output.log');
  if (name === 'nginx') {
    if (!work.nginx) return 'not comparable here';
    const text = nginxConfiguration({ port, directory, workers: 'auto', accessLog: true, ...work.nginx });
    return { command: 'nginx', args: ['-c', write(directory, 'nginx.conf', text)], port, outputFile };
  }
  if (name === 'haproxy') {
    if (!work.haproxy) return 'not comparable here';
    const text = haproxyConfiguration({ port, ...work.haproxy });
    const file = write(directory, 'haproxy.cfg', text);
    return { command: 'haproxy', args: ['-db', '-f', file], port, outputFile };
  }
  const found = apacheProgramOr(name);
  if ('reason' in found) return found.reason;
  const { documentRoot, apache } = work;
  const text = apacheConfiguration({ port, directory, documentRoot, ...apache });
  const args = serveArguments(directory, write(directory, 'httpd.conf', text));
  return { command: found.program, args, port, outputFile };
}

/** Starts every server that was asked for and can do the work. */
export async function startContestants(
  context: BenchContext,
  command: (name: ServerName, directory: string, port: number) => ServeCommand | string,
): Promise<{ contestants: Contestant[]; absent: Absence[] }> {
  const contestants: Contestant[] = [];
  const absent: Absence[] = [];
  for (const name of context.servers) {
    const directory = makeReadableDirectory(context.directory, name);
    const wanted = command(name, directory, portOf(context, name));
    if (typeof wanted === 'string') {
      absent.push({ name, reason: wanted });
      continue;
    }
    try {
      const begin = performance.now();
      const server = await startServer(wanted);
      contestants.push({ name, server, startMilliseconds: performance.now() - begin });
    } catch (error) {
      absent.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  for (const { name, reason } of absent) context.say(`${name}: skipped: ${reason}`);
  return { contestants, absent };
}

/** Starts every server on the same work. */
export function startOnWork(
  context: BenchContext,
  work: Work,
): Promise<{ contestants: Contestant[]; absent: Absence[] }> {
  return startContestants(context, (name, directory, port) => commandFor(name, work, directory, port));
}

/** Stops them all. */
export async function stopContestants(contestants: readonly Contestant[]): Promise<void> {
  for (const { server } of contestants) await server.stop();
}

/** The notes for the servers that are missing. */
export function absenceNotes(absent: readonly Absence[]): string[] {
  return absent.map(({ name, reason }) => `${name} skipped: ${reason}.`);
}
