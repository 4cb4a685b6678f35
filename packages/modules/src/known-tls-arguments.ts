import { readUri } from '@httpd-ts/http1';
import { type DirectiveContext, nextWord, words } from '@httpd-ts/kernel';
import { leadingInteger } from './core/contract.ts';
import type { ArgumentCheck } from './known-arguments.ts';

// httpd: modules/ssl/ssl_engine_config.c, the functions ssl_cmd_*

/** Paths are not looked at where the configuration is only shown. httpd: AP_SQ_RM_CONFIG_DUMP */
const isDump = ({ settings }: DirectiveContext) =>
  settings.defines.names.some((name) => name.startsWith('DUMP_'));

/** A file that is there and not empty; keys may also be named by a PKCS #11 URI. */
const file: ArgumentCheck = ([name = ''], cmd) => {
  if (name.startsWith('pkcs11:') || isDump(cmd)) return undefined;
  const path = cmd.serverRootRelative(name);
  const info = cmd.world.files.stat(path);
  return typeof info === 'object' && info.type === 'file' && info.size > 0
    ? undefined
    : `${cmd.name}: file '${path}' does not exist or is empty`;
};

const directory: ArgumentCheck = ([name = ''], cmd) => {
  const path = cmd.serverRootRelative(name);
  const info = cmd.world.files.stat(path);
  return typeof info === 'object' && info.type === 'directory'
    ? undefined
    : `${cmd.name}: directory '${path}' does not exist`;
};

const outsideDirectories =
  (check: ArgumentCheck): ArgumentCheck =>
  (words, cmd) =>
    check(words, cmd) ??
    (cmd.path === undefined ? undefined : 'Your SSL library does not have support for per-directory CA');

const invalidArgument = ({ name }: DirectiveContext, word: string) => `${name}: Invalid argument '${word}'`;

const verify: ArgumentCheck = ([word = ''], cmd) =>
  /^(?:none|off|optional|require|on|optional_no_ca)$/i.test(word) ? undefined : invalidArgument(cmd, word);

const depth: ArgumentCheck = ([word = ''], cmd) =>
  leadingInteger(word) < 0 ? invalidArgument(cmd, word) : undefined;

/** Seconds. */
const time: ArgumentCheck = ([word = ''], { name }) =>
  leadingInteger(word) < 0 ? `${name}: invalid argument` : undefined;

const times = [
  'SSLOCSPResponderTimeout',
  'SSLOCSPResponseMaxAge',
  'SSLOCSPResponseTimeSkew',
  'SSLStaplingErrorCacheTimeout',
  'SSLStaplingResponderTimeout',
  'SSLStaplingResponseMaxAge',
  'SSLStaplingResponseTimeSkew',
  'SSLStaplingStandardCacheTimeout',
];

const revocationCheck: ArgumentCheck = ([raw = ''], cmd) => {
  const [mode = '', ...flags] = words(raw);
  if (!/^(?:none|leaf|chain)$/i.test(mode)) return invalidArgument(cmd, mode);
  const wrong = flags.find((flag) => flag.toLowerCase() !== 'no_crl_for_cert_ok');
  return wrong === undefined ? undefined : invalidArgument(cmd, wrong);
};

/** Names with an optional sign before each. httpd: ssl_cmd_protocol_parse */
const protocol: ArgumentCheck = ([raw = ''], cmd) => {
  const { name } = cmd;
  for (const [index, word] of words(raw).entries()) {
    const bare = word.replace(/^[+-]/, '');
    const isLeftOut = word.startsWith('-');
    if (/^SSLv2$/i.test(bare) && !isLeftOut) return `${name}: SSLv2 is no longer supported`;
    if (/^SSLv3$/i.test(bare) && !isLeftOut) return 'SSLv3 not supported by this version of OpenSSL';
    if (!/^(?:SSLv[23]|TLSv1(?:\.[123])?|all)$/i.test(bare)) return `${name}: Illegal protocol '${bare}'`;
    if (index > 0 && bare === word) {
      cmd.warn(
        `[ssl:warn] AH02532: ${name}: Protocol '${word}' overrides already set parameter(s). Check if a +/- prefix is missing.`,
      );
    }
  }
  return undefined;
};

const cipherSuite: ArgumentCheck = ([first = '', second]) =>
  second === undefined || /^(?:SSL|TLSv1\.3)$/.test(first) ? undefined : `protocol '${first}' not supported`;

/** The suites of TLS 1.3 are agreed on before there is a directory. */
const ownCipherSuite: ArgumentCheck = (words, cmd) =>
  cipherSuite(words, cmd) ??
  (words.length === 2 && words[0] === 'TLSv1.3' && cmd.path !== undefined
    ? 'TLSv1.3 ciphers cannot be set inside a directory context'
    : undefined);

const optionNames =
  /^(?:StdEnvVars|ExportCertData|FakeBasicAuth|StrictRequire|OptRenegotiate|LegacyDNStringFormat)$/i;

const options: ArgumentCheck = ([raw = ''], { name }) => {
  const cursor = { text: raw, at: 0 };
  while (cursor.at < raw.length) {
    const option = nextWord(cursor).replace(/^[+-]/, '');
    if (!optionNames.test(option)) return `${name}: Illegal option '${option}'`;
  }
  return undefined;
};

const cacheProviders = ['redis', 'shmcb', 'dbm', 'memcache', 'default'];

function cacheProviderComplaint(
  word: string,
  cmd: DirectiveContext,
  what: string,
  dot: string,
): string | undefined {
  const provider = word.split(':', 1)[0]!;
  const module = provider === 'default' ? 'shmcb' : provider;
  if (cacheProviders.includes(provider) && cmd.hasModule(`mod_socache_${module}`))
    return cacheComplaint(word, cmd);
  const known = cacheProviders.filter((one) =>
    cmd.hasModule(`mod_socache_${one === 'default' ? 'shmcb' : one}`),
  );
  return `${cmd.name}: '${provider}' ${what} cache not supported (known names: ${known.join(',')})${dot} Maybe you need to load the appropriate socache module (mod_socache_${provider}?)`;
}

/** `shmcb:path(size)`, `memcache:servers`. httpd: socache_shmcb_create, socache_mc_create, socache_rd_create */
export function cacheComplaint(word: string, { name }: DirectiveContext): string | undefined {
  const [, lister] = /^(memcache|redis)(?::|$)$/.exec(word) ?? [];
  if (lister !== undefined) return `${name}: List of server names required to create ${lister} socache.`;
  const argument = /^(?:shmcb|default):(.*)/s.exec(word)?.[1];
  const open = argument?.lastIndexOf('(') ?? -1;
  if (argument === undefined || open < 0) return undefined;
  const inside = argument.slice(open + 1);
  if (!inside.endsWith(')')) {
    return `${name}: Invalid argument: no closing parenthesis or cache size missing after pathname with parenthesis`;
  }
  const [, size] = /^[\t-\r ]*([+-]?\d+|)\)$/.exec(inside) ?? [];
  if (size === undefined) return `${name}: Invalid argument: cache size not numerical`;
  // A negative number is a very large one.
  if (Number(size) < 0 || Number(size) >= 4294967295) {
    return `${name}: Invalid argument: size has to be < 4294967295 bytes on this platform`;
  }
  return Number(size) < 8192 ? `${name}: Invalid argument: size has to be >= 8192 bytes` : undefined;
}

const sessionCache: ArgumentCheck = ([word = ''], cmd) => {
  if (/^(?:none|nonenotnull)$/i.test(word)) return undefined;
  const complaint = cacheProviderComplaint(word, cmd, 'session', '.');
  return complaint?.endsWith('?)') ? `${complaint}.` : complaint;
};

const randomSeed: ArgumentCheck = ([when = '', source = '', count], cmd) => {
  if (!/^(?:startup|connect)$/i.test(when)) return `SSLRandomSeed: invalid context: \`${when}'`;
  if (source === 'builtin') {
    return count === undefined
      ? undefined
      : 'SSLRandomSeed: byte specification not allowed for builtin seed source';
  }
  if (source.startsWith('egd:')) {
    return `Invalid SSLRandomSeed entropy source \`${source}': This version of OpenSSL does not support the Entropy Gathering Daemon (EGD).`;
  }
  const path = cmd.serverRootRelative(source.replace(/^(?:file|exec):/, ''));
  if (typeof cmd.world.files.stat(path) === 'string')
    return `SSLRandomSeed: source path '${path}' does not exist`;
  return count !== undefined && leadingInteger(count) < 0
    ? 'SSLRandomSeed: invalid number of bytes specified'
    : undefined;
};

const passPhrase: ArgumentCheck = ([word = ''], cmd) => {
  if (word === 'builtin' || /^\|./s.test(word)) return undefined;
  const program = /^exec:(.+)/s.exec(word)?.[1];
  if (program === undefined) return 'SSLPassPhraseDialog: Invalid argument';
  const path = cmd.serverRootRelative(program);
  return typeof cmd.world.files.stat(path) === 'string'
    ? `SSLPassPhraseDialog: file '${path}' does not exist`
    : undefined;
};

const openSslCommands =
  /^(?:Protocol|MinProtocol|MaxProtocol|Options|VerifyMode|CipherString|Ciphersuites|Curves|Groups|ECDHParameters|DHParameters|RecordPadding|(?:Client)?SignatureAlgorithms|Certificate|PrivateKey|ServerInfoFile|(?:Chain|Verify|Request|Client)CA(?:File|Path)|NumTickets)$/i;

const removed =
  (text: string): ArgumentCheck =>
  () =>
    text;

/** Checks of kinds of arguments, for the directives that mod_ssl carries out. */
export const tlsChecks = {
  cipherSuite,
  depth,
  directory,
  file,
  isDump,
  protocol,
  revocationCheck,
  verify,
} as const;

/** What mod_ssl says of arguments. */
export const tlsArguments: Readonly<Record<string, ArgumentCheck>> = {
  SSLCACertificateFile: outsideDirectories(file),
  SSLCACertificatePath: outsideDirectories(directory),
  SSLCADNRequestFile: file,
  SSLCADNRequestPath: directory,
  SSLCARevocationCheck: revocationCheck,
  SSLCARevocationFile: file,
  SSLCARevocationPath: directory,
  SSLCertificateChainFile: file,
  SSLCertificateFile: file,
  SSLCertificateKeyFile: file,
  SSLCipherSuite: ownCipherSuite,
  SSLCryptoDevice: ([word = '']) =>
    /^(?:builtin|dynamic)$/i.test(word)
      ? undefined
      : "SSLCryptoDevice: Invalid argument; must be one of: 'builtin' (none), 'dynamic' (Dynamic engine loading support)",
  SSLEngine: ([word = ''], cmd) => {
    if (/^optional$/i.test(word)) {
      cmd.warn("[ssl:notice] AH10510: 'SSLEngine optional' is no longer supported", true);
      return undefined;
    }
    return /^(?:on|off)$/i.test(word) ? undefined : 'Argument must be On or Off';
  },
  SSLLog: removed('SSLLog directive is no longer supported - use ErrorLog.'),
  SSLLogLevel: removed('SSLLogLevel directive is no longer supported - use LogLevel.'),
  SSLOpenSSLConfCmd: ([command = '', value = ''], cmd) => {
    if (!openSslCommands.test(command)) return `'${command}': invalid OpenSSL configuration command`;
    if (/^DHParameters$|File$|^Certificate$|^PrivateKey$/i.test(command)) return file([value], cmd);
    return /Path$/i.test(command) ? directory([value], cmd) : undefined;
  },
  SSLOCSPEnable: ([raw = ''], cmd) => {
    const [mode = '', ...flags] = words(raw);
    if (!/^(?:on|off|leaf)$/i.test(mode)) return invalidArgument(cmd, mode);
    const wrong = flags.find((flag) => flag.toLowerCase() !== 'no_ocsp_for_cert_ok');
    return wrong === undefined ? undefined : invalidArgument(cmd, wrong);
  },
  SSLOCSPProxyURL: ([url = '']) =>
    readUri(url) === undefined ? `SSLOCSPProxyURL: Cannot parse URL ${url}` : undefined,
  SSLOCSPResponderCertificateFile: file,
  SSLOptions: options,
  SSLPassPhraseDialog: passPhrase,
  SSLProtocol: protocol,
  SSLRandomSeed: randomSeed,
  SSLRenegBufferSize: ([word = '']) =>
    leadingInteger(word) < 0 ? `Invalid size for SSLRenegBufferSize: ${word}` : undefined,
  SSLRequire: ([text = ''], cmd) => {
    const read = cmd.expression(text, 'boolean');
    // The variables of TLS are not known here.
    if (!('error' in read) || /^Variable 'SSL_\w+' does not exist/.test(read.error)) return undefined;
    return `SSLRequire: ${read.error}`;
  },
  SSLSessionCache: sessionCache,
  SSLSessionCacheTimeout: ([word = '']) =>
    leadingInteger(word) < 0 ? 'SSLSessionCacheTimeout: Invalid argument' : undefined,
  SSLSessionTicketKeyFile: file,
  SSLSRPVerifierFile: file,
  ...Object.fromEntries(times.map((name) => [name, time])),
  SSLStaplingCache: ([word = ''], cmd) => cacheProviderComplaint(word, cmd, 'stapling', ''),
  SSLVerifyClient: verify,
  SSLVerifyDepth: depth,
  SSLVHostSNIPolicy: ([word = '']) =>
    /^(?:strict|authonly|secure|insecure)$/i.test(word)
      ? undefined
      : `Invalid SSLVhostSNIPolicy argument '${word}'`,
};
