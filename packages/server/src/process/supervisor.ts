import { availableParallelism } from 'node:os';
import {
  type Diagnostic,
  type ModuleDefinition,
  renderAsHttpd,
  type ServedPlan,
  type World,
} from '@httpd-ts/kernel';
import { type Configuration, type ConfigurationSource, configure } from '../configure.ts';
import { loadModules, standardModulesSource } from '../load-modules.ts';
import { type FileAnswers, recordedFiles } from '../world/files-at-start.ts';
import { readKeptFiles, runtimeFolder, writeKeptFile } from '../world/kept-files.ts';
import { type OpenedLogs, openedLogs, systemErrorText } from '../world/logs.ts';
import { nodeWorld } from '../world/node-world.ts';
import { type ProgramTable, programTable } from '../world/programs.ts';
import { supplementaryGroups } from '../world/system-facts.ts';
import { type BoundListener, bindListeners } from './listeners.ts';
import type { FromServingProcess, Identity, KeepMessage, PlainConfiguration } from './messages.ts';
import { logMpmNotice, logNotice } from './notices.ts';
import {
  corruptedPidFile,
  isRunning,
  pidFilePath,
  readPidFile,
  removePidFile,
  writePidFile,
} from './pid-file.ts';
import { type ServingChild, spawnServingChild } from './serving-child.ts';
import type { SharedRegion } from './shared-memory.ts';

export interface SupervisorOptions extends ConfigurationSource {
  /** The command line for the error log. */
  readonly commandLine: string;
  /** Worker threads; the number of processors when left out. */
  readonly threads?: number;
  /** Where the modules are imported from. */
  readonly modulesSource?: string;
  /** In the background: what log programs write to standard output goes nowhere. */
  readonly isDetached?: boolean;
  /** Called once connections are accepted. */
  onReady?(): void;
  /** Takes what is said about the configuration at the start, as httpd words it; standard error when left out. */
  report?(text: string, diagnostic: Diagnostic): void;
}

const restartMs = { first: 100, longest: 10_000 };
const stopMs = 3_000;

/** A start that failed; the lines have been printed. */
class Refusal extends Error {}

const print = (text: string) => void process.stderr.write(Buffer.from(`${text}\n`, 'latin1'));

/** Runs the server in the foreground until a signal ends it; gives the exit code. */
export async function supervise(options: SupervisorOptions): Promise<number> {
  const modules = await loadModules(options.modulesSource);
  const supervisor = new Supervisor(options, modules);
  try {
    return await supervisor.run();
  } catch (error) {
    if (error instanceof Refusal) return 1;
    throw error;
  }
}

/** A configuration, and what files said while it was read. */
interface ReadConfiguration extends Configuration {
  readonly fileAnswers: FileAnswers;
}

/** What of a configuration is in force. */
interface Active {
  readonly plan: ServedPlan;
  readonly plain: PlainConfiguration;
}

/**
 * Keeps the privileges the server was started with: configuration, log files, the pid file, listening sockets, signals.
 */
class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly modules: readonly ModuleDefinition[];
  private readonly logs: OpenedLogs;
  private readonly programs: ProgramTable = programTable({ errors: (bytes) => this.logs.writeError(bytes) });
  private readonly world: World;
  private readonly threads: number;
  private listeners: ReadonlyMap<string, BoundListener> = new Map();
  private active!: Active;
  /** What the threads last said they serve, for the case that they cannot use the next. */
  private proven: Active | undefined = undefined;
  /** Whether any serving process ever became ready. */
  private hasServed = false;
  private pidFile = '';
  private generation = 0;
  private child: ServingChild | undefined = undefined;
  /** The process that is to take over, and those that finish their last requests. */
  private successor: ServingChild | undefined = undefined;
  private readonly draining = new Set<ServingChild>();
  /** Texts of the processes of this server, by name. */
  private readonly kept = new Map<string, string>();
  private ending: 'now' | 'gracefully' | undefined = undefined;
  private failures = 0;
  private handOver: ((regions: readonly SharedRegion[]) => void) | undefined = undefined;
  private reloading: Promise<void> = Promise.resolve();
  /** A process is being started that is to take over; settles when it has, or has failed. */
  private replacing: Promise<unknown> | undefined = undefined;
  /** Restarts were asked for since that process was started. */
  private wantsRestart = false;
  private finish: (exitCode: number) => void = () => {};

  constructor(options: SupervisorOptions, modules: readonly ModuleDefinition[]) {
    this.options = options;
    this.modules = modules;
    this.logs = openedLogs(options.isDetached === true ? 'ignore' : 'inherit');
    this.world = nodeWorld({ programs: this.programs, logs: this.logs });
    this.threads = options.threads ?? availableParallelism();
  }

  async run(): Promise<number> {
    try {
      return await this.runUntilStopped();
    } finally {
      await this.programs.endAll();
    }
  }

  private async runUntilStopped(): Promise<number> {
    const configuration = this.configure();
    const report = this.options.report ?? print;
    for (const diagnostic of configuration.diagnostics) report(renderAsHttpd(diagnostic), diagnostic);
    const active = this.activeOf(configuration);
    if (active === undefined) return 1;
    this.active = active;
    this.pidFile = this.pidFileOf(configuration);
    const other = this.otherServer();
    if (other !== undefined) return other;
    this.identity();
    this.bindFirst(active.plan);
    this.logs.endGeneration();
    this.recordPid();
    this.programs.endGeneration();
    const exitCode = new Promise<number>((resolve) => {
      this.finish = resolve;
    });
    this.listenToSignals();
    this.child = this.startChild([], () => {
      this.logRunning();
      this.options.onReady?.();
    });
    const code = await exitCode;
    await this.programs.endAll();
    removePidFile(this.pidFile);
    this.logs.close();
    return code;
  }

  /** Reads the configuration, and keeps what only root may read for the threads, which are not root. */
  private configure(): ReadConfiguration {
    const { options, world, modules } = this;
    if (!world.system.isRoot) return { ...configure(options, world, modules), fileAnswers: [] };
    const { files, answers } = recordedFiles(world.files);
    const configuration = configure({ ...options, filesAtStart: files }, world, modules);
    return { ...configuration, fileAnswers: answers() };
  }

  private activeOf(configuration: ReadConfiguration): Active | undefined {
    const { plan, settings, resolved } = configuration;
    if (plan === undefined) return undefined;
    if (this.logs.failures.length > 0) {
      for (const { target, error } of this.logs.failures)
        print(`${error}: ${couldNotOpen(plan, target, programOf(this.options.commandLine))}`);
      print('AH00015: Unable to open logs');
      return undefined;
    }
    const { serverRoot, defaultRuntimeDir, configFile } = settings;
    const plain: PlainConfiguration = {
      ...{ serverRoot, defaultRuntimeDir, configFile },
      generation: ++this.generation,
      tree: resolved.tree,
      defines: settings.defines.entries,
      modules: resolved.modules.map(({ name }) => name),
      hasMainThreadWork: resolved.modules.some(({ hooks }) =>
        hooks?.some(({ phase }) => phase === 'serverInit'),
      ),
      modulesSource: this.options.modulesSource ?? standardModulesSource,
      allowUnsupported: this.options.allowUnsupported ?? [],
      logTargets: this.logs.targets,
      startedAtMs: this.world.system.startedAtMs,
      fileAnswers: configuration.fileAnswers,
    };
    return { plan, plain };
  }

  private pidFileOf({ plan, settings }: Configuration): string {
    return pidFilePath(plan!.process.pidFile, settings.serverRoot);
  }

  /** The exit code when another server runs already, or nobody can tell. */
  private otherServer(): number | undefined {
    const content = readPidFile(this.pidFile);
    if (content === 'missing') return undefined;
    if (content === 'corrupted') {
      print(corruptedPidFile(this.active.plan.process.pidFile));
      return 1;
    }
    if (content.pid === process.pid) return undefined;
    if (isRunning(content.pid)) {
      process.stdout.write(`httpd (pid ${content.pid}) already running\n`);
      return 0;
    }
    const message = `AH00098: pid file ${this.pidFile} overwritten -- Unclean shutdown of previous Apache run?`;
    logNotice(this.active.plan, 'core', 'warn', message);
    return undefined;
  }

  /** Whom the serving process becomes. httpd: modules/arch/unix/mod_unixd.c set_group_privs */
  private identity(): Identity | undefined {
    const { system } = this.world;
    if (!system.isRoot) return undefined;
    const { user, group, chroot } = this.active.plan.process;
    const uid = user === undefined ? undefined : system.userId(user);
    const gid = group === undefined ? undefined : system.groupId(group);
    if (user === undefined) {
      this.refuse('AH00544: bad user name: started as root, the configuration needs a User', undefined);
    }
    if (uid === undefined) this.refuse('AH00544: bad user name', user);
    if (group === undefined || gid === undefined) this.refuse('AH00545: bad group name', group);
    if (chroot !== undefined)
      this.refuse(
        'httpd-ts cannot honour ChrootDir, since Node.js has no call that changes the root directory of a process: remove the directive, and start the whole server inside of that directory (chroot, container)',
        undefined,
      );
    const name = system.userName(uid!) ?? user!;
    return { user: name, uid: uid!, gid: gid!, groups: supplementaryGroups(name, gid!) };
  }

  private refuse(text: string, name: string | undefined): never {
    const line = name === undefined ? text : `${text} ${name}`;
    print(line);
    logNotice(this.active.plan, 'unixd', 'alert', line);
    throw new Refusal(line);
  }

  private bindFirst(plan: ServedPlan): void {
    const bound = bindListeners(plan.listen, this.listeners, this.world.network);
    if ('listeners' in bound) {
      this.listeners = bound.listeners;
      return;
    }
    for (const line of bound.errors) print(line);
    print('no listening sockets available, shutting down');
    print('AH00015: Unable to open logs');
    throw new Refusal('listeners');
  }

  private recordPid(): void {
    try {
      writePidFile(this.pidFile);
    } catch (error) {
      logNotice(
        this.active.plan,
        'core',
        'error',
        `AH00099: could not create ${this.pidFile}`,
        systemErrorText(error),
      );
      const refused = `AH00100: ${programOf(this.options.commandLine)}: could not log pid to file ${this.pidFile}`;
      print(refused);
      throw new Refusal(refused);
    }
  }

  private logRunning(): void {
    logMpmNotice(this.active.plan, 'configured');
    logNotice(this.active.plan, 'core', 'notice', `AH00094: Command line: '${this.options.commandLine}'`);
  }

  private startChild(regions: readonly SharedRegion[], onReady: () => void): ServingChild {
    const child: ServingChild = spawnServingChild({
      listeners: [...this.listeners.values()],
      threads: this.threads,
      backlog: this.active.plan.process.listenBacklog,
      identity: this.identity(),
      configuration: this.active.plain,
      regions,
      kept: { own: this.kept, earlier: readKeptFiles(this.keptFolder()) },
      onLog: (number, bytes) => this.writeLog(number, bytes),
      onMessage: (message) => this.receive(child, message, onReady),
      onExit: (how) => this.childEnded(child, how),
    });
    return child;
  }

  private keptFolder(): string {
    return runtimeFolder(this.active.plain);
  }

  /** A text outlives the process that wrote it, and is told to those that run beside it. */
  private keep(writer: ServingChild, { name, text, outlivesServer }: KeepMessage): void {
    this.kept.set(name, text);
    for (const child of [this.child, this.successor])
      if (child !== writer) child?.send({ kind: 'kept', name, text });
    if (!outlivesServer) return;
    try {
      writeKeptFile(this.keptFolder(), name, text);
    } catch (error) {
      const message = `httpd-ts: changes could not be kept for the next start in ${this.keptFolder()} (DefaultRuntimeDir)`;
      logNotice(this.active.plan, 'core', 'error', message, systemErrorText(error));
    }
  }

  private writeLog(number: number | undefined, bytes: Uint8Array): void {
    if (number === undefined) this.logs.writeError(bytes);
    else this.logs.append(number, bytes);
  }

  private receive(child: ServingChild, message: FromServingProcess, onReady: () => void): void {
    switch (message.kind) {
      case 'ready':
        this.failures = 0;
        this.hasServed = true;
        onReady();
        this.prove(child.generation);
        return;
      case 'reloaded':
        this.prove(message.generation);
        return;
      case 'ask': {
        const { thread, id, program, line } = message;
        void this.programs
          .ask(program, line)
          .then((answer) => child.send({ kind: 'answer', thread, id, line: answer }));
        return;
      }
      case 'keep':
        this.keep(child, message);
        return;
      case 'regions':
        this.handOver?.(message.regions);
        return;
      case 'thread ended': {
        const { thread, reason, replaced } = message;
        const what = replaced ? 'and was replaced' : 'and no spare sockets are left; the process is replaced';
        const { plan } = this.active;
        logNotice(
          plan,
          'core',
          'alert',
          `httpd-ts: worker thread ${thread} ended ${what}: ${reason.replaceAll('\n', ' | ')}`,
        );
        if (!replaced && child === this.child) this.queue(() => this.replaceSpent(child));
        return;
      }
      case 'failed':
        if (message.atReload) this.takeBack(message.generation, message.text);
        else this.giveUpChild(child, message.text);
    }
  }

  private giveUpChild(child: ServingChild, text: string): void {
    logNotice(
      this.active.plan,
      'core',
      'emerg',
      `httpd-ts: the serving process failed: ${text.replaceAll('\n', ' | ')}`,
    );
    if (!this.hasServed) print(text);
    child.kill();
  }

  private prove(generation: number): void {
    if (generation === this.active.plain.generation) this.proven = this.active;
  }

  /** The threads, which have fewer rights than this process, could not compile what it could. */
  private takeBack(generation: number, text: string): void {
    const { active, proven } = this;
    // Each thread says so, and another configuration may have come since.
    if (proven === undefined || generation !== active.plain.generation || active === proven) return;
    this.active = proven;
    logNotice(proven.plan, 'core', 'error', `${text.replaceAll('\n', ' | ')} (in a worker thread)`);
    logNotice(proven.plan, 'core', 'error', 'httpd-ts: the configuration stays as it was');
    this.tellConfiguration();
  }

  /** The process that serves, and the one that is to take its place, go by what is in force. */
  private tellConfiguration(): void {
    const message = { kind: 'reload', configuration: this.active.plain } as const;
    this.child?.send(message);
    this.successor?.send(message);
  }

  private childEnded(child: ServingChild, how: string): void {
    this.draining.delete(child);
    const isCurrent = child === this.child;
    if (isCurrent) this.child = undefined;
    if (child === this.successor) this.successor = undefined;
    this.handOver?.([]);
    if (this.ending !== undefined) {
      this.finishWhenAllEnded();
      return;
    }
    if (!isCurrent) return;
    if (!this.hasServed) {
      this.finish(1);
      return;
    }
    logNotice(this.active.plan, 'core', 'notice', `AH00052: child pid ${child.pid} ${how}`);
    const wait = Math.min(restartMs.first * 2 ** this.failures++, restartMs.longest);
    setTimeout(() => {
      if (this.ending === undefined && this.child === undefined) this.child = this.startChild([], () => {});
    }, wait);
  }

  private finishWhenAllEnded(): void {
    if (this.child !== undefined || this.successor !== undefined || this.draining.size > 0) return;
    if (this.ending === 'now') logMpmNotice(this.active.plan, 'stopping');
    this.finish(0);
  }

  private listenToSignals(): void {
    const stop = () => this.stop();
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    process.on('SIGWINCH', () => this.stopGracefully());
    process.on('SIGUSR1', () => this.queue(() => this.reload('restartingGracefully')));
    process.on('SIGHUP', () => this.queue(() => this.reload('restarting')));
    process.on('SIGPIPE', () => {});
    if (process.execArgv.includes('--disable-sigusr1')) {
      const text =
        'httpd-ts: started with --disable-sigusr1, which blocks SIGUSR1; graceful restarts need it';
      logNotice(this.active.plan, 'core', 'warn', text);
    }
  }

  private children(): ServingChild[] {
    return [this.child, this.successor, ...this.draining].filter((child) => child !== undefined);
  }

  private stop(): void {
    this.ending = 'now';
    for (const child of this.children()) child.send({ kind: 'stop' });
    setTimeout(() => {
      for (const child of this.children()) child.kill();
    }, stopMs).unref();
    this.finishWhenAllEnded();
  }

  private stopGracefully(): void {
    if (this.ending !== undefined) return;
    this.ending = 'gracefully';
    const { plan } = this.active;
    logMpmNotice(plan, 'stoppingGracefully');
    removePidFile(this.pidFile);
    for (const child of this.children()) child.send({ kind: 'drain', closeIdle: true });
    for (const listener of this.listeners.values()) listener.close();
    this.listeners = new Map();
    const seconds = plan.process.gracefulShutdownTimeoutSeconds;
    if (seconds > 0) {
      setTimeout(() => {
        for (const child of this.children()) child.kill();
      }, seconds * 1000).unref();
    }
    this.finishWhenAllEnded();
  }

  /** Reloads follow one another; none begins before the last is in force. */
  private queue(work: () => Promise<void>): void {
    this.reloading = this.reloading.then(async () => {
      if (this.ending !== undefined) return;
      try {
        await work();
      } catch (error) {
        this.reloadFailed(error);
      }
    });
  }

  /**
   * Puts the configuration in force as it is now. With an error in it nothing changes, where Apache would end.
   */
  private async reload(how: 'restarting' | 'restartingGracefully'): Promise<void> {
    logMpmNotice(this.active.plan, how);
    await this.putInForce(how === 'restarting');
  }

  private async putInForce(restarts: boolean): Promise<void> {
    this.logs.beginGeneration();
    const configuration = this.configure();
    const next = this.nextActive(configuration);
    if (next === undefined) {
      this.logs.abandonGeneration();
      this.programs.abandonGeneration();
      return;
    }
    const moves = !(
      next.listeners.size === this.listeners.size &&
      [...next.listeners.keys()].every((key) => this.listeners.has(key))
    );
    const before = { active: this.active, listeners: this.listeners };
    this.active = next.active;
    this.listeners = next.listeners;
    this.logs.endGeneration();
    this.programs.endGeneration();
    const settle = () => {
      this.movePidFile(this.pidFileOf(configuration));
      this.logRunning();
    };
    // The process that serves goes by the new configuration at once, even where another is to take its place.
    if (!moves && this.child !== undefined) {
      this.tellConfiguration();
      settle();
      if (restarts) this.restartBehind();
      return;
    }
    // One that was started for other sockets is of no use any more.
    this.wantsRestart = false;
    this.successor?.kill();
    await this.replacing;
    const dropped = [...before.listeners.values()].filter(({ key }) => !next.listeners.has(key));
    if (await this.replaceChild(restarts)) {
      settle();
      for (const listener of dropped) listener.close();
    } else this.restore(before);
  }

  /** Another process takes over in its time; restarts that are asked for until then are one with this. */
  private restartBehind(): void {
    this.wantsRestart = true;
    if (this.replacing !== undefined) return;
    const restart = async () => {
      while (this.wantsRestart && this.ending === undefined) {
        this.wantsRestart = false;
        if (await this.replaceChild(true)) return;
      }
    };
    this.replacing = restart()
      .catch((error: unknown) => this.reloadFailed(error))
      .finally(() => {
        this.replacing = undefined;
      });
  }

  private reloadFailed(error: unknown): void {
    logNotice(this.active.plan, 'core', 'crit', `httpd-ts: reload failed: ${String(error)}`);
  }

  /** The process has no sockets left for another thread. */
  private async replaceSpent(child: ServingChild): Promise<void> {
    await this.replacing;
    if (child === this.child) await this.replaceChild();
  }

  /** The process that was to take over has failed; the old one goes on with what it has. */
  private restore(before: {
    readonly active: Active;
    readonly listeners: ReadonlyMap<string, BoundListener>;
  }): void {
    for (const [key, listener] of this.listeners) if (!before.listeners.has(key)) listener.close();
    this.active = before.active;
    this.listeners = before.listeners;
    this.tellConfiguration();
    logNotice(this.active.plan, 'core', 'error', 'httpd-ts: the configuration stays as it was');
  }

  private nextActive(
    configuration: ReadConfiguration,
  ): { readonly active: Active; readonly listeners: ReadonlyMap<string, BoundListener> } | undefined {
    const before = this.active.plan;
    const complain = (line: string) => logNotice(before, 'core', 'error', line);
    const kept = 'httpd-ts: the configuration stays as it was';
    for (const diagnostic of configuration.diagnostics) {
      if (diagnostic.severity === 'error') complain(renderAsHttpd(diagnostic));
    }
    for (const { target, error } of this.logs.failures)
      complain(`${error}: could not open log file ${target}`);
    const active = this.logs.failures.length > 0 ? undefined : this.activeOf(configuration);
    const bound =
      active === undefined
        ? undefined
        : bindListeners(active.plan.listen, this.listeners, this.world.network);
    if (active !== undefined && bound !== undefined && 'listeners' in bound)
      return { active, listeners: bound.listeners };
    for (const line of bound !== undefined && 'errors' in bound ? bound.errors : []) complain(line);
    complain(kept);
    return undefined;
  }

  private movePidFile(path: string): void {
    if (path === this.pidFile) return;
    removePidFile(this.pidFile);
    this.pidFile = path;
    try {
      writePidFile(path);
    } catch (error) {
      logNotice(
        this.active.plan,
        'core',
        'error',
        `AH00099: could not create ${path}`,
        systemErrorText(error),
      );
    }
  }

  /** A new serving process takes over; the old one finishes what it has begun, or ends at once. */
  private async replaceChild(atOnce = false): Promise<boolean> {
    const regions = await this.regionsOf(this.child);
    return new Promise((resolve) => {
      const child = this.startChild(regions, () => {
        const old = this.child;
        this.child = child;
        this.successor = undefined;
        if (old !== undefined) {
          this.draining.add(old);
          old.send(atOnce ? { kind: 'stop' } : { kind: 'drain', closeIdle: false });
        }
        resolve(true);
      });
      this.successor = child;
      const watch = setInterval(() => {
        // It ended before it was ready; the old one goes on.
        if (this.successor !== child) {
          clearInterval(watch);
          resolve(this.child === child);
        }
      }, 50);
    });
  }

  private regionsOf(child: ServingChild | undefined): Promise<readonly SharedRegion[]> {
    if (child === undefined) return Promise.resolve([]);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.handOver?.([]), 2000);
      this.handOver = (regions) => {
        clearTimeout(timer);
        this.handOver = undefined;
        resolve(regions);
      };
      child.send({ kind: 'regions' });
    });
  }
}

/** The base name of the command, which some messages begin with. */
const programOf = (commandLine: string) => /^[^ ]*?([^ /]*)(?= |$)/.exec(commandLine)![1]!;

function couldNotOpen(plan: ServedPlan, target: string, program: string): string {
  const isErrorLog = plan.servers.some(
    ({ errorLogName }) => errorLogName !== undefined && target.endsWith(errorLogName),
  );
  if (target.startsWith('|')) {
    const piped = target.replace(/^\|[|$]?/, '').trim();
    return isErrorLog
      ? `AH00089: Couldn't start ErrorLog process '${piped}'.`
      : `AH00104: unable to start piped log program '${piped}'`;
  }
  return isErrorLog
    ? `AH00091: ${program}: could not open error log file ${target}.`
    : `AH00649: could not open transfer log file ${target}.`;
}
