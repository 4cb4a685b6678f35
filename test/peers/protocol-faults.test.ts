import * as http2 from 'node:http2';
import * as net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyServer } from '../../packages/modules/src/mod_proxy/contract.ts';
import {
  type Answer,
  ask,
  type Front,
  freePort,
  get,
  pause,
  request,
  startFronts,
  workFolder,
} from './peer.ts';

// What goes wrong between the proxy and back ends of other protocols than HTTP/1.1, over true sockets: the answer is
// Apache's, asked beside us where there is one, and afterwards no worker is busy and no connection is in use.

/** A listening server whose connections are counted. */
async function counted(server: net.Server): Promise<{ port: number; open: Set<net.Socket>; close(): void }> {
  const open = new Set<net.Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port: (server.address() as net.AddressInfo).port, open, close };
}

/** What both must agree on. */
const essence = ({ status, body, isWhole }: Answer) => ({
  status,
  body: status.includes('200') ? body : '',
  isWhole,
});

async function sameOfBoth(fronts: readonly Front[], bytes: string): Promise<ReturnType<typeof essence>> {
  const answers = await Promise.all(fronts.map(async ({ port }) => essence(await ask(port, bytes))));
  const [ours, apache] = answers;
  if (apache !== undefined) expect(ours).toEqual(apache);
  return ours!;
}

/** Requests that workers count as under way, and connections in use. */
async function nothingIsLeft(fronts: readonly Front[]): Promise<void> {
  const { engine } = fronts[0]!.inProcess!;
  const { workers } = proxyServer.at(engine.plan.mainServer.config);
  const busy = () => workers.reduce((sum, worker) => sum + worker.busy, 0);
  await expect.poll(busy, { timeout: 2500 }).toBe(0);
  await expect.poll(() => engine.connections.size, { timeout: 3000 }).toBe(0);
}

/** Sends a request and goes away when `when` holds. */
async function goAway(port: number, bytes: string, when: () => boolean): Promise<void> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes, 'latin1');
  await expect.poll(when, { timeout: 2000 }).toBe(true);
  socket.resetAndDestroy();
}

describe('HTTP/2 back ends', () => {
  const folder = workFolder();
  let fronts: readonly Front[] = [];
  let backEnd: Awaited<ReturnType<typeof counted>>;
  let silent: Awaited<ReturnType<typeof counted>>;
  let resetting: Awaited<ReturnType<typeof counted>>;
  let nonsense: Awaited<ReturnType<typeof counted>>;
  let streams = 0;

  function serve(stream: http2.ServerHttp2Stream, path: string): void {
    const { socket } = stream.session as unknown as { socket: net.Socket };
    const head = { ':status': 200, 'content-type': 'text/plain' };
    switch (path) {
      case '/reset-stream':
        stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
        return;
      case '/refuse-stream':
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
        return;
      case '/reset-in-head':
        socket.destroy();
        return;
      case '/stall':
        return;
      case '/reset-in-body':
        stream.respond({ ...head, 'content-length': '100' });
        stream.write('half');
        setTimeout(() => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR), 50);
        return;
      case '/end-in-body':
        stream.respond({ ...head, 'content-length': '100' });
        stream.write('half');
        setTimeout(() => socket.destroy(), 50);
        return;
      case '/stall-in-body':
        stream.respond({ ...head, 'content-length': '100' });
        stream.write('half');
        return;
      case '/drip': {
        stream.respond(head);
        let left = 5;
        const timer = setInterval(() => {
          if (stream.destroyed || left-- === 0) {
            clearInterval(timer);
            stream.end();
          } else stream.write('drop ');
        }, 150);
        return;
      }
      case '/endless': {
        stream.respond(head);
        const more = () => {
          while (!stream.destroyed && stream.write('x'.repeat(10_000)));
        };
        stream.on('drain', more);
        more();
        return;
      }
      case '/early':
        stream.respond({ ...head, ':status': 413 });
        stream.end('big');
        return;
      default:
        stream.respond(head);
        stream.end('ok');
    }
  }

  beforeAll(async () => {
    const server = http2.createServer();
    server.on('session', (session) => session.on('error', () => {}));
    server.on('stream', (stream, headers) => {
      streams++;
      stream.on('close', () => void streams--);
      stream.on('error', () => {});
      serve(stream, headers[':path']!);
    });
    backEnd = await counted(server as unknown as net.Server);
    silent = await counted(net.createServer());
    resetting = await counted(
      net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    nonsense = await counted(net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    folder.write('htdocs/x', '');
    const place = (name: string, port: number) =>
      `ProxyPass /${name}/ h2c://127.0.0.1:${port}/ timeout=1 retry=0`;
    const lines = [
      place('app', backEnd.port),
      place('refused', await freePort()),
      place('silent', silent.port),
      place('resetting', resetting.port),
      place('nonsense', nonsense.port),
    ].join('\n');
    fronts = await startFronts(folder, ['proxy_http2'], lines);
  }, 30_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    for (const one of [backEnd, silent, resetting, nonsense]) one?.close();
    folder.remove();
  });

  it.each([
    '/refused/x',
    '/silent/x',
    '/resetting/x',
    '/nonsense/x',
    '/app/reset-stream',
    '/app/refuse-stream',
    '/app/reset-in-head',
    '/app/stall',
    '/app/drip',
  ])('%s is answered as by Apache', async (target) => {
    const { status } = await sameOfBoth(fronts, get(target));
    expect(status).toMatch(/^HTTP\/1\.1 (?:200|50\d) /);
    await nothingIsLeft(fronts);
    expect((await ask(fronts[0]!.port, get('/app/x'))).body).toBe('ok');
  });

  // Apache writes an error page behind what came, beyond the length it has told of.
  it.each(['/app/reset-in-body', '/app/end-in-body', '/app/stall-in-body'])(
    '%s is cut off',
    async (target) => {
      const { status, body, isWhole } = await ask(fronts[0]!.port, get(target));
      expect([status, body, isWhole]).toEqual(['HTTP/1.1 200 OK', 'half', false]);
      await nothingIsLeft(fronts);
    },
  );

  it('an answer before a large body is there goes to the client', async () => {
    const bytes = request('POST', '/app/early', 'a'.repeat(200_000));
    expect((await ask(fronts[0]!.port, bytes)).status).toContain('413');
    await nothingIsLeft(fronts);
  });

  it.each(['/app/stall', '/app/endless'])(
    'a client that goes away frees the stream of %s within a second',
    async (target) => {
      await expect.poll(() => streams, { timeout: 3000 }).toBe(0);
      await goAway(fronts[0]!.port, get(target), () => streams === 1);
      await expect.poll(() => streams, { timeout: 1000 }).toBe(0);
      await nothingIsLeft(fronts);
    },
  );

  it('a client that reads slowly holds the back end back', async () => {
    const socket = net.connect(fronts[0]!.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(get('/app/endless'));
    await expect.poll(() => streams).toBe(1);
    await pause(300);
    const before = process.memoryUsage().arrayBuffers;
    await pause(700);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
    socket.destroy();
    await expect.poll(() => streams, { timeout: 1000 }).toBe(0);
    await nothingIsLeft(fronts);
  });
});

type Reaction = string | 'reset' | 'end' | 'silent';
interface FtpScript {
  /** What is said to a command, in the place of what a server usually says. */
  readonly replies?: Readonly<Record<string, Reaction>>;
  /** What the data connection does. */
  readonly data?: 'whole' | 'reset' | 'short' | 'stall' | 'drip' | 'endless' | 'refused';
}

const content = 'hello, world\n';

/** An FTP server that follows a script; `data` connections are passive or, after PORT, active. */
class FtpServer {
  script: FtpScript = {};
  readonly commands: string[] = [];
  readonly data = new Set<net.Socket>();
  control!: Awaited<ReturnType<typeof counted>>;

  async start(): Promise<void> {
    this.control = await counted(net.createServer((socket) => this.talk(socket)));
  }

  private talk(socket: net.Socket): void {
    let passive: net.Server | undefined;
    let active: string | undefined;
    let transfer: net.Socket | undefined;
    let started: (() => void) | undefined;
    socket.on('close', () => passive?.close());
    const say = (text: Reaction) => {
      // Before a connection is taken, a reset would be one that was refused.
      if (text === 'reset') setTimeout(() => socket.resetAndDestroy(), 30);
      else if (text === 'end') socket.end();
      else if (text !== 'silent') socket.write(`${text}\r\n`);
    };
    const take = (data: net.Socket) => {
      this.data.add(data);
      data.on('close', () => this.data.delete(data));
      data.on('error', () => {});
      transfer = data;
      started?.();
    };
    const listen = (then: (port: number) => void) => {
      passive = net.createServer(take);
      passive.listen(0, '127.0.0.1', () => {
        const { port } = passive!.address() as net.AddressInfo;
        if (this.script.data === 'refused') passive!.close(() => then(port));
        else then(port);
      });
    };
    const usual: Readonly<Record<string, () => void>> = {
      USER: () => say('331 password'),
      PASS: () => say('230 in'),
      CWD: () => say('250 there'),
      TYPE: () => say('200 type'),
      PWD: () => say('257 "/"'),
      SIZE: () => say(`213 ${content.length}`),
      MDTM: () => say('213 20240102030405'),
      EPSV: () => listen((port) => say(`229 passive (|||${port}|)`)),
      PASV: () => listen((port) => say(`227 passive (127,0,0,1,${port >> 8},${port & 255})`)),
      QUIT: () => {
        say('221 bye');
        socket.end();
      },
    };
    say(this.script.replies?.greeting ?? '220 hello');
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        this.commands.push(line);
        const [name = '', rest = ''] = line.split(' ');
        const own = this.script.replies?.[name];
        if (own !== undefined) say(own);
        else if (name === 'PORT') {
          active = rest;
          say('200 port');
        } else if (name === 'RETR' || name === 'LIST') {
          if (active !== undefined) {
            const parts = active.split(',').map(Number);
            take(net.connect(parts[4]! * 256 + parts[5]!, parts.slice(0, 4).join('.')));
          }
          say('150 here it comes');
          const send = () => this.send(transfer!, () => say('226 done'));
          if (transfer === undefined) started = send;
          else send();
        } else if (usual[name] === undefined) say('502 no');
        else usual[name]();
      }
    });
  }

  private send(data: net.Socket, done: () => void): void {
    switch (this.script.data ?? 'whole') {
      case 'whole':
        data.end(content, done);
        return;
      case 'reset':
        data.write('hel', () => setTimeout(() => data.resetAndDestroy(), 50));
        setTimeout(done, 100);
        return;
      case 'short':
        data.end('hel', done);
        return;
      case 'stall':
        data.write('hel');
        return;
      case 'drip':
        for (const [i, letter] of [...content].entries()) setTimeout(() => data.write(letter), i * 60);
        setTimeout(() => data.end(done), content.length * 60);
        return;
      case 'endless': {
        const more = () => {
          while (!data.destroyed && data.write('x'.repeat(10_000)));
        };
        data.on('drain', more);
        more();
      }
    }
  }
}

describe('FTP back ends', () => {
  const folder = workFolder();
  const server = new FtpServer();
  let fronts: readonly Front[] = [];

  beforeAll(async () => {
    await server.start();
    folder.write('htdocs/x', '');
    const lines = `ProxyTimeout 1
ProxyPass /refused/ ftp://127.0.0.1:${await freePort()}/ retry=0
ProxyPass / ftp://127.0.0.1:${server.control.port}/ retry=0`;
    fronts = await startFronts(folder, ['proxy_ftp'], lines);
  }, 30_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    server.control?.close();
    folder.remove();
  });

  const scripts: readonly [string, FtpScript, string?][] = [
    ['is well', {}],
    ['never greets', { replies: { greeting: 'silent' } }],
    ['resets before it greets', { replies: { greeting: 'reset' } }],
    ['ends before it greets', { replies: { greeting: 'end' } }],
    ['greets with nonsense', { replies: { greeting: 'SSH-2.0-OpenSSH' } }],
    ['has no time', { replies: { greeting: '421 too many' } }],
    ['comes back later', { replies: { greeting: '120 ready in 5 minutes' } }],
    ['resets at the user name', { replies: { USER: 'reset' } }],
    ['is silent at the password', { replies: { PASS: 'silent' } }],
    ['wants an account', { replies: { PASS: '332 account' } }],
    ['resets at EPSV', { replies: { EPSV: 'reset' } }],
    ['knows neither EPSV nor PASV', { replies: { EPSV: '502 what', PASV: '502 what' } }],
    ['resets at SIZE', { replies: { SIZE: 'reset' } }],
    ['knows no SIZE', { replies: { SIZE: '502 what' } }],
    ['refuses the data connection', { data: 'refused' }],
    ['resets at RETR', { replies: { RETR: 'reset' } }],
    ['is silent at RETR', { replies: { RETR: 'silent' } }],
    ['denies the file', { replies: { RETR: '553 no' } }],
    ['resets within the file', { data: 'reset' }],
    ['ends within the file', { data: 'short' }],
    ['drips', { data: 'drip' }],
  ];

  it.each(scripts)('a server that %s', async (_title, script, target = '/file.txt') => {
    server.script = script;
    await sameOfBoth(fronts, get(target));
    await nothingIsLeft(fronts);
    await expect.poll(() => [server.control.open.size, server.data.size], { timeout: 3000 }).toEqual([0, 0]);
  });

  it('says that it cannot connect', async () => {
    expect((await sameOfBoth(fronts, get('/refused/x'))).status).toContain('503');
  });

  // Apache leaves out PASV, and then cannot listen.
  it.each<[string, FtpScript]>([
    ['knows no EPSV', { replies: { EPSV: '502 what' } }],
    ['answers EPSV without a port', { replies: { EPSV: '229 here' } }],
  ])('a server that %s is asked for PASV', async (_title, script) => {
    server.script = script;
    expect((await ask(fronts[0]!.port, get('/file.txt'))).body).toBe(content);
    await nothingIsLeft(fronts);
  });

  // Apache waits for ever.
  it('a file that stops is cut off after the time-out', async () => {
    server.script = { data: 'stall' };
    const { status, body, isWhole } = await ask(fronts[0]!.port, get('/file.txt'));
    expect([status, body, isWhole]).toEqual(['HTTP/1.1 200 OK', 'hel', false]);
    await nothingIsLeft(fronts);
    await expect.poll(() => [server.control.open.size, server.data.size], { timeout: 3000 }).toEqual([0, 0]);
  });

  // In Apache the head holds memory that was never written, which mostly makes it a 500: only ours is asked.
  it('answers HEAD', async () => {
    server.script = {};
    const { status } = await ask(fronts[0]!.port, request('HEAD', '/file.txt', ''));
    expect(status).toBe('HTTP/1.1 500 Internal Server Error');
    await nothingIsLeft(fronts.slice(0, 1));
  });

  it.each<[string, FtpScript, string]>([
    ['while the server thinks', { replies: { SIZE: 'silent' } }, 'SIZE'],
    ['within the file', { data: 'endless' }, 'RETR'],
  ])('a client that goes away %s frees both connections within a second', async (_title, script, command) => {
    server.script = script;
    server.commands.length = 0;
    await goAway(fronts[0]!.port, get('/file.txt'), () =>
      server.commands.some((line) => line.startsWith(command)),
    );
    await expect.poll(() => [server.control.open.size, server.data.size], { timeout: 1000 }).toEqual([0, 0]);
    await nothingIsLeft(fronts);
  });
});

describe('pages that mod_proxy_html changes', () => {
  const folder = workFolder();
  let fronts: readonly Front[] = [];
  let backEnd: Awaited<ReturnType<typeof counted>>;

  const page = '<html><body><a href="http://inner/a">a</a>';
  const head = (fields: string) => `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${fields}\r\n`;
  const reactions: Readonly<Record<string, (socket: net.Socket) => void>> = {
    'ends-within': (socket) => socket.end(`${head('Content-Length: 500\r\n')}${page}`),
    'resets-within': (socket) =>
      socket.write(`${head('Content-Length: 500\r\n')}${page}`, () =>
        setTimeout(() => socket.resetAndDestroy(), 80),
      ),
    'cuts-a-chunk': (socket) => socket.end(`${head('Transfer-Encoding: chunked\r\n')}fff\r\n${page}`),
    stalls: (socket) => socket.write(`${head('Content-Length: 500\r\n')}${page}`),
    'ends-before': (socket) => socket.end(head('Content-Length: 500\r\n')),
    drips: (socket) => {
      socket.write(head('Connection: close\r\n'));
      const pieces = [...(page.match(/.{1,9}/g) ?? []), '</body></html>'];
      for (const [i, piece] of pieces.entries()) setTimeout(() => socket.write(piece), i * 60);
      setTimeout(() => socket.end(), pieces.length * 60);
    },
    'is-cut-in-a-tag': (socket) => socket.end(`${head('Connection: close\r\n')}${page}<a href="http://inn`),
  };

  beforeAll(async () => {
    backEnd = await counted(
      net.createServer((socket) => {
        socket.once('data', (bytes) => {
          const name = /^GET \/([\w-]+)/.exec(bytes.toString('latin1'))?.[1] ?? '';
          reactions[name]?.(socket);
        });
      }),
    );
    folder.write('htdocs/x', '');
    const lines = `ProxyTimeout 1
ProxyPass / http://127.0.0.1:${backEnd.port}/
ProxyHTMLEnable On
ProxyHTMLLinks a href
ProxyHTMLURLMap http://inner/ /outer/`;
    fronts = await startFronts(folder, ['proxy_http', 'xml2enc', 'proxy_html'], lines);
  }, 30_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    backEnd?.close();
    folder.remove();
  });

  it.each(Object.keys(reactions))('%s', async (name) => {
    await sameOfBoth(fronts, get(`/${name}`));
    await nothingIsLeft(fronts);
  });

  it('a client that goes away frees the back end within a second', async () => {
    await expect.poll(() => backEnd.open.size, { timeout: 3000 }).toBe(0);
    await goAway(fronts[0]!.port, get('/stalls'), () => backEnd.open.size === 1);
    await expect.poll(() => backEnd.open.size, { timeout: 1000 }).toBe(0);
    await nothingIsLeft(fronts);
  });
});
