import type { RequestRecord, TlsCertificate, TlsPeer, TlsSettings } from '@httpd-ts/kernel';
import type { BackendTls } from '../mod_proxy/contract.ts';
import { type SslProxyConfig, sslProxy } from './config.ts';

const known = new WeakMap<SslProxyConfig, BackendTls>();

/** TLS to back ends as it is configured for a request; undefined without SSLProxyEngine. httpd: ssl_hook_ssl_bind_outgoing */
export function backendTlsOf(request: RequestRecord): BackendTls | undefined {
  const config = sslProxy.of(request);
  if (config.engine !== true) return undefined;
  let client = known.get(config);
  if (client === undefined) {
    client = {
      settings: settingsOf(config),
      complaint: (peer, hostname, nowMs) => judge(config, peer, hostname, nowMs),
    };
    known.set(config, client);
  }
  return client;
}

function settingsOf(config: SslProxyConfig): TlsSettings {
  const { machineCertificate, machineChain = '', ciphers, suites13 } = config;
  const lists = [...(config.revocationLists ?? []), ...(config.revocationListsOfPath ?? [])];
  return {
    authorities: [...(config.authorities ?? []), ...(config.authoritiesOfPath ?? [])],
    revocationLists: config.revocationCheck === 'chain' ? lists : [],
    certificate:
      machineCertificate === undefined
        ? undefined
        : { chain: `${machineCertificate.certificate}\n${machineChain}`, key: machineCertificate.key },
    versions: config.versions,
    ciphers: cipherNames(ciphers, suites13),
  };
}

/** Suites of TLS 1.3 stand among the others. */
function cipherNames(ciphers: string | undefined, suites13: string | undefined): string | undefined {
  if (suites13 === undefined) return ciphers;
  return ciphers === undefined ? suites13 : `${suites13}:${ciphers}`;
}

/** What `optional_no_ca` forgives. httpd: ssl_private.h ssl_verify_error_is_optional */
const forgivable = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** httpd: ssl_callback_SSLVerify, ssl_io_filter_handshake */
function judge(
  config: SslProxyConfig,
  peer: TlsPeer,
  hostname: string | undefined,
  nowMs: number,
): string | undefined {
  return verifyChain(config, peer, nowMs) ?? checkPeer(config, peer.chain[0], hostname, nowMs);
}

function verifyChain(config: SslProxyConfig, peer: TlsPeer, nowMs: number): string | undefined {
  const { verify = 'none', verifyDepth = 1, revocationCheck = 'none' } = config;
  if (verify === 'none') return undefined;
  const { chain, chainError } = peer;
  if (chain.length === 0) return 'AH02003: SSL Proxy connect failed';
  const isForgiven = verify === 'optional_no_ca' && chainError !== undefined && forgivable.has(chainError);
  if (chainError !== undefined && !isForgiven)
    return `AH02276: Certificate Verification: Error: ${chainError}`;
  // The library tells one error only; a date may stand behind another.
  if (chain.some((certificate) => !isValidAt(certificate, nowMs))) {
    return 'AH02276: Certificate Verification: Error: CERT_HAS_EXPIRED';
  }
  // Without a list nothing says that a certificate was not revoked.
  const hasLists = [...(config.revocationLists ?? []), ...(config.revocationListsOfPath ?? [])].length > 0;
  if (revocationCheck === 'chain' && !hasLists) {
    return 'AH02276: Certificate Verification: Error: UNABLE_TO_GET_CRL';
  }
  const depth = chain.length - 1;
  return depth > verifyDepth
    ? `AH02040: Certificate Verification: Certificate Chain too long (chain has ${depth} certificates, but maximum allowed are only ${verifyDepth})`
    : undefined;
}

function isValidAt({ validFromMs, validToMs }: TlsCertificate, nowMs: number): boolean {
  return nowMs >= validFromMs && nowMs <= validToMs;
}

/** httpd: ssl_io_filter_handshake, post_handshake checks */
function checkPeer(
  config: SslProxyConfig,
  certificate: TlsCertificate | undefined,
  hostname: string | undefined,
  nowMs: number,
): string | undefined {
  const { checkPeerExpire = true, checkPeerName, checkPeerCn } = config;
  if (checkPeerExpire && (certificate === undefined || !isValidAt(certificate, nowMs))) {
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
