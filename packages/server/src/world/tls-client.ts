import type { Socket } from 'node:net';
import type * as tls from 'node:tls';
import type { TlsCertificate, TlsPeer, TlsSettings, TlsTarget, TlsVersion } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';

const contexts = new WeakMap<TlsSettings, tls.SecureContext>();

/** Bits that rule versions out. */
function versionOptions(allowed: readonly TlsVersion[] | undefined): number {
  if (allowed === undefined) return 0;
  const { constants } = builtins.crypto;
  const options: Readonly<Record<TlsVersion, number>> = {
    TLSv1: constants.SSL_OP_NO_TLSv1,
    'TLSv1.1': constants.SSL_OP_NO_TLSv1_1,
    'TLSv1.2': constants.SSL_OP_NO_TLSv1_2,
    'TLSv1.3': constants.SSL_OP_NO_TLSv1_3,
  };
  const versions = Object.keys(options) as TlsVersion[];
  return versions.reduce((bits, version) => (allowed.includes(version) ? bits : bits | options[version]), 0);
}

/** The library's own suites of TLS 1.3, which a list for older versions leaves as they are. */
const suites13 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';

/** A context is made once for each configuration. It throws where a certificate or a list of ciphers is unusable. */
function contextOf(settings: TlsSettings): tls.SecureContext {
  let context = contexts.get(settings);
  if (context === undefined) {
    const { authorities, revocationLists, certificate, versions, ciphers } = settings;
    context = builtins.tls.createSecureContext({
      ca: [...authorities],
      secureOptions: versionOptions(versions),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.3',
      ...(revocationLists.length === 0 ? {} : { crl: [...revocationLists] }),
      ...(certificate === undefined ? {} : { cert: certificate.chain, key: certificate.key }),
      ...(ciphers === undefined
        ? {}
        : { ciphers: ciphers.includes('TLS_') ? `${ciphers}:DEFAULT` : `${suites13}:${ciphers}` }),
    });
    contexts.set(settings, context);
  }
  return context;
}

/** Begins TLS on a connected socket. */
export function beginTls(socket: Socket, target: TlsTarget): tls.TLSSocket {
  return builtins.tls.connect({
    socket,
    secureContext: contextOf(target.settings),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(target.serverName === undefined ? {} : { servername: target.serverName }),
    ...(target.protocols === undefined ? {} : { ALPNProtocols: [...target.protocols] }),
  });
}

/** What the handshake brought to light. */
export function tlsPeer(socket: tls.TLSSocket): TlsPeer {
  const chain: TlsCertificate[] = [];
  let certificate: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.subject !== undefined) {
    chain.push(certificateFacts(certificate));
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
  };
}

function certificateFacts(certificate: tls.DetailedPeerCertificate): TlsCertificate {
  const name: unknown = certificate.subject.CN;
  const commonNames = Array.isArray(name) ? name.map(String) : typeof name === 'string' ? [name] : [];
  const dnsNames = [...(certificate.subjectaltname ?? '').matchAll(/(?:^|, )DNS:("(?:[^"\\]|\\.)*"|[^,]*)/g)]
    .map((match) => match[1]!)
    // A quoted name holds what no host name holds.
    .filter((text) => !text.startsWith('"'));
  return {
    commonNames,
    dnsNames,
    validFromMs: Date.parse(certificate.valid_from),
    validToMs: Date.parse(certificate.valid_to),
  };
}
