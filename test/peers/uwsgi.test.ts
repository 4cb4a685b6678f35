import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  ask,
  type Front,
  freePort,
  get,
  installed,
  isRoot,
  type Peer,
  request,
  startFronts,
  startPeer,
  workFolder,
} from './peer.ts';

const program = '/usr/bin/uwsgi';
const plugins = '/usr/lib/uwsgi/plugins';
const canRun = installed(program) && existsSync(`${plugins}/python3_plugin.so`);

const application = `import hashlib
def application(environ, start_response):
    path = environ.get('PATH_INFO') or environ['SCRIPT_NAME']
    name = path.rsplit('/', 1)[-1]
    if name == 'sum':
        body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return [('%d %s' % (len(body), hashlib.md5(body).hexdigest())).encode()]
    if name == 'large':
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return (bytes([65 + i % 26]) * 1000 for i in range(4000))
    if name == 'status':
        start_response(environ['QUERY_STRING'] + ' Own words', [('Content-Type', 'text/plain'), ('X-A', '1'), ('X-A', '2')])
        return [b'status']
    if name == 'length':
        start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '5')])
        return [b'hello']
    if name == 'fail':
        raise RuntimeError('broken')
    start_response('200 OK', [('Content-Type', 'text/plain')])
    hidden = ('REMOTE_PORT', 'SERVER_PORT', 'SERVER_SOFTWARE', 'SERVER_SIGNATURE', 'PATH')
    return [('%s=%s\\n' % (k, v)).encode('latin1') for k, v in sorted(environ.items())
            if isinstance(v, str) and k not in hidden and not k.startswith(('wsgi', 'uwsgi'))]
`;

describe.runIf(canRun).each([
  ['uwsgi', 'proxy_uwsgi', '--uwsgi-socket'],
  ['scgi', 'proxy_scgi', '--scgi-socket'],
])('uWSGI over %s', (scheme, module, option) => {
  const folder = workFolder();
  let peer: Peer;
  let fronts: readonly Front[] = [];

  beforeAll(async () => {
    const port = await freePort();
    mkdirSync(join(folder.path, 'htdocs'));
    const file = folder.write('app.py', application);
    peer = await startPeer(
      program,
      [
        '--plugins-dir',
        plugins,
        '--plugin',
        'python3',
        option,
        `127.0.0.1:${port}`,
        '--wsgi-file',
        file,
        '--master',
        '--need-app',
        '--die-on-term',
        '--disable-logging',
        ...(isRoot ? ['--uid', 'www-data', '--gid', 'www-data'] : []),
      ],
      { port },
    );
    const lines = `ProxyTimeout 5
SetEnv OWN value
ProxyPass /app/ ${scheme}://127.0.0.1:${port}/
ProxyPass /down/ ${scheme}://127.0.0.1:1/`;
    fronts = await startFronts(folder, [module], lines);
  }, 60_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    await peer?.stop();
    folder.remove();
  });

  /** Our answer, which is Apache's too where one was asked, but for how SCGI answers are framed, which is chance. */
  async function answerOf(bytes: string): Promise<Answer> {
    const answers = await Promise.all(fronts.map((front) => ask(front.port, bytes)));
    const [ours, apache] = answers.map((answer) => ({
      ...answer,
      headers: answer.headers.filter((line) => !/^(?:transfer-encoding|content-length):/i.test(line)),
    }));
    if (apache !== undefined) expect(ours).toEqual(apache);
    return answers[0]!;
  }

  it.each(['/app/show', '/app/show/more?a=1', '/app/', '/app/a%20b'])('runs %s', async (target) => {
    const answer = await answerOf(get(target, 'X-Own: yes', 'Cookie: c=1'));
    expect(answer.status).toBe('HTTP/1.1 200 OK');
    expect(answer.body).toContain('HTTP_X_OWN=yes');
    expect(answer.body).toContain('OWN=value');
  });

  it.each([
    ['/app/status?404', '404 Own words'],
    ['/app/status?503', '503 Own words'],
    ['/app/length', '200 OK'],
    ['/app/fail', '500 Internal Server Error'],
    ['/down/x', '503 Service Unavailable'],
  ])('answers %s with %s', async (target, status) => {
    expect((await answerOf(get(target))).status).toBe(`HTTP/1.1 ${status}`);
  });

  it('passes bodies on', async () => {
    const body = 'x'.repeat(2_000_000);
    const digest = createHash('md5').update(body).digest('hex');
    expect((await answerOf(request('POST', '/app/sum', body))).body).toBe(`2000000 ${digest}`);
    const chunked = `POST /app/sum HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
    expect((await answerOf(chunked)).status).toBe('HTTP/1.1 411 Length Required');
  });

  it('passes large answers on', async () => {
    const answer = await answerOf(get('/app/large'));
    expect(answer.body).toHaveLength(4_000_000);
    expect(answer.isWhole).toBe(true);
  });
});

if (!canRun) it('runs where uWSGI is installed', () => expect(process.env.CI).not.toBe('true'));
