import type { NameAttribute } from './certificate-facts.ts';

/** OpenSSL's short names of the kinds of attributes. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
};

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

const hex = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');

/** A name as RFC 2253 writes it, the last attribute first. httpd: modssl_X509_NAME_to_string */
export function distinguishedName(name: readonly NameAttribute[]): string {
  let text = '';
  for (let i = name.length - 1; i >= 0; i--) {
    const attribute = name[i]!;
    text += nameAndValue(attribute);
    if (i > 0) text += attribute.isJoined ? '+' : ',';
  }
  return text;
}

function nameAndValue({ oid, value, der }: NameAttribute): string {
  const name = Object.hasOwn(shortNames, oid) ? shortNames[oid] : undefined;
  return name === undefined ? `${oid}=#${hex(der)}` : `${name}=${escaped(value)}`;
}

function escaped(value: string): string {
  return value
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[# ]/, '\\$&')
    .replace(/([^\\]| \\?) $/, (_all, before: string) => `${before}\\ `)
    .replace(/[\0-\x1f\x7f]/g, (character) => `\\${hex(Uint8Array.of(character.charCodeAt(0)))}`);
}

/** A name in OpenSSL's old form, `/C=DE/CN=name`. httpd: X509_NAME_oneline */
export function oneLineName(name: readonly NameAttribute[]): string {
  return name
    .map(({ oid, value }) => {
      const kind = Object.hasOwn(shortNames, oid) ? shortNames[oid] : oid;
      const shown = value.replace(
        /[^ -~]/g,
        (character) => `\\x${hex(Uint8Array.of(character.charCodeAt(0)))}`,
      );
      return `/${kind}=${shown}`;
    })
    .join('');
}

const algorithms: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  '1.2.840.10040.4.1': 'dsaEncryption',
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.1': 'ecdsa-with-SHA224',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'ED25519',
  '1.3.101.113': 'ED448',
};

/** OpenSSL's long name of an algorithm. */
export const algorithmName = (oid: string): string =>
  Object.hasOwn(algorithms, oid) ? algorithms[oid]! : 'UNKNOWN';

export const hexText = hex;
