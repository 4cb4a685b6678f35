import { corruptedPidFile, isRunning, readPidFile } from './pid-file.ts';

/** The words behind `-k`. */
export type ServerSignal = 'start' | 'stop' | 'graceful-stop' | 'restart' | 'graceful';

/** What came of it: lines for standard output or standard error, and what to do next. */
export interface SignalResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined: the server is to be started. */
  readonly exitCode: number | undefined;
}

const signals = {
  stop: 'SIGTERM',
  'graceful-stop': 'SIGWINCH',
  restart: 'SIGHUP',
  graceful: 'SIGUSR1',
} as const;

const done = (stdout = ''): SignalResult => ({ stdout, stderr: '', exitCode: 0 });

/**
 * Carries out `-k`, the configuration having been found good.
 * httpd: modules/arch/unix/mod_unixd.c ap_signal_server
 */
export function signalServer(pidFile: string, signal: ServerSignal): SignalResult {
  const content = readPidFile(pidFile);
  if (content === 'corrupted') return { stdout: '', stderr: `${corruptedPidFile(pidFile)}\n`, exitCode: 1 };
  const pid = typeof content === 'object' ? content.pid : undefined;
  const running = pid !== undefined && isRunning(pid);
  const status = pid === undefined ? 'httpd (no pid file) not running' : `httpd (pid ${pid}?) not running`;
  switch (signal) {
    case 'start':
      return running
        ? done(`httpd (pid ${pid}) already running\n`)
        : { stdout: '', stderr: '', exitCode: undefined };
    case 'stop':
    case 'graceful-stop':
      return running ? sent(pid, signal) : done(`${status}\n`);
    case 'restart':
    case 'graceful':
      return running
        ? sent(pid, signal)
        : { stdout: 'httpd not running, trying to start\n', stderr: '', exitCode: undefined };
  }
}

function sent(pid: number, signal: Exclude<ServerSignal, 'start'>): SignalResult {
  try {
    process.kill(pid, signals[signal]);
    return done();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EPERM' ? '(1)Operation not permitted' : '(3)No such process';
    return { stdout: '', stderr: `${reason}: sending signal to server\n`, exitCode: 1 };
  }
}
