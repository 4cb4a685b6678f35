import type {
  Compilation,
  Plan,
  ServerRecord,
  TlsFault,
  TlsGreeting,
  TlsServerSettings,
  TlsVersion,
} from '@httpd-ts/kernel';
import { addServerComponent } from '../core/contract.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { type ClientRevocation, clientRevocation, isCheckedHere } from './client-revocation.ts';
import { derOf, pemTexts } from './pem.ts';
import { attempt, DerReader, readObjectIdentifier, TAG } from './read-der.ts';
import { type NamedFile, type SslServerConfig, sslServer } from './server-config.ts';
import { textsOfFiles } from './server-directives.ts';

const greetingsKey = { name: 'greetings of servers that speak TLS' };

const revocationsKey = { name: 'revocation lists of servers that speak TLS' };

const revocations = ({ memory }: Pick<Plan, 'memory'>) =>
  memory(revocationsKey, () => new Map<ServerRecord, ClientRevocation>());

/** What looks for revoked certificates of a server's clients; undefined where nothing does but the library. */
export const revocationOf = (server: ServerRecord): ClientRevocation | undefined =>
  revocations(server.plan).get(server);

const greetings = ({ memory }: Pick<Plan, 'memory'>) =>
  memory(greetingsKey, () => new Map<ServerRecord, TlsGreeting>());

/** What clients of a server are greeted with; undefined where it speaks no TLS. */
export const greetingOf = (server: ServerRecord): TlsGreeting | undefined =>
  greetings(server.plan).get(server);

const exiting = 'AH02312: Fatal error initialising mod_ssl, exiting.';
const configurationFailed = 'AH00016: Configuration Failed';
const allVersions: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** httpd: modules/ssl/ssl_util.c ssl_util_vhostid */
export const virtualHostId = ({ hostname = '', port }: ServerRecord): string =>
  `${hostname}:${port === 0 ? 443 : port}`;

/**
 * Says which servers speak TLS. A port that Listen has for `https` changes nothing about it.
 * httpd: modules/ssl/ssl_engine_init.c ssl_init_Module
 */
export function markServers(compilation: Compilation): void {
  for (const server of compilation.servers) {
    server.isTls = sslServer.at(server.config).engine === true;
  }
  if (compilation.servers.some(({ isTls }) => isTls)) {
    addServerComponent(compilation, compilation.world.tls.library);
  }
}

/** Prepares every server that speaks TLS; one that cannot be ends the start. httpd: ssl_init_ConfigureServer */
export function prepareServers(compilation: Compilation, plan: Plan): void {
  const prepared = greetings(plan);
  prepared.clear();
  revocations(plan).clear();
  const speaking = compilation.servers.filter(({ isTls }) => isTls);
  if (speaking.length === 0) return;
  for (const server of speaking) {
    const greeting = prepareServer(server, compilation, plan);
    if (typeof greeting === 'string') {
      for (const line of greeting.split('\n')) compilation.warn(`[ssl:emerg] ${line}`);
      compilation.refuse(configurationFailed);
      return;
    }
    prepared.set(server, greeting);
  }
}

/** A text is what is wrong. */
function prepareServer(server: ServerRecord, compilation: Compilation, plan: Plan): TlsGreeting | string {
  const config = sslServer.at(server.config);
  const id = virtualHostId(server);
  const settings = settingsOf(server, config);
  if (typeof settings === 'string') return settings;
  const { authorities, revocationLists, certificates } = settings;
  if (settings.clientCertificate !== 'none' && authorities.length === 0) {
    compilation.warn(
      '[ssl:warn] AH01897: Init: Oops, you want to request client authentication, but no CAs are known for verification!?  [Hint: SSLCACertificate*]',
    );
  }
  const { revocationCheck = 'none' } = config;
  const hasLists = isCheckedHere(config)
    ? (config.revocationFile ?? config.revocationPath) !== undefined
    : revocationLists.length > 0;
  if (revocationCheck !== 'none' && !hasLists) {
    return `AH01899: Host ${id}: CRL checking has been enabled, but neither SSLCARevocationFile nor SSLCARevocationPath is configured\n${exiting}`;
  }
  if (isCheckedHere(config) && settings.clientCertificate !== 'none') {
    const revocation = clientRevocation(config, authorities, compilation.world.digests);
    if (typeof revocation === 'string') {
      return `AH01900: Host ${id}: unable to configure X.509 CRL storage for certificate revocation: ${revocation}\n${exiting}`;
    }
    revocations(plan).set(server, revocation);
  }
  if (config.staples && !config.hasStaplingCache) {
    return `AH01958: SSLStapling: no stapling cache available\n${exiting}`;
  }
  const greeting = compilation.world.tls.prepare(settings);
  if ('fault' in greeting) return complaintOf(greeting, server, config);
  for (const [index, { chain }] of certificates.entries()) {
    const certificate = firstOf(chain);
    if (certificate === undefined) continue;
    warnOfCertificate(certificate, `${id}:${index}`, server, compilation);
    if (config.staples && certificate.hasResponder) {
      return `SSLUseStapling is not supported by httpd-ts for certificates that name an OCSP responder, as ${config.certificates![index]!.path} does: leave it out, and clients ask the responder themselves\n${exiting}`;
    }
  }
  return greeting;
}

/** httpd: ssl_init_server_certs, ssl_init_ctx */
function settingsOf(server: ServerRecord, config: SslServerConfig): TlsServerSettings | string {
  const id = virtualHostId(server);
  const { certificates: files = [], keys = [], versions = allVersions, verify = 'none' } = config;
  if (versions.length === 0) return `AH02231: No SSL protocols available [hint: SSLProtocol]\n${exiting}`;
  if (files.length === 0) {
    return `AH02572: Failed to configure at least one certificate and key for ${id}\n${exiting}`;
  }
  const certificates: { readonly chain: string; readonly key: string }[] = [];
  for (const [index, file] of files.entries()) {
    const pair = certificateOf(file, keys[index], config.chain);
    if (typeof pair === 'string') return pair.replaceAll('@', `${id}:${index}`);
    certificates.push(pair);
  }
  const wrong = unreadable([config.chain, config.authorityFile, config.revocationFile, config.dhParameters]);
  if (wrong !== undefined) return `${wrong}\n${exiting}`;
  const authorities = [
    ...textsOfFiles([config.authorityFile], 'certificate'),
    ...(config.authorityPath?.texts ?? []).flatMap((text) => pemTexts(text, 'certificate')),
  ];
  if (config.authorityFile !== undefined && authorities.length === 0) {
    return `AH01895: Unable to configure verify locations for client authentication\n${exiting}`;
  }
  const ticketKey = config.ticketKey?.bytes;
  if (typeof ticketKey === 'string' || (ticketKey !== undefined && ticketKey.length < ticketKeyLength)) {
    return `AH02288: Failed to read ticket key file '${config.ticketKey!.path}'\n${exiting}`;
  }
  return {
    certificates,
    dhParameters: textsOfFiles([config.dhParameters, files[0]], 'dhParameters')[0],
    curves: config.curves ?? curveOf(files[0]!),
    signatureAlgorithms: config.signatureAlgorithms,
    versions,
    ciphers: config.ciphers ?? 'DEFAULT',
    suites13: config.suites13,
    prefersOwnCiphers: config.prefersOwnCiphers ?? false,
    // What a client's certificate was found to be is not kept with a session, and lists are about whole chains.
    usesTickets: (config.usesTickets ?? true) && !isCheckedHere(config),
    ticketKey: ticketKey?.subarray(0, ticketKeyLength),
    sessionContext: id,
    clientCertificate: verify === 'none' ? 'none' : verify === 'require' ? 'required' : 'optional',
    authorities,
    revocationLists:
      config.revocationCheck === 'chain' && !isCheckedHere(config)
        ? [
            ...textsOfFiles([config.revocationFile], 'revocationList'),
            ...(config.revocationPath?.texts ?? []).flatMap((text) => pemTexts(text, 'revocationList')),
          ]
        : [],
  };
}

const ticketKeyLength = 48;

function unreadable(files: readonly (NamedFile | undefined)[]): string | undefined {
  const file = files.find((one) => typeof one?.content === 'string');
  return file === undefined ? undefined : `file '${file.path}' cannot be read (${file.content})`;
}

/** A certificate with its key, which may stand in the same file; `@` in a complaint stands for its name. */
function certificateOf(
  file: NamedFile,
  keyFile: NamedFile | undefined,
  chainFile: NamedFile | undefined,
): { readonly chain: string; readonly key: string } | string {
  const chain = textsOfFiles([file], 'certificate');
  if (chain.length === 0) {
    return `AH02562: Failed to configure certificate @ (with chain), check ${file.path}`;
  }
  const [key] = textsOfFiles([keyFile ?? file], 'key');
  if (key === undefined) {
    const path = (keyFile ?? file).path;
    return `AH02579: Init: Private key not found\n${exiting}\nAH02564: Failed to configure encrypted (?) private key @, check ${path}`;
  }
  // Further certificates of the file go first; those of SSLCertificateChainFile stand in their place.
  const issuers = chainFile === undefined ? chain.slice(1) : textsOfFiles([chainFile], 'certificate');
  return { chain: [chain[0]!, ...issuers].join('\n'), key };
}

/** Curves whose parameters stand in the file of a certificate. */
function curveOf(file: NamedFile): string | undefined {
  const [block] = textsOfFiles([file], 'curve');
  if (block === undefined) return undefined;
  const name = attempt(() => readObjectIdentifier(new DerReader(derOf(block)).take(TAG.objectIdentifier)));
  return name === undefined ? undefined : curves.get(name);
}

const curves = new Map([
  ['1.2.840.10045.3.1.7', 'prime256v1'],
  ['1.3.132.0.34', 'secp384r1'],
  ['1.3.132.0.35', 'secp521r1'],
]);

function complaintOf(
  { fault, index, text }: TlsFault,
  server: ServerRecord,
  config: SslServerConfig,
): string {
  const id = virtualHostId(server);
  const certificate = config.certificates?.[index]?.path ?? '';
  const key = config.keys?.[index]?.path ?? certificate;
  const library = `SSL Library Error: ${text}`;
  switch (fault) {
    case 'certificate':
      return `AH02562: Failed to configure certificate ${id}:${index} (with chain), check ${certificate}\n${library}`;
    case 'key':
      return `AH02579: Init: Private key not found\n${library}\n${exiting}\nAH02564: Failed to configure encrypted (?) private key ${id}:${index}, check ${key}`;
    case 'encrypted key':
      return `the private key ${id}:${index} in ${key} is encrypted, and httpd-ts asks nobody for its pass phrase (SSLPassPhraseDialog): take the encryption off with "openssl pkey"\n${exiting}`;
    case 'mismatch':
      return `AH02565: Certificate and private key ${id}:${index} from ${certificate} and ${key} do not match`;
    case 'ciphers':
      return `AH01898: Unable to configure permitted SSL ciphers\n${library}\n${exiting}`;
    case 'suites13':
      return `AH10127: Unable to configure permitted TLSv1.3 ciphers\n${library}\n${exiting}`;
    case 'authorities':
      return `AH01895: Unable to configure verify locations for client authentication\n${library}\n${exiting}`;
    default:
      return `${library}\n${exiting}`;
  }
}

const firstOf = (chain: string) => readCertificate(derOf(pemTexts(chain, 'certificate')[0]!));

/** httpd: ssl_check_public_cert */
function warnOfCertificate(
  certificate: Certificate,
  name: string,
  server: ServerRecord,
  compilation: Compilation,
): void {
  if (certificate.isAuthority) {
    compilation.warn(
      `[ssl:warn] AH01906: ${name} server certificate is a CA certificate (BasicConstraints: CA == TRUE !?)`,
    );
  }
  if (!isNamedIn(certificate, server)) {
    compilation.warn(
      `[ssl:warn] AH01909: ${name} server certificate does NOT include an ID which matches the server name`,
    );
  }
}

function isNamedIn({ dnsNames, commonNames }: Certificate, { hostname = '' }: ServerRecord): boolean {
  const wanted = hostname.toLowerCase();
  const dot = wanted.indexOf('.');
  return [...dnsNames, ...commonNames]
    .map((name) => name.toLowerCase())
    .some(
      (name) => name === wanted || (name.startsWith('*.') && dot > 0 && name.slice(1) === wanted.slice(dot)),
    );
}
