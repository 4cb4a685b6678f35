import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../packages/server/src/trial/free-port.ts';
import { backEnd, type ManagedServer, managedServer, removeServer, until } from './manager-server.ts';

let server: ManagedServer | undefined;
const ends: { close(): void; closeAllConnections?(): void }[] = [];

afterEach(async () => {
  if (server !== undefined) await removeServer(server);
  server = undefined;
  for (const end of ends.splice(0)) {
    end.closeAllConnections?.();
    end.close();
  }
});

async function start(name: string, answer?: RequestListener) {
  const end = await backEnd(name, answer);
  ends.push(end.server);
  return end;
}

/** A back end that notes what it receives, byte for byte. */
async function recorder(): Promise<{ readonly url: string; readonly received: string[] }> {
  const received: string[] = [];
  const raw: Server = createServer((socket) => {
    socket.on('error', () => {});
    received.push('');
    const at = received.length - 1;
    socket.setEncoding('latin1').on('data', (text: string) => {
      received[at] += text;
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => raw.listen(port, '127.0.0.1', resolve));
  ends.push(raw);
  return { url: `http://127.0.0.1:${port}`, received };
}

const members = async () => (await server!.api('/balancers/app')).value.members;
const balancer = (lines: readonly string[], before = '') =>
  `LogLevel warn proxy_hcheck:info\n${before}<Proxy balancer://app>\n${lines.map((line) => `BalancerMember ${line}\n`).join('')}</Proxy>\nProxyPass / balancer://app/\n`;

describe('health checks', () => {
  // Recorded from httpd 2.4.71, which asks for nothing at all where neither member nor hcuri has a path.
  it('ask as httpd asks', async () => {
    const wanted: readonly (readonly [suffix: string, parameters: string, request: string])[] = [
      ['/p', 'hcmethod=OPTIONS', 'OPTIONS * HTTP/1.0'],
      ['/p', 'hcmethod=HEAD hcuri=/h', 'HEAD /p//h HTTP/1.0'],
      ['', 'hcmethod=GET hcuri=/h', 'GET /h HTTP/1.0'],
      ['', 'hcmethod=GET11 hcuri=/h?a=1', 'GET /h?a=1 HTTP/1.1'],
      ['/q', 'hcmethod=HEAD11', 'HEAD /q HTTP/1.1'],
      ['', 'hcmethod=OPTIONS11', 'OPTIONS * HTTP/1.1'],
      ['', 'hcmethod=GET', 'GET / HTTP/1.0'],
      ['', 'hctemplate=t', 'GET /t HTTP/1.0'],
      ['', 'hcmethod=TCP', ''],
    ];
    const recorders = await Promise.all(wanted.map(recorder));
    const lines = wanted.map(
      ([suffix, parameters], i) => `${recorders[i]!.url}${suffix} ${parameters} hcinterval=200ms`,
    );
    server = await managedServer(balancer(lines, 'ProxyHCTemplate t hcmethod=GET hcuri=/t\n'));
    await until(() => recorders.every(({ received }) => received.length > 1), 'two checks of each');
    for (const [i, [, , line]] of wanted.entries()) {
      const host = recorders[i]!.url.slice('http://'.length);
      const expected = line === '' ? '' : `${line}\r\nHost: ${host}\r\n\r\n`;
      expect(recorders[i]!.received[0]).toBe(expected);
    }
    expect((await members()).every(({ usable }: { usable: boolean }) => usable)).toBe(true);
  }, 60_000);

  it('take a member out after hcfails failures, and let it in after hcpasses', async () => {
    let isWell = true;
    const a = await start('A', (_request, response) => {
      response.statusCode = isWell ? 200 : 500;
      response.end('A\n');
    });
    const b = await start('B');
    server = await managedServer(
      balancer([`${a.url} hcmethod=GET hcinterval=100ms hcfails=2 hcpasses=3`, b.url]),
    );
    const failed = async () => (await members())[0].failedCheck as boolean;
    await until(() => a.requests.length > 2, 'checks');
    expect(await failed()).toBe(false);
    isWell = false;
    await until(failed, 'A to be out');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => fetch(server!.url('/')).then((response) => response.text())),
    );
    expect(new Set(answers)).toEqual(new Set(['B\n']));
    isWell = true;
    await until(async () => !(await failed()), 'A to be in again');
    const log = readFileSync(join(server.root, 'error.log'), 'latin1');
    expect(log).toMatch(
      /\[proxy_hcheck:info\].*AH03303: Threaded Health check DISABLING http:\/\/127\.0\.0\.1/,
    );
    expect(log).toMatch(
      /\[proxy_hcheck:info\].*AH03302: Threaded Health check ENABLING http:\/\/127\.0\.0\.1/,
    );
  }, 60_000);

  it('judge by conditions on status, header fields and body', async () => {
    const say =
      (status: number, state: string, body: string) => (): Promise<Awaited<ReturnType<typeof backEnd>>> =>
        start('x', (_request, response) => {
          response.writeHead(status, { 'X-State': state });
          response.end(body);
        });
    const teapot = await say(418, 'up', 'fine')();
    const down = await say(200, 'down', 'fine')();
    const sick = await say(200, 'up', 'sick')();
    const conditions = `ProxyHCExpr any {%{REQUEST_STATUS} =~ /^[24]/}
ProxyHCExpr up {%{resp:X-State} == 'up'}
ProxyHCExpr fine {hc('body') =~ /fine/ && %{HC_BODY} == 'fine'}\n`;
    const cases = [
      [teapot, 'any', true],
      [teapot, 'up', true],
      [teapot, 'fine', true],
      [down, 'up', false],
      [sick, 'fine', false],
      [sick, 'any', true],
    ] as const;
    const lines = cases.map(
      ([end, name], i) => `${end.url}/${i} hcmethod=GET hcinterval=100ms hcexpr=${name}`,
    );
    server = await managedServer(balancer(lines, conditions));
    await until(
      async () => (await members()).every(({ healthCheck }: any) => healthCheck.lastCheck !== null),
      'checks',
    );
    expect((await members()).map(({ failedCheck }: any) => !failedCheck)).toEqual(
      cases.map(([, , well]) => well),
    );
  }, 60_000);

  it('fail where nobody answers, and go on after a reload', async () => {
    const port = await freePort();
    const black = createServer((socket) => void socket.on('error', () => {}));
    await new Promise<void>((resolve) => black.listen(0, '127.0.0.1', resolve));
    ends.push(black);
    const { port: silent } = black.address() as { port: number };
    server = await managedServer(
      balancer([
        `http://127.0.0.1:${port} hcmethod=TCP hcinterval=100ms`,
        `http://127.0.0.1:${silent} hcmethod=GET hcinterval=100ms timeout=1`,
      ]),
    );
    await until(async () => (await members()).every(({ failedCheck }: any) => failedCheck), 'both to be out');
    server.process.kill('SIGUSR1');
    const late = createServer((socket) => void socket.on('error', () => {}));
    await new Promise<void>((resolve) => late.listen(port, '127.0.0.1', resolve));
    ends.push(late);
    await until(async () => !(await members())[0].failedCheck, 'the first to be in again');
    expect((await members())[1].failedCheck).toBe(true);
    expect(readFileSync(join(server.root, 'error.log'), 'latin1')).toContain(
      `AH00957: HCTCP: attempt to connect to 127.0.0.1:${port} (127.0.0.1:${port}) failed`,
    );
  }, 60_000);

  it('of many members are spread over the interval, and few run at a time', async () => {
    let open = 0;
    let most = 0;
    const times: number[] = [];
    const a = await start('A', (_request, response) => {
      times.push(performance.now());
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end();
      }, 30);
    });
    const lines = Array.from({ length: 60 }, (_, i) => `${a.url}/m${i}x hcmethod=GET hcinterval=1500ms`);
    server = await managedServer(balancer(lines, 'ProxyHCTPsize 4\n'));
    await until(() => times.length >= 60, 'a check of each');
    expect(most).toBeLessThanOrEqual(4);
    expect(times[59]! - times[0]!).toBeGreaterThan(400);
  }, 60_000);
});
