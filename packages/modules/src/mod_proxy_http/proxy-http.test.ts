import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as net from 'node:net';
import type { Body, Clock, Response } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { type InMemoryServer, inMemoryServer } from '../in-memory-server.ts';
import { loopbackNetwork } from '../loopback-network.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modProxy } from '../mod_proxy/index.ts';
import { modSetenvif } from '../mod_setenvif/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modProxyHttp } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const modules = [core, mpmEvent, modAuthzCore, modSetenvif, modProxy, modProxyHttp];

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  zoneOffsetMinutes: () => 0,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  afterInput: (run) => void setImmediate(run),
};

/** What the back end does with a request, and what it has seen. */
type Behaviour = (socket: net.Socket, head: string) => void;

let backend: net.Server;
let port = 0;
let behave: Behaviour = () => {};
let received = '';
let connections = 0;
let ended = 0;

beforeAll(async () => {
  backend = net.createServer((socket) => {
    connections++;
    socket.on('error', () => {});
    socket.on('close', () => void ended++);
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      received += text;
      behave(socket, text);
    });
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  port = (backend.address() as net.AddressInfo).port;
});
afterAll(() => void backend.close());
beforeEach(() => {
  received = '';
  connections = 0;
  ended = 0;
});

function serverFor(config: string): InMemoryServer & { readonly log: () => string } {
  const network = loopbackNetwork((to, host) => net.connect(to, host) as never);
  const text = `ServerName proxy.example.com\nListen 80\nErrorLog /log\n${config.replaceAll('PORT', String(port))}`;
  const world = memoryWorld({ files: { '/etc/httpd.conf': text }, regex, network, overrides: { clock } });
  const server = inMemoryServer(world, modules);
  if (!('plan' in server)) throw new Error(server.map((diagnostic) => diagnostic.text).join('\n'));
  return { ...server, log: () => world.written.get('/log') ?? '' };
}

const reply =
  (text: string, ends = false): Behaviour =>
  (socket) => {
    socket.write(text, 'latin1');
    if (ends) socket.end();
  };

async function textOf(body: Body | undefined): Promise<string> {
  if (body === undefined) return '';
  if (body.kind === 'text') return body.text;
  if (body.kind === 'bytes') return Buffer.from(body.bytes).toString('latin1');
  if (body.kind !== 'source') throw new Error(`unexpected body ${body.kind}`);
  let text = '';
  for (let chunk = await body.source.pull(); chunk !== null; chunk = await body.source.pull()) {
    text += Buffer.from(chunk).toString('latin1');
  }
  return text;
}

const pass = 'ProxyPass / http://127.0.0.1:PORT/back/';

/** Fields but for those that every answer has. */
function fieldsOf(response: Response): string[] {
  return response.headers
    .entries()
    .filter(([name]) => !/^(?:Date|Server|Connection|Keep-Alive)$/i.test(name))
    .map(([name, value]) => `${name}: ${value}`);
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

// The bytes that a back end receives from httpd 2.4.71.
describe('the request to the back end', () => {
  const forwarded =
    'X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: localhost\r\nX-Forwarded-Server: proxy.example.com\r\n';
  it.each([
    [
      'is passed on',
      pass,
      {},
      `GET /back/a%20b?x=1 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n${forwarded}Connection: Keep-Alive\r\n\r\n`,
    ],
    [
      'loses what is for one hop only',
      pass,
      {
        'User-Agent': 't',
        Connection: 'close, X-Foo',
        'X-Foo': '1',
        TE: 'trailers',
        Upgrade: 'foo',
        'Keep-Alive': '3',
        'Proxy-Connection': 'x',
        Trailer: 'X-T',
        'X-Forwarded-For': '1.2.3.4',
        'Max-Forwards': '7',
        'Proxy-Authorization': 'Basic xx',
      },
      'GET /back/a%20b?x=1 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nUser-Agent: t\r\nX-Forwarded-For: 1.2.3.4, 127.0.0.1\r\nMax-Forwards: 6\r\nProxy-Authorization: Basic xx\r\nX-Forwarded-Host: localhost\r\nX-Forwarded-Server: proxy.example.com\r\nConnection: Keep-Alive\r\n\r\n',
    ],
    [
      'keeps the client’s Host',
      `ProxyPreserveHost On\nProxyAddHeaders Off\n${pass}`,
      {},
      'GET /back/a%20b?x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: Keep-Alive\r\n\r\n',
    ],
    [
      'names the proxies on the way',
      `ProxyVia Full\nProxyMaxForwards 5\n${pass}`,
      { Via: '1.0 zz' },
      `GET /back/a%20b?x=1 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nVia: 1.0 zz, 1.1 proxy.example.com (Apache/2.4.71)\r\nMax-Forwards: 5\r\n${forwarded}Connection: Keep-Alive\r\n\r\n`,
    ],
    [
      'is HTTP/1.0 where that is asked for',
      `SetEnvIf Request_URI a force-proxy-request-1.0\n${pass}`,
      {},
      `GET /back/a%20b?x=1 HTTP/1.0\r\nHost: 127.0.0.1:PORT\r\n${forwarded}\r\n`,
    ],
    [
      'asks for the end of the connection',
      `SetEnvIf Request_URI a proxy-nokeepalive\n${pass}`,
      {},
      `GET /back/a%20b?x=1 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n${forwarded}Connection: close\r\n\r\n`,
    ],
  ])('%s', async (_title, config, headers, expected) => {
    behave = reply(ok);
    const response = await serverFor(config).request('GET /a%20b?x=1', headers);
    expect(await textOf(response.body)).toBe('hi');
    expect(received).toBe(expected.replaceAll('PORT', String(port)));
  });
});

interface AnswerCase {
  readonly title: string;
  readonly reply: string;
  readonly ends?: boolean;
  readonly method?: string;
  readonly status: string;
  readonly fields: readonly string[];
  readonly body: string;
}

const answers: readonly AnswerCase[] = [
  { title: 'with a length', reply: ok, status: '200 OK', fields: ['Content-Length: 2'], body: 'hi' },
  {
    title: 'without fields of one hop',
    reply:
      'HTTP/1.1 200 Fine Thing\r\nX-A:   b  \r\nKeep-Alive: timeout=3\r\nConnection: Keep-Alive, X-Hop\r\nX-Hop: 1\r\nUpgrade: h2c\r\nTE: a\r\nTrailer: b\r\nSet-Cookie: a=1\r\nLast-Modified: Sunday, 06-Nov-94 08:49:37 GMT\r\nWarning: 199 foo bar\r\nContent-Length: 2\r\n\r\nhi',
    status: '200 Fine Thing',
    fields: [
      'X-A: b',
      'Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT',
      'Content-Length: 2',
      'Set-Cookie: a=1',
    ],
    body: 'hi',
  },
  {
    title: 'in chunks',
    reply:
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Z: 1\r\n\r\n5\r\nhello\r\n0\r\nX-Tr: 1\r\n\r\n',
    status: '200 OK',
    fields: ['X-Z: 1', 'Transfer-Encoding: chunked'],
    body: 'hello',
  },
  {
    title: 'up to the end of the connection',
    reply: 'HTTP/1.0 200 OK\r\nX-Z: 1\r\n\r\nhello',
    ends: true,
    status: '200 OK',
    fields: ['X-Z: 1', 'Transfer-Encoding: chunked'],
    body: 'hello',
  },
  {
    title: 'with a length and chunks, of which the chunks count',
    reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    status: '200 OK',
    fields: ['Transfer-Encoding: chunked'],
    body: 'hi',
  },
  {
    title: 'without a body',
    reply: 'HTTP/1.1 204 No Content\r\nX-Z: 1\r\nContent-Length: 3\r\n\r\n',
    status: '204 No Content',
    fields: ['X-Z: 1'],
    body: '',
  },
  {
    title: 'to HEAD',
    method: 'HEAD',
    reply: 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n',
    status: '200 OK',
    fields: ['Content-Length: 20'],
    body: '',
  },
  {
    title: 'behind a stray line end and an interim response',
    reply: `\r\nHTTP/1.1 100 Continue\r\n\r\n${ok}`,
    status: '200 OK',
    fields: ['Content-Length: 2'],
    body: 'hi',
  },
  {
    title: 'that has no head',
    reply: 'hello\nworld\n',
    ends: true,
    status: '200 OK',
    fields: ['Transfer-Encoding: chunked'],
    body: 'helloworld\n',
  },
  {
    title: 'with a status nobody knows',
    reply: 'HTTP/1.1 999 Weird\r\nContent-Length: 2\r\n\r\nhi',
    status: '999 Weird',
    fields: ['Content-Length: 2'],
    body: 'hi',
  },
];

describe('the answer of the back end', () => {
  it.each(answers)('$title', async ({ reply: text, ends = false, method = 'GET', status, fields, body }) => {
    behave = reply(text, ends);
    const response = await serverFor(pass).request(`${method} /`);
    expect(response.statusLine).toBe(status);
    expect(fieldsOf(response)).toEqual(fields);
    expect(await textOf(response.body)).toBe(body);
  });

  it('comes whole however it is cut into packets', async () => {
    const text =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Z: 1\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n';
    behave = (socket) => {
      let at = 0;
      const timer = setInterval(() => {
        if (at < text.length) socket.write(text.slice(at, ++at), 'latin1');
        else clearInterval(timer);
      }, 1);
    };
    const response = await serverFor(pass).request('GET /');
    expect(fieldsOf(response)).toEqual(['X-Z: 1', 'Transfer-Encoding: chunked']);
    expect(await textOf(response.body)).toBe('hello!');
  });

  it('is replaced by our own page where ProxyErrorOverride says so', async () => {
    behave = reply(
      'HTTP/1.1 401 Nope\r\nX-A: b\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\nhi',
    );
    const response = await serverFor(`ProxyErrorOverride On\n${pass}`).request('GET /');
    expect(response.statusLine).toBe('401 Nope');
    expect(response.headers.get('WWW-Authenticate')).toBe('Basic realm=x');
    expect([response.headers.has('X-A'), await textOf(response.body)]).toEqual([
      false,
      expect.stringContaining('<title>401 Nope</title>'),
    ]);
  });
});

const reason = 'The proxy server could not handle the request<p>Reason: <strong>';

describe('faults', () => {
  it.each([
    [
      'refuses',
      'ProxyPass / http://127.0.0.1:1/',
      () => {},
      '503 Service Unavailable',
      'AH01114: HTTP: failed to make connection to backend: 127.0.0.1',
    ],
    [
      'has no address',
      'ProxyPass / http://no.such.host.example/',
      () => {},
      '500 Proxy Error',
      'DNS lookup failure for: no.such.host.example',
    ],
    [
      'resets',
      pass,
      (socket: net.Socket) => void socket.resetAndDestroy(),
      '502 Proxy Error',
      'AH01102: error reading status line from remote server 127.0.0.1:PORT',
    ],
    [
      'ends without an answer',
      pass,
      (socket: net.Socket) => void socket.end(),
      '502 Proxy Error',
      '(20014)Internal error (specific information not available)',
    ],
    [
      'ends within its head',
      pass,
      reply('HTTP/1.1 200 OK\r\nFoo: b\r\n', true),
      '502 Bad Gateway',
      'AH10404: Error reading headers from backend',
    ],
    ['stalls', `${pass} timeout=1`, () => {}, '502 Proxy Error', '(70007)The timeout specified has expired'],
    [
      'speaks another protocol',
      pass,
      reply('HTTP/2.0 200 OK\r\n\r\n'),
      '502 Proxy Error',
      'AH00898: Corrupt status line returned by remote server: HTTP/2.0 200 OK returned by /',
    ],
    [
      'sends a line that is no field',
      pass,
      reply('HTTP/1.1 200 OK\r\nFoo bar\r\n\r\n'),
      '502 Bad Gateway',
      'AH01106: bad HTTP/1.1 header returned by / (GET)',
    ],
    [
      'sends a length that is none',
      pass,
      reply('HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nhi'),
      '502 Bad Gateway',
      'AH01110: error reading response',
    ],
    [
      'begins with a chunk that makes no sense',
      pass,
      reply('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
      '502 Bad Gateway',
      'AH01110: error reading response',
    ],
    [
      'never stops with interim responses',
      pass,
      reply('HTTP/1.1 102 P\r\n\r\n'.repeat(12)),
      '502 Proxy Error',
      'Too many (10) interim responses from origin server',
    ],
  ])('a back end that %s', async (_title, config, behaviour: Behaviour, status, logged) => {
    behave = behaviour;
    const server = serverFor(config);
    const response = await server.request('GET /');
    expect(response.statusLine).toBe(status);
    expect(server.log()).toContain(logged.replaceAll('PORT', String(port)));
    const page = await textOf(response.body);
    expect(page.includes(reason)).toBe(status.endsWith('Proxy Error'));
  });

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi'],
  ])('a body with %s that breaks off is seen to break off', async (_title, text) => {
    behave = reply(text, true);
    const server = serverFor(pass);
    const response = await server.request('GET /');
    await expect(textOf(response.body)).rejects.toThrow('broke off');
    expect(server.log()).toContain('AH01110: error reading response');
  });
});

describe('connections', () => {
  it('are used again', async () => {
    behave = reply(ok);
    const server = serverFor(pass);
    for (let i = 0; i < 5; i++) expect(await textOf((await server.request('GET /')).body)).toBe('hi');
    expect(connections).toBe(1);
  });

  it.each([
    ['disablereuse is on', `${pass} disablereuse=On`, ok],
    ['the back end says close', pass, 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi'],
    ['bytes are left over', pass, `${ok}hihi`],
    ['the back end is of HTTP/1.0', pass, 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ])('are not used again when %s', async (_title, config, text) => {
    behave = reply(text);
    const server = serverFor(config);
    for (let i = 0; i < 3; i++) await textOf((await server.request('GET /')).body);
    expect(connections).toBe(3);
  });

  it('are not more than max, and a request that waits too long for one gets 503', async () => {
    behave = (socket, head) => void setTimeout(() => socket.write(ok), head.includes('slow') ? 300 : 0);
    const server = serverFor(`${pass} max=1 acquire=50`);
    const slow = server.request('GET /slow');
    const other = await server.request('GET /other');
    expect([other.statusLine, (await slow).statusLine]).toEqual(['503 Service Unavailable', '200 OK']);
    expect(server.log()).toContain('AH00941: http: failed to acquire connection for (127.0.0.1:');
    expect((await server.request('GET /again')).statusLine).toBe('200 OK');
    expect(connections).toBe(1);
  });

  it('end when nobody reads the answer', async () => {
    behave = reply(`HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n${'x'.repeat(100_000)}`);
    const response = await serverFor(pass).request('GET /');
    if (response.body?.kind !== 'source') throw new Error('expected a source');
    response.body.source.abort();
    await expect.poll(() => ended).toBe(1);
  });

  it('hold the back end back while the client is slow', async () => {
    const size = 64 * 1024 * 1024;
    let written = 0;
    behave = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const piece = Buffer.alloc(1024 * 1024);
      const pump = () => {
        while (written < size) {
          written += piece.length;
          if (!socket.write(piece)) break;
        }
      };
      socket.on('drain', pump);
      pump();
    };
    const response = await serverFor(pass).request('GET /');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(size / 2);
    expect((await textOf(response.body)).length).toBe(size);
  });
});
