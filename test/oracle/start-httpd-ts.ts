import { isIP } from 'node:net';
import type { Databases, FileError, Files, Logs, Network, Programs, Scripts } from '@httpd-ts/kernel';
import * as modules from '@httpd-ts/modules';
import {
  nodeDatabases,
  nodeFiles,
  nodeNetwork,
  nodeScripts,
  openedLogs,
  programTable,
  serveInProcess,
} from '@httpd-ts/server';
import type { Endpoint } from './parse-requests.ts';

/**
 * What a replayed server is given in place of a machine: the case's own files, names, ports and clients.
 * Everything on the left is as the configuration knows it, everything returned is as it truly is.
 */
export interface ReplayWorld {
  /** The path to start with, `/etc/apache2/apache2.conf`, still to be mapped. */
  readonly configFile: string;
  /** The environment the configuration may refer to. */
  readonly environment: Readonly<Record<string, string>>;
  /** The machine's own name. */
  readonly hostName: string;
  /** Where an absolute path of the case lies on disk; paths outside the case stay as they are. */
  mapPath(path: string): string;
  /** The way back, for what the file system itself reports (`realPath`). */
  unmapPath(path: string): string;
  /** The address of a host name, or undefined when it does not resolve. */
  resolve(hostName: string): string | undefined;
  /** The first host name of an address, as a hosts file gives it. */
  nameOf(address: string): string | undefined;
  /** The local addresses to report for one `Listen`. Each gets a socket on a free port of the loopback. */
  mapListen(address: string | undefined, port: number): readonly Endpoint[];
  /** Where to connect for a back end. */
  mapConnect(address: string, port: number): Endpoint;
  /** The address a client claims to come from, by the one its socket has. */
  mapPeer(address: string): string;
  /** Takes a line, without its line end, in place of a log file. Must be called without delay. */
  writeLog(file: string, line: string): void;
}

/** A server that accepts connections. */
export interface ReplayedServer {
  /** Where it truly listens, and the local address it believes in. */
  readonly listening: readonly ListenMapping[];
  stop(): Promise<void>;
}

/** One true socket and what the server believes about it. */
export interface ListenMapping {
  readonly bind: Endpoint;
  readonly local: Endpoint;
}

/** Starts a server on a case and resolves once it accepts connections. */
export type StartServer = (world: ReplayWorld) => Promise<ReplayedServer>;

const loopback = '127.0.0.1';

/** The server under test, in this process; undefined while there are no modules to run it with. */
export const startHttpdTs: StartServer | undefined = 'standardModules' in modules ? start : undefined;

async function start(replay: ReplayWorld): Promise<ReplayedServer> {
  const programs = programTable({ errors: () => {} });
  const server = await serveInProcess({
    configFile: replay.configFile,
    serverRoot: '/etc/apache2',
    allowUnsupported: ['all'],
    world: {
      files: mappedFiles(replay),
      environment: new Map(Object.entries(replay.environment)),
      network: mappedNetwork(replay),
      scripts: mappedScripts(replay),
      programs: mappedPrograms(replay, programs),
      databases: mappedDatabases(replay),
      logs: collectedLogs(replay),
    },
    mapListen: (address, port) =>
      replay.mapListen(address, port).map((local) => ({ bind: { address: loopback, port: 0 }, local })),
    mapPeer: (address) => replay.mapPeer(address),
  });
  programs.endGeneration();
  return {
    listening: server.addresses.map(({ address, port, local }) => ({
      bind: { address, port },
      local: local ?? { address, port },
    })),
    async stop() {
      await server.stop();
      await programs.endAll();
    },
  };
}

/** The case's files under the paths that the configuration knows them by. */
function mappedFiles(replay: ReplayWorld): Files {
  const files = nodeFiles();
  const at = (path: string) => replay.mapPath(path);
  const back = (path: string) => (path.startsWith('/') ? replay.unmapPath(path) : path);
  const found = (path: string | FileError) =>
    typeof path === 'string' && path.startsWith('/') ? back(path) : path;
  return {
    stat: (path) => files.stat(at(path)),
    lstat: (path) => files.lstat(at(path)),
    mtimeMicroseconds: (path) => files.mtimeMicroseconds(at(path)),
    readText: (path) => files.readText(at(path)),
    readBytes: (path) => files.readBytes(at(path)),
    readDirectory: (path) => files.readDirectory(at(path)),
    readLink: (path) => found(files.readLink(at(path))),
    realPath: (path) => found(files.realPath(at(path))),
    access: (path, mode) => files.access(at(path), mode),
    smallFile: (path, info) => files.smallFile(at(path), info),
    open: (path) => files.open(at(path)),
    replace: (path, text, mode) => files.replace(at(path), text, mode),
  };
}

/** Back ends by the names and addresses of the case. */
function mappedNetwork(replay: ReplayWorld): Network {
  const network = nodeNetwork();
  const resolveNow = (host: string): readonly string[] | undefined => {
    if (isIP(host) !== 0) return [host];
    const address = replay.resolve(host);
    return address === undefined ? undefined : [address];
  };
  return {
    hostName: replay.hostName,
    hasInterface: (name) => network.hasInterface(name),
    interfaceName: (index) => network.interfaceName(index),
    resolveNow,
    reverseNow: (address) => replay.nameOf(address),
    resolve: async (host) => resolveNow(host),
    openDatagrams: (options) => network.openDatagrams(options),
    reverse: async (address) => replay.nameOf(address),
    async connect(target) {
      if (target.path !== undefined) return network.connect({ ...target, path: replay.mapPath(target.path) });
      const [address] = resolveNow(target.host ?? 'localhost') ?? [];
      if (address === undefined) return 'ENOTFOUND';
      const { address: host, port } = replay.mapConnect(address, target.port ?? 80);
      const { localAddress: _left, ...rest } = target;
      return network.connect({ ...rest, host, port });
    },
  };
}

/** The case's programs run where they lie, and are told the names of the case. */
function mappedScripts(replay: ReplayWorld): Scripts {
  return {
    run: (script) =>
      nodeScripts.run({
        ...script,
        path: replay.mapPath(script.path),
        directory: replay.mapPath(script.directory),
      }),
  };
}

/** Programs of maps run where they lie, as the user of the tests. */
function mappedPrograms(replay: ReplayWorld, programs: Programs): Programs {
  return {
    open: ({ user: _user, group: _group, argv: [program = '', ...args], ...rest }) =>
      programs.open({ ...rest, argv: [replay.mapPath(program), ...args] }),
  };
}

/** A database that is a file lies with the case. */
function mappedDatabases(replay: ReplayWorld): Databases {
  return {
    open: (database) =>
      nodeDatabases.open(
        database.driver === 'sqlite3'
          ? { ...database, parameters: replay.mapPath(database.parameters) }
          : database,
      ),
  };
}

/** Lines of log files go to the case; a piped log is a program all the same, and a log elsewhere a file that can be asked for. */
function collectedLogs(replay: ReplayWorld): Logs {
  const programs = openedLogs();
  return {
    standardError: { write: () => {} },
    open(target, options) {
      if (!target.startsWith('/')) return programs.open(target, options);
      if (!/^\/(?:var\/log|srv)\//.test(target)) return programs.open(replay.mapPath(target), options);
      return {
        write(text) {
          for (const line of text.replace(/\n$/, '').split('\n')) replay.writeLog(target, line);
        },
      };
    },
  };
}
