/** What each directive of mod_ssl is for, in one sentence. */
export const summaries = {
  SSLProxyEngine: 'Whether back ends may be reached by TLS.',
  SSLProxyProtocol: 'The versions of TLS spoken with back ends.',
  SSLProxyCipherSuite: 'The ciphers offered to back ends.',
  SSLProxyVerify: 'Whether the certificates of back ends are checked.',
  SSLProxyVerifyDepth: 'How long a chain of back-end certificates may be.',
  SSLProxyCACertificateFile: 'The authorities trusted for back ends, in one file.',
  SSLProxyCACertificatePath: 'The authorities trusted for back ends, in a directory.',
  SSLProxyCARevocationFile: 'Revoked back-end certificates, in one file.',
  SSLProxyCARevocationPath: 'Revoked back-end certificates, in a directory.',
  SSLProxyCARevocationCheck: 'Whether lists of revoked back-end certificates are looked at.',
  SSLProxyCheckPeerCN: "Whether a back end's certificate must have its name as CN.",
  SSLProxyCheckPeerName: "Whether a back end's certificate must have its name.",
  SSLProxyCheckPeerExpire: "Whether a back end's certificate must be in its time.",
  SSLProxyMachineCertificateFile: 'Certificates shown to back ends, in one file.',
  SSLProxyMachineCertificatePath: 'Certificates shown to back ends, in a directory.',
  SSLProxyMachineCertificateChainFile: 'Chains of the certificates shown to back ends.',
};
