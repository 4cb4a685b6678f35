import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { absenceNotes, type Contestant, startOnWork, stopContestants } from '../contestants.ts';
import { type CpuTime, cpuBetween, treeCpu } from '../process-tree.ts';
import { median, type Report, ratio } from '../report.ts';
import { type BenchContext, makeReadableDirectory, type Scenario } from '../scenario.ts';
import { startServer } from '../servers/server.ts';
import { connections, proxyModules, writeDocuments } from '../work.ts';

const backendFile = fileURLToPath(new URL('../servers/echo-backend.ts', import.meta.url));
/** A frame of 128 bytes, masked as those of clients are. */
const frame = Buffer.concat([Buffer.from([0x82, 0xfe, 0x00, 0x78, 1, 2, 3, 4]), Buffer.alloc(120, 'x')]);
const handshake =
  'GET /echo HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

/** One client: sends a frame, waits for it to come back, and sends the next. */
class EchoClient {
  echoes = 0;
  private readonly socket: Socket;
  private isStopped = false;
  private missing = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static open(port: number): Promise<EchoClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')));
      socket.on('error', reject);
      let head = '';
      const readHead = (bytes: Buffer) => {
        head += bytes.toString('latin1');
        if (!head.endsWith('\r\n\r\n')) return;
        socket.removeListener('data', readHead);
        if (!head.startsWith('HTTP/1.1 101')) reject(new Error(`no upgrade: ${head.split('\r\n', 1)[0]}`));
        else resolve(new EchoClient(socket));
      };
      socket.on('data', readHead);
      socket.write(handshake);
    });
  }

  start(): void {
    this.socket.on('data', (bytes: Buffer) => {
      this.missing -= bytes.length;
      if (this.missing > 0) return;
      this.echoes++;
      if (!this.isStopped) this.send();
    });
    this.send();
  }

  private send(): void {
    this.missing = frame.length;
    this.socket.write(frame);
  }

  stop(): void {
    this.isStopped = true;
    this.socket.destroy();
  }
}

interface Round {
  readonly cpu: CpuTime;
  readonly echoesPerSecond: number;
}

async function measureRound(context: BenchContext, { server }: Contestant): Promise<Round> {
  const clients = await Promise.all(Array.from({ length: connections }, () => EchoClient.open(server.port)));
  for (const client of clients) client.start();
  const count = () => clients.reduce((sum, { echoes }) => sum + echoes, 0);
  await delay(500);
  const cpuBefore = treeCpu(server.pid);
  const before = count();
  await delay(context.seconds * 1000);
  const echoes = count() - before;
  const cpu = cpuBetween(cpuBefore, treeCpu(server.pid), echoes);
  for (const client of clients) client.stop();
  return { cpu, echoesPerSecond: echoes / context.seconds };
}

const warmUpSeconds = 12;

async function run(all: BenchContext): Promise<Report> {
  const servers = all.servers.filter((name) => name === 'httpd-ts' || name === 'apache2');
  const context = { ...all, servers };
  const port = context.firstPort;
  await startServer({
    command: process.execPath,
    args: [backendFile, String(port)],
    port,
    outputFile: join(makeReadableDirectory(context.directory, 'backend'), 'output.log'),
  });
  const { contestants, absent } = await startOnWork(context, {
    documentRoot: writeDocuments(context),
    apache: { modules: [...proxyModules, 'proxy_wstunnel'], body: `ProxyPass "/" "ws://127.0.0.1:${port}/"` },
  });
  // Code compiled at run time gets faster for a while; a server that runs for long is what is compared.
  for (const contestant of contestants)
    await measureRound({ ...context, seconds: warmUpSeconds }, contestant);
  const rounds = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 1; round <= context.rounds; round++) {
    for (const contestant of contestants) {
      const result = await measureRound(context, contestant);
      rounds.get(contestant.name)!.push(result);
      context.say(`round ${round}, ${contestant.name}: ${result.cpu.total.toFixed(1)} µs`);
    }
  }
  await stopContestants(contestants);
  const figures = contestants.map(({ name }) => ({
    name,
    cpu: median(rounds.get(name)!.map(({ cpu }) => cpu.total)),
    system: median(rounds.get(name)!.map(({ cpu }) => cpu.system)),
    rate: median(rounds.get(name)!.map(({ echoesPerSecond }) => echoesPerSecond)),
  }));
  const apache = figures.find(({ name }) => name === 'apache2');
  const columns = ['server', 'CPU µs/echo', 'system µs', 'to apache2', 'echoes/s', 'to apache2'];
  const rows = figures.map(({ name, cpu, system, rate }) => [
    ...[name, cpu.toFixed(1), system.toFixed(1), ratio(cpu, apache?.cpu)],
    ...[rate.toFixed(0), ratio(rate, apache?.rate)],
  ]);
  return { tables: [{ columns, rows }], notes: absenceNotes(absent) };
}

/** Frames of 128 bytes through a WebSocket tunnel. */
export const websocketEcho: Scenario = {
  name: 'websocket-echo',
  title: 'WebSocket, echo of 128 bytes',
  what: 'ProxyPass to a ws:// back end that gives frames of 128 bytes back; each of 32 clients waits for its frame and sends the next.',
  run,
};
