import { HeaderTable } from '@httpd-ts/http1';
import {
  type ConnectionRecord,
  compile,
  Defines,
  type Diagnostic,
  type ModuleDefinition,
  type Response,
  resolve,
  type ServedPlan,
  type Settings,
  serve,
  type World,
} from '@httpd-ts/kernel';

/** A configuration that answers requests in memory, for tests. */
export interface InMemoryServer {
  readonly plan: ServedPlan;
  request(
    line: string,
    headers?: Readonly<Record<string, string>>,
    clientAddress?: string,
  ): Promise<Response>;
}

const configFile = '/etc/httpd.conf';

/** Reads a configuration that stands in the world's files; the complaints when it cannot be served. */
export function inMemoryServer(
  world: World,
  modules: readonly ModuleDefinition[],
  checkOnly = false,
): InMemoryServer | readonly Diagnostic[] {
  const settings: Settings = {
    serverRoot: '/etc',
    defaultRuntimeDir: undefined,
    defines: new Defines(),
    checkOnly,
    configFile,
  };
  const assumeModules = modules.map(({ name }) => name);
  const resolved = resolve({ world, settings, modules, configFile, assumeModules });
  if (resolved.diagnostics.some(({ severity }) => severity === 'error')) return resolved.diagnostics;
  const { tree, memory } = resolved;
  const { plan, diagnostics } = compile({ tree, memory, settings, world, modules: resolved.modules });
  if (plan === undefined) return diagnostics;
  return { plan, request: (...args) => answer(plan, ...args) };
}

async function answer(
  plan: ServedPlan,
  line: string,
  headers: Readonly<Record<string, string>> = {},
  clientAddress = '127.0.0.1',
): Promise<Response> {
  const [method, target] = line.split(' ') as [string, string];
  const connection: ConnectionRecord = {
    id: 1,
    clientAddress,
    clientPort: 40_000,
    localAddress: '127.0.0.1',
    localPort: 80,
    server: plan.mainServer,
    isTls: false,
    keepalives: 0,
    keepalive: 'unknown',
    aborted: false,
    notes: new Map(),
    worker: 0,
  };
  const head = {
    method,
    target,
    protocol: 'HTTP/1.1',
    protocolNumber: 1001,
    headers: HeaderTable.of([['Host', 'localhost'], ...Object.entries(headers)]),
    requestLine: `${line} HTTP/1.1`,
  };
  const servers = plan.virtualHosts.forAddress(connection.localAddress, connection.localPort);
  return serve(connection, servers, head, { name: 'localhost', port: undefined });
}
