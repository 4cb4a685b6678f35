import { chmodSync, chownSync, mkdirSync } from 'node:fs';
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

const program = '/usr/sbin/vsftpd';
const isInstalled = installed(program);
// vsftpd gives up its privileges for anonymous users, so it needs some.
const canRun = isInstalled && isRoot;

describe.runIf(canRun)('vsftpd', () => {
  const folder = workFolder();
  let peer: Peer;
  let fronts: readonly Front[] = [];

  beforeAll(async () => {
    const port = await freePort();
    mkdirSync(join(folder.path, 'htdocs'));
    mkdirSync(join(folder.path, 'empty'));
    for (const name of ['ftp/sub/deeper', 'ftp/with space'])
      mkdirSync(join(folder.path, name), { recursive: true });
    folder.write('ftp/hello.txt', 'hello\r\nworld\n');
    folder.write('ftp/large.bin', 'x'.repeat(3_000_000));
    folder.write('ftp/sub/page.html', '<p>page</p>');
    folder.write('ftp/with space/a b.txt', 'spaces');
    folder.write('ftp/odd[1].txt', 'odd');
    for (const name of ['ftp', 'empty']) {
      chownSync(join(folder.path, name), 0, 0);
      chmodSync(join(folder.path, name), 0o555);
    }
    const config = folder.write(
      'vsftpd.conf',
      `listen=YES
listen_address=127.0.0.1
listen_port=${port}
background=NO
anonymous_enable=YES
local_enable=NO
anon_root=${folder.path}/ftp
ftp_username=www-data
secure_chroot_dir=${folder.path}/empty
pasv_enable=YES
seccomp_sandbox=NO
xferlog_enable=NO
`,
    );
    chmodSync(config, 0o600);
    peer = await startPeer(program, [config], { port });
    const lines = `ProxyTimeout 5
ServerSignature On
ProxyPass /ftp/ ftp://127.0.0.1:${port}/
ProxyPass /down/ ftp://127.0.0.1:1/
ProxyPass /plain/ ftp://127.0.0.1:${port}/
ProxyPass /unescaped/ ftp://127.0.0.1:${port}/
ProxyPass /root/ ftp://127.0.0.1:${port}/%2f/
ProxyPass /named/ ftp://somebody@127.0.0.1:${port}/
<Location /plain/>
  ProxyFtpListOnWildcard off
  ProxyFtpDirCharset UTF-8
</Location>
<Location /unescaped/>
  ProxyFtpListOnWildcard off
  ProxyFtpEscapeWildcards off
</Location>
<Location /plain/large.bin>
  ForceType application/x-own
</Location>
AddType text/plain .txt`;
    fronts = await startFronts(folder, ['proxy_ftp'], lines);
  }, 30_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    await peer?.stop();
    chmodSync(join(folder.path, 'ftp'), 0o755);
    folder.remove();
  });

  /** Our answer, which is Apache's too where one was asked; ports differ. */
  async function answerOf(bytes: string): Promise<Answer> {
    const answers: Answer[] = [];
    for (const front of fronts) {
      const answer = await ask(front.port, bytes);
      answers.push({ ...answer, body: answer.body.replaceAll(String(front.port), 'PORT') });
    }
    const [ours, apache] = answers;
    const comparable = ({ headers, ...rest }: Answer) => ({
      ...rest,
      headers: headers.filter((line) => !/^(?:content-length|transfer-encoding):/i.test(line)),
    });
    if (apache !== undefined) expect(comparable(ours!)).toEqual(comparable(apache));
    return ours!;
  }

  it.each([
    ['/ftp/hello.txt', '200 OK', 'hello\r\nworld\n'],
    ['/ftp/hello.txt;type=i', '200 OK', 'hello\r\nworld\n'],
    ['/ftp/sub/page.html', '200 OK', '<p>page</p>'],
    ['/ftp/with%20space/a%20b.txt', '200 OK', 'spaces'],
    ['/ftp/odd%5B1%5D.txt', '200', ''],
    ['/ftp/', '200 OK', 'hello.txt'],
    ['/ftp/sub', '200 OK', 'page.html'],
    ['/ftp/sub/', '200 OK', 'deeper'],
    ['/ftp/*.txt', '200 OK', 'hello.txt'],
    ['/ftp/hello.txt;type=x', '400', 'supports only types'],
    ['/ftp/missing.txt', '404', ''],
    ['/ftp/nowhere/file', '404', ''],
    ['/down/x', '503', ''],
    ['/ftp/hello.txt;type=a', '200 OK', 'world'],
    ['/ftp/;type=d', '200', ''],
    ['/ftp/%2f/hello.txt', '404', ''],
    ['/ftp/%2Fsub/page.html', '404', ''],
    ['/ftp/sub/../hello.txt', '200', ''],
    ['/ftp/h?llo.txt', '404', ''],
    ['/ftp/%7Bx', '200', ''],
    ['/ftp/~x', '200', ''],
    ['/ftp/nothing*', '200', ''],
    ['/ftp/sub/*', '200 OK', 'page.html'],
    ['/ftp/hello.txt/', '404', ''],
    ['/ftp/hello.txt?x=y', '200', ''],
    ['/ftp/a%0Ab', '400', ''],
    ['/plain/odd%5B1%5D.txt', '404', ''],
    ['/plain/*.txt', '404', ''],
    ['/plain/', '200 OK', 'hello.txt'],
    ['/plain/sub', '200 OK', 'page.html'],
    ['/unescaped/odd%5B1%5D.txt', '200 OK', 'odd'],
    ['/unescaped/*.txt', '404', ''],
    ['/root/', '404', ''],
    ['/root/sub/page.html', '404', ''],
    ['/named/hello.txt', '200 OK', 'hello'],
  ])('answers %s with %s', async (target, status, text) => {
    const answer = await answerOf(get(target));
    expect(answer.status).toContain(status);
    expect(answer.body).toContain(text);
  });

  it('fetches large files whole', async () => {
    const answer = await ask(fronts[0]!.port, get('/ftp/large.bin'));
    expect(answer.body).toHaveLength(3_000_000);
    expect(answer.isWhole).toBe(true);
  });

  it('asks for a login where the server wants one, and refuses what FTP cannot do', async () => {
    expect((await answerOf(get('/ftp/hello.txt', 'Authorization: Basic bWU6c2VjcmV0'))).status).toContain(
      '401',
    );
    expect((await answerOf(request('POST', '/ftp/hello.txt', 'x'))).status).toContain('501');
    // Apache 2.4.71 has thrown away what its head would be made of.
    expect((await answerOf(request('HEAD', '/ftp/hello.txt', ''))).status).toContain('500');
  });
});

if (!isInstalled) it('runs where vsftpd is installed', () => expect(process.env.CI).not.toBe('true'));
if (isInstalled && !isRoot) it('needs root', () => expect(process.env.CI).not.toBe('true'));
