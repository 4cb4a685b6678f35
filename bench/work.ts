import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Work } from './contestants.ts';
import { type BenchContext, makeReadableDirectory } from './scenario.ts';
import { type NginxSettings, nginxConfiguration, nginxProxy } from './servers/nginx.ts';
import { startServer } from './servers/server.ts';

/** The modules of a plain reverse proxy. */
export const proxyModules = ['proxy', 'proxy_http'] as const;

/** The connections wrk keeps open: few, since it shares the processors with the server. */
export const connections = 32;

/** Writes the files that are served: 1k.txt and 100k.txt of exactly that size. */
export function writeDocuments(context: BenchContext): string {
  const directory = makeReadableDirectory(context.directory, 'htdocs');
  writeFileSync(join(directory, '1k.txt'), 'x'.repeat(1024), { mode: 0o644 });
  writeFileSync(join(directory, '100k.txt'), 'x'.repeat(100 * 1024), { mode: 0o644 });
  return directory;
}

/** Starts the back end of the proxy scenarios, an nginx that is not measured; returns its port. */
export async function startBackend(
  context: BenchContext,
  documentRoot: string,
  settings: Pick<NginxSettings, 'address' | 'workerConnections'> = {},
): Promise<number> {
  const directory = makeReadableDirectory(context.directory, 'backend');
  const port = context.firstPort;
  const text = nginxConfiguration({
    port,
    directory,
    workers: 1,
    accessLog: false,
    ...settings,
    server: `root ${documentRoot}; open_file_cache max=100;`,
  });
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, text);
  await startServer({
    command: 'nginx',
    args: ['-c', file],
    port,
    outputFile: join(directory, 'output.log'),
  });
  return port;
}

/** Files from disk; haproxy does not serve any. */
export async function staticWork(context: BenchContext): Promise<Work> {
  const documentRoot = writeDocuments(context);
  return { documentRoot, apache: { body: '' }, nginx: { server: `root ${documentRoot};` } };
}

/** Everything is passed to one back end over kept connections. */
export async function proxyWork(context: BenchContext): Promise<Work> {
  const documentRoot = writeDocuments(context);
  const backendPort = await startBackend(context, documentRoot);
  const { http, location } = nginxProxy(backendPort);
  return {
    documentRoot,
    apache: {
      modules: proxyModules,
      body: `ProxyPass "/" "http://127.0.0.1:${backendPort}/"\nProxyPassReverse "/" "http://127.0.0.1:${backendPort}/"`,
    },
    nginx: { http, server: `location / { ${location} }` },
    haproxy: { backendPort },
  };
}
