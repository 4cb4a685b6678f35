import * as net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyServer } from '../../packages/modules/src/mod_proxy/contract.ts';
import { ask, type Front, freePort, get, startOurs, workFolder } from './peer.ts';

// Back ends of gateway protocols and tunnels that fail, and clients that go away: nothing may be left of either.

type Reaction = (socket: net.Socket) => void;

/** What follows the first bytes that a back end receives. */
let react: Reaction = () => {};
const open = new Set<net.Socket>();
let received = 0;

const backEnd = net.createServer((socket) => {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    received += bytes.length;
  });
  socket.once('data', () => react(socket));
});

const says =
  (bytes: string, then: 'stall' | 'end' | 'reset' = 'stall'): Reaction =>
  (socket) => {
    socket.write(bytes, 'latin1', () => {
      if (then === 'end') socket.end();
      if (then === 'reset') socket.resetAndDestroy();
    });
  };

/** Says the beginning, and then more of the same for as long as somebody takes it. */
const endless =
  (start: string, piece: string): Reaction =>
  (socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(piece, 'latin1'));
    };
    socket.write(start, 'latin1');
    socket.on('drain', more);
    more();
  };

const two = (value: number) => String.fromCharCode(value >> 8, value & 255);
const fcgi = (content: string) => `\x01\x06\0\x01${two(content.length)}\0\0${content}`;
const ajp = (content: string) => `AB${two(content.length)}${content}`;
const ajpText = (text: string) => `${two(text.length)}${text}\0`;
const piece = 'x'.repeat(4000);
const scriptHead = 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n';

interface Gateway {
  readonly head: string;
  readonly piece: string;
}

const gateways: Readonly<Record<string, Gateway>> = {
  http: { head: 'HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n', piece },
  fcgi: { head: fcgi(scriptHead), piece: fcgi(piece) },
  scgi: { head: scriptHead, piece },
  uwsgi: { head: 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n', piece },
  ajp: { head: ajp(`\x04${two(200)}${ajpText('OK')}\0\0`), piece: ajp(`\x03${two(piece.length)}${piece}\0`) },
};

describe('nothing is left', () => {
  const folder = workFolder();
  let front: Front;
  let port = 0;

  beforeAll(async () => {
    await new Promise<void>((resolve) => backEnd.listen(0, '127.0.0.1', resolve));
    ({ port } = backEnd.address() as net.AddressInfo);
    const refused = await freePort();
    folder.write('htdocs/x', '');
    const schemes = [...Object.keys(gateways), 'ws'];
    const lines = schemes.flatMap((scheme) => [
      `ProxyPass /${scheme}/refused ${scheme}://127.0.0.1:${refused}/ retry=0`,
      `ProxyPass /patient/${scheme}/ ${scheme}://127.0.0.1:${port}/patient/`,
      `ProxyPass /${scheme}/ ${scheme}://127.0.0.1:${port}/ timeout=1 retry=0`,
    ]);
    const modules = [
      'proxy_http',
      'proxy_fcgi',
      'proxy_scgi',
      'proxy_uwsgi',
      'proxy_ajp',
      'proxy_wstunnel',
      'proxy_connect',
    ];
    front = await startOurs(
      folder,
      modules,
      [...lines, 'ProxyRequests On', `AllowCONNECT ${port} ${refused}`].join('\n'),
    );
  }, 30_000);

  afterAll(async () => {
    await front.stop();
    backEnd.close();
    for (const socket of open) socket.destroy();
    folder.remove();
  });

  /** No worker is busy, no connection of a client is there, and at most those of back ends that idle. */
  async function nothingIsLeft(idle: number): Promise<void> {
    const { engine } = front.inProcess!;
    const { workers } = proxyServer.at(engine.plan.mainServer.config);
    await expect.poll(() => workers.reduce((sum, { busy }) => sum + busy, 0), { timeout: 2500 }).toBe(0);
    await expect.poll(() => engine.connections.size, { timeout: 3000 }).toBe(0);
    await expect.poll(() => open.size, { timeout: 2500 }).toBeLessThanOrEqual(idle);
  }

  /** Sends a request and goes away once the back end has seen it. */
  async function goAway(bytes: string, hasAnswer: boolean): Promise<void> {
    received = 0;
    let answered = 0;
    const socket = net.connect(front.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      answered += chunk.length;
    });
    socket.write(bytes, 'latin1');
    await expect.poll(() => received > 0 && (!hasAnswer || answered > 0), { timeout: 3000 }).toBe(true);
    socket.resetAndDestroy();
    await expect.poll(() => open.size, { timeout: 1000 }).toBe(0);
    await nothingIsLeft(0);
  }

  const faults = (gateway: Gateway): readonly (readonly [string, Reaction, RegExp])[] => [
    ['says nothing', () => {}, /^HTTP\/1\.1 50\d /],
    ['ends at once', (socket) => socket.end(), /^HTTP\/1\.1 50\d /],
    ['resets at once', (socket) => socket.resetAndDestroy(), /^HTTP\/1\.1 50\d /],
    // What is no HTTP/1 at all is an answer of HTTP/0.9.
    ['talks nonsense', says('\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\r\n\r\n', 'end'), /^HTTP\/1\.1 (?:200|50\d) /],
    ['ends in its head', says(gateway.head.slice(0, -5), 'end'), /^HTTP\/1\.1 50\d /],
    ['resets in its body', says(gateway.head + gateway.piece, 'reset'), /^HTTP\/1\.1 (?:200|50\d) /],
    ['stops in its body', says(gateway.head + gateway.piece), /^HTTP\/1\.1 200 /],
  ];
  const cases = Object.entries(gateways).flatMap(([scheme, gateway]) =>
    faults(gateway).map(([title, reaction, status]) => ({ scheme, title, reaction, status })),
  );

  it.each(cases)('of a back end of $scheme that $title', async ({ scheme, reaction, status }) => {
    react = reaction;
    expect((await ask(front.port, get(`/${scheme}/x`))).status).toMatch(status);
    await nothingIsLeft(0);
  });

  it.each([...Object.keys(gateways), 'ws'])('of a back end of %s that is not there', async (scheme) => {
    const fields = scheme === 'ws' ? ['Connection: Upgrade', 'Upgrade: websocket'] : [];
    expect((await ask(front.port, get(`/${scheme}/refused`, ...fields))).status).toContain('503');
    await nothingIsLeft(0);
  });

  const away = Object.entries(gateways).map(([scheme, gateway]) => ({ scheme, gateway }));

  it.each(away)('of a client that goes away while $scheme thinks', async ({ scheme }) => {
    react = () => {};
    await goAway(get(`/patient/${scheme}/x`), false);
  });

  it.each(away)('of a client that goes away within an answer of $scheme', async ({ scheme, gateway }) => {
    react = endless(gateway.head, gateway.piece);
    await goAway(get(`/patient/${scheme}/x`), true);
  });

  it.each(away)('of a client that goes away within a body for $scheme', async ({ scheme }) => {
    react = () => {};
    const head = `POST /patient/${scheme}/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n`;
    // A back end that speaks AJP asks for each piece: while it does not, what is more than is held stays with the system.
    await goAway(head + 'a'.repeat(scheme === 'ajp' ? 20_000 : 200_000), false);
  });

  const tunnels: readonly (readonly [string, () => string])[] = [
    ['WebSocket', () => get('/ws/x', 'Connection: Upgrade', 'Upgrade: websocket')],
    ['CONNECT', () => `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\nhello`],
  ];

  it.each(tunnels)('of a client that leaves a tunnel by %s', async (_title, bytes) => {
    react = () => {};
    await goAway(bytes(), false);
  });

  it.each(tunnels)('of a back end that leaves a tunnel by %s', async (_title, bytes) => {
    react = (socket) => socket.resetAndDestroy();
    await ask(front.port, bytes());
    await nothingIsLeft(0);
  });
});
