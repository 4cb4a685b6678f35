import { createHash } from 'node:crypto';
import * as http2 from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  ask,
  type Front,
  freePort,
  get,
  hasApache,
  type Peer,
  pause,
  request,
  startFronts,
  startOurs,
  startPeer,
  workFolder,
} from './peer.ts';

/** A back end whose answers a test chooses, and what it has seen. */
function scriptedBackEnd() {
  const seen: http2.IncomingHttpHeaders[] = [];
  const sessions = new Set<http2.ServerHttp2Session>();
  let most = 0;
  let open = 0;
  const server = http2.createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    seen.push(headers);
    open++;
    most = Math.max(most, open);
    stream.on('close', () => void open--);
    stream.on('error', () => {});
    const path = headers[':path']!.split('?')[0];
    const plain = { 'content-type': 'text/plain' };
    if (path === '/sum') {
      const hash = createHash('md5');
      let length = 0;
      stream.on('data', (chunk: Buffer) => {
        hash.update(chunk);
        length += chunk.length;
      });
      stream.on('end', () => {
        stream.respond({ ':status': 200, ...plain });
        stream.end(`${length} ${hash.digest('hex')}`);
      });
    } else if (path === '/large') {
      stream.respond({ ':status': 200, ...plain, 'content-length': '4000000' });
      stream.end('x'.repeat(4_000_000));
    } else if (path === '/stream') {
      stream.respond({ ':status': 200, ...plain });
      stream.write('first ');
      setTimeout(() => stream.end('second'), 100);
    } else if (path === '/slow') setTimeout(() => answer(), 300);
    else if (path === '/moved') {
      stream.respond({
        ':status': 302,
        location: `http://127.0.0.1:${port}/elsewhere`,
        'set-cookie': ['a=1', 'b=2'],
        'x-odd-name': '1',
      });
      stream.end();
    } else if (path === '/missing') {
      stream.respond({ ':status': 404, ...plain });
      stream.end('not here');
    } else if (path === '/reset') stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    else if (path === '/reset-in-body') {
      stream.respond({ ':status': 200, ...plain, 'content-length': '100' });
      stream.write('half');
      setTimeout(() => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR), 100);
    } else if (path === '/goaway') stream.session!.destroy();
    else if (path === '/stall') return;
    else answer();
    function answer() {
      stream.respond({ ':status': 200, ...plain });
      stream.end(JSON.stringify(headers));
    }
  });
  let port = 0;
  return {
    seen,
    sessions,
    get most() {
      return most;
    },
    get open() {
      return open;
    },
    listen: () =>
      new Promise<number>((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          port = (server.address() as { port: number }).port;
          resolve(port);
        });
      }),
    close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

describe('HTTP/2 back ends', () => {
  const folder = workFolder();
  const backEnd = scriptedBackEnd();
  let fronts: readonly Front[] = [];

  beforeAll(async () => {
    folder.write('htdocs/x', '');
    const port = await backEnd.listen();
    const lines = `ProxyTimeout 2
ProxyPass /app/ h2c://127.0.0.1:${port}/
ProxyPassReverse /app/ http://127.0.0.1:${port}/
ProxyPass /down/ h2c://127.0.0.1:1/`;
    fronts = await startFronts(folder, ['proxy_http2'], lines);
  }, 30_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    backEnd.close();
    folder.remove();
  });

  const ours = () => fronts[0]!.port;

  /** Our answer, which is Apache's too where one was asked. */
  async function answerOf(bytes: string): Promise<Answer> {
    const answers: Answer[] = [];
    for (const front of fronts) answers.push(await ask(front.port, bytes));
    const [own, apache] = answers;
    if (apache !== undefined) expect(own).toEqual(apache);
    return own!;
  }

  it.each(['GET /app/show?a=1', 'GET /app/a%20b', 'DELETE /app/show', 'OPTIONS /app/show'])(
    'sends %s as Apache does',
    async (line) => {
      backEnd.seen.length = 0;
      const [method, target] = line.split(' ') as [string, string];
      const bytes = request(method, target, '', 'X-Own: yes', 'Cookie: a=b; c=d', 'Accept: text/*');
      for (const front of fronts) await ask(front.port, bytes);
      const [own, apache] = backEnd.seen;
      expect(own![':method']).toBe(method);
      if (apache !== undefined) expect(own).toEqual(apache);
    },
  );

  it.each([
    ['/app/show', '200 OK'],
    ['/app/large', '200 OK'],
    ['/app/stream', '200 OK'],
    ['/app/moved', '302 Found'],
    ['/app/missing', '404 Not Found'],
    ['/down/x', '503 Service Unavailable'],
  ])('answers %s with %s', async (target, status) => {
    const { body, ...answer } = await ask(ours(), get(target));
    expect(answer.status).toBe(`HTTP/1.1 ${status}`);
    expect(answer.isWhole).toBe(true);
    if (fronts[1] !== undefined && target !== '/app/show') {
      expect({ body, ...answer }).toEqual(await ask(fronts[1].port, get(target)));
    }
  });

  it('rewrites what an answer says of addresses', async () => {
    const { headers } = await answerOf(get('/app/moved'));
    expect(headers).toContain(`Location: http://www.example.com/app/elsewhere`);
  });

  it('passes bodies on', async () => {
    const body = 'x'.repeat(1_000_000);
    const digest = createHash('md5').update(body).digest('hex');
    expect((await ask(ours(), request('POST', '/app/sum', body))).body).toBe(`1000000 ${digest}`);
    const chunked =
      'POST /app/sum HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
    expect((await ask(ours(), chunked)).body).toBe('5 5d41402abc4b2a76b9719d911017c592');
  });

  it('sends many requests over one connection', async () => {
    const before = backEnd.sessions.size;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(ours(), get('/app/slow'))));
    expect(answers.every(({ status }) => status === 'HTTP/1.1 200 OK')).toBe(true);
    expect(backEnd.most).toBeGreaterThanOrEqual(10);
    expect(backEnd.sessions.size).toBeLessThanOrEqual(before + 1);
  });

  it.each([
    ['/app/reset', /^HTTP\/1\.1 50[23]/],
    ['/app/goaway', /^HTTP\/1\.1 50[23]/],
    ['/app/stall', /^HTTP\/1\.1 50[34]/],
  ])('says so when a back end fails at %s', async (target, status) => {
    expect((await ask(ours(), get(target))).status).toMatch(status);
  });

  it('cuts an answer off that is cut off, and goes on with others', async () => {
    const answer = await ask(ours(), get('/app/reset-in-body'));
    expect(answer.isWhole).toBe(false);
    expect((await ask(ours(), get('/app/show'))).status).toBe('HTTP/1.1 200 OK');
    await pause(100);
    expect(backEnd.open).toBe(0);
  });
});

describe.runIf(hasApache)('Apache with mod_http2 as the back end', () => {
  const folder = workFolder();
  let peer: Peer;
  let front: Front;

  beforeAll(async () => {
    const port = await freePort();
    folder.write('htdocs/page.html', `<p>${'y'.repeat(100_000)}</p>`);
    const config = folder.write(
      'back.conf',
      `ServerRoot ${folder.path}
ServerName back.example.com
PidFile ${folder.path}/back.pid
DefaultRuntimeDir ${folder.path}
ErrorLog ${folder.path}/back.log
Listen 127.0.0.1:${port}
${['mpm_event', 'authz_core', 'http2', 'mime'].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
TypesConfig /etc/mime.types
User www-data
Group www-data
Protocols h2c http/1.1
DocumentRoot ${folder.path}/htdocs
`,
    );
    peer = await startPeer('/usr/sbin/apache2', ['-f', config, '-DFOREGROUND'], { port });
    front = await startOurs(folder, ['proxy_http2'], `ProxyPass / h2c://127.0.0.1:${port}/`);
  }, 30_000);

  afterAll(async () => {
    await front?.stop();
    await peer?.stop();
    folder.remove();
  });

  it('serves its files', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask(front.port, get('/page.html'))));
    for (const answer of answers) {
      expect(answer.status).toBe('HTTP/1.1 200 OK');
      expect(answer.headers).toContain('Content-Type: text/html');
      expect(answer.body).toHaveLength(100_007);
    }
    expect((await ask(front.port, get('/missing'))).status).toBe('HTTP/1.1 404 Not Found');
  });
});
