import { readUri } from '@httpd-ts/http1';
import { type Complaint, type DirectiveContext, words } from '@httpd-ts/kernel';
import { readConfigFile } from './config-file.ts';
import {
  isNumeric,
  leadingInteger,
  leadingLong,
  leadingOffset,
  parseTimeout,
  wholeInteger,
} from './core/contract.ts';
import { domainArguments } from './known-domain-arguments.ts';
import { sedArguments } from './known-sed.ts';
import { cacheComplaint, tlsArguments } from './known-tls-arguments.ts';
import { declareAuthnProvider, findAuthnProvider } from './mod_authn_core/contract.ts';
import { declareAuthzProvider } from './mod_authz_core/contract.ts';
import { unservedRequirement } from './unserved-requirement.ts';

/** Looks at the words of a directive that does nothing here; a text is the complaint. */
export type ArgumentCheck = (words: readonly string[], cmd: DirectiveContext) => Complaint;

/** One word of a few, in any case. */
const oneOf =
  (allowed: readonly string[], complaint: (word: string) => string): ArgumentCheck =>
  ([word = '']) =>
    allowed.includes(word.toLowerCase()) ? undefined : complaint(word);

/** A number between two others, read as C reads it. */
const between =
  (low: number, high: number, complaint: (name: string) => string): ArgumentCheck =>
  ([word = ''], { name }) => {
    const value = leadingInteger(word);
    return value < low || value > high ? complaint(name) : undefined;
  };

const atLeast = (low: number, text: string) => between(low, Number.MAX_SAFE_INTEGER, () => text);

/** `On` or `Off` where the directive words its own complaint. */
const onOff = (text: string) => oneOf(['on', 'off'], () => text);

const timeout: ArgumentCheck = ([word = ''], { name }) =>
  (parseTimeout(word) ?? -1) < 0 ? `${name} has wrong format` : undefined;

const upToAnHour: ArgumentCheck = ([word = ''], { name }) => {
  const milliseconds = parseTimeout(word);
  if (milliseconds === undefined) return `${name} has wrong format`;
  return milliseconds > 3_600_000 ? `${name} can only be 0 or up to one hour.` : undefined;
};

/** A text with variables. */
const expression =
  (what: string): ArgumentCheck =>
  ([word = ''], cmd) => {
    const read = cmd.expression(word, 'string');
    return 'error' in read ? `Could not parse ${what} expression '${word}': ${read.error}` : undefined;
  };

/** `name:arguments` of a shared cache whose module must be loaded. httpd: AP_SOCACHE_PROVIDER_GROUP */
const sharedCache =
  (complaint: (provider: string, name: string) => string): ArgumentCheck =>
  ([word = ''], cmd) => {
    const provider = word.split(':', 1)[0]!;
    const module = provider === 'default' ? 'mod_socache_shmcb' : `mod_socache_${provider}`;
    return cmd.hasModule(module) ? undefined : complaint(provider, cmd.name);
  };

const maybeLoad = (provider: string) =>
  `Maybe you need to load the appropriate socache module (mod_socache_${provider}?)`;

/** Levels and length of the names in a disk cache, by server. httpd: modules/cache/mod_cache_disk.c */
const cacheDirectory =
  (field: 'levels' | 'length'): ArgumentCheck =>
  ([word = ''], cmd) => {
    const value = leadingInteger(word);
    if (value < 1) return `${cmd.name} value must be an integer greater than 0`;
    const names = cmd.memory(cacheNames, () => new Map<number, { levels: number; length: number }>());
    const own = { ...(names.get(cmd.server.index) ?? { levels: 2, length: 2 }), [field]: value };
    names.set(cmd.server.index, own);
    // As ints, which wrap.
    return Math.imul(own.levels, own.length) > 20
      ? 'CacheDirLevels*CacheDirLength value must not be higher than 20'
      : undefined;
  };
const cacheNames = { name: 'names in the disk cache' };

// httpd: modules/cache/mod_cache.c add_cache_enable
const cacheEnable: ArgumentCheck = ([type = '', url], { path }) => {
  if (type.startsWith('/')) return `provider (${type}) starts with a '/'.  Are url and provider switched?`;
  if (url !== undefined && path !== undefined && !url.startsWith(path)) {
    return 'When in a Location, CacheEnable must specify a path or an URL below that location.';
  }
  return url === undefined && path === undefined
    ? `CacheEnable provider (${type}) is missing an URL.`
    : undefined;
};

// httpd: modules/cache/mod_cache.c set_cache_key_base_url
const cacheKeyBase: ArgumentCheck = ([url = '']) => {
  const uri = readUri(url);
  if (uri === undefined) return `Could not parse '${url}' as an URL.`;
  return uri.scheme === undefined && uri.hostname === undefined
    ? `URL '${url}' must contain at least one of a scheme, a hostname or a port.`
    : undefined;
};

const cachedFile: ArgumentCheck = ([file = ''], cmd) => {
  const path = cmd.serverRootRelative(file);
  const info = cmd.world.files.stat(path);
  if (typeof info === 'object' && info.type !== 'file') {
    cmd.warn(`[file_cache:warn] AH00796: ${path} isn't a regular file, skipping`);
  }
  if (info === 'ENOENT') {
    cmd.warn(`[file_cache:warn] (2)No such file or directory: AH00795: unable to stat(${path}), skipping`);
  }
};

const fileToOpen: ArgumentCheck = ([file = ''], cmd) => {
  const read = readConfigFile(file, cmd);
  return typeof read === 'string' ? read : undefined;
};

// httpd: modules/filters/mod_ext_filter.c parse_cmd, define_filter
/** Words end at blanks whatever quotes there are, but for the command's. httpd: modules/filters/mod_ext_filter.c define_filter */
const externalFilter: ArgumentCheck = ([raw = '']) => {
  const cursor = { text: raw, at: 0 };
  const plainWord = () => {
    const [whole, word] = /^([^\t-\r ]*)[\t-\r ]*/.exec(raw.slice(cursor.at))!;
    cursor.at += whole.length;
    return word!;
  };
  plainWord();
  while (cursor.at < raw.length) {
    const rest = raw.slice(cursor.at);
    if (/^PreservesContentLength/i.test(rest)) cursor.at += 22;
    else if (/^cmd=/i.test(rest)) {
      const command = /^cmd=(?:"[^"]*"|(?!")[^\t-\r ]*)[\t-\r ]*/i.exec(rest);
      if (command === null) return 'Expected cmd= delimiter';
      cursor.at += command[0].length;
      continue;
    } else if (!/^(?:mode|intype|outtype|disableenv|enableenv|ftype)=/i.test(rest)) {
      return `Unexpected parameter: \`${rest}'`;
    }
    const word = plainWord();
    const mode = /^mode=(.*)/is.exec(word)?.[1];
    if (mode !== undefined && !/^(?:output|input)$/i.test(mode)) return `Invalid mode: \`${mode}'`;
  }
  return undefined;
};

const externalFilterOption: ArgumentCheck = ([word = '']) =>
  /^(?:NoLogStderr|LogStderr|Onfail=(?:remove|abort))$/i.test(word)
    ? undefined
    : `Invalid ExtFilterOptions option: ${word}`;

// httpd: modules/metadata/mod_usertrack.c set_cookie_exp
const cookieExpires: ArgumentCheck = ([code = '']) => {
  // A number of seconds, as far as its ends tell.
  if (/^\d(?:.*\d)?$/s.test(code)) return undefined;
  const parts = words(code);
  if (/^p/i.test(parts[0] ?? '')) parts.shift();
  while (parts.length > 0 && parts[0] !== '') {
    if (!/^\d/.test(parts.shift()!)) return 'bad expires code, numeric value expected.';
    const unit = parts.shift();
    if (unit === undefined) return 'bad expires code, missing <type>';
    if (!/^(?:[ywdhs]|mo|mi)/i.test(unit)) {
      return 'bad expires code, unrecognized type';
    }
  }
  return undefined;
};

const cookieStyle = oneOf(
  ['netscape', 'cookie', 'cookie2', 'rfc2109', 'rfc2965'],
  (word) => `Invalid CookieStyle keyword: '${word}'`,
);

const certificateTypes =
  'CA_DER CA_BASE64 CA_CERT7_DB CA_SECMOD CERT_DER CERT_BASE64 CERT_KEY3_DB CERT_NICKNAME KEY_DER KEY_BASE64'.split(
    ' ',
  );

const ldapUrl: ArgumentCheck = ([url = '', mode]) => {
  if (!/^ldap[si]?:\/\//i.test(url)) return 'The scheme was not recognised as a valid LDAP URL scheme.';
  const scope = url.split('?')[2];
  if (scope !== undefined && !/^(?:one|onelevel|sub|subtree|base|)$/i.test(scope))
    return 'Bad scope encountered while parsing LDAP URL.';
  return mode === undefined || /^(?:none|ssl|tls|starttls)$/i.test(mode)
    ? undefined
    : 'Invalid LDAP connection mode setting: must be one of NONE, SSL, or TLS/STARTTLS';
};

const logMessage: ArgumentCheck = (words, cmd) => {
  const complaint = expression('message')(words, cmd);
  if (complaint) return complaint;
  for (const word of words.slice(1)) {
    const [, kind, value = ''] = /^(hook|expr)=(.*)/is.exec(word) ?? [];
    if (kind === undefined) return `Invalid argument ${word}`;
    if (/^expr$/i.test(kind)) {
      const read = cmd.expression(value, 'boolean');
      if ('error' in read) return `Could not parse expression '${value}': ${read.error}`;
      continue;
    }
    const hook = value;
    if (!logHooks.includes(hook.toLowerCase())) return `Invalid hook name: ${hook}`;
  }
  return undefined;
};
const logHooks = [
  'log_transaction',
  'quick_handler',
  'handler',
  'translate_name',
  'map_to_storage',
  'fixups',
  'type_checker',
  'check_access',
  'check_access_ex',
  'check_authn',
  'check_authz',
  'insert_filter',
  'all',
];

const davProvider: ArgumentCheck = ([word = ''], cmd) => {
  const name = word.toLowerCase();
  if (name === 'off') return undefined;
  const provider = name === 'on' ? 'filesystem' : word;
  return provider === 'filesystem' && cmd.hasModule('mod_dav_fs')
    ? undefined
    : `Unknown DAV provider: ${provider}`;
};

/** Names, addresses, and paths of local sockets; an address in brackets has no interface. httpd: apr_sockaddr_info_get */
function isReachable(host: string, { world }: DirectiveContext): boolean {
  if (host.startsWith('/')) return true;
  const bare = host.replace(/^\[([^%]*)\]$/, '$1');
  return isNumeric(bare) || (world.network.resolveNow(host) ?? []).length > 0;
}

/** httpd: modules/aaa/mod_authnz_fcgi.c fcgi_define_provider */
const fcgiProvider: ArgumentCheck = ([type = '', name, address], cmd) => {
  if (type === '') return 'AuthnzFcgiDefineProvider: No type given';
  if (!/^auth(?:n|z|nz)$/i.test(type)) return `AuthnzFcgiDefineProvider: Invalid provider type ${type}`;
  if (name === undefined) return 'AuthnzFcgiDefineProvider: No provider name given';
  if (address === undefined) return 'AuthnzFcgiDefineProvider: No backend-address given';
  const [, host, port] = /^fcgi:\/\/(.*):(\d{1,5})\/?$/s.exec(address) ?? [];
  if (host === undefined) return `AuthnzFcgiDefineProvider: backend-address '${address}' has invalid form`;
  if (Number(port) > 65_535) return `AuthnzFcgiDefineProvider: backend-address '${address}' has invalid port`;
  if (!isReachable(host, cmd)) {
    cmd.warn(`(EAI 2)Name or service not known: AH02530: Address ${address} could not be resolved`);
    return 'AuthnzFcgiDefineProvider: Error resolving backend address';
  }
  declareAuthzProvider(cmd, name, unservedRequirement('mod_authnz_fcgi', name));
  declareAuthnProvider(cmd, name, { checkPassword: () => 'general-error' });
  return undefined;
};

/** httpd: modules/lua/mod_lua.c register_translate_name_hook */
const luaHook: ArgumentCheck = ([, , when]) =>
  when === undefined || /^(?:early|late)$/i.test(when)
    ? undefined
    : "Third argument must be 'early' or 'late'";

const clientCertificateTypes =
  'CA_DER, CA_BASE64, CERT_DER, CERT_BASE64, CERT_NICKNAME, CERT_PFX, KEY_DER, KEY_BASE64, KEY_PFX';

/** A certificate of mod_ldap: its type and its file. httpd: modules/ldap/util_ldap.c */
const ldapCertificate =
  (
    isKnown: (type: string) => boolean,
    unknown: (type: string) => string,
    missing: string,
    complaint: string,
  ): ArgumentCheck =>
  ([type = '', file = ''], cmd) => {
    if (!isKnown(type.toUpperCase())) return unknown(type);
    if (/NICKNAME$/i.test(type)) return undefined;
    const path = cmd.serverRootRelative(file);
    if (cmd.world.files.stat(path) !== 'ENOENT') return undefined;
    cmd.warn(`[ldap:error] (2)No such file or directory: ${missing} - ${path}`);
    return complaint;
  };

const bufferSize: ArgumentCheck = ([word = '']) =>
  (leadingOffset(word) ?? 0) > 0 ? undefined : 'BufferSize must be a size in bytes, and greater than zero';

// httpd: modules/http2/h2_config.c h2_conf_add_push_priority
const pushPriority: ArgumentCheck = ([, given = '', behind]) => {
  const isWeight = behind === undefined && /^\d/.test(given);
  const [dependency, weight] = isWeight ? ['After', given] : [given, behind];
  if (!/^(?:after|before|interleaved)$/i.test(dependency)) {
    return "dependency must be one of 'After', 'Before' or 'Interleaved'";
  }
  if (weight === undefined) return undefined;
  if (/^before$/i.test(dependency)) return `dependency '${dependency}' does not allow a weight`;
  return leadingInteger(weight) < 1 ? 'weight must be a number >= 1' : undefined;
};

const h2Time =
  (complaint: string): ArgumentCheck =>
  ([word = '']) =>
    (parseTimeout(word) ?? -1) < 0 ? complaint : undefined;

const passwordProvider: ArgumentCheck = ([name = ''], cmd) =>
  findAuthnProvider(name, cmd) === undefined ? `Unknown Authn provider: ${name}` : undefined;

/** A number of 64 bits, read as far as it goes. httpd: apr_strtoff */
const offset =
  (complaint: string, low = 0, high = Number.POSITIVE_INFINITY): ArgumentCheck =>
  ([word = ''], { name }) => {
    const value = leadingOffset(word);
    return value === undefined || value < low || value > high ? `${name} ${complaint}` : undefined;
  };

const amount = (what: string) => offset(`argument must be a non-negative integer representing the ${what}`);

/** Up to the first blank, whatever is quoted. */
const untilBlank = (raw: string) => raw.split(/[ \t]/, 1)[0]!;

/** httpd: modules/session/mod_session_cookie.c check_string */
const sessionCookie: ArgumentCheck = ([raw = ''], { name }) =>
  /^$|[=&]/.test(untilBlank(raw)) ? `${name} cannot be empty, or contain '=' or '&'.` : undefined;

/** The name of a cookie and its attributes. httpd: modules/session/mod_session_dbd.c set_cookie_name */
const databaseCookie: ArgumentCheck = ([raw = ''], { name }) => {
  const cookie = untilBlank(raw);
  if (cookie === '') return `${name} requires at least one argument!`;
  return /[=;&]/.test(cookie) ? `${name} cannot contain '=', ';' or '&'.` : undefined;
};

/** The name of a field, or what stands for one, in a form. httpd: modules/aaa/mod_auth_form.c check_string */
const formField: ArgumentCheck = ([word = ''], { name }) =>
  word === '' || /[=&]/.test(word) ? `${name} cannot be empty, or contain '=' or '&'.` : undefined;

const fcgiOptions = 'AuthnzFcgiCheckAuthnProvider';

/** httpd: modules/aaa/mod_authnz_fcgi.c fcgi_check_authn_provider */
const fcgiCheckProvider: ArgumentCheck = ([provider, ...options], cmd) => {
  if (provider === undefined) return `${fcgiOptions}: No provider given`;
  if (/^none$/i.test(provider)) {
    return options.length > 0 ? 'Options aren\'t supported with "None"' : undefined;
  }
  for (let i = 0; i < options.length; i += 2) {
    const [option = '', value] = options.slice(i, i + 2);
    if (value === undefined) return `${fcgiOptions}: ${option}needs an argument`;
    if (/^(?:Authoritative|RequireBasicAuth)$/i.test(option)) {
      if (!/^(?:on|off)$/i.test(value)) {
        return `${fcgiOptions}: Bad argument '${value}' to option '${option}'`;
      }
    } else if (/^UserExpr$/i.test(option)) {
      const read = cmd.expression(value, 'string');
      if ('error' in read) return `${fcgiOptions}: Error parsing '${value}': '${read.error}'`;
    } else if (!/^DefaultUser$/i.test(option)) return `${fcgiOptions}: Unexpected option '${option}'`;
  }
  return undefined;
};

/** What strtol takes as a whole, however large. */
const isNumber = (word: string) => /^[\t-\r ]*[+-]?\d+$/.test(word);

/** What directives of modules that are only declared say of their arguments, beyond their number. */
export const knownArguments: Readonly<Record<string, ArgumentCheck>> = {
  ...domainArguments,
  ...tlsArguments,
  AuthFormLoginRequiredLocation: expression('login required'),
  AuthFormLoginSuccessLocation: expression('login success'),
  AuthFormLogoutLocation: expression('logout'),
  AuthFormProvider: passwordProvider,
  ...Object.fromEntries(
    ['Username', 'Password', 'Location', 'Method', 'Mimetype', 'Body'].map((name) => [
      `AuthForm${name}`,
      formField,
    ]),
  ),
  AuthFormSize: ([word = '']) =>
    (leadingOffset(word) ?? -1) < 0 ? 'AuthCookieFormSize must be a size in bytes, or zero.' : undefined,
  AuthLDAPBindPassword: ([word = ''], cmd) => {
    const program = /^exec:([^\t-\r ]*)/.exec(word)?.[1];
    const isMissing =
      program !== undefined && cmd.world.files.stat(cmd.serverRootRelative(program)) === 'ENOENT';
    return word === '' || isMissing ? 'Empty passwords are invalid for AuthLDAPBindPassword' : undefined;
  },
  AuthLDAPDereferenceAliases: oneOf(
    ['never', 'off', 'searching', 'finding', 'always', 'on'],
    () => 'Unrecognized value for AuthLDAPDereferenceAliases directive',
  ),
  AuthLDAPInitialBindPattern: ([pattern = ''], cmd) =>
    typeof cmd.regex(pattern) === 'string'
      ? `AuthLDAPInitialBindPattern: cannot compile regular expression '${pattern}'`
      : undefined,
  AuthLDAPURL: ldapUrl,
  AuthnCacheSOCache: (given, cmd) =>
    sharedCache(() => `AuthnCacheSOCache: Unknown socache provider '${given[0]}'. ${maybeLoad(given[0]!)}`)(
      given,
      cmd,
    ) ?? cacheComplaint(given[0]!, cmd),
  AuthnzFcgiCheckAuthnProvider: fcgiCheckProvider,
  AuthnzFcgiDefineProvider: fcgiProvider,
  CacheDirLength: cacheDirectory('length'),
  CacheDirLevels: cacheDirectory('levels'),
  CacheDisable: ([url = ''], { path }) => {
    if (path !== undefined) {
      return /^on$/i.test(url)
        ? undefined
        : "CacheDisable must be followed by the word 'on' when in a Location.";
    }
    return /^(?:\/|[a-z][a-z0-9+.-]*:\/\/|\/\/)/i.test(url)
      ? undefined
      : 'CacheDisable must specify a path or an URL.';
  },
  CacheEnable: cacheEnable,
  BufferSize: bufferSize,
  cachefile: cachedFile,
  CacheKeyBaseURL: cacheKeyBase,
  CacheLastModifiedFactor: ([word = '']) =>
    /^[\t-\r ]*[+-]?(?:\d|\.\d|inf|nan)/i.test(word)
      ? undefined
      : 'CacheLastModifiedFactor value must be a float',
  CacheLockMaxAge: ([word = '']) =>
    leadingLong(word) < 1 ? 'CacheLockMaxAge value must be a non-zero positive integer' : undefined,
  CacheMaxFileSize: amount('max size of a file to cache in bytes.'),
  CacheMinFileSize: amount('min size of a file to cache in bytes.'),
  CacheReadSize: amount('max amount of data to cache in go.'),
  CacheReadTime: amount('max amount of time taken to cache in go.'),
  CacheSocache: sharedCache((provider) => `Unknown socache provider '${provider}'. ${maybeLoad(provider)}`),
  CacheSocacheMaxSize: offset(
    'argument must be a integer representing the max size of a cached entry (headers and body), at least 1024 and at most (4294967295U)',
    1024,
    4_294_967_295,
  ),
  CacheSocacheMaxTime: offset('argument must be the maximum amount of time in seconds to cache an entry.'),
  CacheSocacheMinTime: offset('argument must be the minimum amount of time in seconds to cache an entry.'),
  CacheSocacheReadSize: amount('max amount of data to cache in go.'),
  CacheSocacheReadTime: amount('max amount of time taken to cache in go.'),
  CharsetOptions: ([word = '']) =>
    /^(?:No)?(?:ImplicitAdd|TranslateAllMimeTypes)$/i.test(word)
      ? undefined
      : `Invalid CharsetOptions option: ${word}`,
  CookieDomain: ([word = '']) => {
    if (word === '') return 'CookieDomain values may not be null';
    if (!word.startsWith('.')) return 'CookieDomain values must begin with a dot';
    return word.includes('.', 1) ? undefined : 'CookieDomain values must contain at least one embedded dot';
  },
  CookieExpires: cookieExpires,
  CookieSameSite: oneOf(['strict', 'lax', 'none'], () => "CookieSameSite accepts 'Strict', 'Lax', or 'None'"),
  CookieStyle: cookieStyle,
  DAV: davProvider,
  DAVMinTimeout: ([word = '']) =>
    leadingInteger(word) < 0 ? 'DAVMinTimeout requires a non-negative integer.' : undefined,
  ExtFilterDefine: externalFilter,
  ExtFilterOptions: externalFilterOption,
  H2CopyFiles: onOff('value must be On or Off'),
  H2Direct: onOff('value must be On or Off'),
  H2EarlyHints: onOff('value must be On or Off'),
  ...Object.fromEntries(
    ['H2MaxDataFrameLen', 'H2MaxHeaderBlockLen', 'H2MaxStreamErrors'].map((name) => [
      name,
      atLeast(0, 'value must be 0 or larger'),
    ]),
  ),
  H2MaxSessionStreams: atLeast(1, 'value must be > 0'),
  H2MaxWorkerIdleSeconds: h2Time('Invalid idle limit value'),
  H2MaxWorkers: atLeast(1, 'value must be > 0'),
  H2MinWorkers: atLeast(1, 'value must be > 0'),
  H2ModernTLSOnly: onOff('value must be On or Off'),
  H2Padding: ([word = '']) => {
    const bits = leadingInteger(word);
    if (bits < 0) return 'number of bits must be >= 0';
    return bits > 8 ? 'number of bits must be <= 8' : undefined;
  },
  H2Push: onOff('value must be On or Off'),
  H2PushPriority: pushPriority,
  H2PushResource: (given) => {
    const isAdded = given[0]?.toLowerCase() === 'add';
    if (!isAdded && given.length > 2) return 'too many parameter';
    const last = given[isAdded ? 2 : 1];
    return last === undefined || last.toLowerCase() === 'critical' ? undefined : 'unknown last parameter';
  },
  H2OutputBuffering: onOff('value must be On or Off'),
  H2ProxyRequests: onOff('value must be On or Off'),
  H2PushDiarySize: ([word = '']) => {
    const value = leadingInteger(word);
    if (value < 0) return 'value must be >= 0';
    return value > 0 && !Number.isInteger(Math.log2(value)) ? 'value must a power of 2' : undefined;
  },
  H2SerializeHeaders: ([word = ''], cmd) => {
    if (word.toLowerCase() !== 'on') return;
    cmd.warn(
      '[http2:warn] AH10307: H2SerializeHeaders: this feature has been disabled and the directive to enable it is ignored.',
    );
  },
  H2SessionExtraFiles(_words, cmd) {
    cmd.warn('[http2:warn] H2SessionExtraFiles is obsolete and will be ignored', true);
  },
  H2StreamTimeout: h2Time('Invalid timeout value'),
  H2StreamMaxMemSize: atLeast(1024, 'value must be >= 1024'),
  H2Upgrade: onOff('value must be On or Off'),
  H2WebSockets: onOff('value must be On or Off'),
  H2WindowSize: atLeast(1024, 'value must be >= 1024'),
  KeptBodySize: ([word = '']) =>
    (wholeInteger(word) ?? -1) >= 0 ? undefined : 'KeptBodySize must be a valid size in bytes, or zero.',
  LDAPReferrals: oneOf(['on', 'off', 'default'], () => "LDAPReferrals must be 'on', 'off', or 'default'"),
  LDAPConnectionPoolTTL: ([word = ''], { name }) =>
    word.startsWith('-') || parseTimeout(word) !== undefined ? undefined : `${name} has wrong format`,
  LDAPReferralHopLimit: ([word = '']) =>
    leadingInteger(word) <= 0
      ? "LDAPReferralHopLimit must be greater than zero (Use 'LDAPReferrals Off' to disable referral chasing)"
      : undefined,
  LDAPRetries: ([word = '']) => (leadingInteger(word) < 0 ? 'LDAPRetries must be >= 0' : undefined),
  LDAPRetryDelay: timeout,
  LDAPTimeout: ([word = '']) => {
    if (!isNumber(word)) return 'Timeout not numerical';
    return leadingLong(word) < 0 ? 'Timeout must be non-negative' : undefined;
  },
  LDAPTrustedClientCert: ldapCertificate(
    (type) => clientCertificateTypes.split(', ').includes(type),
    (type) =>
      `The certificate type "${type}" is not recognised. It should be one of ${clientCertificateTypes}`,
    'AH01306: LDAP: Could not open SSL client certificate file',
    'Invalid client certificate file path',
  ),
  LDAPTrustedGlobalCert: ldapCertificate(
    (type) => certificateTypes.includes(type),
    (type) =>
      `The certificate type ${type} is not recognised. It should be one of ${certificateTypes.join(', ')}`,
    'AH01304: LDAP: Could not open SSL trusted certificate authority file',
    'Invalid global certificate file path',
  ),
  LDAPTrustedMode: oneOf(
    ['none', 'ssl', 'tls', 'starttls'],
    () => 'Invalid LDAPTrustedMode setting: must be one of NONE, SSL, or TLS/STARTTLS',
  ),
  LogMessage: logMessage,
  LuaCodeCache: oneOf(
    ['never', 'stat', 'forever'],
    (word) =>
      `LuaCodeCache type of '${word}' not recognized, valid options are 'never', 'stat', and 'forever'`,
  ),
  ...Object.fromEntries(
    ['TranslateName', 'AccessChecker', 'AuthChecker'].map((name) => [`LuaHook${name}`, luaHook]),
  ),
  LuaHookInsertFilter: () => 'LuaHookInsertFilter not yet implemented',
  LuaInherit: oneOf(
    ['none', 'parent-first', 'parent-last'],
    (word) =>
      `LuaInherit type of '${word}' not recognized, valid options are 'none', 'parent-first', and 'parent-last'`,
  ),
  LuaMapHandler: ([pattern = ''], cmd) =>
    typeof cmd.regex(pattern) === 'string' ? 'Invalid regex pattern!' : undefined,
  LuaScope: ([word = '']) =>
    /^(?:once|request|conn|thread|server)$/.test(word)
      ? undefined
      : `Invalid value for LuaScope, '${word}', acceptable values are: 'once', 'request', 'conn', 'thread', 'server'`,
  MemcacheConnTTL: upToAnHour,
  mmapfile: cachedFile,
  ModemStandard: ([word = '']) =>
    /^(?:V\.21|V\.26bis|V\.32|V\.34|V\.92)$/i.test(word)
      ? undefined
      : 'mod_dialup: Unknown Modem Standard specified.',
  RedisConnPoolTTL: upToAnHour,
  RedisTimeout: upToAnHour,
  SessionCookieName: sessionCookie,
  SessionCookieName2: sessionCookie,
  SessionCryptoPassphraseFile: fileToOpen,
  SessionDBDCookieName: databaseCookie,
  SessionDBDCookieName2: databaseCookie,
  SessionExpiryUpdateInterval: ([word = '']) =>
    leadingInteger(word) < 0
      ? 'SessionExpiryUpdateInterval must be zero (disable) or a positive value'
      : undefined,
  ...sedArguments,
  SuexecUserGroup: () =>
    'SuexecUserGroup configured, but suEXEC is disabled: Missing suexec binary /usr/lib/apache2/suexec',
};
