import { join } from 'node:path';
import { HeaderTable } from '@httpd-ts/http1';
import { type ConnectionRecord, compile, LOG_LEVELS, type LogEntry, serve } from '@httpd-ts/kernel';
import { standardModules } from '@httpd-ts/modules';
import { nodeWorld } from '@httpd-ts/server';
import { readConfiguration } from 'httpd-ts';

/** What a request met: its status, and what was written to the error log meanwhile. */
export interface HtaccessAnswer {
  readonly status: number;
  readonly entries: readonly LogEntry[];
}

/** What a module says at levels that are not shown by default is not compared. */
const shown = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf('warn') + 1);

/** Compiles the configuration laid out in `root`; gives what asks for a target in this process. */
export function openSite(root: string): (target: string) => Promise<HtaccessAnswer> {
  const world = nodeWorld();
  const read = readConfiguration({
    world,
    modules: standardModules,
    serverRoot: root,
    configFile: join(root, 'test.conf'),
    before: [`Include ${root}/preamble/all.conf`],
  });
  const { tree, modules, memory } = read.resolved;
  const { settings } = read;
  const { plan, diagnostics } = compile({
    tree,
    settings,
    world,
    modules,
    memory,
    allowUnsupported: ['all'],
  });
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  let entries: LogEntry[] = [];
  plan.mainServer.errorLogger = {
    wants: (_module, level) => shown.includes(level),
    write: (entry) => entries.push(entry),
    writeText: () => {},
  };
  return async (target) => {
    entries = [];
    const connection: ConnectionRecord = {
      id: 1,
      clientAddress: '127.0.0.1',
      clientPort: 40_000,
      localAddress: '127.0.0.1',
      localPort: 8099,
      server: plan.mainServer,
      isTls: false,
      keepalives: 0,
      keepalive: 'unknown',
      aborted: false,
      notes: new Map(),
      worker: 0,
    };
    const head = {
      method: 'GET',
      target,
      protocol: 'HTTP/1.1',
      protocolNumber: 1001,
      headers: HeaderTable.of([['Host', 'localhost']]),
      requestLine: `GET ${target} HTTP/1.1`,
    };
    const servers = plan.virtualHosts.forAddress(connection.localAddress, connection.localPort);
    const { answering } = await serve(connection, servers, head, { name: 'localhost', port: undefined });
    return { status: answering.status, entries };
  };
}
