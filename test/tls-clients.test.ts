import { createPrivateKey } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { type InProcessServer, StartError, serveInProcess } from '@httpd-ts/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const certificates = join(import.meta.dirname, '../fixtures/behaviour/mod_ssl/clients-over-tls/conf');
const root = mkdtempSync(join(tmpdir(), 'httpd-ts-tls-'));
const configFile = join(root, 'httpd.conf');
const large = 'y'.repeat(3_000_000);

const modules = ['mpm_event', 'authz_core', 'headers', 'ssl', 'proxy', 'proxy_http', 'reqtimeout'];
const configuration = (lines: string) => `ServerRoot ${root}
DefaultRuntimeDir ${root}
ErrorLog error.log
${modules.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join('\n')}
ServerName first.example.com
DocumentRoot ${root}
Listen 127.0.0.1:443
KeepAliveTimeout 60
SSLEngine on
SSLCertificateFile ${root}/now.pem
SSLCertificateKeyFile ${root}/now.key
Header set X-Session "%{SSL_SESSION_RESUMED}s"
${lines}
`;

/** Puts a certificate where the configuration has it. */
function install(name: 'first' | 'ecdsa' | 'both', key = name === 'both' ? 'both.pem' : `${name}.key`): void {
  copyFileSync(join(certificates, `${name}.pem`), join(root, 'now.pem'));
  copyFileSync(join(certificates, key), join(root, 'now.key'));
}

/** Starts on a free port of the loopback. */
const start = (file: string, report: (text: string) => void = () => {}) =>
  serveInProcess({
    configFile: file,
    serverRoot: root,
    report,
    mapListen: (_address, port) => [
      { bind: { address: '127.0.0.1', port: 0 }, local: { address: '127.0.0.1', port } },
    ],
  });

let backEnd: Server;
let received = 0;
let server: InProcessServer;
const portOf = () => server.addresses[0]!.port;

beforeAll(async () => {
  backEnd = createServer((asked, answer) => {
    asked.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    asked.on('end', () => answer.end(String(received)));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => backEnd.once('listening', resolve));
  const { port } = backEnd.address() as AddressInfo;
  writeFileSync(join(root, 'large.txt'), large);
  install('first');
  writeFileSync(configFile, configuration(`ProxyPass /app http://127.0.0.1:${port}`));
  server = await start(configFile);
});

afterAll(async () => {
  await server.stop();
  backEnd.close();
  rmSync(root, { recursive: true, force: true });
});

interface Got {
  readonly body: string;
  readonly resumed: string;
  readonly certificate: string;
}

function ask(agent: Agent, path: string, body?: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ agent, path, host: '127.0.0.1', port: portOf(), rejectUnauthorized: false },
        ...{ servername: 'first.example.com', method: body === undefined ? 'GET' : 'POST' },
      },
      (answer) => {
        let text = '';
        // A session that is resumed shows no certificate again.
        const shown: Partial<PeerCertificate> = (answer.socket as TLSSocket).getPeerCertificate();
        answer.setEncoding('latin1').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () =>
          resolve({
            body: text,
            resumed: String(answer.headers['x-session']),
            certificate: String(shown.subject?.CN),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A client whose connections are its own. */
async function withAgent<T>(options: { keepAlive: boolean }, use: (agent: Agent) => Promise<T>): Promise<T> {
  const agent = new Agent(options);
  try {
    return await use(agent);
  } finally {
    agent.destroy();
  }
}

describe('a server that speaks TLS', () => {
  it('sends and takes large bodies, on one connection', () =>
    withAgent({ keepAlive: true }, async (agent) => {
      expect((await ask(agent, '/large.txt')).body).toBe(large);
      received = 0;
      expect((await ask(agent, '/app/', large)).body).toBe(String(large.length));
      expect((await ask(agent, '/large.txt')).body.length).toBe(large.length);
    }));

  it('waits for a client that does not read', async () => {
    const socket = connect({ host: '127.0.0.1', port: portOf(), rejectUnauthorized: false });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    socket.pause();
    socket.write('GET /large.txt HTTP/1.1\r\nHost: first.example.com\r\nConnection: close\r\n\r\n');
    let length = 0;
    await new Promise((resolve) => setImmediate(resolve));
    socket.on('data', (bytes) => {
      length += bytes.length;
    });
    socket.resume();
    await new Promise((resolve) => socket.once('end', resolve));
    expect(length).toBeGreaterThan(large.length);
    socket.destroy();
  });

  it('resumes sessions by tickets', () =>
    withAgent({ keepAlive: false }, async (agent) => {
      expect((await ask(agent, '/large.txt')).resumed).toBe('Initial');
      expect((await ask(agent, '/large.txt')).resumed).toBe('Resumed');
    }));

  it('shows a renewed certificate after a restart, while connections go on', () =>
    withAgent({ keepAlive: true }, async (agent) => {
      expect((await ask(agent, '/large.txt')).certificate).toBe('first.example.com');
      install('both');
      expect(await server.reload()).toBeUndefined();
      expect((await ask(agent, '/large.txt')).body).toBe(large);
      const anew = await withAgent({ keepAlive: false }, (other) => ask(other, '/large.txt'));
      expect(anew.certificate).toBe('second.example.com');
      install('first');
      expect(await server.reload()).toBeUndefined();
    }));

  it('keeps what it has when a renewed certificate does not fit its key', async () => {
    install('both', 'first.key');
    expect(await server.reload()).toContain('Configuration Failed');
    const { certificate } = await withAgent({ keepAlive: false }, (agent) => ask(agent, '/large.txt'));
    expect(certificate).toBe('first.example.com');
    install('first');
  });

  it('ends a connection on which no handshake comes, once it stops', async () => {
    const socket: Socket = connectPlain({ host: '127.0.0.1', port: portOf() });
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(Buffer.from([22, 3, 1]));
    const other = await start(configFile);
    await other.stop();
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});

const revoked = join(certificates, '../../revoked-clients/conf');

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'no session of %s stands for a look into lists',
  async (maxVersion) => {
    const file = join(root, 'lists.conf');
    const lists = `SSLVerifyClient require
SSLVerifyDepth 3
SSLCACertificateFile ${revoked}/root.pem
SSLCARevocationFile ${revoked}/all.crl
SSLCARevocationCheck leaf
`;
    writeFileSync(file, configuration(lists));
    const strict = await start(file);
    const { port } = strict.addresses[0]!;
    let session: Buffer | undefined;
    /** What a client is answered that comes with the session it was given last, if any. */
    const visit = (name: string) =>
      new Promise<{ readonly isResumed: boolean; readonly answer: string }>((resolve) => {
        const pair = readFileSync(join(revoked, name));
        const options = { host: '127.0.0.1', rejectUnauthorized: false, cert: pair, key: pair };
        const socket = connect({
          ...options,
          port,
          maxVersion,
          ...(session === undefined ? {} : { session }),
        });
        let isResumed = false;
        let answer = '';
        socket.on('session', (given: Buffer) => {
          session = given;
        });
        socket.on('secureConnect', () => {
          isResumed = socket.isSessionReused();
        });
        socket.on('data', (bytes) => {
          answer += bytes.toString('latin1');
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve({ isResumed, answer: answer.slice(0, 15) }));
        socket.write('GET /now.pem HTTP/1.1\r\nHost: first.example.com\r\nConnection: close\r\n\r\n');
      });
    for (const name of ['good.pem', 'good.pem', 'revoked.pem', 'revoked.pem'])
      expect(await visit(name)).toEqual({
        isResumed: false,
        answer: name === 'good.pem' ? 'HTTP/1.1 200 OK' : '',
      });
    await strict.stop();
  },
);

describe('a start', () => {
  const messages = async (lines: string): Promise<string> => {
    const said: string[] = [];
    const file = join(root, 'start.conf');
    writeFileSync(file, configuration(lines));
    try {
      const started = await start(file, (text) => said.push(text));
      await started.stop();
      return 'it runs';
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return `${said.join('\n')}\n${error.message}`;
    }
  };

  it.each([
    [
      '<VirtualHost *:443>\nSSLCertificateKeyFile now.pem\n</VirtualHost>',
      'AH02579: Init: Private key not found',
    ],
    [
      '<VirtualHost *:443>\nSSLCertificateFile httpd.conf\n</VirtualHost>',
      'AH02562: Failed to configure certificate',
    ],
    ['SSLCipherSuite NOTHING', 'AH01898: Unable to configure permitted SSL ciphers'],
    ['SSLCipherSuite TLSv1.3 TLS_NOTHING', 'AH10127: Unable to configure permitted TLSv1.3 ciphers'],
    ['SSLProtocol -all', 'AH02231: No SSL protocols available'],
    ['SSLCACertificateFile httpd.conf', 'AH01895: Unable to configure verify locations'],
    ['SSLCARevocationCheck chain', 'AH01899: Host first.example.com:443: CRL checking has been enabled'],
    ['SSLCARevocationCheck leaf', 'AH01899: Host first.example.com:443: CRL checking has been enabled'],
    [
      'SSLVerifyClient require\nSSLCACertificateFile now.pem\nSSLCARevocationFile cut.crl\nSSLCARevocationCheck leaf',
      'AH01900: Host first.example.com:443: unable to configure X.509 CRL storage',
    ],
    ['SSLUseStapling on', 'AH01958: SSLStapling: no stapling cache available'],
    ['<Location />\nSSLVerifyClient require\n</Location>', 'SSLVerifyClient in a directory'],
    ['<Location />\nSSLCipherSuite HIGH\n</Location>', 'SSLCipherSuite in a directory'],
    ['SSLOpenSSLConfCmd Options -SessionTicket', 'SSLOpenSSLConfCmd Options -SessionTicket (mod_ssl)'],
    ['SSLCompression on', 'SSLCompression on'],
    ['SSLOpenSSLConfCmd MinProtocol TLSv1.2\nSSLOpenSSLConfCmd Groups X25519:prime256v1', 'it runs'],
    ['SSLSessionTicketKeyFile ticket.key\nSSLSessionTickets on', 'it runs'],
  ])('with %s', async (lines, expected) => {
    writeFileSync(join(root, 'ticket.key'), Buffer.alloc(48, 7));
    writeFileSync(join(root, 'cut.crl'), '-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n');
    expect(await messages(lines)).toContain(expected);
  });

  it('with an encrypted key says that nobody is asked for the pass phrase', async () => {
    const key = createPrivateKey(readFileSync(join(certificates, 'first.key')));
    const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' });
    writeFileSync(join(root, 'encrypted.key'), encrypted);
    const said = await messages(
      `<VirtualHost *:443>\nSSLEngine on\nSSLCertificateFile now.pem\nSSLCertificateKeyFile encrypted.key\n</VirtualHost>`,
    );
    expect(said).toContain('is encrypted, and httpd-ts asks nobody for its pass phrase');
  });
});
