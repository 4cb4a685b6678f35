import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
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

const openssl = '/usr/bin/openssl';
const nginx = '/usr/sbin/nginx';
const apache = '/usr/sbin/apache2';
const canRun = installed(openssl, nginx, apache) && isRoot;

/** A certificate of its own authority, for this machine's address. */
function makeCertificate(folder: string): { certificate: string; key: string } {
  const certificate = join(folder, 'peer.pem');
  const key = join(folder, 'peer.key');
  const made = spawnSync(openssl, [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate],
    ...['-subj', '/CN=peer.example.com', '-addext', 'subjectAltName=DNS:peer.example.com'],
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return { certificate, key };
}

describe.runIf(canRun)('back ends over TLS', () => {
  const folder = workFolder();
  const ports = { nginx: 0, apache: 0, health: 0 };
  const peers: Peer[] = [];
  let fronts: readonly Front[] = [];
  let files: ReturnType<typeof makeCertificate>;

  const nginxServer = (name: string, port: number) => {
    for (const kind of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'])
      mkdirSync(join(folder.path, `${name}-${kind}`), { recursive: true });
    const paths = [
      ['client_body', 'body'],
      ...['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => [kind, kind] as const),
    ].map(([directive, kind]) => `${directive}_temp_path ${folder.path}/${name}-${kind};`);
    const config = folder.write(
      `${name}.conf`,
      `daemon off;
pid ${folder.path}/${name}.pid;
error_log ${folder.path}/${name}.log;
events { }
http {
  log_format short '$request_method $uri $status';
  access_log ${folder.path}/${name}.access short;
  ${paths.join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${files.certificate};
    ssl_certificate_key ${files.key};
    root ${folder.path}/htdocs;
    location = /protocol { return 200 "$server_protocol $ssl_server_name"; }
  }
}
`,
    );
    return startPeer(nginx, ['-c', config], { port });
  };

  beforeAll(async () => {
    files = makeCertificate(folder.path);
    folder.write('htdocs/page.txt', 'y'.repeat(300_000));
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    peers.push(await nginxServer('nginx', ports.nginx));
    peers.push(await nginxServer('health', ports.health));
    const modules = ['mpm_event', 'authz_core', 'http2', 'ssl'];
    const config = folder.write(
      'back.conf',
      `ServerRoot ${folder.path}
ServerName peer.example.com
PidFile ${folder.path}/back.pid
DefaultRuntimeDir ${folder.path}
ErrorLog ${folder.path}/back.log
Listen 127.0.0.1:${ports.apache}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
User www-data
Group www-data
Protocols h2 http/1.1
SSLEngine on
SSLCertificateFile ${files.certificate}
SSLCertificateKeyFile ${files.key}
DocumentRoot ${folder.path}/htdocs
`,
    );
    peers.push(await startPeer(apache, ['-f', config, '-DFOREGROUND'], { port: ports.apache }));
    const lines = `SSLProxyEngine on
SSLProxyVerify require
SSLProxyCACertificateFile ${files.certificate}
SSLProxyCheckPeerName off
SSLProxyCheckPeerCN off
ProxyPass /nginx/ h2://127.0.0.1:${ports.nginx}/
ProxyPass /apache/ h2://127.0.0.1:${ports.apache}/
<Proxy h2://localhost:${ports.nginx}>
  SSLProxyCheckPeerName on
</Proxy>
ProxyPass /misnamed/ h2://localhost:${ports.nginx}/
<Proxy balancer://health>
  BalancerMember https://127.0.0.1:${ports.health} hcmethod=GET hcinterval=1 hcuri=/page.txt hcpasses=1 hcfails=1
</Proxy>
ProxyPass /health/ balancer://health/`;
    const loaded = ['ssl', 'proxy_http', 'proxy_http2', 'proxy_balancer', 'slotmem_shm', 'proxy_hcheck'];
    const all = [...loaded, 'lbmethod_byrequests'];
    fronts = await startFronts(folder, all, lines);
  }, 60_000);

  afterAll(async () => {
    for (const front of fronts) await front.stop();
    for (const peer of peers) await peer.stop();
    folder.remove();
  });

  it('HTTP/2 is agreed upon', async () => {
    const answers = await Promise.all(fronts.map(({ port }) => ask(port, get('/nginx/protocol'))));
    expect(answers.map(({ body }) => body.split(' ')[0])).toEqual(['HTTP/2.0', 'HTTP/2.0']);
  });

  it.each(['/nginx/page.txt', '/apache/page.txt'])('%s comes whole', async (target) => {
    const answers = await Promise.all([1, 2, 3].map(() => ask(fronts[0]!.port, get(target))));
    for (const { status, body, isWhole } of answers)
      expect([status, body.length, isWhole]).toEqual(['HTTP/1.1 200 OK', 300_000, true]);
  });

  it('HEAD and 404 are as from Apache', async () => {
    for (const bytes of [get('/nginx/none'), request('HEAD', '/apache/page.txt', '')]) {
      const [ours, other] = await Promise.all(fronts.map(({ port }) => ask(port, bytes)));
      expect([ours!.status, ours!.body]).toEqual([other!.status, other!.body]);
    }
  });

  it('a certificate of another name is refused', async () => {
    const [ours, other] = await Promise.all(fronts.map(({ port }) => ask(port, get('/misnamed/page.txt'))));
    expect(other!.status).toContain('503');
    expect(ours!.status).toContain('503');
  });

  it('health is checked over TLS', async () => {
    const checks = () =>
      existsSync(log)
        ? readFileSync(log, 'latin1')
            .split('\n')
            .filter((line) => line === 'GET /page.txt 200').length
        : 0;
    const log = join(folder.path, 'health.access');
    // Nobody else has asked; each of the two servers asks once a second.
    await expect.poll(checks, { timeout: 20_000, interval: 200 }).toBeGreaterThanOrEqual(4);
    const answers = await Promise.all(fronts.map(({ port }) => ask(port, get('/health/page.txt'))));
    expect(answers.map(({ status }) => status)).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
  }, 60_000);
});

if (!canRun)
  it('runs as root where nginx, apache2 and openssl are', () => expect(process.env.CI).not.toBe('true'));
