import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import * as net from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { launcher } from '../cli/launcher.ts';
import { freePort, isRoot, type Peer, startPeer, workFolder } from './peer.ts';

// Heartbeats over true sockets, from the serving process that a start of the command gives.

const folder = workFolder();
mkdirSync(join(folder.path, 'htdocs'));
const peers: Peer[] = [];
const children: ChildProcess[] = [];

afterAll(async () => {
  for (const peer of peers) await peer.stop();
  for (const child of children) if (child.kill('SIGTERM')) await once(child, 'exit');
  folder.remove();
});

const modules = ['mpm_event', 'authz_core', 'status', 'slotmem_shm', 'heartbeat', 'heartmonitor'];

function configuration(port: number, lines: string): string {
  const loads = modules.map((name) => {
    const file = folder.write(`modules/mod_${name}.so`, `\x7fELF${'.'.repeat(100)}\0${name}_module\0`);
    return `LoadModule ${name}_module ${file}`;
  });
  return folder.write(
    `httpd-${port}.conf`,
    `ServerRoot ${folder.path}
ServerName back-end.example.com
DefaultRuntimeDir ${folder.path}
PidFile ${folder.path}/pid-${port}
ErrorLog ${folder.path}/error-${port}.log
Listen 127.0.0.1:${port}
DocumentRoot ${folder.path}/htdocs
${isRoot ? 'User #65534\nGroup #65534' : ''}
${loads.join('\n')}
${lines}
`,
  );
}

describe('mod_heartbeat', () => {
  it('tells its idle workers each second: those that Apache would have started', async () => {
    const heard: string[] = [];
    const socket = createSocket('udp4');
    socket.on('message', (bytes) => heard.push(bytes.toString('latin1')));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const port = await freePort();
    const file = configuration(port, `HeartbeatAddress 127.0.0.1:${socket.address().port}`);
    peers.push(await startPeer(launcher, ['-f', file, '-DFOREGROUND'], { port }));
    await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toBe('v=1&ready=75&busy=0');
    const clients = [1, 2, 3].map(() => net.connect(port, '127.0.0.1').on('error', () => {}));
    for (const client of clients) client.write('GET / HTTP/1.1\r\nHost: x\r\n');
    // With fewer than 75 idle, Apache starts another child of 25.
    await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toBe('v=1&ready=97&busy=3');
    for (const client of clients) client.destroy();
    await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toBe('v=1&ready=100&busy=0');
    socket.close();
  }, 90_000);
});

// A network of its own, so that the group is heard on the loopback and nowhere else.
const canHaveNetwork = isRoot && spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

describe.runIf(canHaveNetwork)('mod_heartmonitor', () => {
  it('hears by multicast what a server says, and keeps it in its file', async () => {
    const port = await freePort();
    mkdirSync(join(folder.path, 'storage'), { mode: 0o777 });
    spawnSync('chmod', ['777', join(folder.path, 'storage')]);
    const storage = join(folder.path, 'storage/heartbeats');
    const file = configuration(
      port,
      `HeartbeatAddress 239.0.0.1:27999\nHeartbeatListen 239.0.0.1:27999\nHeartbeatMaxServers 0\nHeartbeatStorage ${storage}`,
    );
    const inNetwork =
      'ip link set lo up && ip route add 224.0.0.0/4 dev lo && exec "$0" -f "$1" -DFOREGROUND';
    children.push(spawn('unshare', ['-n', 'sh', '-c', inNetwork, launcher, file], { stdio: 'ignore' }));
    const stored = () => (existsSync(storage) ? readFileSync(storage, 'latin1') : '');
    await expect
      .poll(stored, { timeout: 60_000, interval: 200 })
      .toMatch(/^[\d.]+ &ready=75&busy=0&lastseen=\d+&port=80\n$/);
  }, 90_000);
});
