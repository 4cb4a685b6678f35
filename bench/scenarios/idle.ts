import { on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { absenceNotes, portOf, startOnWork, stopContestants, type Work } from '../contestants.ts';
import { treeUsage } from '../process-tree.ts';
import { mebibytes, type Report } from '../report.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { proxyWork } from '../work.ts';
import { type Load, runWrk } from '../wrk.ts';

/** Enough that what is there once, such as another process, hardly counts. */
const idleConnections = 1000;

/** A client connection that has had one answer of a back end and is kept. */
async function idleConnection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /1k.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let received = 0;
  for await (const [chunk] of on(socket, 'data')) {
    received += (chunk as Buffer).length;
    if (received > 1024) break;
  }
  return socket;
}

async function openIdle(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const open = async () => {
    while (sockets.length < count) sockets.push(await idleConnection(port));
  };
  await Promise.all(Array.from({ length: 10 }, open));
  return sockets;
}

/** Memory of the process tree for each connection that waits for its next request, beyond what a busy server has. */
async function bytesAConnection(pid: number, port: number): Promise<number> {
  for (const socket of await openIdle(port, idleConnections / 5)) socket.destroy();
  await delay(settleMilliseconds);
  const before = treeUsage(pid).proportionalBytes;
  const sockets = await openIdle(port, idleConnections);
  await delay(settleMilliseconds);
  const bytes = (treeUsage(pid).proportionalBytes - before) / sockets.length;
  for (const socket of sockets) socket.destroy();
  return bytes;
}

const settleMilliseconds = 1000;
const load: Load = { paths: ['/1k.txt'], connections: 64 };

/** The most that the process tree takes while it serves as fast as it can, looked at every tenth of a second. */
async function bytesUnderLoad(context: BenchContext, pid: number, port: number): Promise<number> {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, treeUsage(pid).proportionalBytes);
  }, 100);
  await runWrk(port, load, loadSeconds, context.directory);
  clearInterval(timer);
  return most;
}
const loadSeconds = 5;

/** Lets Apache accept that many connections without more processes, and keep them. */
async function work(context: BenchContext): Promise<Work> {
  const { apache, ...rest } = await proxyWork(context);
  const body = `KeepAliveTimeout 60\nAsyncRequestWorkerFactor 40\n${apache.body}`;
  return { ...rest, apache: { ...apache, body } };
}

async function run(context: BenchContext): Promise<Report> {
  const { contestants, absent } = await startOnWork(context, await work(context));
  const settled = contestants.map(({ server }) => treeUsage(server.pid).cpuMicroseconds);
  await delay(context.seconds * 1000);
  const rows: string[][] = [];
  for (const [index, { name, server, startMilliseconds }] of contestants.entries()) {
    const usage = treeUsage(server.pid);
    const idleCpu = (usage.cpuMicroseconds - settled[index]!) / 1000 / context.seconds;
    rows.push([
      name,
      startMilliseconds.toFixed(0),
      String(usage.processes),
      mebibytes(usage.residentBytes),
      mebibytes(usage.proportionalBytes),
      idleCpu.toFixed(1),
      (await bytesAConnection(server.pid, portOf(context, name))).toFixed(0),
      mebibytes(await bytesUnderLoad(context, server.pid, portOf(context, name))),
    ]);
  }
  await stopContestants(contestants);
  const columns = [
    'server',
    'start ms',
    'processes',
    'RSS MiB',
    'PSS MiB',
    'idle CPU ms/s',
    'bytes a connection',
    'PSS MiB under load',
  ];
  return { tables: [{ columns, rows }], notes: absenceNotes(absent) };
}

/** What a server costs that nobody asks anything. */
export const idle: Scenario = {
  name: 'idle',
  title: 'Idle after start',
  what: 'Time until the port accepts, memory of the process tree, and CPU while nobody asks, on the proxy configuration; then what each of 1,000 client connections takes that had an answer of the back end and waits, and the most memory within five seconds of all that 64 connections ask; one run.',
  run,
};
