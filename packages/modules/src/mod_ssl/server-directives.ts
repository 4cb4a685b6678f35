import {
  type DirectiveContext,
  type DirectiveDeclaration,
  entryOf,
  flag,
  NOT_IN,
  nextWord,
  rawArguments,
  type TlsVersion,
  take1,
  take2,
  take12,
  take23,
  words,
} from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';
import { tlsArguments } from '../known-tls-arguments.ts';
import type { Verification } from './config.ts';
import { type PemKind, pemTexts } from './pem.ts';
import {
  type NamedFile,
  type SniPolicy,
  type SslOption,
  type SslServerConfig,
  sniPolicy,
  sslDirectory,
  sslServer,
} from './server-config.ts';

type Complaint = string | undefined;

const server = { context: 'server' } as const;
const inAuthConfig = { context: 'anywhere', override: 'AuthConfig' } as const;

const checked = (name: string, args: readonly string[], cmd: DirectiveContext): Complaint =>
  entryOf(tlsArguments, name)?.(args, cmd) || undefined;

/** What a file holds; nothing is read where only the verdict is wanted. */
function readNamed(name: string, cmd: DirectiveContext): NamedFile {
  const path = cmd.serverRootRelative(name);
  return { path, content: cmd.settings.checkOnly ? { text: '' } : cmd.world.files.readText(path) };
}

/** The texts of the files in a directory that OpenSSL finds by the hash of a name: `9d66eef0.0`. */
function readHashed(
  name: string,
  cmd: DirectiveContext,
): { readonly path: string; readonly texts: readonly string[] } {
  const path = cmd.serverRootRelative(name).replace(/\/$/, '');
  const entries = cmd.settings.checkOnly ? [] : cmd.world.files.readDirectory(path);
  if (typeof entries === 'string') return { path, texts: [] };
  const texts = [...entries]
    .filter((entry) => /^[0-9a-f]{8}\.r?\d+$/.test(entry))
    .sort()
    .map((entry) => cmd.world.files.readText(`${path}/${entry}`))
    .flatMap((read) => (typeof read === 'string' ? [] : [read.text]));
  return { path, texts };
}

/** A directive whose argument is checked as httpd checks it, and then put into the record. */
function fileDirective(
  name: string,
  usage: string,
  put: (config: SslServerConfig, file: NamedFile, cmd: DirectiveContext) => void,
  place: { readonly context: 'server' | 'server, anywhere'; readonly override?: 'AuthConfig' } = server,
): DirectiveDeclaration {
  return sslServer.directive({
    ...place,
    args: take1,
    usage,
    set(config, argument, cmd): Complaint {
      const complaint = checked(name, [argument], cmd);
      if (complaint !== undefined) return complaint;
      if (argument.startsWith('pkcs11:')) {
        cmd.refuseServing(name, 'mod_ssl', 'with a PKCS #11 URI');
        return undefined;
      }
      put(config, readNamed(argument, cmd), cmd);
      return undefined;
    },
  });
}

function pathDirective(
  name: string,
  usage: string,
  put: (config: SslServerConfig, directory: ReturnType<typeof readHashed>) => void,
  place: { readonly context: 'server' | 'server, anywhere'; readonly override?: 'AuthConfig' } = server,
): DirectiveDeclaration {
  return sslServer.directive({
    ...place,
    args: take1,
    usage,
    set(config, argument, cmd): Complaint {
      const complaint = checked(name, [argument], cmd);
      if (complaint !== undefined) return complaint;
      put(config, readHashed(argument, cmd));
      return undefined;
    },
  });
}

const alsoInAuthConfig = { context: 'server, anywhere', override: 'AuthConfig' } as const;

const allVersions: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Names with an optional sign before each. httpd: ssl_cmd_protocol_parse */
function protocolVersions(raw: string): readonly TlsVersion[] {
  let chosen = new Set<TlsVersion>();
  for (const word of words(raw)) {
    const bare = word.replace(/^[+-]/, '').toLowerCase();
    const named = allVersions.filter((version) => bare === 'all' || version.toLowerCase() === bare);
    if (word.startsWith('-')) for (const version of named) chosen.delete(version);
    else if (word.startsWith('+')) for (const version of named) chosen.add(version);
    else chosen = new Set(named);
  }
  return allVersions.filter((version) => chosen.has(version));
}

const verifications: Readonly<Record<string, Verification>> = {
  none: 'none',
  off: 'none',
  optional: 'optional',
  require: 'require',
  on: 'require',
  optional_no_ca: 'optional_no_ca',
};

/** What is agreed upon in the handshake cannot be changed once the directory is known. */
const changesSession =
  'in a directory would have the client greeted anew within its connection, which TLS in Node cannot do; it can stand in <VirtualHost>';

function flagDirective(
  field: 'prefersOwnCiphers' | 'usesTickets' | 'strictSniHostCheck',
  usage: string,
  standard: 'On' | 'Off',
): DirectiveDeclaration {
  return sslServer.directive({
    ...server,
    args: flag,
    usage,
    default: standard,
    set: (config, on) => {
      config[field] = on;
    },
  });
}

/** A directive that must be off, as what it switches on cannot be done. */
function mustBeOff(usage: string, reason: string, notIn = 0): DirectiveDeclaration {
  return sslServer.directive({
    ...server,
    notIn,
    args: flag,
    usage,
    default: 'Off',
    support: { partial: reason, bites: (args) => /^\s*"?on/i.test(args) },
    set: (_config, on, cmd) => {
      if (on) cmd.refuseServing(cmd.name, 'mod_ssl', `on (${reason})`);
    },
  });
}

function applyOptions(config: ReturnType<typeof sslDirectory.of>, raw: string): void {
  const cursor = { text: raw, at: 0 };
  const added = new Set(config.added);
  const removed = new Set(config.removed);
  let isFirst = config.options === undefined && !config.isAbsolute;
  let options = new Set<SslOption>(config.options);
  while (cursor.at < raw.length) {
    const word = nextWord(cursor);
    const option = word.replace(/^[+-]/, '').toLowerCase() as SslOption;
    if (word.startsWith('-')) {
      removed.add(option);
      added.delete(option);
      options.delete(option);
    } else if (word.startsWith('+')) {
      added.add(option);
      removed.delete(option);
      options.add(option);
    } else {
      // Without a sign it is the only one, with those that follow.
      if (isFirst || !config.isAbsolute) options = new Set();
      config.isAbsolute = true;
      added.clear();
      removed.clear();
      options.add(option);
    }
    isFirst = false;
  }
  Object.assign(config, { options, added, removed });
}

const confCommands: Readonly<
  Record<string, (config: SslServerConfig, value: string, cmd: DirectiveContext) => true | undefined>
> = {
  curves: setCurves,
  groups: setCurves,
  ecdhparameters: setCurves,
  signaturealgorithms(config, value) {
    config.signatureAlgorithms = value;
    return true;
  },
  cipherstring(config, value) {
    config.ciphers = value;
    return true;
  },
  ciphersuites(config, value) {
    config.suites13 = value;
    return true;
  },
  dhparameters(config, value, cmd) {
    config.dhParameters = readNamed(value, cmd);
    return true;
  },
  minprotocol: (config, value) => limitVersions(config, value, (index, limit) => index >= limit),
  maxprotocol: (config, value) => limitVersions(config, value, (index, limit) => index <= limit),
};

function setCurves(config: SslServerConfig, value: string): true {
  config.curves = /^auto(?:matic)?$/i.test(value) ? 'auto' : value;
  return true;
}

function limitVersions(
  config: SslServerConfig,
  value: string,
  allows: (index: number, limit: number) => boolean,
): true | undefined {
  const limit = allVersions.findIndex((version) => version.toLowerCase() === value.toLowerCase());
  if (limit < 0) return undefined;
  config.versions = (config.versions ?? allVersions).filter((version) =>
    allows(allVersions.indexOf(version), limit),
  );
  return true;
}

const staplingDirectives: readonly (readonly [name: string, style: 'word' | 'flag', usage: string])[] = [
  ['SSLStaplingCache', 'word', "SSL Stapling Response Cache storage (`dbm:/path/to/file')"],
  ['SSLStaplingErrorCacheTimeout', 'word', 'SSL stapling option for OCSP Response Error Cache Lifetime'],
  [
    'SSLStaplingFakeTryLater',
    'flag',
    "SSL stapling switch to send tryLater response to client on error (`on', `off')",
  ],
  ['SSLStaplingResponderTimeout', 'word', 'SSL stapling option for OCSP responder timeout'],
  ['SSLStaplingResponseMaxAge', 'word', 'SSL stapling option for maximum age of OCSP responses'],
  [
    'SSLStaplingResponseTimeSkew',
    'word',
    'SSL stapling option for maximum time difference in OCSP responses',
  ],
  [
    'SSLStaplingReturnResponderErrors',
    'flag',
    "SSL stapling switch to return Status Errors Back to Client(`on', `off')",
  ],
  ['SSLStaplingStandardCacheTimeout', 'word', 'SSL stapling option for normal OCSP Response Cache Lifetime'],
];

/** How what is stapled is kept and asked for, which is of no use as nothing is stapled. */
function staplingDirective(name: string, style: 'word' | 'flag', usage: string): DirectiveDeclaration {
  const support = {
    accepted: 'a certificate that there would be something to staple to does not start the server',
  };
  if (style === 'flag') return sslServer.directive({ ...server, args: flag, usage, support, set: () => {} });
  return sslServer.directive({
    ...server,
    ...(name === 'SSLStaplingCache' ? { notIn: NOT_IN.virtualHost } : {}),
    args: take1,
    usage,
    support,
    set(config, word, cmd): Complaint {
      if (name === 'SSLStaplingCache') config.hasStaplingCache = true;
      return checked(name, [word], cmd);
    },
  });
}

/** What is said about TLS with clients. httpd: modules/ssl/mod_ssl.c, the commands SSL_CMD_SRV and SSL_CMD_ALL */
export const serverDirectives: Readonly<Record<string, DirectiveDeclaration>> = {
  SSLEngine: sslServer.directive({
    ...server,
    args: take1,
    usage: "SSL switch for the protocol engine ('on', 'off')",
    default: 'off',
    keywords: ['on', 'off'],
    set(config, word, cmd): Complaint {
      const complaint = checked('SSLEngine', [word], cmd);
      if (complaint !== undefined) return complaint;
      // Apache no longer upgrades connections, and leaves such a server without TLS.
      config.engine = word.toLowerCase() === 'on';
      return undefined;
    },
  }),
  SSLCertificateFile: fileDirective(
    'SSLCertificateFile',
    "SSL Server Certificate file ('/path/to/file' - PEM or DER encoded)",
    (config, file) => {
      config.certificates = [...(config.certificates ?? []), file];
    },
  ),
  SSLCertificateKeyFile: fileDirective(
    'SSLCertificateKeyFile',
    "SSL Server Private Key file ('/path/to/file' - PEM or DER encoded)",
    (config, file) => {
      config.keys = [...(config.keys ?? []), file];
    },
  ),
  SSLCertificateChainFile: fileDirective(
    'SSLCertificateChainFile',
    "SSL Server CA Certificate Chain file ('/path/to/file' - PEM encoded)",
    (config, file) => {
      config.chain = file;
    },
  ),
  SSLCACertificateFile: fileDirective(
    'SSLCACertificateFile',
    "SSL CA Certificate file ('/path/to/file' - PEM encoded)",
    (config, file) => {
      config.authorityFile = file;
    },
    alsoInAuthConfig,
  ),
  SSLCACertificatePath: pathDirective(
    'SSLCACertificatePath',
    "SSL CA Certificate path ('/path/to/dir' - contains PEM encoded files)",
    (config, directory) => {
      config.authorityPath = directory;
    },
    alsoInAuthConfig,
  ),
  SSLCARevocationFile: fileDirective(
    'SSLCARevocationFile',
    "SSL CA Certificate Revocation List (CRL) file ('/path/to/file' - PEM encoded)",
    (config, file) => {
      config.revocationFile = file;
    },
  ),
  SSLCARevocationPath: pathDirective(
    'SSLCARevocationPath',
    "SSL CA Certificate Revocation List (CRL) path ('/path/to/dir' - contains PEM encoded files)",
    (config, directory) => {
      config.revocationPath = directory;
    },
  ),
  SSLCARevocationCheck: sslServer.directive({
    ...server,
    args: rawArguments,
    usage: 'SSL CA Certificate Revocation List (CRL) checking mode',
    default: 'none',
    support: {
      partial:
        'With leaf or no_crl_for_cert_ok no session is resumed: each connection has a whole handshake.',
      bites: () => false,
    },
    set(config, raw, cmd): Complaint {
      const complaint = checked('SSLCARevocationCheck', [raw], cmd);
      if (complaint !== undefined) return complaint;
      const [mode = '', extra] = words(raw.toLowerCase());
      config.revocationCheck = mode as 'none' | 'leaf' | 'chain';
      config.mayLackLists = extra !== undefined;
      return undefined;
    },
  }),
  SSLProtocol: sslServer.directive({
    ...server,
    args: rawArguments,
    usage: "Enable or disable various SSL protocols ('[+-][TLSv1|TLSv1.1|TLSv1.2] ...' - see manual)",
    default: 'all -SSLv3',
    set(config, raw, cmd): Complaint {
      const complaint = checked('SSLProtocol', [raw], cmd);
      if (complaint !== undefined) return complaint;
      config.versions = protocolVersions(raw);
      return undefined;
    },
  }),
  SSLCipherSuite: sslServer.directive({
    ...alsoInAuthConfig,
    args: take12,
    usage:
      "Colon-delimited list of permitted SSL Ciphers, optional preceded by protocol identifier ('XXX:...:XXX' - see manual)",
    support: {
      partial: `done for servers; a line ${changesSession}, and a server with one does not start`,
      bites: () => false,
    },
    set(config, [first, second], cmd): Complaint {
      const complaint = checked('SSLCipherSuite', second === undefined ? [first] : [first, second], cmd);
      if (complaint !== undefined) return complaint;
      if (cmd.path !== undefined) cmd.refuseServing(cmd.name, 'mod_ssl', changesSession);
      else if (first === 'TLSv1.3' && second !== undefined) config.suites13 = second;
      // Ciphers that are none are never allowed.
      else config.ciphers = `${second ?? first}:!aNULL:!eNULL:!EXP`;
      return undefined;
    },
  }),
  SSLHonorCipherOrder: flagDirective(
    'prefersOwnCiphers',
    "Use the server's cipher ordering preference",
    'Off',
  ),
  SSLSessionTickets: flagDirective('usesTickets', "Enable or disable TLS session tickets(`on', `off')", 'On'),
  SSLSessionTicketKeyFile: sslServer.directive({
    ...server,
    args: take1,
    usage:
      "TLS session ticket encryption/decryption key file (RFC 5077) ('/path/to/file' - file with 48 bytes of random data)",
    set(config, name, cmd): Complaint {
      const complaint = checked('SSLSessionTicketKeyFile', [name], cmd);
      if (complaint !== undefined) return complaint;
      const path = cmd.serverRootRelative(name);
      config.ticketKey = { path, bytes: cmd.settings.checkOnly ? '' : cmd.world.files.readBytes(path) };
      return undefined;
    },
  }),
  SSLSessionCache: sslServer.directive({
    ...server,
    notIn: NOT_IN.virtualHost,
    args: take1,
    usage: "SSL Session Cache storage ('none', 'nonenotnull', 'dbm:/path/to/file')",
    default: 'none',
    support: {
      accepted:
        'sessions are resumed by the tickets that clients bring along, so that nothing is kept; a client without tickets makes a whole handshake',
    },
    set(config, word, cmd): Complaint {
      config.namesSessions = word.toLowerCase() !== 'none';
      return checked('SSLSessionCache', [word], cmd);
    },
  }),
  SSLSessionCacheTimeout: sslServer.directive({
    ...server,
    args: take1,
    usage: "SSL Session Cache object lifetime ('N' - number of seconds)",
    default: '300',
    support: { accepted: 'nothing is kept of sessions, as clients bring tickets along' },
    set: (_config, word, cmd) => checked('SSLSessionCacheTimeout', [word], cmd),
  }),
  SSLRandomSeed: sslServer.directive({
    ...server,
    notIn: NOT_IN.virtualHost,
    args: take23,
    usage:
      "SSL Pseudo Random Number Generator (PRNG) seeding source ('startup|connect builtin|file:/path|exec:/path [bytes]')",
    support: { accepted: 'the library takes its random numbers from the system' },
    set: (_config, [when, source, bytes], cmd) =>
      checked('SSLRandomSeed', bytes === undefined ? [when, source] : [when, source, bytes], cmd),
  }),
  SSLPassPhraseDialog: sslServer.directive({
    ...server,
    notIn: NOT_IN.virtualHost,
    args: take1,
    usage:
      "SSL dialog mechanism for the pass phrase query ('builtin', '|/path/to/pipe_program', or 'exec:/path/to/cgi_program')",
    default: 'builtin',
    support: {
      partial: 'A server with an encrypted key does not start, as nobody is asked for its pass phrase.',
    },
    set: (_config, word, cmd) => checked('SSLPassPhraseDialog', [word], cmd),
  }),
  SSLCryptoDevice: sslServer.directive({
    ...server,
    notIn: NOT_IN.virtualHost,
    args: take1,
    usage: "SSL external Crypto Device usage ('builtin', '...')",
    default: 'builtin',
    support: {
      partial: 'builtin only, as TLS in Node has no other',
      bites: (args) => !/^\s*"?builtin/i.test(args),
    },
    set(_config, word, cmd): Complaint {
      const complaint = checked('SSLCryptoDevice', [word], cmd);
      if (complaint === undefined && word.toLowerCase() !== 'builtin') {
        cmd.refuseServing(cmd.name, 'mod_ssl', word);
      }
      return complaint;
    },
  }),
  SSLFIPS: mustBeOff(
    "Enable FIPS-140 mode (`on', `off')",
    'TLS in Node is not switched to it',
    NOT_IN.virtualHost,
  ),
  SSLCompression: mustBeOff(
    "Enable SSL level compression (`on', `off')",
    'TLS in Node has no compression, and none should have',
  ),
  SSLInsecureRenegotiation: mustBeOff('Enable support for insecure renegotiation', 'TLS in Node has none'),
  SSLUseStapling: sslServer.directive({
    ...server,
    args: flag,
    usage: "SSL switch for the OCSP Stapling protocol (`on', `off')",
    default: 'Off',
    support: {
      partial:
        'For certificates that name nobody to ask about their revocation, for which Apache has nothing to staple either; a server with another certificate does not start.',
      bites: () => false,
    },
    set: (config, on) => {
      config.staples = on;
    },
  }),
  ...Object.fromEntries(staplingDirectives.map((one) => [one[0], staplingDirective(...one)])),
  SSLVerifyClient: sslServer.directive({
    ...alsoInAuthConfig,
    args: take1,
    usage: "SSL Client verify type ('none', 'optional', 'require', 'optional_no_ca')",
    default: 'none',
    support: {
      partial: `done for servers; a line ${changesSession}, and a server with one does not start`,
      bites: () => false,
    },
    set(config, word, cmd): Complaint {
      const complaint = checked('SSLVerifyClient', [word], cmd);
      if (complaint !== undefined) return complaint;
      if (cmd.path === undefined) config.verify = entryOf(verifications, word.toLowerCase())!;
      else cmd.refuseServing(cmd.name, 'mod_ssl', changesSession);
      return undefined;
    },
  }),
  SSLVerifyDepth: sslServer.directive({
    ...alsoInAuthConfig,
    args: take1,
    usage: "SSL Client verify depth ('N' - number of intermediate certificates)",
    default: '1',
    support: {
      partial: `done for servers; a line ${changesSession}, and a server with one does not start`,
      bites: () => false,
    },
    set(config, word, cmd): Complaint {
      const complaint = checked('SSLVerifyDepth', [word], cmd);
      if (complaint !== undefined) return complaint;
      if (cmd.path === undefined) config.verifyDepth = leadingInteger(word);
      else cmd.refuseServing(cmd.name, 'mod_ssl', changesSession);
      return undefined;
    },
  }),
  SSLStrictSNIVHostCheck: flagDirective('strictSniHostCheck', 'Strict SNI virtual host checking', 'Off'),
  SSLVHostSNIPolicy: sniPolicy.directive({
    ...server,
    notIn: NOT_IN.virtualHost,
    args: take1,
    usage: 'SSL VirtualHost SNI compatibility policy setting',
    default: 'secure',
    keywords: ['strict', 'authonly', 'secure', 'insecure'],
    set(config, word, cmd): Complaint {
      const complaint = checked('SSLVHostSNIPolicy', [word], cmd);
      if (complaint !== undefined) return complaint;
      config.policy = word.toLowerCase() as SniPolicy;
      return undefined;
    },
  }),
  SSLOpenSSLConfCmd: sslServer.directive({
    ...server,
    args: take2,
    usage: 'OpenSSL configuration command',
    support: {
      partial:
        'Curves, Groups, ECDHParameters, SignatureAlgorithms, CipherString, Ciphersuites, DHParameters, MinProtocol and MaxProtocol are done, as TLS in Node has them; a server with another command does not start.',
      bites: (args) => !Object.keys(confCommands).includes((words(args)[0] ?? '').toLowerCase()),
    },
    set(config, [command, value], cmd): Complaint {
      const complaint = checked('SSLOpenSSLConfCmd', [command, value], cmd);
      if (complaint !== undefined) return complaint;
      const done = entryOf(confCommands, command.toLowerCase())?.(config, value, cmd);
      if (done === undefined) cmd.refuseServing(cmd.name, 'mod_ssl', `${command} ${value}`);
      return undefined;
    },
  }),
  SSLOptions: sslDirectory.directive({
    context: 'anywhere',
    override: 'Options',
    args: rawArguments,
    usage: "Set one or more options to configure the SSL engine('[+-]option[=value] ...' - see manual)",
    set(config, raw, cmd): Complaint {
      const complaint = checked('SSLOptions', [raw], cmd);
      if (complaint !== undefined) return complaint;
      applyOptions(config, raw);
      return undefined;
    },
  }),
  SSLRequireSSL: sslDirectory.directive({
    ...inAuthConfig,
    args: rawArguments,
    usage: 'Require the SSL protocol for the per-directory context (no arguments)',
    set: (config) => {
      config.requiresTls = true;
    },
  }),
  SSLRequire: sslDirectory.directive({
    ...inAuthConfig,
    args: rawArguments,
    usage:
      'Require a boolean expression to evaluate to true for granting access(arbitrary complex boolean expression - see manual)',
    set(config, text, cmd): Complaint {
      const expression = cmd.expression(text, 'boolean', { module: 'ssl', sslCompatible: true });
      if ('error' in expression) return `SSLRequire: ${expression.error}`;
      config.requirements = [
        ...config.requirements,
        { text, holds: (request) => expression.evaluate(request) },
      ];
      return undefined;
    },
  }),
  SSLUserName: sslDirectory.directive({
    ...alsoInAuthConfig,
    args: take1,
    usage: 'Set user name to SSL variable value',
    set: (config, name) => {
      config.userName = name;
    },
  }),
  SSLRenegBufferSize: sslDirectory.directive({
    ...inAuthConfig,
    args: take1,
    usage:
      'Configure the amount of memory that will be used for buffering the request body if a per-location SSL renegotiation is required due to changed access control requirements',
    default: '131072',
    support: { accepted: 'sessions are never agreed upon anew, so that no body has to be kept for it' },
    set: (_config, word, cmd) => checked('SSLRenegBufferSize', [word], cmd),
  }),
};

/** Parts of PEM texts that are of one kind. */
export const textsOfFiles = (files: readonly (NamedFile | undefined)[], kind: PemKind) =>
  files.flatMap((file) =>
    file === undefined || typeof file.content === 'string' ? [] : pemTexts(file.content.text, kind),
  );
