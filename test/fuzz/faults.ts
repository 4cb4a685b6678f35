/**
 * Random faults on both sides of the proxy, for long: back ends that refuse, reset, stop, lie about lengths or drip, and
 * clients that go away, send half of what they promise or do not read. Afterwards nothing may be left: no worker is busy,
 * no connection is in use, no descriptor more is open than before, and memory has not grown with the number of requests.
 *
 * `node --expose-gc test/fuzz/faults.ts [--seed N] [--requests N]`
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serveInProcess } from '@httpd-ts/server';
import { proxyServer } from '../../packages/modules/src/mod_proxy/contract.ts';
import { Random } from './random.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, requests: { type: 'string', default: '20000' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const total = Number(values.requests);
const random = new Random(seed);
const atOnce = 96;

const open = new Set<net.Socket>();
/** Connections that the back end still has. */
const connected = () => [...open].filter(({ destroyed }) => !destroyed).length;
const head = 'HTTP/1.1 200 OK\r\n';
const long = 'x'.repeat(300_000);
/** What a back end does with a request. */
const behaviours: readonly ((socket: net.Socket) => void)[] = [
  (socket) => socket.write(`${head}Content-Length: 2\r\n\r\nok`),
  (socket) => socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
  (socket) => socket.write(`${head}Content-Length: ${long.length}\r\n\r\n${long}`),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end(),
  (socket) => socket.write(`${head}X: `, () => socket.resetAndDestroy()),
  (socket) => socket.write(`${head}X: `),
  (socket) => socket.write(`${head}Content-Length: 9\r\n\r\nok`, () => socket.resetAndDestroy()),
  (socket) => socket.end(`${head}Content-Length: 9\r\n\r\nok`),
  (socket) => socket.write(`${head}Content-Length: 9\r\n\r\nok`),
  (socket) => socket.write(`${head}Content-Length: 1\r\n\r\ntoo long`),
  (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n9\r\nok`),
  (socket) => socket.write(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`),
  (socket) => socket.write(`${head}X: ${'a'.repeat(1 << 20)}\r\n\r\n`),
  (socket) => socket.end(`HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig`),
  (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'),
  (socket) => socket.write('nonsense\r\n\r\n'),
  (socket) => {
    socket.write(head);
    setTimeout(() => socket.write('Content-Length: 2\r\n\r\no'), 30);
    setTimeout(() => socket.write('k'), 60);
  },
  () => {},
];

const backEnd = net.createServer({ allowHalfOpen: true }, (socket) => {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.on('data', () => random.pick(behaviours)(socket));
});
await new Promise<void>((resolve) => backEnd.listen(0, '127.0.0.1', 1000, resolve));
const { port } = backEnd.address() as net.AddressInfo;

const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const modules = 'mpm_event authz_core proxy proxy_http proxy_balancer slotmem_shm lbmethod_byrequests'.split(
  ' ',
);
const loads = modules.map((name) => {
  writeFileSync(join(folder, `mod_${name}.so`), `\x7fELF${'.'.repeat(100)}\0${name}_module\0`);
  return `LoadModule ${name}_module ${folder}/mod_${name}.so\n`;
});
const members = [1, 2, 3].map((at) => `BalancerMember http://127.0.0.1:${port}/m${at} retry=0 timeout=1\n`);
writeFileSync(
  join(folder, 'httpd.conf'),
  `ServerName x\n${loads.join('')}Listen 127.0.0.1:8080\nErrorLog /dev/null\nTimeout 2\nKeepAliveTimeout 1
<Proxy balancer://all>\n${members.join('')}BalancerMember http://127.0.0.1:1 retry=0\n</Proxy>
ProxyPass /b/ balancer://all/\nProxyPass /small/ http://127.0.0.1:${port}/small/ timeout=1 max=4 acquire=200
ProxyPass / http://127.0.0.1:${port}/ timeout=1\n`,
);
const proxy = await serveInProcess({
  configFile: join(folder, 'httpd.conf'),
  serverRoot: folder,
  mapListen: () => [{ bind: { address: '127.0.0.1', port: 0 } }],
});
const front = proxy.addresses[0]!.port;

function requestText(): string {
  const path = random.pick(['/', '/b/', '/b/x', '/small/']);
  if (random.chance(0.6)) return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  const body = 'a'.repeat(random.pick([3, 3000, 200_000]));
  const expects = random.maybe(0.2, () => 'Expect: 100-continue\r\n');
  const start = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${expects}`;
  return random.chance(0.5)
    ? `${start}Content-Length: ${body.length}\r\n\r\n${body}`
    : `${start}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

/** One client: whole, half, gone at once or in a while, deaf. */
function converse(): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect({ port: front, host: '127.0.0.1', allowHalfOpen: random.chance(0.2) });
    const limit = setTimeout(() => socket.destroy(), 8000);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(limit);
      resolve();
    });
    const text = requestText();
    const how = random.below(10);
    socket.write(how === 0 ? text.slice(0, Math.floor(text.length / 2)) : text, 'latin1');
    if (how === 1) setTimeout(() => socket.resetAndDestroy(), random.below(40));
    else if (how === 2) setTimeout(() => socket.destroy(), random.below(40));
    else if (how === 3) setTimeout(() => socket.resume(), 300);
    else if (how === 4) socket.end();
    if (how !== 3) socket.resume();
  });
}

const descriptors = () => readdirSync('/proc/self/fd').length;
const { workers, balancers } = proxyServer.at(proxy.engine.plan.mainServer.config);
const allWorkers = () => [...workers, ...balancers.flatMap((balancer) => balancer.members)];
const pools = () => allWorkers().flatMap(({ transport }) => [...(transport?.pools.values() ?? [])]);
const counts = () => ({
  busy: allWorkers().reduce((sum, worker) => sum + worker.busy, 0),
  inUse: pools().reduce((sum, pool) => sum + pool.all.size - pool.idleCount, 0),
  clients: proxy.engine.connections.size,
});
const heap = () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

async function run(requests: number): Promise<void> {
  let left = requests;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await converse();
    }),
  );
  for (let tries = 0; tries < 100 && Object.values(counts()).some((count) => count > 0); tries++)
    await pause(100);
}

console.log(`seed ${seed}`);
await run(Math.min(1000, total));
const [descriptorsBefore, heapBefore] = [descriptors() - connected() * 2, heap()];
await run(total);
const [descriptorsAfter, heapAfter] = [descriptors() - connected() * 2, heap()];
const left = counts();
console.log(`${total} requests; left: ${JSON.stringify(left)}; idle: ${connected()}`);
console.log(`descriptors beside idle ones ${descriptorsBefore} -> ${descriptorsAfter}`);
console.log(`heap MiB ${heapBefore.toFixed(1)} -> ${heapAfter.toFixed(1)}`);
await proxy.stop();
for (let tries = 0; tries < 50 && connected() > 0; tries++) await pause(100);
console.log(`connections to the back end after stop: ${connected()}`);
const isClean =
  Object.values(left).every((count) => count === 0) &&
  Math.abs(descriptorsAfter - descriptorsBefore) <= 8 &&
  heapAfter - heapBefore < 30 &&
  connected() === 0;
backEnd.close();
rmSync(folder, { recursive: true });
process.exit(isClean ? 0 : 1);
