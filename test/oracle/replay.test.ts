import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case } from './case.ts';
import { compareRecordings } from './compare.ts';
import { parseRequests } from './parse-requests.ts';
import { observeServer } from './replay.ts';
import type { ReplayWorld, StartServer } from './start-httpd-ts.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-test-'));
  writeFileSync(join(folder, 'httpd.conf'), '# none\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function exampleCase(): Case {
  return {
    name: 'none/example',
    folder,
    options: { generate: { 'htdocs/a.txt': ['ab', 2] } },
    hosts: { 'app.example.com': '127.0.0.24' },
    masks: [],
    backEnds: { app: { listen: 'app.example.com:8080', answers: { '*': { body: 'from app' } } } },
    exchanges: parseRequests(
      '### a\n@from 10.1.2.3\n@to 127.0.0.1:80\nGET /a.txt HTTP/1.1\nHost: x\n\n### b\n@to 127.0.0.2:81\nGET /b HTTP/1.1\n',
    ),
  };
}

/** Answers with what it was told about the connection, and passes the request on to the back end. */
const startTinyServer: StartServer = async (world) => {
  const servers = [80, 81].flatMap((port) =>
    world.mapListen(undefined, port).map((local) => {
      const server = createServer((socket) => {
        const peer = world.mapPeer(socket.remoteAddress ?? '');
        socket.once('data', async () => {
          const body = `${peer} ${local.address}:${local.port} ${await askBackEnd(world)}`;
          socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
          world.writeLog('/var/log/apache2/access.log', `${peer} [20/Nov/2026:12:00:00 +0000]`);
        });
      });
      server.listen(0, '127.0.0.1');
      return { server, local };
    }),
  );
  await Promise.all(servers.map(({ server }) => once(server, 'listening')));
  expect(existsSync(world.mapPath(world.configFile))).toBe(true);
  expect(readFileSync(world.mapPath('/var/www/html/a.txt'), 'latin1')).toBe('abab');
  return {
    listening: servers.map(({ server, local }) => ({ bind: server.address() as AddressInfo, local })),
    async stop() {
      for (const { server } of servers) server.close();
    },
  };
};

function askBackEnd(world: ReplayWorld): Promise<string> {
  const { address, port } = world.mapConnect(world.resolve('APP.example.com') ?? '', 8080);
  return new Promise((resolve) => {
    const socket = connect(port, address, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(String(bytes).split('\r\n\r\n')[1] ?? '');
    });
  });
}

test('a server sees addresses, names and files of the case, and all it does is observed', async () => {
  const [first, second] = await observeServer(exampleCase(), startTinyServer);
  expect(first?.answer).toMatch(/10\.1\.2\.3 127\.0\.0\.1:80 from app$/);
  expect(second?.answer).toMatch(/127\.0\.0\.1 127\.0\.0\.2:81 from app$/);
  expect(first).toMatchObject({
    closed: true,
    backEnds: [{ name: 'app', received: 'GET / HTTP/1.1\r\n\r\n' }],
    accessLog: [{ file: '/var/log/apache2/access.log', line: '10.1.2.3 [@TIME@]' }],
  });
});

test('differences name the exchange and show both lines', () => {
  const base = { title: 'a', closed: false, backEnds: [], accessLog: [], errorLog: [] };
  const differences = compareRecordings(
    [{ ...base, answer: 'HTTP/1.1 200 OK\r\nA: 1\r\n\r\n' }],
    [{ ...base, answer: 'HTTP/1.1 200 OK\r\nA: 2\r\n\r\n' }],
    { errorLog: false },
  );
  expect(differences).toEqual([
    '### a\nanswer (- recorded, + observed), line 2:\n    HTTP/1.1 200 OK\n  - A: 1\n  + A: 2',
  ]);
});
