import type * as net from 'node:net';
import { join } from 'node:path';
import {
  type Compilation,
  type Diagnostic,
  type ModuleDefinition,
  renderAsHttpd,
  runLifecycle,
  type Scoreboard,
  type ServedPlan,
  type Settings,
  type World,
} from '@httpd-ts/kernel';
import { addressText, uniqueListen } from './bind-address.ts';
import { type ConfigurationSource, configure } from './configure.ts';
import { Engine } from './front/engine.ts';
import { frontServer } from './front/front-server.ts';
import { loadModules } from './load-modules.ts';
import { keptFiles, runtimeFolder } from './world/kept-files.ts';
import { openedLogs } from './world/logs.ts';
import { nodeNetwork } from './world/network.ts';
import { nodeWorld } from './world/node-world.ts';
import { programTable } from './world/programs.ts';
import type { SocketHandles } from './world/socket-handles.ts';
import type { PeerStream } from './world/socket-stream.ts';
import { nodeSystem } from './world/system-facts.ts';

/** A socket to listen on and what connections to it are told about it. */
export interface ListenMapping {
  readonly bind: { readonly address: string | undefined; readonly port: number };
  /** The address and port to report as the local ones; the true ones when left out. */
  readonly local?: { readonly address: string; readonly port: number };
}

export interface InProcessOptions extends ConfigurationSource {
  /** Parts that replace the real machine's. */
  readonly world?: Partial<World>;
  readonly modules?: readonly ModuleDefinition[];
  /** True sockets for an address of the configuration. Port 0 takes a free one. */
  mapListen?(address: string | undefined, port: number): readonly ListenMapping[];
  /** The address a client is said to come from, by its socket's. */
  mapPeer?(address: string): string;
  /** What connections are made of; `false` has node's own sockets carry them, as where node offers nothing else. */
  readonly handles?: SocketHandles | false;
  /** Takes warnings and errors of the configuration, as httpd words them. */
  report?(text: string, diagnostic: Diagnostic): void;
}

export interface InProcessServer {
  /** Where it listens, and the local address that each mapped socket reports. */
  readonly addresses: readonly {
    readonly address: string;
    readonly port: number;
    readonly local?: ListenMapping['local'];
  }[];
  readonly engine: Engine;
  readonly world: World;
  /** Puts the configuration in force as it is now; with an error nothing changes, and the error is returned. */
  reload(): Promise<string | undefined>;
  /** Closes everything; `graceful` lets requests in flight end first. */
  stop(graceful?: boolean): Promise<void>;
}

/** The configuration or a listener was refused; the message is httpd's. */
export class StartError extends Error {}

interface Current {
  readonly plan: ServedPlan;
  readonly compilation: Compilation;
}

/** Serves a configuration in this very process and thread. */
export async function serveInProcess(options: InProcessOptions): Promise<InProcessServer> {
  const modules = options.modules ?? (await loadModules());
  const ownLogs = options.world?.logs === undefined ? openedLogs() : undefined;
  const errors = ownLogs === undefined ? {} : { errors: (bytes: Uint8Array) => ownLogs.writeError(bytes) };
  const ownPrograms = options.world?.programs === undefined ? programTable(errors) : undefined;
  const scoreboard: Scoreboard = { collect: async () => [engine.status(process.pid)] };
  let folder = join(options.serverRoot, 'logs');
  const world = nodeWorld({
    kept: keptFiles(() => folder),
    system: nodeSystem(Date.now()),
    scoreboard,
    network: nodeNetwork(options.handles),
    ...options.world,
    ...(ownLogs === undefined ? {} : { logs: ownLogs }),
    ...(ownPrograms === undefined ? {} : { programs: ownPrograms }),
  });
  const listeners = new Map<
    string,
    { readonly server: net.Server; readonly local: ListenMapping['local'] }
  >();

  const read = (): Current => {
    const onSettings = (settings: Settings) => {
      folder = runtimeFolder(settings);
    };
    const configuration = configure({ ...options, onSettings }, world, modules);
    const errors = configuration.diagnostics.filter(({ severity }) => severity === 'error');
    for (const diagnostic of configuration.diagnostics)
      options.report?.(renderAsHttpd(diagnostic), diagnostic);
    for (const { target, error } of ownLogs?.failures ?? [])
      throw new StartError(`${error}: could not open log file ${target}.`);
    const { plan, compiled } = configuration;
    if (plan === undefined) throw new StartError(errors.map(renderAsHttpd).join('\n'));
    return { plan, compilation: compiled!.compilation };
  };
  const leave = ({ plan, compilation }: Current) => {
    runLifecycle(plan.modules, 'serverExit', compilation, plan);
    runLifecycle(plan.modules, 'childExit', compilation, plan);
  };
  const enter = ({ plan, compilation }: Current) => {
    runLifecycle(plan.modules, 'childInit', compilation, plan);
    runLifecycle(plan.modules, 'serverInit', compilation, plan);
  };

  const openListeners = async (engine: Engine): Promise<void> => {
    const wanted = new Set<string>();
    for (const { address, port } of uniqueListen(engine.plan.listen)) {
      for (const mapping of options.mapListen?.(address, port) ?? [{ bind: { address, port } }]) {
        const key =
          addressText(mapping.bind) +
          (mapping.bind.port === 0 ? ` for ${addressText(mapping.local ?? { address, port })}` : '');
        wanted.add(key);
        if (!listeners.has(key))
          listeners.set(key, { server: await listen(engine, mapping, options), local: mapping.local });
      }
    }
    for (const [key, { server }] of listeners) {
      if (wanted.has(key)) continue;
      server.close();
      listeners.delete(key);
    }
  };

  let current = read();
  enter(current);
  const engine: Engine = new Engine(current.plan, 0);
  ownLogs?.endGeneration();
  ownPrograms?.endGeneration();
  try {
    await openListeners(engine);
  } catch (error) {
    for (const { server } of listeners.values()) server.close();
    // What it began for itself, such as health checks, must not outlive the start that failed.
    leave(current);
    void ownPrograms?.endAll();
    throw error;
  }

  return {
    engine,
    world,
    get addresses() {
      return [...listeners.values()].map(({ server, local }) => {
        const { address, port } = server.address() as net.AddressInfo;
        return { address, port, ...(local === undefined ? {} : { local }) };
      });
    },
    async reload() {
      ownLogs?.beginGeneration();
      try {
        const next = read();
        enter(next);
        engine.swap(next.plan);
        leave(current);
        current = next;
      } catch (error) {
        ownLogs?.abandonGeneration();
        ownPrograms?.abandonGeneration();
        return error instanceof Error ? error.message : String(error);
      }
      ownLogs?.endGeneration();
      ownPrograms?.endGeneration();
      await openListeners(engine);
      return undefined;
    },
    async stop(graceful = false) {
      const closed = [...listeners.values()].map(
        ({ server }) => new Promise<void>((resolve) => server.close(() => resolve())),
      );
      engine.closeIdle();
      if (!graceful) for (const connection of engine.connections) connection.destroy();
      await Promise.all([...closed, engine.whenEmpty()]);
      leave(current);
      await ownPrograms?.endAll();
      ownLogs?.close();
    },
  };
}

function listen(
  engine: Engine,
  { bind, local }: ListenMapping,
  options: InProcessOptions,
): Promise<net.Server> {
  const clientOf = (client: Pick<PeerStream, 'remoteAddress'>) => options.mapPeer?.(plainPeer(client));
  const server = frontServer(
    engine,
    { ...(local === undefined ? {} : { local }), clientOf },
    options.handles,
  );
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? '(98)Address already in use'
          : `(${Math.abs(error.errno ?? 0)})${error.code}`;
      reject(new StartError(`${reason}: AH00072: make_sock: could not bind to address ${addressText(bind)}`));
    });
    server.listen(
      { port: bind.port, ...(bind.address === undefined ? {} : { host: bind.address }), backlog: 511 },
      () => resolve(server),
    );
  });
}

function plainPeer(client: Pick<PeerStream, 'remoteAddress'>): string {
  return client.remoteAddress.replace(/^::ffff:/, '');
}
