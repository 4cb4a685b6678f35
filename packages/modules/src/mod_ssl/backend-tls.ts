import type { Digests, RequestRecord, ServerRecord, TlsPeer, TlsSettings } from '@httpd-ts/kernel';
import type { BackendTls, TlsFailure } from '../mod_proxy/contract.ts';
import { buildChain, isSelfIssued } from './build-chain.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { certificateText } from './certificate-text.ts';
import { type ChainFault, checkRevocation, listsByIssuer, type RevocationCheck } from './check-revocation.ts';
import { type SslProxyConfig, sslProxy, storesOf } from './config.ts';
import { machineIdentities } from './machine-certificates.ts';
import { latin1 } from './read-der.ts';
import { readCertificates } from './read-store.ts';
import {
  isAboutTime,
  isForgivable,
  type VerifyError,
  verifyErrorOf,
  verifyErrorText,
} from './verify-errors.ts';

const known = new WeakMap<SslProxyConfig, BackendTls>();

/** TLS to back ends as it is configured for a request; undefined without SSLProxyEngine. httpd: ssl_hook_ssl_bind_outgoing */
export function backendTlsOf(request: RequestRecord): BackendTls | undefined {
  const config = sslProxy.of(request);
  if (config.engine !== true) return undefined;
  let client = known.get(config);
  if (client === undefined) {
    client = makeBackendTls(config, request.server);
    known.set(config, client);
  }
  return client;
}

function makeBackendTls(config: SslProxyConfig, { plan }: ServerRecord): BackendTls {
  const settings = settingsOf(config);
  const { digests } = plan.world;
  const authorities = readCertificates(settings.authorities);
  const { revocationCheck: mode = 'none', mayLackLists = false } = config;
  const lists = listsByIssuer(storesOf(config).flatMap((store) => store.lists));
  const judge: Judge = {
    config,
    authorities,
    anchors: new Set(authorities.map(({ der }) => latin1(der))),
    digests,
    revocation: mode === 'none' ? undefined : { lists, mode, mayLackLists, digests },
  };
  return {
    settings,
    judge: (peer, hostname, nowMs) => judgePeer(judge, peer, hostname, nowMs),
    failedHandshake: (libraryError = unexpectedEnd) => connectFailed(undefined, [], libraryError),
    log: (server, remote, peer, failure) => {
      const lacksCertificate = peer?.asksForCertificate === true && settings.identities.length === 0;
      logConnection(server, remote, lacksCertificate, failure);
    },
    logReadError,
  };
}

function settingsOf(config: SslProxyConfig): TlsSettings {
  const { machineCertificates = [], machineCertificatesOfPath = [], machineChain = [] } = config;
  const machine = machineIdentities([...machineCertificates, ...machineCertificatesOfPath], machineChain);
  return {
    authorities: storesOf(config).flatMap(({ certificates }) => certificates),
    identities: machine.identities,
    chooseIdentity: machine.choose,
    versions: config.versions,
    ciphers: cipherNames(config.ciphers, config.suites13),
  };
}

/** Suites of TLS 1.3 stand among the others. */
function cipherNames(ciphers: string | undefined, suites13: string | undefined): string | undefined {
  if (suites13 === undefined) return ciphers;
  return ciphers === undefined ? suites13 : `${suites13}:${ciphers}`;
}

type Line = TlsFailure['lines'][number];

const ofConnection = (message: string, level: Line['level'] = 'info'): Line => ({
  level,
  message,
  isOfConnection: true,
});

const ofLibrary = (text: string): Line => ({
  level: 'info',
  message: `SSL Library Error: ${text}`,
  isOfConnection: false,
});

const unexpectedEnd = 'error:0A000126:SSL routines::unexpected eof while reading';
const badSignature = 'error:06880006:asn1 encoding routines::EVP lib';
const notVerified = 'error:0A000086:SSL routines::certificate verify failed';

/** httpd: ssl_io_filter_handshake, where SSL_connect fails */
function connectFailed(
  peer: TlsPeer | undefined,
  reasons: readonly Line[],
  ...libraryErrors: readonly string[]
): TlsFailure {
  const library = libraryErrors.map(ofLibrary);
  return { peer, lines: [...reasons, ofConnection('AH02003: SSL Proxy connect failed'), ...library] };
}

/** httpd: ssl_util.c ssl_util_vhostid */
const hostId = ({ hostname, port }: ServerRecord) => `${hostname ?? ''}:${port === 0 ? 80 : port}`;

/** httpd: ssl_engine_io.c ssl_io_filter_handshake, ssl_filter_io_shutdown; ssl_callback_proxy_cert */
function logConnection(
  server: ServerRecord,
  remote: string,
  lacksCertificate: boolean,
  failure: TlsFailure | undefined,
): void {
  const id = hostId(server);
  const lines = [ofConnection(`AH01964: Connection to child 0 established (server ${id})`)];
  if (lacksCertificate) {
    const message = `AH02268: Proxy client certificate callback: (${id}) downstream server wanted client certificate but none are configured`;
    lines.push({ level: 'warn', message, isOfConnection: false });
  }
  if (failure !== undefined) lines.push(...failure.lines, ...closed(id));
  write(server, remote, lines);
}

const closed = (id: string): readonly Line[] => [
  ofConnection(`AH01998: Connection closed to child 0 with abortive shutdown (server ${id})`),
  ofConnection('AH01997: SSL handshake failed: sending 502'),
];

function logReadError(server: ServerRecord, remote: string, libraryError: string): void {
  const read = ofConnection('AH01992: SSL library error 1 reading data');
  write(server, remote, [read, ofLibrary(libraryError)]);
}

function write(server: ServerRecord, remote: string, lines: readonly Line[]): void {
  const { errorLogger } = server;
  for (const { level, message, isOfConnection } of lines) {
    if (!errorLogger.wants('ssl', level, undefined)) continue;
    errorLogger.write({ module: 'ssl', level, message, server, ...(isOfConnection ? { remote } : {}) });
  }
}

interface Judge {
  readonly config: SslProxyConfig;
  readonly authorities: readonly Certificate[];
  /** The same as they are encoded: chains may end in them. */
  readonly anchors: ReadonlySet<string>;
  readonly digests: Digests;
  readonly revocation: Omit<RevocationCheck, 'nowMs'> | undefined;
}

/** httpd: ssl_callback_SSLVerify, ssl_io_filter_handshake */
function judgePeer(
  judge: Judge,
  peer: TlsPeer,
  hostname: string | undefined,
  nowMs: number,
): TlsFailure | undefined {
  const chain = peer.chain.map(readCertificate).filter((certificate) => certificate !== undefined);
  const { verify = 'none' } = judge.config;
  const isWhole = chain.length === peer.chain.length && chain.length > 0;
  if (verify !== 'none' && !isWhole) return connectFailed(peer, [], notVerified);
  const failure = verify === 'none' ? undefined : verifyChain(judge, chain, peer, nowMs);
  if (failure !== undefined) return failure;
  const message = checkPeer(judge.config, chain[0], hostname, nowMs);
  return message === undefined ? undefined : { peer, lines: [ofConnection(message)] };
}

/**
 * The first thing that is wrong, in the order in which OpenSSL looks: how the chain hangs together, what was revoked,
 * then times and httpd's depth from the top down. httpd: x509_vfy.c verify_chain
 */
function verifyChain(
  { config, authorities, anchors, digests, revocation }: Judge,
  sent: readonly Certificate[],
  peer: TlsPeer,
  nowMs: number,
): TlsFailure | undefined {
  const { verify, verifyDepth = 1 } = config;
  const chain = buildChain(sent, authorities, digests);
  const top = chain.length - 1;
  const tooLong = (depth: number) => {
    const text = `AH02040: Certificate Verification: Certificate Chain too long (chain has ${depth} certificates, but maximum allowed are only ${verifyDepth})`;
    return depth > verifyDepth ? [ofConnection(text, 'error')] : [];
  };
  const rejected = ({ error, depth }: ChainFault) => {
    const text = `${verifyErrorText(error)} ${certificateText(chain[depth]!)}`;
    const library = error === 'CRL_SIGNATURE_FAILURE' ? [badSignature, notVerified] : [notVerified];
    const line = ofConnection(`AH02276: Certificate Verification: ${text}`);
    return connectFailed(peer, [line, ...tooLong(depth)], ...library);
  };
  const isAnchored = anchors.has(latin1(chain[top]!.der)) && isSelfIssued(chain[top]!);
  const broken = chainFault(chain, isAnchored, peer.chainError);
  if (broken !== undefined) {
    if (verify !== 'optional_no_ca' || !isForgivable(broken)) return rejected({ error: broken, depth: top });
    if (top > verifyDepth) return connectFailed(peer, tooLong(top), notVerified);
  }
  if (revocation !== undefined) {
    // The library found a chain, and lists must be looked for along one that ends where it may.
    if (broken === undefined && !isAnchored)
      return rejected({ error: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', depth: top });
    const revoked = checkRevocation(chain, { ...revocation, nowMs });
    if (revoked !== undefined) return rejected(revoked);
  }
  for (let depth = top; depth >= 0; depth--) {
    const error = timeError(chain[depth]!, nowMs);
    if (error !== undefined) return rejected({ error, depth });
    if (depth > verifyDepth) return connectFailed(peer, tooLong(depth), notVerified);
  }
  return undefined;
}

/** The library tells the last error only, which a time that is over may be while more is wrong. */
function chainFault(
  chain: readonly Certificate[],
  isAnchored: boolean,
  chainError: string | undefined,
): VerifyError | undefined {
  if (chainError === undefined) return undefined;
  const error = verifyErrorOf(chainError);
  // What the last step says of a lone certificate follows from its missing issuer.
  if (error === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') return 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
  if (!isAboutTime(error)) return error;
  if (isAnchored) return undefined;
  if (!isSelfIssued(chain.at(-1)!)) return 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
  return chain.length === 1 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'SELF_SIGNED_CERT_IN_CHAIN';
}

function timeError({ validFromMs, validToMs }: Certificate, nowMs: number): VerifyError | undefined {
  if (nowMs < validFromMs) return 'CERT_NOT_YET_VALID';
  return nowMs > validToMs ? 'CERT_HAS_EXPIRED' : undefined;
}

/** httpd: ssl_io_filter_handshake, post_handshake checks */
function checkPeer(
  config: SslProxyConfig,
  certificate: Certificate | undefined,
  hostname: string | undefined,
  nowMs: number,
): string | undefined {
  const { checkPeerExpire = true, checkPeerName, checkPeerCn } = config;
  if (checkPeerExpire && (certificate === undefined || timeError(certificate, nowMs) !== undefined)) {
    return 'AH02004: SSL Proxy: Peer certificate is expired';
  }
  if (hostname === undefined) return undefined;
  if (checkPeerName !== false && (checkPeerCn !== false || checkPeerName === true)) {
    const names = [...(certificate?.dnsNames ?? []), ...(certificate?.commonNames ?? [])];
    return matchesAny(names, hostname)
      ? undefined
      : `AH02411: SSL Proxy: Peer certificate does not match for hostname ${hostname}`;
  }
  if (checkPeerCn !== true) return undefined;
  const names = certificate?.commonNames ?? [];
  return matchesAny(names, hostname)
    ? undefined
    : `AH02005: SSL Proxy: Peer certificate CN mismatch: Certificate CN: ${names[0] ?? ''} Requested hostname: ${hostname}`;
}

/** A name of a certificate may begin with `*.`, which stands for one label. httpd: modssl_X509_match_name */
function matchesAny(names: readonly string[], hostname: string): boolean {
  const wanted = hostname.toLowerCase();
  const dot = wanted.indexOf('.');
  return names.some((given) => {
    const name = given.toLowerCase();
    return name === wanted || (name.startsWith('*.') && dot > 0 && name.slice(1) === wanted.slice(dot));
  });
}
