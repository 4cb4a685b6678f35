import { spawn } from 'node:child_process';
import * as inspector from 'node:inspector';
import { type InProcessOptions, StartError, serveInProcess } from '../serve-in-process.ts';
import { type SupervisorOptions, supervise } from './supervisor.ts';

export interface StartOptions extends SupervisorOptions {
  /** Stay attached (`-D FOREGROUND`, `-D NO_DETACH`). Otherwise the server goes to the background once it serves. */
  readonly foreground?: boolean;
}

/** Tells a detached server that it is one. */
const detachedMark = 'HTTPD_TS_DETACHED';

/** Whether this process is the server that a command has put into the background, and is that command run again. */
export const isDetachedServer = () => process.env[detachedMark] !== undefined && process.send !== undefined;

/** Starts the server; gives the exit code of the command. */
export async function startServer(options: StartOptions): Promise<number> {
  keepDebuggerShut();
  const isDetached = isDetachedServer();
  if (!isDetached && options.foreground !== true && !isForeground(options)) return launchDetached();
  delete process.env[detachedMark];
  if (!isDetached) return supervise(options);
  return supervise({ ...options, isDetached: true, onReady: () => tellLauncher(options) });
}

/**
 * SIGUSR1 means graceful here and opens the debugger in Node, unless somebody listens to it. Node's own flag against
 * that (`--disable-sigusr1`) blocks the signal for good, so the server must be started without it.
 */
function keepDebuggerShut(): void {
  process.on('SIGUSR1', () => {});
  if (inspector.url() !== undefined && !process.execArgv.some((flag) => flag.startsWith('--inspect')))
    inspector.close();
}

const isForeground = ({ defines = [] }: StartOptions) =>
  defines.some(([name]) => name === 'FOREGROUND' || name === 'NO_DETACH');

function tellLauncher({ onReady }: StartOptions): void {
  // The terminal may go away now.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.send?.('ready', () => process.disconnect?.());
  onReady?.();
}

/** Runs this very command in the background and waits until it serves or has failed. */
function launchDetached(): Promise<number> {
  const child = spawn(
    process.execPath,
    [...process.execArgv.filter((flag) => flag !== '--disable-sigusr1'), ...process.argv.slice(1)],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, [detachedMark]: '1' },
    },
  );
  child.stdout!.pipe(process.stdout, { end: false });
  child.stderr!.pipe(process.stderr, { end: false });
  return new Promise((resolve) => {
    const end = (code: number) => {
      child.removeAllListeners();
      resolve(code);
    };
    child.on('message', () => {
      child.stdout!.destroy();
      child.stderr!.destroy();
      child.unref();
      end(0);
    });
    child.on('error', () => end(1));
    child.on('close', (code) => end(code ?? 1));
  });
}

/** Serves in this one process and thread until a signal ends it; gives the exit code. */
export async function singleProcess(options: InProcessOptions): Promise<number> {
  const print = (text: string) => void process.stderr.write(Buffer.from(`${text}\n`, 'latin1'));
  let server: Awaited<ReturnType<typeof serveInProcess>>;
  try {
    server = await serveInProcess({ report: print, ...options });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    if (error.message.includes('make_sock')) {
      print(`${error.message}\nno listening sockets available, shutting down\nAH00015: Unable to open logs`);
    }
    return 1;
  }
  return new Promise((resolve) => {
    const stop = (graceful: boolean) => void server.stop(graceful).then(() => resolve(0));
    const reload = () =>
      void server.reload().then((error) => {
        if (error !== undefined) print(error);
      });
    process.on('SIGTERM', () => stop(false));
    process.on('SIGINT', () => stop(false));
    process.on('SIGWINCH', () => stop(true));
    process.on('SIGUSR1', reload);
    process.on('SIGHUP', reload);
  });
}
