import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InProcessServer, serveInProcess } from '@httpd-ts/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A WebSocket client of the platform and a back end that speaks the protocol, with the proxy between them.

const folder = mkdtempSync(join(tmpdir(), 'websocket-'));
const sockets = new Set<net.Socket>();
let backend: net.Server;
let proxy: InProcessServer;

/** The payload of a masked frame of a client, and what follows the frame; undefined when it is not complete. */
function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 127;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start + 4) return undefined;
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const mask = bytes.subarray(start, start + 4);
  const end = start + 4 + length;
  if (bytes.length < end) return undefined;
  const payload = Buffer.from(bytes.subarray(start + 4, end)).map((byte, i) => byte ^ mask[i % 4]!);
  return { opcode: bytes[0]! & 15, payload: Buffer.from(payload), rest: bytes.subarray(end) };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  if (length >= 126) head[1] = length < 65_536 ? 126 : 127;
  return Buffer.concat([head, payload]);
}

/** Answers the handshake and gives every frame back. */
function serveEcho(socket: net.Socket): void {
  let buffered = Buffer.alloc(0);
  let isOpen = false;
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    buffered = Buffer.concat([buffered, bytes]);
    if (!isOpen) {
      const head = buffered.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      buffered = buffered.subarray(end + 4);
      isOpen = true;
      const key = /sec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    }
    for (let found = readFrame(buffered); found !== undefined; found = readFrame(buffered)) {
      buffered = Buffer.from(found.rest);
      socket.write(frame(found.opcode, found.payload));
      if (found.opcode === 8) socket.end();
    }
  });
}

beforeAll(async () => {
  backend = net.createServer(serveEcho);
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const { port } = backend.address() as net.AddressInfo;
  const loads = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'proxy_wstunnel'].map((name) => {
    writeFileSync(join(folder, `mod_${name}.so`), `\x7fELF${'.'.repeat(100)}\0${name}_module\0`);
    return `LoadModule ${name}_module ${folder}/mod_${name}.so`;
  });
  writeFileSync(
    join(folder, 'httpd.conf'),
    `ServerName proxy.example.com
Listen 127.0.0.1:8080
${loads.join('\n')}
ErrorLog /dev/null
ProxyPass /ws/ ws://127.0.0.1:${port}/
ProxyPass /upgrade/ http://127.0.0.1:${port}/ upgrade=websocket
<Location /raw/>
    ProxyWebsocketFallbackToProxyHttp Off
    ProxyPass ws://127.0.0.1:${port}/
</Location>
`,
  );
  proxy = await serveInProcess({
    configFile: join(folder, 'httpd.conf'),
    serverRoot: folder,
    mapListen: () => [{ bind: { address: '127.0.0.1', port: 0 } }],
  });
});

afterAll(async () => {
  await proxy.stop();
  backend.close();
  rmSync(folder, { recursive: true, force: true });
});

function openSocket(path: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.addresses[0]!.port}${path}`);
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => reject(new Error('no WebSocket')));
  });
}

function nextMessage(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
  });
}

describe.each(['/ws/', '/upgrade/', '/raw/'])('a WebSocket by %s', (path) => {
  it('echoes messages of all sizes, and ends on both sides when the client closes it', async () => {
    const socket = await openSocket(path);
    for (const size of [1, 125, 126, 65_535, 65_536, 3 << 20]) {
      const echoed = nextMessage(socket);
      socket.send('x'.repeat(size));
      expect((await echoed).length).toBe(size);
    }
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
    socket.close(1000, 'done');
    expect((await closed).code).toBe(1000);
    await expect.poll(() => [sockets.size, proxy.engine.connections.size], { timeout: 3000 }).toEqual([0, 0]);
  });

  it('ends at the client when the back end goes away', async () => {
    const socket = await openSocket(path);
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
    for (const one of sockets) one.destroy();
    expect((await closed).code).toBe(1006);
    await expect.poll(() => proxy.engine.connections.size, { timeout: 3000 }).toBe(0);
  });
});
