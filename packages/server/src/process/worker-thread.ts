import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import {
  type KeptTexts,
  type ModuleDefinition,
  type Programs,
  runLifecycle,
  type Scoreboard,
  type ThreadStatus,
} from '@httpd-ts/kernel';
import { Engine } from '../front/engine.ts';
import { frontServer } from '../front/front-server.ts';
import { loadModules } from '../load-modules.ts';
import { nodeFiles } from '../world/files.ts';
import { nodeWorld } from '../world/node-world.ts';
import { programKey } from '../world/programs.ts';
import { statOncePerTurn } from '../world/stats-of-turn.ts';
import { nodeSystem } from '../world/system-facts.ts';
import { type Compiled, compilePlan } from './compile-plan.ts';
import { threadLogs } from './log-frames.ts';
import {
  type FromThread,
  type PlainConfiguration,
  readerOf,
  type ThreadStart,
  type ToThread,
} from './messages.ts';
import { threadSharedMemory } from './shared-memory.ts';

// Each worker thread compiles the configuration it is given and serves it on its own copies of the listening sockets.

const start = workerData as ThreadStart;
const port = parentPort!;
const send = (message: FromThread) => port.postMessage(message);

const logs = threadLogs(start.slot.log);
const collecting = new Map<number, (threads: readonly ThreadStatus[]) => void>();
let nextCollection = 1;

const scoreboard: Scoreboard = {
  collect: () =>
    new Promise((resolve) => {
      const id = nextCollection++;
      collecting.set(id, resolve);
      send({ kind: 'collect', id });
    }),
};

const followers = new Map<string, (text: string) => void>();

const kept: KeptTexts = {
  read: readerOf(start.kept),
  write: (name, text) => send({ kind: 'keep', name, ...text }),
  follow: (name, take) => void followers.set(name, take),
};

const asking = new Map<number, (line: string | undefined) => void>();
let nextQuestion = 1;

/** The supervisor has started the programs. */
const programs: Programs = {
  open: (given) => ({
    start: () => undefined,
    ask: (line) =>
      new Promise((resolve) => {
        const id = nextQuestion++;
        asking.set(id, resolve);
        send({ kind: 'ask', id, program: programKey(given), line });
      }),
  }),
};

const world = nodeWorld({
  files: statOncePerTurn(nodeFiles()),
  logs,
  kept,
  programs,
  scoreboard,
  shared: threadSharedMemory(start.thread, start.threads, start.shared, start.signal),
  system: nodeSystem(start.configuration.startedAtMs),
});

const failed = (text: string) =>
  send({ kind: 'failed', text, generation: start.configuration.generation, atReload: false });

let modules: ReadonlyMap<string, ModuleDefinition> = new Map();

function compileForThread(configuration: PlainConfiguration): Compiled | string {
  logs.setTargets(configuration.logTargets);
  const compiled = compilePlan(configuration, world, modules);
  if (typeof compiled !== 'string')
    runLifecycle(compiled.plan.modules, 'childInit', compiled.compilation, compiled.plan);
  return compiled;
}

function serveWith(first: Compiled): void {
  let current = first;
  const engine = new Engine(first.plan, start.thread);
  const servers: ReturnType<typeof frontServer>[] = [];

  const reload = (configuration: PlainConfiguration) => {
    const next = compileForThread(configuration);
    if (typeof next === 'string') {
      const { generation } = configuration;
      send({ kind: 'failed', text: next, generation, atReload: true });
      return;
    }
    const { plan, compilation } = current;
    current = next;
    engine.swap(next.plan);
    runLifecycle(plan.modules, 'childExit', compilation, plan);
    logs.flush();
    send({ kind: 'reloaded', generation: configuration.generation });
  };

  const exit = () => {
    const { plan, compilation } = current;
    runLifecycle(plan.modules, 'childExit', compilation, plan);
    logs.flush();
    process.exit(0);
  };

  const drain = (closeIdle: boolean) => {
    for (const server of servers) server.close();
    // Connections that wait for a request may still bring one; only they can tell that the server is going.
    engine.isStopping = true;
    if (closeIdle) engine.closeIdle();
    setInterval(() => {
      if (engine.connections.size === 0) exit();
    }, 20);
  };

  const handle = (message: ToThread): void => {
    switch (message.kind) {
      case 'reload':
        reload(message.configuration);
        break;
      case 'report':
        send({ kind: 'report', id: message.id, status: engine.status(process.pid) });
        break;
      case 'answer':
        asking.get(message.id)?.(message.line);
        asking.delete(message.id);
        break;
      case 'collected':
        collecting.get(message.id)?.(message.threads);
        collecting.delete(message.id);
        break;
      case 'kept':
        followers.get(message.name)?.(message.text);
        break;
      case 'drain':
        drain(message.closeIdle);
        break;
      case 'stop':
        exit();
    }
  };
  // What has come in the meantime holds before the first connection is accepted.
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
    handle(next.message as ToThread);
  port.on('message', handle);

  const { slot, backlog } = start;
  for (const fd of slot.listeners) servers.push(frontServer(engine).listen({ fd, backlog }));
  let waiting = servers.length;
  for (const server of servers) {
    server.once('error', (error) => failed(`could not listen: ${error.message}`));
    server.once('listening', () => {
      if (--waiting === 0) send({ kind: 'ready' });
    });
  }
}

function begin(available: readonly ModuleDefinition[]): void {
  modules = new Map(available.map((module) => [module.name, module]));
  const compiled = compileForThread(start.configuration);
  if (typeof compiled === 'string') failed(compiled);
  else serveWith(compiled);
}

void loadModules(start.configuration.modulesSource).then(begin);
