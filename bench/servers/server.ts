import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type StartedProcess, startProcess, stopProcess } from '../started-processes.ts';

/** The servers that are compared, in the order of the tables. */
export const serverNames = ['httpd-ts', 'apache2', 'nginx', 'haproxy'] as const;

/** One of the servers that are compared. */
export type ServerName = (typeof serverNames)[number];

/** A command that serves one port in the foreground. */
export interface ServeCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  /** Takes what the server says on its standard output and error. */
  readonly outputFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A server that answers on its port. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function waitUntilAccepting(started: StartedProcess, command: ServeCommand): Promise<void> {
  let exit: number | string | undefined;
  void started.ended.then((code) => {
    exit = code;
  });
  const deadline = Date.now() + 120_000;
  while (!(await accepts(command.port))) {
    if (exit !== undefined) throw new Error(`did not start (exit ${exit}): ${lastLines(command.outputFile)}`);
    if (Date.now() > deadline) throw new Error(`does not answer on port ${command.port} after 120 s`);
    await delay(20);
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(-400);
}

/** Starts a server and waits until it accepts connections. */
export async function startServer(command: ServeCommand): Promise<RunningServer> {
  // Otherwise a stranger on the port would be measured in the server's place.
  if (await accepts(command.port))
    throw new Error(`port ${command.port} is in use; choose others with --port`);
  const output = openSync(command.outputFile, 'w');
  const started = await startProcess(command.command, command.args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...command.environment },
  }).finally(() => closeSync(output));
  const stop = () => stopProcess(started);
  try {
    await waitUntilAccepting(started, command);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: started.pid, port: command.port, stop };
}
