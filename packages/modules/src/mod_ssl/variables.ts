import { encodeHex, entryOf, type TlsFacts, type TlsSession } from '@httpd-ts/kernel';
import { algorithmName } from './algorithm-name.ts';
import { attributeKinds, exportedKinds } from './attribute-kinds.ts';
import { isSelfIssued } from './build-chain.ts';
import { type Certificate, type Name, readCertificate } from './certificate.ts';
import { timeText } from './certificate-text.ts';
import { distinguishedName, oneLineName } from './distinguished-name.ts';
import { toPem } from './pem.ts';
import { certificateVerdict, type Forgiveness } from './verify-client.ts';

/** What differs between servers. */
export interface FactSettings extends Forgiveness {
  readonly library: string;
  /** Sessions before 1.3 have an id only for a cache. */
  readonly namesSessions: boolean;
  now(): number;
}

const httpdVersion = '2.4.71';
const dayMs = 24 * 60 * 60 * 1000;

/**
 * The variables of a connection, worked out when they are first asked for.
 * httpd: modules/ssl/ssl_engine_vars.c ssl_var_lookup_ssl
 */
export class SessionFacts implements TlsFacts {
  readonly serverName: string | undefined;
  readonly session: TlsSession;
  private readonly settings: FactSettings;
  private readonly known = new Map<string, string | undefined>();
  private client: Certificate | undefined | 'unread' = 'unread';
  private own: Certificate | undefined | 'unread' = 'unread';
  private exported: readonly (readonly [string, string])[] | undefined = undefined;
  private certificates: readonly (readonly [string, string])[] | undefined = undefined;

  constructor(session: TlsSession, settings: FactSettings) {
    this.session = session;
    this.serverName = session.serverName;
    this.settings = settings;
  }

  variable(name: string): string | undefined {
    if (name === 'SSL_CLIENT_V_REMAIN' || name === 'SSL_SERVER_V_REMAIN') return this.find(name);
    if (this.known.has(name)) return this.known.get(name);
    const value = this.find(name);
    if (this.known.size < mostKnown) this.known.set(name, value);
    return value;
  }

  /** The client's certificate. */
  get clientCertificate(): Certificate | undefined {
    const [der] = this.session.clientChain;
    if (this.client === 'unread') this.client = der === undefined ? undefined : readCertificate(der);
    return this.client;
  }

  private get ownCertificate(): Certificate | undefined {
    const der = this.session.ownCertificate;
    if (this.own === 'unread') this.own = der === undefined ? undefined : readCertificate(der);
    return this.own;
  }

  private find(name: string): string | undefined {
    if (!name.startsWith('SSL_')) return undefined;
    const { session } = this;
    switch (name) {
      case 'SSL_VERSION_INTERFACE':
        return `mod_ssl/${httpdVersion}`;
      case 'SSL_VERSION_LIBRARY':
        return this.settings.library;
      case 'SSL_PROTOCOL':
        return session.version;
      case 'SSL_SESSION_ID':
        return this.sessionId;
      case 'SSL_SESSION_RESUMED':
        return session.isResumed ? 'Resumed' : 'Initial';
      case 'SSL_COMPRESS_METHOD':
        return 'NULL';
      case 'SSL_SECURE_RENEG':
        return String(session.renegotiatesSecurely);
      case 'SSL_TLS_SNI':
        return session.serverName;
      case 'SSL_CIPHER':
        return session.cipher;
      case 'SSL_CIPHER_EXPORT':
        return 'false';
      case 'SSL_CIPHER_USEKEYSIZE':
      case 'SSL_CIPHER_ALGKEYSIZE':
        return String(keySize(session.cipher, name === 'SSL_CIPHER_ALGKEYSIZE'));
      case 'SSL_CLIENT_VERIFY':
        return certificateVerdict(session, this.settings);
    }
    const [, chainIndex] = /^SSL_CLIENT_CERT_CHAIN_(\d+)$/.exec(name) ?? [];
    if (chainIndex !== undefined) return this.pem(this.sentIssuers[Number(chainIndex)]);
    const [, side, rest] = /^SSL_(CLIENT|SERVER)_(.+)$/.exec(name) ?? [];
    if (side === undefined) return undefined;
    const isClient = side === 'CLIENT';
    if (rest === 'CERT') return this.pem(isClient ? session.clientChain[0] : session.ownCertificate);
    const certificate = isClient ? this.clientCertificate : this.ownCertificate;
    return certificate === undefined
      ? undefined
      : certificateVariable(certificate, rest!, this.settings.now());
  }

  /** The issuers that came with the client's certificate: a root is found by the library itself. */
  private get sentIssuers(): readonly Uint8Array[] {
    return this.session.clientChain.slice(1).filter((der) => {
      const certificate = readCertificate(der);
      return certificate !== undefined && !isSelfIssued(certificate);
    });
  }

  private get sessionId(): string | undefined {
    const { version, id } = this.session;
    if (id.length === 0 || (version !== 'TLSv1.3' && !this.settings.namesSessions)) return undefined;
    return encodeHex(id);
  }

  private pem(der: Uint8Array | undefined): string | undefined {
    return der === undefined ? undefined : toPem('CERTIFICATE', der);
  }

  /** What `StdEnvVars` sets. httpd: ssl_hook_Fixup, ssl_hook_Fixup_vars, modssl_var_extract_dns, modssl_var_extract_san_entries */
  get environment(): readonly (readonly [string, string])[] {
    this.exported ??= [
      ...namedAttributes('SERVER', this.ownCertificate),
      ...namedAttributes('CLIENT', this.clientCertificate),
      ...alternativeNames('SERVER', this.ownCertificate),
      ...alternativeNames('CLIENT', this.clientCertificate),
    ];
    const standard = standardNames.flatMap((name): [string, string][] => {
      const value = this.variable(name);
      return value === undefined || value === '' ? [] : [[name, value]];
    });
    return [...this.exported, ...standard];
  }

  /** What `ExportCertData` sets. */
  get certificateData(): readonly (readonly [string, string])[] {
    this.certificates ??= [
      ['SSL_SERVER_CERT', this.variable('SSL_SERVER_CERT') ?? ''],
      ['SSL_CLIENT_CERT', this.variable('SSL_CLIENT_CERT') ?? ''],
      ...this.sentIssuers.map((der, index): [string, string] => [
        `SSL_CLIENT_CERT_CHAIN_${index}`,
        this.pem(der) ?? '',
      ]),
    ];
    return this.certificates;
  }
}

const mostKnown = 64;

const standardNames = [
  'SSL_VERSION_INTERFACE',
  'SSL_VERSION_LIBRARY',
  'SSL_PROTOCOL',
  'SSL_SECURE_RENEG',
  'SSL_COMPRESS_METHOD',
  'SSL_CIPHER',
  'SSL_CIPHER_EXPORT',
  'SSL_CIPHER_USEKEYSIZE',
  'SSL_CIPHER_ALGKEYSIZE',
  'SSL_CLIENT_VERIFY',
  'SSL_CLIENT_M_VERSION',
  'SSL_CLIENT_M_SERIAL',
  'SSL_CLIENT_V_START',
  'SSL_CLIENT_V_END',
  'SSL_CLIENT_V_REMAIN',
  'SSL_CLIENT_S_DN',
  'SSL_CLIENT_I_DN',
  'SSL_CLIENT_A_KEY',
  'SSL_CLIENT_A_SIG',
  'SSL_CLIENT_CERT_RFC4523_CEA',
  'SSL_SERVER_M_VERSION',
  'SSL_SERVER_M_SERIAL',
  'SSL_SERVER_V_START',
  'SSL_SERVER_V_END',
  'SSL_SERVER_S_DN',
  'SSL_SERVER_I_DN',
  'SSL_SERVER_A_KEY',
  'SSL_SERVER_A_SIG',
  'SSL_SESSION_ID',
  'SSL_SESSION_RESUMED',
];

/** Bits of a cipher's key. httpd: SSL_CIPHER_get_bits */
function keySize(cipher: string, ofAlgorithm: boolean): number {
  if (/3DES|DES-CBC3/.test(cipher)) return ofAlgorithm ? 168 : 112;
  if (/CHACHA20/.test(cipher)) return 256;
  const [, bits] = /(?:AES|ARIA|CAMELLIA)[-_]?(\d{3})/.exec(cipher) ?? [];
  return bits === undefined ? 0 : Number(bits);
}

/** httpd: ssl_var_lookup_ssl_cert */
function certificateVariable(certificate: Certificate, name: string, nowMs: number): string | undefined {
  const { issuer, subject } = certificate;
  switch (name) {
    case 'M_VERSION':
      return String(certificate.version);
    case 'M_SERIAL':
      return certificate.serial;
    case 'V_START':
      return timeText(certificate.validFromMs);
    case 'V_END':
      return timeText(certificate.validToMs);
    case 'V_REMAIN':
      return String(Math.max(0, Math.floor((certificate.validToMs - nowMs) / dayMs)));
    case 'S_DN':
      return distinguishedName(subject.attributes);
    case 'I_DN':
      return distinguishedName(issuer.attributes);
    case 'S_DN_OneLine':
      return oneLineName(subject.attributes);
    case 'I_DN_OneLine':
      return oneLineName(issuer.attributes);
    case 'A_SIG':
      return algorithmName(certificate.signatureAlgorithm);
    case 'A_KEY':
      return algorithmName(certificate.keyAlgorithm);
    case 'CERT_RFC4523_CEA':
      return `{ serialNumber ${decimalSerial(certificate)}, issuer rdnSequence:"${distinguishedName(issuer.attributes)}" }`;
  }
  const [, which, kind] = /^([SI])_DN_(.+)$/.exec(name) ?? [];
  if (kind !== undefined) return attributeOf(which === 'S' ? subject : issuer, kind);
  const [, family, index] = /^SAN_(.+)_(\d+)$/.exec(name) ?? [];
  return index === undefined ? undefined : alternativeName(certificate, family!, Number(index));
}

/** One attribute of a name, the first or the one that is counted. */
function attributeOf({ attributes }: Name, asked: string): string | undefined {
  const [, kind = '', index = '0'] = /^([^_]+)(?:_(\d+))?(?:_RAW)?$/.exec(asked) ?? [];
  const oid = entryOf(attributeKinds, kind);
  return attributes.filter((attribute) => attribute.oid === oid)[Number(index)]?.value;
}

function alternativeName(certificate: Certificate, family: string, index: number): string | undefined {
  switch (family) {
    case 'Email':
      return certificate.emails[index];
    case 'DNS':
      return certificate.dnsNames[index];
    case 'OTHER_msUPN':
      return certificate.principalNames[index];
    default:
      return undefined;
  }
}

/** A number that is negative has its sign before its hexadecimal digits. */
const decimalSerial = ({ serial }: Certificate) => {
  const magnitude = BigInt(`0x${serial.replace('-', '')}`);
  return String(serial.startsWith('-') ? -magnitude : magnitude);
};

/** Attributes of both names, the second of a kind and those behind it with a number. */
function namedAttributes(side: string, certificate: Certificate | undefined): readonly [string, string][] {
  if (certificate === undefined) return [];
  const { subject, issuer } = certificate;
  return (
    [
      ['S', subject],
      ['I', issuer],
    ] as const
  ).flatMap(([which, { attributes }]) => {
    const counts = new Map<string, number>();
    return attributes.flatMap(({ oid, value }): [string, string][] => {
      const kind = exportedKinds.get(oid);
      if (kind === undefined) return [];
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      return [[`SSL_${side}_${which}_DN_${kind}${count === 0 ? '' : `_${count}`}`, value]];
    });
  });
}

function alternativeNames(side: string, certificate: Certificate | undefined): readonly [string, string][] {
  if (certificate === undefined) return [];
  const { emails, dnsNames, principalNames } = certificate;
  const numbered = (family: string, values: readonly string[]) =>
    values.map((value, index): [string, string] => [`SSL_${side}_SAN_${family}_${index}`, value]);
  return [
    ...numbered('Email', emails),
    ...numbered('DNS', dnsNames),
    ...numbered('OTHER_msUPN', principalNames),
  ];
}
