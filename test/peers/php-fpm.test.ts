import { createHash } from 'node:crypto';
import * as net from 'node:net';
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
  pause,
  request,
  startFronts,
  startPeer,
  workFolder,
} from './peer.ts';

const program = '/usr/sbin/php-fpm8.2';
const canRun = installed(program);

const scripts: Readonly<Record<string, string>> = {
  'index.php': '<?php echo "index of $_SERVER[SCRIPT_NAME]";',
  'show.php': `<?php
header('Content-Type: text/plain');
ksort($_SERVER);
foreach ($_SERVER as $name => $value) {
  if (preg_match('/^(REQUEST_TIME|REMOTE_PORT|SERVER_(PORT|SOFTWARE|SIGNATURE)|PATH$|HTTP_HOST|PHP_FPM|USER|HOME|argc|argv)/', $name)) continue;
  if (is_string($value)) echo "$name=$value\\n";
}
echo 'GET ', json_encode($_GET), ' POST ', json_encode($_POST), "\\n";`,
  'sum.php': '<?php $in = file_get_contents("php://input"); echo strlen($in), " ", md5($in);',
  'large.php': '<?php for ($i = 0; $i < 4000; $i++) echo str_repeat(chr(65 + $i % 26), 1000);',
  'status.php': '<?php http_response_code((int) $_GET["code"]); echo "status";',
  'redirect.php': '<?php header("Location: /elsewhere"); ',
  'cookies.php': '<?php setcookie("a", "1"); header("X-One: 1"); header("X-One: 2", false);',
  'fail.php': '<?php error_log("to the log"); throw new Exception("broken");',
  'die.php': '<?php echo str_repeat("x", 5000); flush(); posix_kill(posix_getpid(), 9); sleep(5);',
  'slow.php': '<?php echo "begun"; flush(); sleep(20);',
  'silent.php': '<?php sleep(20);',
  'not-modified.php':
    '<?php header("Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT"); header("ETag: \\"x\\""); echo "content";',
};

describe.runIf(canRun)('PHP-FPM', () => {
  const folder = workFolder();
  const socketPath = `${folder.path}/fpm.sock`;
  let fpm: Peer;
  let fpmPort: number;
  let fronts: readonly Front[] = [];

  beforeAll(async () => {
    for (const [name, text] of Object.entries(scripts)) folder.write(`htdocs/${name}`, text);
    folder.write('htdocs/sub/index.php', scripts['index.php']!);
    folder.write('htdocs/plain.html', 'a file');
    fpmPort = await freePort();
    const pool = (name: string, listen: string) => `[${name}]
listen = ${listen}
pm = static
pm.max_children = 4
catch_workers_output = yes
${isRoot ? 'user = www-data\ngroup = www-data\nlisten.mode = 0666' : ''}
`;
    const config = folder.write(
      'fpm.conf',
      `[global]\nerror_log = ${folder.path}/fpm.log\npid = ${folder.path}/fpm.pid\ndaemonize = no\n${pool('tcp', `127.0.0.1:${fpmPort}`)}${pool('unix', socketPath)}`,
    );
    fpm = await startPeer(program, ['-n', '-F', '-y', config, '-d', 'display_errors=0'], { port: fpmPort });
    const lines = `DirectoryIndex index.php
<Directory ${folder.path}/htdocs>
  Require all granted
</Directory>
<FilesMatch "\\.php$">
  SetHandler "proxy:unix:${socketPath}|fcgi://localhost"
</FilesMatch>
ProxyTimeout 1
ProxyPassMatch "^/tcp/(.*\\.php(?:/.*)?)$" "fcgi://127.0.0.1:${fpmPort}${folder.path}/htdocs/$1"
ProxyPass /kept/ fcgi://127.0.0.1:${fpmPort}${folder.path}/htdocs/ enablereuse=on
ProxyPass /down/ fcgi://127.0.0.1:1/`;
    fronts = await startFronts(folder, ['proxy_fcgi'], lines);
  }, 60_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    await fpm?.stop();
    folder.remove();
  });

  /** Our answer, which is Apache's too where one was asked. */
  async function answerOf(bytes: string): Promise<Answer> {
    const [ours, apache] = await Promise.all(fronts.map((front) => ask(front.port, bytes)));
    if (apache !== undefined) expect(ours).toEqual(apache);
    return ours!;
  }

  it.each([
    ['a script by its handler', '/show.php?a=1&b=2', 'REQUEST_URI=/show.php?a=1&b=2'],
    ['a script through ProxyPassMatch', '/tcp/show.php?x', 'SCRIPT_NAME=/tcp/show.php'],
    ['path information', '/show.php/more/info?q=1', 'PATH_INFO=/more/info'],
    ['path information through TCP', '/tcp/show.php/more/info', 'DOCUMENT_ROOT='],
    ['a connection that is kept', '/kept/show.php', 'REQUEST_METHOD=GET'],
    ['and used again', '/kept/show.php?again', 'QUERY_STRING=again'],
  ])('runs %s', async (_title, target, line) => {
    const answer = await answerOf(get(target, 'X-Own: yes', 'Cookie: c=1', 'Authorization: Basic eDp5'));
    expect(answer.status).toBe('HTTP/1.1 200 OK');
    expect(answer.body).toContain(line);
    expect(answer.body).toContain('HTTP_X_OWN=yes');
    expect(answer.body).not.toContain('eDp5');
  });

  it.each([
    ['/', '200 OK', 'index of /index.php'],
    ['/sub/', '200 OK', 'index of /sub/index.php'],
    ['/sub', '301 Moved Permanently', 'moved'],
    ['/plain.html', '200 OK', 'a file'],
    ['/missing.php', '404 Not Found', 'File not found.'],
    ['/tcp/missing.php', '404 Not Found', 'File not found.'],
    ['/status.php?code=404', '404 Not Found', 'status'],
    ['/status.php?code=418', '418 ', 'status'],
    ['/status.php?code=503', '503 Service Unavailable', 'status'],
    ['/redirect.php', '302 Found', ''],
    ['/cookies.php', '200 OK', ''],
    ['/fail.php', '500 Internal Server Error', ''],
    ['/down/x.php', '503 Service Unavailable', 'Service Unavailable'],
    ['/silent.php', '504 Gateway Timeout', 'Gateway Timeout'],
  ])('answers %s with %s', async (target, status, text) => {
    const answer = await answerOf(get(target));
    expect(answer.status).toBe(`HTTP/1.1 ${status}`);
    expect(answer.body).toContain(text);
  });

  it('answers conditional requests itself', async () => {
    expect((await answerOf(get('/not-modified.php', 'If-None-Match: "x"'))).status).toBe(
      'HTTP/1.1 304 Not Modified',
    );
    expect((await answerOf(get('/not-modified.php', 'If-None-Match: "y"'))).body).toBe('content');
  });

  it('passes bodies on, with a length and in chunks', async () => {
    const body = 'x'.repeat(3_000_000);
    const digest = createHash('md5').update(body).digest('hex');
    expect((await answerOf(request('POST', '/sum.php', body))).body).toBe(`3000000 ${digest}`);
    expect((await answerOf(request('POST', '/kept/sum.php', body))).body).toBe(`3000000 ${digest}`);
    const form = request('POST', '/show.php', 'a=1&b=two', 'Content-Type: application/x-www-form-urlencoded');
    expect((await answerOf(form)).body).toContain('POST {"a":"1","b":"two"}');
    const chunked = `POST /sum.php HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
    expect((await answerOf(chunked)).body).toBe('5 5d41402abc4b2a76b9719d911017c592');
  });

  it('passes large answers on', async () => {
    const answer = await answerOf(get('/large.php'));
    expect(answer.body).toHaveLength(4_000_000);
    expect(answer.isWhole).toBe(true);
  });

  it('holds a script back that is faster than its client', async () => {
    const socket = net.connect(fronts[0]!.port, '127.0.0.1');
    socket.write(get('/large.php'));
    // Nothing is read for a while; what PHP writes meanwhile has to wait in its own process.
    await pause(500);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(received).toBeGreaterThan(4_000_000);
  });

  it('writes what a script complains about to the error log', async () => {
    await ask(fronts[0]!.port, get('/fail.php'));
    expect(await fronts[0]!.errorLog()).toMatch(/AH01071: Got error 'PHP message: to the log/);
  });

  it('shows that an answer is cut off as Apache shows it', async () => {
    const died = await answerOf(get('/die.php'));
    expect(died.body.length).toBeLessThanOrEqual(5000);
    await answerOf(get('/slow.php'));
  });

  it('lets go of a script whose client is gone', async () => {
    const socket = net.connect(fronts[0]!.port, '127.0.0.1');
    socket.write(get('/tcp/slow.php'));
    await pause(300);
    socket.destroy();
    // All four workers are free again for these.
    const answers = await Promise.all([1, 2, 3].map(() => ask(fronts[0]!.port, get('/tcp/show.php'))));
    expect(answers.map(({ status }) => status)).toEqual(Array(3).fill('HTTP/1.1 200 OK'));
  });
});

if (!canRun) it('runs where PHP-FPM is installed', () => expect(process.env.CI).not.toBe('true'));
