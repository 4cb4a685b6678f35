import type { Socket } from 'node:net';
import type * as tls from 'node:tls';
import type { TlsFault, TlsGreeting, TlsServerSettings, TlsServers, TlsSession } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';
import { standardSuites13, versionOptions } from './tls-versions.ts';

/** What was found sound, with what Node made of it. */
class NodeGreeting implements TlsGreeting {
  readonly settings: TlsServerSettings;
  readonly context: tls.SecureContext;

  constructor(settings: TlsServerSettings, context: tls.SecureContext) {
    this.settings = settings;
    this.context = context;
  }
}

/** TLS as a server, by Node's own. */
export const nodeTlsServers: TlsServers = {
  get library() {
    return `OpenSSL/${process.versions.openssl.replace(/\+.*$/, '')}`;
  },
  prepare(settings) {
    const fault = faultOfCertificates(settings) ?? faultOfAuthorities(settings);
    if (fault !== undefined) return fault;
    try {
      return new NodeGreeting(settings, contextOf(settings));
    } catch (error) {
      return faultOf(error as NodeJS.ErrnoException, settings);
    }
  },
};

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function faultOfCertificates({ certificates }: TlsServerSettings): TlsFault | undefined {
  const { X509Certificate, createPrivateKey } = builtins.crypto;
  for (const [index, { chain, key }] of certificates.entries()) {
    let certificate: InstanceType<typeof X509Certificate>;
    try {
      certificate = new X509Certificate(chain);
    } catch (error) {
      return { fault: 'certificate', index, text: textOf(error) };
    }
    try {
      if (!certificate.checkPrivateKey(createPrivateKey(key))) return { fault: 'mismatch', index, text: '' };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const isEncrypted = code === 'ERR_MISSING_PASSPHRASE' || /BEGIN ENCRYPTED|ENCRYPTED\r?\n/.test(key);
      return { fault: isEncrypted ? 'encrypted key' : 'key', index, text: textOf(error) };
    }
  }
  return undefined;
}

function faultOfAuthorities({ authorities }: TlsServerSettings): TlsFault | undefined {
  for (const authority of authorities) {
    try {
      new builtins.crypto.X509Certificate(authority);
    } catch (error) {
      return { fault: 'authorities', index: 0, text: textOf(error) };
    }
  }
  return undefined;
}

function contextOf(settings: TlsServerSettings): tls.SecureContext {
  const { constants, createHash } = builtins.crypto;
  const { certificates, curves, signatureAlgorithms, ticketKey, revocationLists, suites13 } = settings;
  const options =
    (settings.prefersOwnCiphers ? constants.SSL_OP_CIPHER_SERVER_PREFERENCE : 0) |
    (settings.usesTickets ? 0 : constants.SSL_OP_NO_TICKET) |
    versionOptions(settings.versions);
  return builtins.tls.createSecureContext({
    cert: certificates.map(({ chain }) => chain),
    key: certificates.map(({ key }) => key),
    ca: [...settings.authorities],
    dhparam: settings.dhParameters ?? 'auto',
    secureOptions: options,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.3',
    // Names of suites for 1.3 stand among the others; without any, none would be left.
    ciphers: `${suites13 ?? standardSuites13}:${settings.ciphers}`,
    sessionIdContext: createHash('sha256')
      .update(settings.sessionContext, 'latin1')
      .digest('hex')
      .slice(0, 32),
    ...(curves === undefined ? {} : { ecdhCurve: curves }),
    ...(signatureAlgorithms === undefined ? {} : { sigalgs: signatureAlgorithms }),
    ...(ticketKey === undefined ? {} : { ticketKeys: Buffer.from(ticketKey) }),
    ...(revocationLists.length === 0 ? {} : { crl: [...revocationLists] }),
  });
}

function faultOf(error: NodeJS.ErrnoException, { suites13 }: TlsServerSettings): TlsFault {
  const text = textOf(error);
  if (!/no cipher match|cipher/i.test(text)) return { fault: 'other', index: 0, text };
  try {
    builtins.tls.createSecureContext({ ciphers: `${suites13 ?? standardSuites13}:DEFAULT` });
    return { fault: 'ciphers', index: 0, text };
  } catch {
    return { fault: 'suites13', index: 0, text };
  }
}

/** Begins TLS on a socket whose first bytes, the client's greeting, were read and put back. */
export function acceptTls(
  socket: Socket,
  greeting: TlsGreeting,
  protocols: readonly string[],
): tls.TLSSocket {
  const { context, settings } = greeting as NodeGreeting;
  return new builtins.tls.TLSSocket(socket, {
    isServer: true,
    secureContext: context,
    requestCert: settings.clientCertificate !== 'none',
    // Who shows none is sent away within the handshake; who shows a bad one is judged behind it.
    rejectUnauthorized: settings.clientCertificate === 'required',
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
  });
}

/** A session whose handshake is over. Everything is asked for when it is first wanted. */
export class NodeTlsSession implements TlsSession {
  private readonly socket: tls.TLSSocket;
  readonly version: string;
  readonly cipher: string;
  readonly serverName: string | undefined;
  readonly renegotiatesSecurely: boolean;
  private chain: readonly Uint8Array[] | undefined = undefined;

  constructor(
    socket: tls.TLSSocket,
    asked: {
      readonly serverName: string | undefined;
      readonly signals: 'by cipher' | 'by extension' | undefined;
    },
  ) {
    this.socket = socket;
    this.serverName = asked.serverName;
    this.version = socket.getProtocol() ?? '';
    // The extension means nothing in 1.3, which has no renegotiation.
    this.renegotiatesSecurely =
      asked.signals === 'by cipher' || (asked.signals !== undefined && this.version !== 'TLSv1.3');
    this.cipher = socket.getCipher().name;
  }

  get isResumed(): boolean {
    return this.socket.isSessionReused();
  }

  get id(): Uint8Array {
    const session = this.socket.getSession();
    return session === undefined ? new Uint8Array() : idOf(session);
  }

  get ownCertificate(): Uint8Array | undefined {
    return this.socket.getX509Certificate()?.raw;
  }

  get clientChain(): readonly Uint8Array[] {
    this.chain ??= chainOf(this.socket);
    return this.chain;
  }

  get clientError(): string | undefined {
    // What is wrong is known although no judgement was asked for.
    const { ssl } = this.socket as unknown as { readonly ssl?: { verifyError(): unknown } | null };
    const error = ssl?.verifyError() as NodeJS.ErrnoException | null | undefined;
    return error ? (error.code ?? error.message) : undefined;
  }
}

function chainOf(socket: tls.TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined) {
    chain.push(certificate.raw);
    const issuer: tls.DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate = issuer?.fingerprint256 === certificate.fingerprint256 ? undefined : issuer;
  }
  return chain;
}

/** A session in DER begins with two versions and a cipher; its id follows. */
function idOf(session: Uint8Array): Uint8Array {
  let at = session[1]! < 0x80 ? 2 : 2 + (session[1]! & 0x7f);
  for (let i = 0; i < 3; i++) at += 2 + (session[at + 1] ?? 0);
  const length = session[at + 1] ?? 0;
  return session[at] === 4 ? session.subarray(at + 2, at + 2 + length) : new Uint8Array();
}
