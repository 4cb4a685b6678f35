import type { TlsSession } from '@httpd-ts/kernel';
import type { SslServerConfig } from './server-config.ts';
import {
  isAboutTime,
  isForgivable,
  type VerifyError,
  verifyErrorOf,
  verifyErrorText,
  verifyErrorWords,
} from './verify-errors.ts';

/**
 * Why a client is sent away; undefined where it may go on. A certificate that does not hold is no better than none where
 * none is needed. httpd: modules/ssl/ssl_engine_kernel.c ssl_callback_SSLVerify
 */
export function clientComplaint(
  session: TlsSession,
  config: SslServerConfig,
  revocationFault: (session: TlsSession) => VerifyError | undefined,
): Complaint | undefined {
  const { verify = 'none', verifyDepth = 1 } = config;
  if (verify === 'none') return undefined;
  const { clientChain, clientError } = session;
  if (clientChain.length === 0) {
    return verify === 'require' ? { level: 'info', message: noCertificate } : undefined;
  }
  const isForgiven =
    verify === 'optional_no_ca' && clientError !== undefined && isForgivable(verifyErrorOf(clientError));
  const fault = clientError === undefined || isForgiven ? undefined : verifyErrorOf(firstError(clientError));
  // Times are looked at last.
  const error = fault === undefined || isAboutTime(fault) ? (revocationFault(session) ?? fault) : fault;
  if (error !== undefined) {
    const message = `AH02039: Certificate Verification: ${verifyErrorText(error)}`;
    return { level: 'error', message };
  }
  const depth = clientChain.length - 1;
  if (depth <= verifyDepth) return undefined;
  return {
    level: 'error',
    message: `AH02040: Certificate Verification: Certificate Chain too long (chain has ${depth} certificates, but maximum allowed are only ${verifyDepth})`,
  };
}

interface Complaint {
  readonly level: 'info' | 'error';
  readonly message: string;
}

const noCertificate = 'AH02008: SSL library error 1 in handshake: no certificate was shown';

/** That no certificate could be verified is said last of a chain whose issuer is missing. */
const firstError = (error: string) =>
  error === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' ? 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' : error;

/** What a server makes of certificates that do not hold. */
export interface Forgiveness {
  readonly isVerifying: boolean;
  readonly forgivesUnknownIssuers: boolean;
  readonly forgivesMissingLists: boolean;
}

/** SSL_CLIENT_VERIFY. httpd: ssl_engine_vars.c ssl_var_lookup_ssl_cert_verify */
export function certificateVerdict(
  { clientChain, clientError }: TlsSession,
  { isVerifying, forgivesUnknownIssuers, forgivesMissingLists }: Forgiveness,
): string {
  if (!isVerifying || clientChain.length === 0) return 'NONE';
  if (clientError === undefined) return 'SUCCESS';
  // The last complaint about a chain whose issuer is missing is not forgiven, though the client is; that there is no list
  // of that issuer clears it.
  const isGenerous =
    forgivesUnknownIssuers && (forgivesMissingLists || clientError !== 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  return isGenerous ? 'GENEROUS' : `FAILED:${verifyErrorWords(verifyErrorOf(clientError))}`;
}
