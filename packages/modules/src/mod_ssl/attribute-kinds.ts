/** Kinds by the last part of a variable. httpd: modules/ssl/ssl_engine_vars.c ssl_var_lookup_ssl_cert_dn_rec */
export const attributeKinds: Readonly<Record<string, string>> = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  SP: '2.5.4.8',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  T: '2.5.4.12',
  I: '2.5.4.43',
  G: '2.5.4.42',
  S: '2.5.4.4',
  D: '2.5.4.13',
  UID: '0.9.2342.19200300.100.1.1',
  Email: '1.2.840.113549.1.9.1',
};

/** The names by which the environment has attributes. httpd: modssl_var_extract_dns, info[] */
export const exportedKinds: ReadonlyMap<string, string> = new Map(
  Object.entries(attributeKinds)
    .filter(([name]) => name !== 'SP')
    .map(([name, oid]) => [oid, name]),
);
