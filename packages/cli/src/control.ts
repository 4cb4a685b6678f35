import type { Diagnostic } from '@httpd-ts/kernel';
import { loadEnvvars, makeRuntimeDirectories } from './envvars/load-envvars.ts';
import type { ConfigTree } from './find-tree.ts';
import { type Switches, splitNames } from './parse-switches.ts';
import { type GoodConfiguration, type Invocation, programOf } from './run-switches.ts';
import { startUpMessage } from './start-up-message.ts';

/** A start, or a signal to the server that runs. */
export interface ControlRequest {
  readonly switches: Switches;
  readonly tree: ConfigTree;
  readonly invocation: Invocation;
  readonly commandLine: string;
  /** Reads and checks the configuration; undefined when it is refused, which has been printed. */
  check(): Promise<GoodConfiguration | undefined>;
}

/** Starts the server or signals the running one (`-k`); gives the exit code. */
export async function control(request: ControlRequest): Promise<number> {
  const { signal } = request.switches;
  applyEnvvars(request.tree.serverRoot);
  if (signal === undefined || signal === 'start') return start(request, true);
  const { isDetachedServer, pidFilePath, signalServer } = await import('@httpd-ts/server');
  if (isDetachedServer()) return start(request, false);
  const good = await request.check();
  if (good === undefined) return 1;
  const { pidFile } = good.plan.process;
  const path = pidFilePath(pidFile, good.settings.serverRoot);
  const { stdout, stderr, exitCode } = signalServer(path, signal);
  const { output } = request.invocation;
  // httpd says so in each of its two passes over the configuration.
  output.out(exitCode === undefined ? stdout.repeat(2) : stdout);
  output.error(stderr.replace(path, () => pidFile));
  return exitCode ?? start(request, false);
}

/** Sets the variables of the tree's `envvars` in this process and makes the directories apachectl makes. */
function applyEnvvars(serverRoot: string): void {
  const { environment, notes, runtimeDirectories } = loadEnvvars(serverRoot, true);
  for (const name of Object.keys(process.env)) if (!environment.has(name)) delete process.env[name];
  for (const [name, value] of environment) process.env[name] = Buffer.from(value, 'latin1').toString('utf8');
  for (const note of notes) process.stderr.write(`${note}\n`);
  makeRuntimeDirectories(runtimeDirectories);
}

async function start(request: ControlRequest, printsWarnings: boolean): Promise<number> {
  const { switches, tree, invocation, commandLine } = request;
  const { singleProcess, startServer } = await import('@httpd-ts/server');
  const allowed = splitNames(process.env.HTTPD_TS_ALLOW_UNSUPPORTED ?? '');
  const options = {
    ...tree,
    before: switches.before,
    after: switches.after,
    anyDocumentRoot: !switches.checkDocumentRoot,
    defines: switches.defines.map((name) => [name, undefined] as const),
    allowUnsupported: [...switches.allowUnsupported, ...allowed],
    commandLine,
    report: startReport(invocation, printsWarnings),
  };
  if (switches.singleProcess) return singleProcess(options);
  const hasOneWorker = switches.defines.includes('DEBUG') || switches.defines.includes('ONE_PROCESS');
  return startServer(hasOneWorker ? { ...options, threads: 1, foreground: true } : options);
}

/** Prints what httpd would print of a configuration's messages: those up to the first error. */
function startReport(invocation: Invocation, printsWarnings: boolean) {
  let isRefused = false;
  return (_text: string, diagnostic: Diagnostic): void => {
    const isError = diagnostic.severity === 'error';
    const isWanted = isError || (printsWarnings && diagnostic.severity === 'warning');
    if (!isRefused && isWanted) invocation.output.error(startUpMessage(diagnostic, programOf(invocation)));
    isRefused ||= isError;
  };
}
