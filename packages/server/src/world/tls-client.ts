import type { Duplex } from 'node:stream';
import type * as tls from 'node:tls';
import type { TlsPeer, TlsSettings, TlsTarget } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';
import { standardSuites13, versionOptions } from './tls-versions.ts';

/** The contexts of settings, by what is shown of their certificates. */
const contexts = new WeakMap<TlsSettings, Map<number | undefined, tls.SecureContext>>();

/** A context is made once for each configuration. It throws where a certificate or a list of ciphers is unusable. */
function contextOf(settings: TlsSettings, identity: number | undefined): tls.SecureContext {
  const made = contexts.get(settings) ?? new Map<number | undefined, tls.SecureContext>();
  contexts.set(settings, made);
  let context = made.get(identity);
  if (context === undefined) {
    const { authorities, identities, versions, ciphers } = settings;
    const certificate = identity === undefined ? undefined : identities[identity];
    context = builtins.tls.createSecureContext({
      ca: [...authorities],
      secureOptions: versions === undefined ? 0 : versionOptions(versions),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.3',
      ...(certificate === undefined ? {} : { cert: certificate.chain, key: certificate.key }),
      ...(ciphers === undefined
        ? {}
        : { ciphers: ciphers.includes('TLS_') ? `${ciphers}:DEFAULT` : `${standardSuites13}:${ciphers}` }),
    });
    made.set(identity, context);
  }
  return context;
}

/** Begins TLS on a connected socket, with the certificate that is to be shown, if any. */
export function beginTls(socket: Duplex, target: TlsTarget, identity: number | undefined): tls.TLSSocket {
  return builtins.tls.connect({
    socket,
    secureContext: contextOf(target.settings, identity),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(target.serverName === undefined ? {} : { servername: target.serverName }),
    ...(target.protocols === undefined ? {} : { ALPNProtocols: [...target.protocols] }),
  });
}

/** What the handshake brought to light. */
export function tlsPeer(socket: tls.TLSSocket): TlsPeer {
  const chain: Uint8Array[] = [];
  let certificate: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined) {
    chain.push(certificate.raw);
    const issuer: tls.DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate =
      issuer === certificate || issuer?.fingerprint256 === certificate.fingerprint256 ? undefined : issuer;
  }
  const error = socket.authorizationError as unknown as Error | string | null | undefined;
  return {
    chainError: error
      ? typeof error === 'string'
        ? error
        : ((error as NodeJS.ErrnoException).code ?? error.message)
      : undefined,
    chain,
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    protocol: socket.alpnProtocol || undefined,
    // These are told within the request for a certificate.
    asksForCertificate: socket.getSharedSigalgs().length > 0,
  };
}

/**
 * What OpenSSL says of a handshake that failed, as httpd's log has it: Node adds places in the source to it, and has
 * a later version, which names other protocols. Undefined for what is no error of its own.
 */
export function libraryError(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  const [, code, library, reason, alert] =
    /(error:[0-9A-F]+):([^:]*):[^:]*:([^:]*):[^:]*:\d+:(SSL alert number \d+)?/.exec(message) ?? [];
  if (code === undefined) return undefined;
  return `${code}:${library}::${reason?.replace('ssl/tls alert', 'sslv3 alert')}${alert === undefined ? '' : ` (${alert})`}`;
}
