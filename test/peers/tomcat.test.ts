import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  ask,
  type Front,
  freePort,
  get,
  installed,
  type Peer,
  request,
  startFronts,
  startPeer,
  workFolder,
} from './peer.ts';

const home = '/usr/share/tomcat10';
const java = '/usr/bin/java';
const canRun = installed(java, `${home}/bin/catalina.sh`);

const pages: Readonly<Record<string, string>> = {
  'show.jsp': `<%@ page contentType="text/plain;charset=UTF-8" import="java.util.*" %><%
out.println("method=" + request.getMethod());
out.println("uri=" + request.getRequestURI());
out.println("query=" + request.getQueryString());
out.println("host=" + request.getServerName());
out.println("remote=" + request.getRemoteAddr());
out.println("local=" + request.getLocalAddr());
out.println("secure=" + request.isSecure());
out.println("port is known=" + (request.getRemotePort() > 0));
out.println("attribute=" + request.getAttribute("OWN"));
for (String name : new TreeSet<String>(Collections.list(request.getHeaderNames()))) {
  if (!name.equals("host")) out.println(name + ": " + request.getHeader(name));
}
%>`,
  'sum.jsp': `<%@ page contentType="text/plain" trimDirectiveWhitespaces="true" %><%
byte[] buffer = new byte[8192]; long total = 0; int sum = 0;
java.io.InputStream in = request.getInputStream();
for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) { total += n; for (int i = 0; i < n; i++) sum = (sum * 31 + buffer[i]) & 0xffff; }
out.print(total + " " + sum);
%>`,
  'large.jsp': `<%@ page contentType="text/plain" trimDirectiveWhitespaces="true" %><%
for (int i = 0; i < 4000; i++) { for (int j = 0; j < 1000; j++) out.print((char) ('A' + i % 26)); }
%>`,
  'status.jsp': `<%@ page contentType="text/plain" %><% response.setStatus(Integer.parseInt(request.getParameter("code"))); out.print("status"); %>`,
  'redirect.jsp': `<% response.sendRedirect("/app/elsewhere"); %>`,
  'cookie.jsp': `<% response.addCookie(new jakarta.servlet.http.Cookie("name", "value")); %>`,
  'fail.jsp': `<% if (true) throw new RuntimeException("broken"); %>`,
  'flush.jsp': `<%@ page contentType="text/plain" trimDirectiveWhitespaces="true" %><% out.print("first "); out.flush(); Thread.sleep(200); out.print("second"); %>`,
};

describe.runIf(canRun)('Tomcat', () => {
  const folder = workFolder();
  let tomcat: Peer;
  let port = 0;
  let fronts: readonly Front[] = [];

  beforeAll(async () => {
    port = await freePort();
    for (const name of ['logs', 'temp', 'work', 'webapps', 'conf']) mkdirSync(join(folder.path, name));
    mkdirSync(join(folder.path, 'htdocs'));
    cpSync('/etc/tomcat10/web.xml', join(folder.path, 'conf/web.xml'));
    for (const [name, text] of Object.entries(pages)) folder.write(`webapps/app/${name}`, text);
    folder.write(
      'conf/server.xml',
      `<Server port="-1">
  <Service name="Catalina">
    <Connector protocol="AJP/1.3" address="127.0.0.1" port="${port}" secret="s3cret" allowedRequestAttributesPattern=".*"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps"><Context path="/app" docBase="app"/></Host>
    </Engine>
  </Service>
</Server>`,
    );
    const classPath = ['bootstrap.jar']
      .map((name) => `${home}/bin/${name}`)
      .concat('/usr/share/java/tomcat10-juli.jar');
    tomcat = await startPeer(
      java,
      [
        '-Xshare:auto',
        '-XX:TieredStopAtLevel=1',
        `-Dcatalina.base=${folder.path}`,
        `-Dcatalina.home=${home}`,
        `-Djava.io.tmpdir=${folder.path}/temp`,
        '-classpath',
        classPath.join(':'),
        'org.apache.catalina.startup.Bootstrap',
        'start',
      ],
      { port },
      { cwd: folder.path, limitMs: 90_000 },
    );
    const lines = `SetEnv AJP_OWN "an attribute"
ProxyTimeout 20
ProxyPass /app/ ajp://127.0.0.1:${port}/app/ secret=s3cret
ProxyPass /pinged/ ajp://127.0.0.1:${port}/app/ secret=s3cret ping=5
ProxyPass /wrong/ ajp://localhost:${port}/app/ secret=wrong`;
    fronts = await startFronts(folder, ['proxy_ajp'], lines);
  }, 120_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    await tomcat?.stop();
    folder.remove();
  });

  /** Our answer, which is Apache's too where one was asked. */
  async function answerOf(bytes: string): Promise<Answer> {
    const answers: Answer[] = [];
    for (const front of fronts) answers.push(await ask(front.port, bytes));
    const [ours, apache] = answers;
    if (apache !== undefined) expect(ours).toEqual(apache);
    return ours!;
  }

  it.each([
    ['GET', '/app/show.jsp?a=1&b=%20'],
    ['GET', '/app/show.jsp;x=1'],
    ['OPTIONS', '/app/show.jsp'],
    ['DELETE', '/app/show.jsp'],
    ['PATCH', '/app/show.jsp'],
    ['GET', '/pinged/show.jsp'],
  ])(
    'tells Tomcat about %s %s',
    async (method, target) => {
      const answer = await answerOf(
        request(method, target, '', 'User-Agent: test', 'X-Own: \xe9', 'Cookie: a=b'),
      );
      if (method !== 'OPTIONS') expect(answer.status).toMatch(/^HTTP\/1\.1 (?:200|405)/);
    },
    60_000,
  );

  it('passes on what a request says', async () => {
    const { body } = await answerOf(get('/app/show.jsp?a=1', 'X-Own: yes'));
    for (const line of [
      'uri=/app/show.jsp',
      'query=a=1',
      'host=www.example.com',
      'remote=127.0.0.1',
      'port is known=true',
      'attribute=an attribute',
      'X-Own: yes',
    ])
      expect(body).toContain(line);
  });

  it.each([
    ['/app/status.jsp?code=404', '404'],
    ['/app/status.jsp?code=418', ''],
    ['/app/nothing-here', '404'],
    ['/app/redirect.jsp', '302'],
    ['/app/cookie.jsp', '200'],
    ['/app/fail.jsp', '500'],
    ['/app/flush.jsp', '200'],
    ['/wrong/show.jsp', '403'],
  ])(
    'answers %s with %s',
    async (target, status) => {
      expect((await answerOf(get(target))).status).toContain(status);
    },
    60_000,
  );

  it('passes bodies on, with a length and in chunks', async () => {
    const body = 'x'.repeat(1_000_000);
    expect((await answerOf(request('POST', '/app/sum.jsp', body))).body).toMatch(/^1000000 /);
    const chunked = `POST /app/sum.jsp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`;
    expect((await answerOf(chunked)).body).toMatch(/^11 /);
    expect((await answerOf(request('POST', '/app/show.jsp', 'unread'.repeat(5000)))).status).toContain('200');
  }, 60_000);

  it('passes large answers on', async () => {
    const answer = await answerOf(get('/app/large.jsp'));
    expect(answer.body).toHaveLength(4_000_000);
    expect(answer.isWhole).toBe(true);
  }, 60_000);

  it('uses connections again', async () => {
    const before = openConnections();
    for (let i = 0; i < 10; i++) await ask(fronts[0]!.port, get('/app/status.jsp?code=200'));
    expect(openConnections() - before).toBeLessThanOrEqual(1);
  });

  /** Connections to Tomcat, of whichever server. */
  function openConnections(): number {
    const established = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} 01 `);
    return readFileSync('/proc/self/net/tcp', 'latin1')
      .split('\n')
      .filter((line) => established.test(line)).length;
  }
});

if (!canRun) it('runs where Tomcat is installed', () => expect(process.env.CI).not.toBe('true'));
