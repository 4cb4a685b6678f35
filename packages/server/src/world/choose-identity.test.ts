import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { TlsSettings } from '@httpd-ts/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestedAuthorities } from './certificate-request.ts';
import { nodeNetwork } from './network.ts';

const folder = new URL('../../../../fixtures/behaviour/mod_ssl/machine-certificates/conf/', import.meta.url);
const textOf = (name: string) => readFileSync(new URL(name, folder), 'latin1');

/** What a server learns of a client that has a certificate to show, and how often it was connected to. */
async function shown(options: object, choose: TlsSettings['chooseIdentity'], times = 1) {
  const names: (string | undefined)[] = [];
  let connections = 0;
  const take = (socket: TLSSocket) => {
    names.push(socket.getPeerCertificate().subject?.CN as string | undefined);
    socket.on('error', () => {}).end('x');
  };
  const server = createServer(
    {
      cert: textOf('app.pem'),
      key: textOf('app.key'),
      requestCert: true,
      rejectUnauthorized: false,
      ...options,
    },
    take,
  );
  server.on('connection', () => connections++).on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const settings: TlsSettings = {
    authorities: [],
    identities: [{ chain: textOf('one.pem'), key: textOf('one.pem') }],
    chooseIdentity: choose,
    versions: undefined,
    ciphers: undefined,
  };
  const answers: string[] = [];
  for (let time = 0; time < times; time++) {
    const tls = { settings, serverName: undefined, handshakeTimeoutMs: 5000 };
    const stream = await nodeNetwork().connect({ host: '127.0.0.1', port, timeoutMs: 5000, tls });
    if (typeof stream === 'string') answers.push(stream);
    else {
      answers.push(
        await new Promise((resolve) => {
          stream.onData = () => resolve('answer');
          stream.onClose = (error) => resolve(error ?? 'closed');
          stream.resume();
        }),
      );
      stream.destroy();
    }
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return { names, connections, answers };
}

describe('the certificate that a server is shown', () => {
  it.each(['TLSv1.2', 'TLSv1.3'])('is chosen by the names it sends over %s', async (version) => {
    const seen: number[] = [];
    const { names, answers } = await shown(
      { ca: [textOf('b-and-a.pem')], minVersion: version, maxVersion: version },
      (authorities) => {
        seen.push(...authorities.map(({ length }) => length));
        return 0;
      },
    );
    expect(seen.length).toBe(2);
    expect([names.at(-1), answers]).toEqual(['client of A', ['answer']]);
  });

  it.each(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])(
    'is chosen with %s',
    async (ciphers) => {
      const counts: number[] = [];
      const choose = (authorities: readonly Uint8Array[]) => void counts.push(authorities.length);
      const { names } = await shown({ ca: textOf('a.pem'), ciphers, minVersion: 'TLSv1.3' }, choose);
      expect([counts, names.at(-1)]).toEqual([[1], undefined]);
    },
  );

  it('is found out once, and not chosen where none is asked for', async () => {
    let asked = 0;
    const choose = () => void asked++;
    const { connections, answers } = await shown({ requestCert: false }, choose, 3);
    expect([connections, asked, answers]).toEqual([4, 0, ['answer', 'answer', 'answer']]);
  });

  it('is shown to a server that insists on one', async () => {
    const { names, answers } = await shown(
      { ca: textOf('a.pem'), rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
      () => 0,
    );
    expect([names, answers]).toEqual([['client of A'], ['answer']]);
  });
});

it('bytes that are no handshake ask for nothing, and do no harm', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 32, maxLength: 48 }),
      (bytes, secret) => {
        const received = Buffer.concat([Buffer.from([22, 3, 3, 0, bytes.length >> 1]), bytes]);
        const found = requestedAuthorities({ received, serverSecret: Buffer.from(secret) });
        return found === undefined || Array.isArray(found);
      },
    ),
  );
});
