/** What OpenSSL says of chains, by the names that Node has for it: number and text. httpd: x509_vfy.h, x509_txt.c */
const verifyErrors = {
  UNABLE_TO_GET_ISSUER_CERT: [2, 'unable to get issuer certificate'],
  UNABLE_TO_GET_CRL: [3, 'unable to get certificate CRL'],
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: [4, "unable to decrypt certificate's signature"],
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: [6, 'unable to decode issuer public key'],
  CERT_SIGNATURE_FAILURE: [7, 'certificate signature failure'],
  CRL_SIGNATURE_FAILURE: [8, 'CRL signature failure'],
  CERT_NOT_YET_VALID: [9, 'certificate is not yet valid'],
  CERT_HAS_EXPIRED: [10, 'certificate has expired'],
  CRL_NOT_YET_VALID: [11, 'CRL is not yet valid'],
  CRL_HAS_EXPIRED: [12, 'CRL has expired'],
  ERROR_IN_CERT_NOT_BEFORE_FIELD: [13, "format error in certificate's notBefore field"],
  ERROR_IN_CERT_NOT_AFTER_FIELD: [14, "format error in certificate's notAfter field"],
  OUT_OF_MEM: [17, 'out of memory'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [18, 'self-signed certificate'],
  SELF_SIGNED_CERT_IN_CHAIN: [19, 'self-signed certificate in certificate chain'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [20, 'unable to get local issuer certificate'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [21, 'unable to verify the first certificate'],
  CERT_CHAIN_TOO_LONG: [22, 'certificate chain too long'],
  CERT_REVOKED: [23, 'certificate revoked'],
  PATH_LENGTH_EXCEEDED: [25, 'path length constraint exceeded'],
  INVALID_PURPOSE: [26, 'unsuitable certificate purpose'],
  CERT_UNTRUSTED: [27, 'certificate not trusted'],
  CERT_REJECTED: [28, 'certificate rejected'],
  KEYUSAGE_NO_CRL_SIGN: [35, 'key usage does not include CRL signing'],
  UNHANDLED_CRITICAL_CRL_EXTENSION: [36, 'unhandled critical CRL extension'],
  DIFFERENT_CRL_SCOPE: [44, 'different CRL scope'],
  HOSTNAME_MISMATCH: [62, 'hostname mismatch'],
  INVALID_CA: [79, 'invalid CA certificate'],
  UNSPECIFIED: [1, 'unspecified certificate verification error'],
} as const satisfies Readonly<Record<string, readonly [number: number, text: string]>>;

export type VerifyError = keyof typeof verifyErrors;

/** Node's name for an error; one that it has no name for is not known here either. */
export const verifyErrorOf = (name: string): VerifyError =>
  Object.hasOwn(verifyErrors, name) ? (name as VerifyError) : 'UNSPECIFIED';

/** `Error (23): certificate revoked` */
export const verifyErrorText = (error: VerifyError) =>
  `Error (${verifyErrors[error][0]}): ${verifyErrorWords(error)}`;

/** `certificate revoked`. httpd: X509_verify_cert_error_string */
export const verifyErrorWords = (error: VerifyError): string => verifyErrors[error][1];

/** What `optional_no_ca` forgives. httpd: ssl_private.h ssl_verify_error_is_optional */
const forgivable: ReadonlySet<VerifyError> = new Set<VerifyError>([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export const isForgivable = (error: VerifyError): boolean => forgivable.has(error);

export const isAboutTime = (error: VerifyError): boolean =>
  error === 'CERT_HAS_EXPIRED' || error === 'CERT_NOT_YET_VALID';
