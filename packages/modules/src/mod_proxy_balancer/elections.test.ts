import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as net from 'node:net';
import type { ModuleDefinition } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { type InMemoryServer, inMemoryServer } from '../in-memory-server.ts';
import { loopbackNetwork } from '../loopback-network.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modLbmethodBybusyness } from '../mod_lbmethod_bybusyness/index.ts';
import { modLbmethodByrequests } from '../mod_lbmethod_byrequests/index.ts';
import { modLbmethodBytraffic } from '../mod_lbmethod_bytraffic/index.ts';
import { modProxy } from '../mod_proxy/index.ts';
import { modProxyHttp } from '../mod_proxy_http/index.ts';
import { modSlotmemShm } from '../mod_slotmem_shm/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modProxyBalancer } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const modules: readonly ModuleDefinition[] = [
  core,
  mpmEvent,
  modAuthzCore,
  modProxy,
  modProxyHttp,
  modSlotmemShm,
  modProxyBalancer,
  modLbmethodByrequests,
  modLbmethodBytraffic,
  modLbmethodBybusyness,
];

const backends: net.Server[] = [];
const ports: number[] = [];

beforeAll(async () => {
  for (let member = 0; member < 5; member++) {
    const backend = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        const fields = `Content-Type: text/plain\r\nX-Member: ${member}\r\nContent-Length: 11`;
        socket.write(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\nport ${18_410 + member}\n`);
      });
    });
    // Port and server name are as long as when the sequences were recorded: bytraffic counts their bytes.
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    backends.push(backend);
    ports.push((backend.address() as net.AddressInfo).port);
  }
});
afterAll(() => {
  for (const backend of backends) backend.close();
});

function serverFor(config: string): InMemoryServer {
  const network = loopbackNetwork((port, host) => net.connect(port, host) as never);
  const text = `ServerName proxy1.subs.example.com\nListen 80\n${config}`;
  const server = inMemoryServer(memoryWorld({ files: { '/etc/httpd.conf': text }, regex, network }), modules);
  if (!('plan' in server)) throw new Error(server.map((diagnostic) => diagnostic.text).join('\n'));
  return server;
}

/** A balancer with a member for each text of parameters; `dead` has nobody listening. */
function balancer(members: readonly string[], parameters = ''): string {
  const lines = members.map((member, i) => {
    const isDead = member.includes('dead');
    return `BalancerMember http://127.0.0.1:${isDead ? 1 : ports[i]} ${member.replace('dead', '')}`;
  });
  return `<Proxy balancer://b>\n${lines.join('\n')}\nProxySet ${parameters}\n</Proxy>\nProxyPass / balancer://b/\n`;
}

async function ask(server: InMemoryServer, path = '/x', headers: Readonly<Record<string, string>> = {}) {
  const response = await server.request(`GET ${path}`, headers);
  return response.headers.get('X-Member') ?? response.statusLine.slice(0, 3);
}

const factors = (...given: readonly (number | undefined)[]) =>
  given.map((factor) => (factor === undefined ? '' : `loadfactor=${factor}`));

// Recorded from httpd 2.4.71: forty requests, one after the other.
describe('elections', () => {
  it.each([
    ['byrequests', factors(1, 2, 3), '2102122102122102122102122102122102122102'],
    ['byrequests', factors(1, 1, 1, 2), '3012330123301233012330123301233012330123'],
    ['byrequests', factors(7, 3), '0100010010010001001001000100100100010010'],
    ['byrequests', factors(1.5, 2.5, 4), '2102122012212012210212201221201221021220'],
    ['byrequests', factors(100, 1), '0'.repeat(40)],
    ['byrequests', factors(undefined, undefined, undefined, undefined, undefined), '01234'.repeat(8)],
    ['byrequests', factors(undefined, undefined), '01'.repeat(20)],
    ['bybusyness', factors(undefined, undefined, undefined), `${'012'.repeat(13)}0`],
    ['bybusyness', factors(1, 3, 2), '1201211201211201211201211201211201211201'],
    ['bytraffic', factors(undefined, undefined, undefined), `${'012'.repeat(13)}0`],
    ['bytraffic', factors(1, 3, 2), '0112201121120112120112210121120112120112'],
    ['byrequests', ['lbset=1', 'lbset=0', 'lbset=1'], '1'.repeat(40)],
    ['byrequests', ['', 'status=+D', 'status=+R'], '02'.repeat(20)],
    ['byrequests', ['', 'status=+H'], '0'.repeat(40)],
    ['byrequests', ['status=+N', ''], '1'.repeat(40)],
    ['byrequests', ['', 'dead', ''], `022${'02'.repeat(18)}0`],
    ['byrequests', ['status=+D', 'status=+S'], '503'.repeat(40)],
  ])('%s with %j', async (method, members, expected) => {
    const server = serverFor(balancer(members, `lbmethod=${method}`));
    let sequence = '';
    for (let i = 0; i < 40; i++) sequence += await ask(server);
    expect(sequence).toBe(expected);
  });
});

describe('sessions', () => {
  const sticky = () =>
    `${balancer(['route=a', 'route=b', 'route=c redirect=a status=+D', 'route=d'], 'stickysession=JSESSIONID|jsessionid scolonpathdelim=on')}`;

  it.each([
    ['/x', 'JSESSIONID=abc.b', '1'],
    ['/x', 'foo=1; JSESSIONID=abc.d; y=2', '3'],
    ['/x', 'XJSESSIONID=abc.b, JSESSIONID = abc.d', '3'],
    ['/x;jsessionid=q.b', '', '1'],
    ['/x;jsessionid=q.b?y=1', 'JSESSIONID=abc.a', '1'],
    ['/x?jsessionid=q.b&z=1', '', '1'],
    ['/x?xjsessionid=q.b&z=1', '', '1'],
    ['/x', 'JSESSIONID=abc.c', '0'],
    ['/x', 'JSESSIONID=abc.unknown', '0'],
    ['/x', 'JSESSIONID=abc', '0'],
  ])('%s with %s goes to member %s', async (path, cookie, expected) => {
    const headers = cookie === '' ? {} : { Cookie: cookie };
    expect(await ask(serverFor(sticky()), path, headers)).toBe(expected);
  });

  it('answers 503 rather than change the member where nofailover says so', async () => {
    const server = serverFor(balancer(['dead route=a', 'route=b'], 'stickysession=S nofailover=On'));
    expect(await ask(server, '/x', { Cookie: 'S=1.a' })).toBe('503');
    expect(await ask(server, '/x', { Cookie: 'S=1.b' })).toBe('1');
  });
});

describe('a balancer without usable members', () => {
  it.each([
    ['all refuse', ['dead retry=60', 'dead retry=60'], ''],
    ['all refuse and stay out', ['dead', 'dead'], 'forcerecovery=Off'],
    ['there are none', [], ''],
  ])('answers 503 when %s', async (_title, members, parameters) => {
    const server = serverFor(balancer(members, parameters));
    expect([await ask(server), await ask(server)]).toEqual(['503', '503']);
  });
});

describe('start', () => {
  it.each([
    [
      'mod_slotmem_shm',
      "AH01177: Failed to lookup provider 'shm' for 'slotmem': is mod_slotmem_shm loaded??\nAH00020: Configuration Failed, exiting",
    ],
    ['mod_lbmethod_byrequests', 'AH02432: Cannot find LB Method: byrequests'],
  ])('is refused without %s', (missing, message) => {
    const world = memoryWorld({
      files: {
        '/etc/httpd.conf': 'Listen 80\n<Proxy balancer://b>\nBalancerMember http://127.0.0.1:81\n</Proxy>\n',
      },
      regex,
    });
    const server = inMemoryServer(
      world,
      modules.filter(({ name }) => name !== missing),
    );
    expect('plan' in server ? [] : server.map(({ text }) => text)).toContain(message);
  });
});
