/** A directive: argument style, where it may stand, what a count error quotes, and the places its own check refuses. */
export type KnownDirective = readonly [style: string, place: KnownPlace, usage: string, notIn?: string];

/** A context, or the AllowOverride class of a directive that may stand anywhere. */
export type KnownPlace =
  | 'server'
  | 'directory'
  | 'server, directory'
  | 'server, proxy'
  | 'server, AuthConfig'
  | 'AuthConfig'
  | 'FileInfo'
  | 'FileInfo, AuthConfig'
  | 'Indexes'
  | 'Limit'
  | 'Options'
  | 'All';

export interface KnownModule {
  readonly identifier: string;
  readonly httpd: string;
  readonly directives: Readonly<Record<string, KnownDirective>>;
}

// Taken from the command tables of a running Apache httpd 2.4.71 with all its modules loaded; the last member from
// what `apache2 -t` answered to each directive in each kind of section.

/** The modules of Apache that nothing here implements. */
export const knownModules: readonly KnownModule[] = [
  {
    identifier: 'auth_form_module',
    httpd: 'modules/aaa/mod_auth_form.c',
    directives: {
      AuthFormAuthoritative: [
        'FLAG',
        'AuthConfig',
        "Set to 'Off' to allow access control to be passed along to lower modules if the UserID is not known to this module",
      ],
      AuthFormBody: [
        'TAKE1',
        'AuthConfig',
        'The field of the login form carrying the urlencoded original request body.',
      ],
      AuthFormDisableNoStore: [
        'FLAG',
        'AuthConfig',
        "Set to 'on' to stop the sending of a Cache-Control no-store header with the login screen. This allows the browser to cache the credentials, but at the risk of it being possible for the login form to be resubmitted and revealed to the backend server through XSS. Use at own risk.",
      ],
      AuthFormFakeBasicAuth: [
        'FLAG',
        'AuthConfig',
        "Set to 'On' to pass through authentication to the rest of the server as a basic authentication header.",
      ],
      AuthFormLocation: [
        'TAKE1',
        'AuthConfig',
        'The field of the login form carrying the URL to redirect on successful login.',
      ],
      AuthFormLoginRequiredLocation: [
        'TAKE1',
        'AuthConfig',
        'If set, redirect the browser to this URL rather than return 401 Not Authorized.',
      ],
      AuthFormLoginSuccessLocation: [
        'TAKE1',
        'AuthConfig',
        'If set, redirect the browser to this URL when a login processed by the login handler is successful.',
      ],
      AuthFormLogoutLocation: [
        'TAKE1',
        'AuthConfig',
        'The URL of the logout successful page. An attempt to access an URL handled by the handler form-logout-handler will result in an redirect to this page after logout.',
      ],
      AuthFormMethod: [
        'TAKE1',
        'AuthConfig',
        'The field of the login form carrying the original request method.',
      ],
      AuthFormMimetype: [
        'TAKE1',
        'AuthConfig',
        'The field of the login form carrying the original request mimetype.',
      ],
      AuthFormPassword: ['TAKE1', 'AuthConfig', 'The field of the login form carrying the password'],
      AuthFormProvider: ['ITERATE', 'AuthConfig', 'specify the auth providers for a directory or location'],
      AuthFormSitePassphrase: [
        'TAKE1',
        'AuthConfig',
        'If set, use this passphrase to determine whether the user should be authenticated. Bypasses the user authentication check on every website hit, and is useful for high traffic sites.',
      ],
      AuthFormSize: ['TAKE1', 'directory', 'Maximum size of body parsed by the form parser'],
      AuthFormUsername: ['TAKE1', 'AuthConfig', 'The field of the login form carrying the username'],
    },
  },
  {
    identifier: 'authn_anon_module',
    httpd: 'modules/aaa/mod_authn_anon.c',
    directives: {
      Anonymous: ['ITERATE', 'AuthConfig', 'a space-separated list of user IDs'],
      Anonymous_LogEmail: ['FLAG', 'AuthConfig', "Limited to 'on' or 'off'"],
      Anonymous_MustGiveEmail: ['FLAG', 'AuthConfig', "Limited to 'on' or 'off'"],
      Anonymous_NoUserId: ['FLAG', 'AuthConfig', "Limited to 'on' or 'off'"],
      Anonymous_VerifyEmail: ['FLAG', 'AuthConfig', "Limited to 'on' or 'off'"],
    },
  },
  {
    identifier: 'authn_dbd_module',
    httpd: 'modules/aaa/mod_authn_dbd.c',
    directives: {
      AuthDBDUserPWQuery: ['TAKE1', 'directory', 'Query used to fetch password for user'],
      AuthDBDUserRealmQuery: ['TAKE1', 'directory', 'Query used to fetch password for user+realm'],
    },
  },
  {
    identifier: 'authn_dbm_module',
    httpd: 'modules/aaa/mod_authn_dbm.c',
    directives: {
      AuthDBMType: ['TAKE1', 'AuthConfig', 'what type of DBM file the user file is'],
      AuthDBMUserFile: ['TAKE1', 'AuthConfig', 'dbm database file containing user IDs and passwords'],
    },
  },
  {
    identifier: 'authn_socache_module',
    httpd: 'modules/aaa/mod_authn_socache.c',
    directives: {
      AuthnCacheContext: ['TAKE1', 'directory', 'Context for authn cache'],
      AuthnCacheEnable: [
        'RAW_ARGS',
        'server',
        'enable socache configuration in htaccess even if not enabled anywhere else',
        'virtualHost',
      ],
      AuthnCacheProvideFor: ['ITERATE', 'AuthConfig', 'Determine what authn providers to cache for'],
      AuthnCacheSOCache: ['TAKE1', 'server', 'socache provider for authn cache', 'virtualHost'],
      AuthnCacheTimeout: ['TAKE1', 'AuthConfig', 'Timeout (secs) for cached credentials'],
    },
  },
  {
    identifier: 'authnz_fcgi_module',
    httpd: 'modules/aaa/mod_authnz_fcgi.c',
    directives: {
      AuthnzFcgiCheckAuthnProvider: [
        'TAKE_ARGV',
        'FileInfo',
        'Enable/disable a FastCGI authorizer to handle check_authn phase',
      ],
      AuthnzFcgiDefineProvider: [
        'TAKE_ARGV',
        'server',
        'Define a FastCGI authn and/or authz provider',
        'virtualHost',
      ],
    },
  },
  {
    identifier: 'authnz_ldap_module',
    httpd: 'modules/aaa/mod_authnz_ldap.c',
    directives: {
      AuthLDAPAuthorizePrefix: [
        'TAKE1',
        'AuthConfig',
        "The prefix to add to environment variables set during successful authorization, default 'AUTHORIZE_'",
      ],
      AuthLDAPBindAuthoritative: [
        'FLAG',
        'AuthConfig',
        "Set to 'on' to return failures when user-specific bind fails - defaults to on.",
      ],
      AuthLDAPBindDN: [
        'TAKE1',
        'AuthConfig',
        'DN to use to bind to LDAP server. If not provided, will do an anonymous bind.',
      ],
      AuthLDAPBindPassword: [
        'TAKE1',
        'AuthConfig',
        'Password to use to bind to LDAP server. If not provided, will do an anonymous bind.',
      ],
      AuthLDAPCharsetConfig: [
        'TAKE1',
        'server',
        'Character set conversion configuration file. If omitted, character set conversion is disabled.',
      ],
      AuthLDAPCompareAsUser: [
        'FLAG',
        'AuthConfig',
        "Set to 'on' to perform authorization-based compares with the users credentials, when this module has also performed authentication.  Does not affect nested groups lookups.",
      ],
      AuthLDAPCompareDNOnServer: [
        'FLAG',
        'AuthConfig',
        "Set to 'on' to force auth_ldap to do DN compares (for the \"require dn\" directive) using the server, and set it 'off' to do the compares locally (at the expense of possible false matches). See the documentation for a complete description of this option.",
      ],
      AuthLDAPDereferenceAliases: [
        'TAKE1',
        'AuthConfig',
        'Determines how aliases are handled during a search. Can be one of the values "never", "searching", "finding", or "always". Defaults to always.',
      ],
      AuthLDAPGroupAttribute: [
        'ITERATE',
        'AuthConfig',
        'A list of attribute labels used to identify the user members of groups - defaults to member and uniquemember',
      ],
      AuthLDAPGroupAttributeIsDN: [
        'FLAG',
        'AuthConfig',
        "If set to 'on', auth_ldap uses the DN that is retrieved from the server for subsequent group comparisons. If set to 'off', auth_ldap uses the string provided by the client directly. Defaults to 'on'.",
      ],
      AuthLDAPInitialBindAsUser: [
        'FLAG',
        'AuthConfig',
        "Set to 'on' to perform the initial DN lookup with the basic auth credentials instead of anonymous or hard-coded credentials",
      ],
      AuthLDAPInitialBindPattern: [
        'TAKE2',
        'AuthConfig',
        'The regex and substitution to determine a username that can bind based on an HTTP basic auth username',
      ],
      AuthLDAPMaxSubGroupDepth: [
        'TAKE1',
        'AuthConfig',
        'Maximum subgroup nesting depth to be evaluated - defaults to 10 (top-level group = 0)',
      ],
      AuthLDAPRemoteUserAttribute: [
        'TAKE1',
        'AuthConfig',
        'Override the user supplied username and place the contents of this attribute in the REMOTE_USER environment variable.',
      ],
      AuthLDAPRemoteUserIsDN: [
        'FLAG',
        'AuthConfig',
        "Set to 'on' to set the REMOTE_USER environment variable to be the full DN of the remote user. By default, this is set to off, meaning that the REMOTE_USER variable will contain whatever value the remote user sent.",
      ],
      AuthLDAPSearchAsUser: [
        'FLAG',
        'AuthConfig',
        "Set to 'on' to perform authorization-based searches with the users credentials, when this module has also performed authentication.  Does not affect nested groups lookup.",
      ],
      AuthLDAPSubGroupAttribute: [
        'ITERATE',
        'AuthConfig',
        'Attribute labels used to define sub-group (or nested group) membership in groups - defaults to member and uniqueMember',
      ],
      AuthLDAPSubGroupClass: [
        'ITERATE',
        'AuthConfig',
        'LDAP objectClass values used to identify sub-group instances - defaults to groupOfNames and groupOfUniqueNames',
      ],
      AuthLDAPURL: [
        'TAKE12',
        'AuthConfig',
        'URL to define LDAP connection. This should be an RFC 2255 compliant\nURL of the form ldap://host[:port]/basedn[?attrib[?scope[?filter]]].\n<ul>\n<li>Host is the name of the LDAP server. Use a space separated list of hosts \nto specify redundant servers.\n<li>Port is optional, and specifies the port to connect to.\n<li>basedn specifies the base DN to start searches from\n<li>Attrib specifies what attribute to search for in the directory. If not provided, it defaults to <b>uid</b>.\n<li>Scope is the scope of the search, and can be either <b>sub</b> or <b>one</b>. If not provided, the default is <b>sub</b>.\n<li>Filter is a filter to use in the search. If not provided, defaults to <b>(objectClass=*)</b>.\n</ul>\nSearches are performed using the attribute and the filter combined. For example, assume that the\nLDAP URL is <b>ldap://ldap.airius.com/ou=People, o=Airius?uid?sub?(posixid=*)</b>. Searches will\nbe done using the filter <b>(&((posixid=*))(uid=<i>username</i>))</b>, where <i>username</i>\nis the user name passed by the HTTP client. The search will be a subtree search on the branch <b>ou=People, o=Airius</b>.',
      ],
    },
  },
  {
    identifier: 'authz_dbd_module',
    httpd: 'modules/aaa/mod_authz_dbd.c',
    directives: {
      AuthzDBDLoginToReferer: ['FLAG', 'directory', 'Whether to redirect to referer on successful login'],
      AuthzDBDQuery: ['TAKE1', 'directory', 'SQL query for DBD Authz or login'],
      AuthzDBDRedirectQuery: ['TAKE1', 'directory', 'SQL query to get per-user redirect URL after login'],
    },
  },
  {
    identifier: 'authz_dbm_module',
    httpd: 'modules/aaa/mod_authz_dbm.c',
    directives: {
      AuthDBMGroupFile: ['TAKE1', 'AuthConfig', 'database file containing group names and member user IDs'],
      AuthzDBMType: ['TAKE1', 'AuthConfig', 'what type of DBM file the group file is'],
    },
  },
  {
    identifier: 'bucketeer_module',
    httpd: 'modules/debugging/mod_bucketeer.c',
    directives: {},
  },
  {
    identifier: 'buffer_module',
    httpd: 'modules/filters/mod_buffer.c',
    directives: {
      BufferSize: ['TAKE1', 'directory', 'Maximum size of the buffer used by the buffer filter'],
    },
  },
  {
    identifier: 'cache_disk_module',
    httpd: 'modules/cache/mod_cache_disk.c',
    directives: {
      CacheDirLength: ['TAKE1', 'server', 'The number of characters in subdirectory names'],
      CacheDirLevels: ['TAKE1', 'server', 'The number of levels of subdirectories in the cache'],
      CacheMaxFileSize: ['TAKE1', 'server, directory', 'The maximum file size to cache a document'],
      CacheMinFileSize: ['TAKE1', 'server, directory', 'The minimum file size to cache a document'],
      CacheReadSize: [
        'TAKE1',
        'server, directory',
        'The maximum quantity of data to attempt to read and cache in one go',
      ],
      CacheReadTime: [
        'TAKE1',
        'server, directory',
        'The maximum time taken to attempt to read and cache in go',
      ],
      CacheRoot: ['TAKE1', 'server', 'The directory to store cache files'],
    },
  },
  {
    identifier: 'cache_module',
    httpd: 'modules/cache/mod_cache.c',
    directives: {
      CacheDefaultExpire: ['TAKE1', 'server, directory', 'The default time in seconds to cache a document'],
      CacheDetailHeader: [
        'FLAG',
        'server, directory',
        'Add a X-Cache-Detail header to responses. Default is off.',
      ],
      CacheDisable: [
        'TAKE1',
        'server, directory',
        'A partial URL prefix below which caching is disabled',
        'limit, directory, files',
      ],
      CacheEnable: [
        'TAKE12',
        'server, directory',
        'A cache type and partial URL prefix below which caching is enabled',
        'limit, directory, files',
      ],
      CacheHeader: ['FLAG', 'server, directory', 'Add a X-Cache header to responses. Default is off.'],
      CacheIgnoreCacheControl: ['FLAG', 'server', 'Ignore requests from the client for uncached content'],
      CacheIgnoreHeaders: [
        'ITERATE',
        'server',
        'A space separated list of headers that should not be stored by the cache',
      ],
      CacheIgnoreNoLastMod: [
        'FLAG',
        'server, directory',
        'Ignore Responses where there is no Last Modified Header',
      ],
      CacheIgnoreQueryString: ['FLAG', 'server', 'Ignore query-string when caching'],
      CacheIgnoreURLSessionIdentifiers: [
        'ITERATE',
        'server',
        'A space separated list of session identifiers that should be ignored for creating the key of the cached entity.',
      ],
      CacheKeyBaseURL: ['TAKE1', 'server', 'Override the base URL of reverse proxied cache keys.'],
      CacheLastModifiedFactor: [
        'TAKE1',
        'server, directory',
        'The factor used to estimate Expires date from LastModified date',
      ],
      CacheLock: ['FLAG', 'server', 'Enable or disable the thundering herd lock.'],
      CacheLockMaxAge: ['TAKE1', 'server', 'Maximum age of any thundering herd lock.'],
      CacheLockPath: [
        'TAKE1',
        'server',
        "The thundering herd lock path. Defaults to the '/mod_cache-lock' directory in the system temp directory.",
      ],
      CacheMaxExpire: ['TAKE1', 'server, directory', 'The maximum time in seconds to cache a document'],
      CacheMinExpire: ['TAKE1', 'server, directory', 'The minimum time in seconds to cache a document'],
      CacheQuickHandler: ['FLAG', 'server', 'Run the cache in the quick handler, default on'],
      CacheStaleOnError: [
        'FLAG',
        'server, directory',
        'Serve stale content on 5xx errors if present. Defaults to on.',
      ],
      CacheStoreExpired: [
        'FLAG',
        'server, directory',
        'Ignore expiration dates when populating cache, resulting in an If-Modified-Since request to the backend on retrieval',
      ],
      CacheStoreNoStore: [
        'FLAG',
        'server, directory',
        "Ignore 'Cache-Control: no-store' and store sensitive content",
      ],
      CacheStorePrivate: [
        'FLAG',
        'server, directory',
        "Ignore 'Cache-Control: private' and store private content",
      ],
    },
  },
  {
    identifier: 'cache_socache_module',
    httpd: 'modules/cache/mod_cache_socache.c',
    directives: {
      CacheSocache: ['TAKE1', 'server', 'The shared object cache to store cache files'],
      CacheSocacheMaxSize: [
        'TAKE1',
        'server, directory',
        'The maximum cache entry size (headers and body) to cache a document',
      ],
      CacheSocacheMaxTime: [
        'TAKE1',
        'server, directory',
        'The maximum cache expiry age to cache a document in seconds',
      ],
      CacheSocacheMinTime: [
        'TAKE1',
        'server, directory',
        'The minimum cache expiry age to cache a document in seconds',
      ],
      CacheSocacheReadSize: [
        'TAKE1',
        'server, directory',
        'The maximum quantity of data to attempt to read and cache in one go',
      ],
      CacheSocacheReadTime: [
        'TAKE1',
        'server, directory',
        'The maximum time taken to attempt to read and cache in go',
      ],
    },
  },
  {
    identifier: 'case_filter_in_module',
    httpd: 'modules/experimental/mod_case_filter_in.c',
    directives: {
      CaseFilterIn: ['FLAG', 'server', 'Run an input case filter on this host'],
    },
  },
  {
    identifier: 'case_filter_module',
    httpd: 'modules/experimental/mod_case_filter.c',
    directives: {
      CaseFilter: ['FLAG', 'server', 'Run a case filter on this host'],
    },
  },
  {
    identifier: 'cern_meta_module',
    httpd: 'modules/metadata/mod_cern_meta.c',
    directives: {
      MetaDir: ['TAKE1', 'Indexes', 'the name of the directory containing meta files'],
      MetaFiles: ['FLAG', 'Indexes', "Limited to 'on' or 'off'"],
      MetaSuffix: ['TAKE1', 'Indexes', 'the filename suffix for meta files'],
    },
  },
  {
    identifier: 'charset_lite_module',
    httpd: 'modules/filters/mod_charset_lite.c',
    directives: {
      CharsetDefault: ['TAKE1', 'FileInfo', 'name of default charset'],
      CharsetOptions: [
        'ITERATE',
        'FileInfo',
        'valid options: ImplicitAdd, NoImplicitAdd, TranslateAllMimeTypes, NoTranslateAllMimeTypes',
      ],
      CharsetSourceEnc: ['TAKE1', 'FileInfo', 'source (html,cgi,ssi) file charset'],
    },
  },
  {
    identifier: 'data_module',
    httpd: 'modules/filters/mod_data.c',
    directives: {},
  },
  {
    identifier: 'dav_fs_module',
    httpd: 'modules/dav/fs/mod_dav_fs.c',
    directives: {
      DAVLockDB: ['TAKE1', 'server', 'specify a lock database'],
    },
  },
  {
    identifier: 'dav_lock_module',
    httpd: 'modules/dav/lock/mod_dav_lock.c',
    directives: {
      DAVGenericLockDB: ['TAKE1', 'directory', 'specify a lock database'],
    },
  },
  {
    identifier: 'dav_module',
    httpd: 'modules/dav/main/mod_dav.c',
    directives: {
      DAV: ['TAKE1', 'directory', 'specify the DAV provider for a directory or location'],
      DAVBasePath: ['TAKE1', 'directory', 'specify the DAV repository base URL'],
      DAVDepthInfinity: ['FLAG', 'server, directory', 'allow Depth infinity PROPFIND requests'],
      DAVLockDiscovery: ['FLAG', 'server, directory', 'allow lock discovery by PROPFIND requests'],
      DAVMinTimeout: ['TAKE1', 'server, directory', 'specify minimum allowed timeout'],
    },
  },
  {
    identifier: 'dialup_module',
    httpd: 'modules/test/mod_dialup.c',
    directives: {
      ModemStandard: [
        'TAKE1',
        'directory',
        "Modem Standard to.. simulate. Must be one of: 'V.21', 'V.26bis', 'V.32', 'V.34', or 'V.92'",
      ],
    },
  },
  {
    identifier: 'dumpio_module',
    httpd: 'modules/debugging/mod_dumpio.c',
    directives: {
      DumpIOInput: ['FLAG', 'server', 'Enable I/O Dump on Input Data'],
      DumpIOOutput: ['FLAG', 'server', 'Enable I/O Dump on Output Data'],
    },
  },
  {
    identifier: 'echo_module',
    httpd: 'modules/echo/mod_echo.c',
    directives: {
      ProtocolEcho: ['FLAG', 'server', 'Run an echo server on this host'],
    },
  },
  {
    identifier: 'ext_filter_module',
    httpd: 'modules/filters/mod_ext_filter.c',
    directives: {
      ExtFilterDefine: ['RAW_ARGS', 'server', 'Define an external filter'],
      ExtFilterOptions: ['ITERATE', 'directory', 'valid options: LogStderr, NoLogStderr'],
    },
  },
  {
    identifier: 'file_cache_module',
    httpd: 'modules/cache/mod_file_cache.c',
    directives: {
      cachefile: [
        'ITERATE',
        'server',
        'A space separated list of files to add to the file handle cache at config time',
      ],
      mmapfile: ['ITERATE', 'server', 'A space separated list of files to mmap at config time'],
    },
  },
  {
    identifier: 'http2_module',
    httpd: 'modules/http2/mod_http2.c',
    directives: {
      H2CopyFiles: ['TAKE1', 'FileInfo', 'on to perform copy of file data'],
      H2Direct: ['TAKE1', 'server', 'on to enable direct HTTP/2 mode'],
      H2EarlyHint: [
        'TAKE2',
        'FileInfo, AuthConfig',
        "add a a 'Link:' header for a 103 Early Hints response.",
      ],
      H2EarlyHints: ['TAKE1', 'server', 'on to enable interim status 103 responses'],
      H2MaxDataFrameLen: ['TAKE1', 'server', 'maximum number of bytes in a single HTTP/2 DATA frame'],
      H2MaxHeaderBlockLen: ['TAKE1', 'server', 'maximum number of bytes in a response header block'],
      H2MaxSessionStreams: ['TAKE1', 'server', 'maximum number of open streams per session'],
      H2MaxStreamErrors: ['TAKE1', 'server', 'maximum number of flow control errors tolerated'],
      H2MaxWorkerIdleSeconds: [
        'TAKE1',
        'server',
        'maximum number of idle seconds before a worker shuts down',
      ],
      H2MaxWorkers: ['TAKE1', 'server', 'maximum number of worker threads per child'],
      H2MinWorkers: ['TAKE1', 'server', 'minimum number of worker threads per child'],
      H2ModernTLSOnly: ['TAKE1', 'server', 'off to not impose RFC 7540 restrictions on TLS'],
      H2OutputBuffering: ['TAKE1', 'server', 'set stream output buffer on/off'],
      H2Padding: ['TAKE1', 'server', 'set payload padding'],
      H2ProxyRequests: ['TAKE1', 'FileInfo', 'Enables forward proxy requests via HTTP/2'],
      H2Push: ['TAKE1', 'server, AuthConfig', 'off to disable HTTP/2 server push'],
      H2PushDiarySize: ['TAKE1', 'server', 'size of push diary'],
      H2PushPriority: ['TAKE23', 'server', 'define priority of PUSHed resources per content type'],
      H2PushResource: [
        'TAKE123',
        'FileInfo, AuthConfig',
        'add a resource to be pushed in this location/on this server.',
      ],
      H2SerializeHeaders: ['TAKE1', 'server', 'disabled, this directive has no longer an effect.'],
      H2SessionExtraFiles: ['TAKE1', 'server', 'number of extra file a session might keep open (obsolete)'],
      H2StreamMaxMemSize: ['TAKE1', 'server', 'maximum number of bytes buffered in memory for a stream'],
      H2StreamTimeout: ['TAKE1', 'server', 'set stream timeout'],
      H2TLSCoolDownSecs: ['TAKE1', 'server', 'seconds of idle time on TLS before shrinking writes'],
      H2TLSWarmUpSize: ['TAKE1', 'server', 'number of bytes on TLS connection before doing max writes'],
      H2Upgrade: ['TAKE1', 'server, AuthConfig', 'on to allow HTTP/1 Upgrades to h2/h2c'],
      H2WebSockets: ['TAKE1', 'server', 'off to disable WebSockets over HTTP/2'],
      H2WindowSize: ['TAKE1', 'server', 'window size on client DATA'],
    },
  },
  {
    identifier: 'ident_module',
    httpd: 'modules/metadata/mod_ident.c',
    directives: {
      IdentityCheck: ['FLAG', 'server, directory', 'Enable identd (RFC 1413) user lookups - SLOW'],
      IdentityCheckTimeout: [
        'TAKE1',
        'server, directory',
        'Identity check (RFC 1413) timeout duration (sec)',
      ],
    },
  },
  {
    identifier: 'imagemap_module',
    httpd: 'modules/mappers/mod_imagemap.c',
    directives: {
      ImapBase: ['TAKE1', 'Indexes', "the base for all URL's: map, referer, URL (or start of)"],
      ImapDefault: ['TAKE1', 'Indexes', 'the action taken if no match: error, nocontent, referer, menu, URL'],
      ImapMenu: [
        'TAKE1',
        'Indexes',
        'the type of menu generated: none, formatted, semiformatted, unformatted',
      ],
    },
  },
  {
    identifier: 'info_module',
    httpd: 'modules/generators/mod_info.c',
    directives: {
      AddModuleInfo: ['TAKE2', 'server', 'a module name and additional information on that module'],
    },
  },
  {
    identifier: 'ldap_module',
    httpd: 'modules/ldap/util_ldap.c',
    directives: {
      LDAPCacheEntries: [
        'TAKE1',
        'server',
        'Set the maximum number of entries that are possible in the LDAP search cache. Use 0 or -1 to disable the search cache (default: 1024)',
        'virtualHost',
      ],
      LDAPCacheTTL: [
        'TAKE1',
        'server',
        'Set the maximum time (in seconds) that an item can be cached in the LDAP search cache. Use 0 for no limit. (default 600)',
        'virtualHost',
      ],
      LDAPConnectionPoolTTL: [
        'TAKE1',
        'server',
        'Specify the maximum amount of time a bound connection can sit idle and still be considered valid for reuse(0 = no pool, -1 = no limit, n = time in seconds). Default: -1',
      ],
      LDAPConnectionTimeout: [
        'TAKE1',
        'server',
        'Specify the LDAP socket connection timeout in seconds (default: 10)',
        'virtualHost',
      ],
      LDAPLibraryDebug: [
        'TAKE1',
        'server',
        'Enable debugging in LDAP SDK (Default: off, values: SDK specific',
        'virtualHost',
      ],
      LDAPOpCacheEntries: [
        'TAKE1',
        'server',
        'Set the maximum number of entries that are possible in the LDAP compare cache. Use 0 or -1 to disable the compare cache (default: 1024)',
        'virtualHost',
      ],
      LDAPOpCacheTTL: [
        'TAKE1',
        'server',
        'Set the maximum time (in seconds) that an item is cached in the LDAP operation cache. Use 0 for no limit. (default: 600)',
        'virtualHost',
      ],
      LDAPReferralHopLimit: [
        'TAKE1',
        'AuthConfig',
        'Limit the number of referral hops that LDAP can follow. (Integer value, Consult LDAP SDK documentation for applicability and defaults',
      ],
      LDAPReferrals: [
        'TAKE1',
        'AuthConfig',
        "Choose whether referrals are chased ['ON'|'OFF'|'DEFAULT'].  Default 'ON'",
      ],
      LDAPRetries: [
        'TAKE1',
        'server',
        'Specify the number of times a failed LDAP operation should be retried (0 = no retries). Default: 3',
        'virtualHost',
      ],
      LDAPRetryDelay: [
        'TAKE1',
        'server',
        'Specify the delay between retries of a failed LDAP operation (0 = no delay). Default: 0',
        'virtualHost',
      ],
      LDAPSharedCacheFile: [
        'TAKE1',
        'server',
        'Set the file name for the shared memory cache.',
        'virtualHost',
      ],
      LDAPSharedCacheSize: [
        'TAKE1',
        'server',
        'Set the size of the shared memory cache (in bytes). Use 0 to disable the shared memory cache. (default: 500000)',
        'virtualHost',
      ],
      LDAPTimeout: [
        'TAKE1',
        'server',
        'Specify the LDAP bind/search timeout in seconds (0 = no limit). Default: 60',
        'virtualHost',
      ],
      LDAPTrustedClientCert: [
        'TAKE23',
        'AuthConfig',
        'Takes three arguments: the first argument is the certificate type of the second argument, one of CA_DER, CA_BASE64, CA_CERT7_DB, CA_SECMOD, CERT_DER, CERT_BASE64, CERT_KEY3_DB, CERT_NICKNAME, KEY_DER, or KEY_BASE64. The second argument specifies the file and/or directory containing the client certificate, or certificate ID used to validate this LDAP client.  The third argument is an optional passphrase if applicable.',
      ],
      LDAPTrustedGlobalCert: [
        'TAKE23',
        'server',
        'Takes three arguments; the first argument is the cert type of the second argument, one of CA_DER, CA_BASE64, CA_CERT7_DB, CA_SECMOD, CERT_DER, CERT_BASE64, CERT_KEY3_DB, CERT_NICKNAME, KEY_DER, or KEY_BASE64. The second argument specifes the file and/or directory containing the trusted CA certificates (and global client certs for Netware) used to validate the LDAP server. The third argument is an optional passphrase if applicable.',
        'virtualHost',
      ],
      LDAPTrustedMode: [
        'TAKE1',
        'server',
        'Specify the type of security that should be applied to an LDAP connection. One of; NONE, SSL or STARTTLS.',
      ],
      LDAPVerifyServerCert: [
        'FLAG',
        'server',
        "Set to 'ON' requires that the server certificate be verified before a secure LDAP connection can be establish.  Default 'ON'",
        'virtualHost',
      ],
    },
  },
  {
    identifier: 'log_debug_module',
    httpd: 'modules/loggers/mod_log_debug.c',
    directives: {
      LogMessage: [
        'TAKE123',
        'server, directory',
        'Log a debug message to the error log if this config block is used for  a request',
      ],
    },
  },
  {
    identifier: 'log_forensic_module',
    httpd: 'modules/loggers/mod_log_forensic.c',
    directives: {
      ForensicLog: ['TAKE1', 'server', 'the filename of the forensic log'],
    },
  },
  {
    identifier: 'lua_module',
    httpd: 'modules/lua/mod_lua.c',
    directives: {
      '<LuaHookAccessChecker': [
        'RAW_ARGS',
        'All',
        'Provide a hook for the access_checker phase of request processing',
      ],
      '<LuaHookAuthChecker': [
        'RAW_ARGS',
        'All',
        'Provide a hook for the auth_checker phase of request processing',
      ],
      '<LuaHookCheckUserID': [
        'RAW_ARGS',
        'All',
        'Provide a hook for the check_user_id phase of request processing',
      ],
      '<LuaHookFixups': [
        'RAW_ARGS',
        'All',
        'Provide a inline hook for the fixups phase of request processing',
      ],
      '<LuaHookMapToStorage': [
        'RAW_ARGS',
        'All',
        'Provide a hook for the map_to_storage phase of request processing',
      ],
      '<LuaHookPreTranslateName': [
        'RAW_ARGS',
        'All',
        'Provide a hook for the pre_translate name phase of request processing',
      ],
      '<LuaHookTranslateName': [
        'RAW_ARGS',
        'All',
        'Provide a hook for the translate name phase of request processing',
      ],
      '<LuaHookTypeChecker': [
        'RAW_ARGS',
        'All',
        'Provide a hook for the type_checker phase of request processing',
      ],
      '<LuaQuickHandler': ['RAW_ARGS', 'All', 'Provide a hook for the quick handler of request processing'],
      Lua_____ByteCodeHack: ['RAW_ARGS', 'All', '(internal) Byte code handler'],
      LuaAuthzProvider: ['TAKE3', 'server', 'Provide an authorization provider'],
      LuaCodeCache: [
        'TAKE1',
        'All',
        'Controls the behavior of the in-memory code cache  context: stat|forever|never (default: stat) ',
      ],
      LuaHookAccessChecker: [
        'TAKE23',
        'All',
        'Provide a hook for the access_checker phase of request processing',
      ],
      LuaHookAuthChecker: [
        'TAKE23',
        'All',
        'Provide a hook for the auth_checker phase of request processing',
      ],
      LuaHookCheckUserID: [
        'TAKE23',
        'All',
        'Provide a hook for the check_user_id phase of request processing',
      ],
      LuaHookFixups: ['TAKE2', 'All', 'Provide a hook for the fixups phase of request processing'],
      LuaHookInsertFilter: [
        'TAKE2',
        'All',
        'Provide a hook for the insert_filter phase of request processing',
      ],
      LuaHookLog: ['TAKE2', 'All', 'Provide a hook for the logging phase of request processing'],
      LuaHookMapToStorage: [
        'TAKE2',
        'All',
        'Provide a hook for the map_to_storage phase of request processing',
      ],
      LuaHookPreTranslateName: [
        'TAKE2',
        'All',
        'Provide a hook for the pre_translate name phase of request processing',
      ],
      LuaHookTranslateName: [
        'TAKE23',
        'All',
        'Provide a hook for the translate name phase of request processing',
        'limit, directory, files, htaccess',
      ],
      LuaHookTypeChecker: ['TAKE2', 'All', 'Provide a hook for the type_checker phase of request processing'],
      LuaInherit: [
        'TAKE1',
        'All',
        'Controls how Lua scripts in parent contexts are merged with the current  context: none|parent-last|parent-first (default: parent-first) ',
      ],
      LuaInputFilter: [
        'TAKE3',
        'All',
        'Registers a Lua function as an input filter',
        'limit, directory, files, htaccess',
      ],
      LuaMapHandler: ['TAKE23', 'All', 'Maps a path to a lua handler', 'limit, directory, files, htaccess'],
      LuaOutputFilter: [
        'TAKE3',
        'All',
        'Registers a Lua function as an output filter',
        'limit, directory, files, htaccess',
      ],
      LuaPackageCPath: ['TAKE1', 'All', "Add a directory to lua's package.cpath"],
      LuaPackagePath: ['TAKE1', 'All', "Add a directory to lua's package.path"],
      LuaQuickHandler: [
        'TAKE2',
        'All',
        'Provide a hook for the quick handler of request processing',
        'limit, directory, files, htaccess',
      ],
      LuaRoot: ['TAKE1', 'All', 'Specify the base path for resolving relative paths for mod_lua directives'],
      LuaScope: ['TAKE123', 'All', 'One of once, request, conn, server -- default is once'],
    },
  },
  {
    identifier: 'md_module',
    httpd: 'modules/md/mod_md.c',
    directives: {
      '<MDomain': ['RAW_ARGS', 'server', 'Short form for <MDomainSet> container.'],
      '<MDomainSet': [
        'RAW_ARGS',
        'server',
        'Container for a managed domain with common settings and certificate.',
      ],
      MDActivationDelay: ['TAKE1', 'server', 'How long to delay activation of new certificates'],
      MDBaseServer: ['TAKE1', 'server', 'Allow managing of base server outside virtual hosts.'],
      MDCACertificateFile: ['TAKE1', 'server', 'Set the CA file to use for connections'],
      MDCAChallenges: ['TAKE_ARGV', 'server', 'A list of challenge types to be used.'],
      MDCertificateAgreement: [
        'TAKE1',
        'server',
        "either 'accepted' or the URL of CA Terms-of-Service agreement you accept",
      ],
      MDCertificateAuthority: [
        'TAKE_ARGV',
        'server',
        'URL(s) or known name(s) of CA issuing the certificates',
      ],
      MDCertificateCheck: ['TAKE2', 'server', 'Set name and URL pattern for a certificate monitoring site.'],
      MDCertificateFile: [
        'TAKE1',
        'server',
        'set the static certificate (chain) file to use for this domain.',
      ],
      MDCertificateKeyFile: ['TAKE1', 'server', 'set the static private key file to use for this domain.'],
      MDCertificateProtocol: ['TAKE1', 'server', 'Protocol used to obtain/renew certificates'],
      MDCertificateStatus: ['TAKE1', 'server', 'On to see Managed Domain expose /.httpd/certificate-status.'],
      MDChallengeDns01: ['RAW_ARGS', 'server', 'Set the command for setup/teardown of dns-01 challenges'],
      MDChallengeDns01Version: [
        'TAKE1',
        'server',
        'Set the type of arguments to call `MDChallengeDns01` with',
      ],
      MDCheckInterval: ['TAKE1', 'server', 'Time between certificate checks.'],
      MDContactEmail: ['TAKE1', 'server', 'Email address used for account registration'],
      MDDriveMode: ['TAKE1', 'server', 'deprecated, older name for MDRenewMode'],
      MDExternalAccountBinding: [
        'TAKE12',
        'server',
        'Set the external account binding keyid and hmac values to use at CA',
      ],
      MDHttpProxy: ['TAKE1', 'server', 'URL of a HTTP(S) proxy to use for outgoing connections'],
      MDHttpProxyCACertificateFile: [
        'TAKE1',
        'server',
        'Set the CA file to use for connections to the HTTP(S) proxy',
      ],
      MDInitialDelay: ['TAKE1', 'server', 'How long to delay the first certificate check.'],
      MDMatchNames: ['TAKE1', 'server', 'Determines how DNS names are matched to vhosts.'],
      MDMember: [
        'TAKE_ARGV',
        'server',
        "Define domain name(s) part of the Managed Domain. Use 'auto' or 'manual' to enable/disable auto adding names from virtual hosts.",
      ],
      MDMembers: [
        'TAKE_ARGV',
        'server',
        "Define domain name(s) part of the Managed Domain. Use 'auto' or 'manual' to enable/disable auto adding names from virtual hosts.",
      ],
      MDMessageCmd: ['RAW_ARGS', 'server', 'Set the command run when a message about a domain is issued.'],
      MDMustStaple: ['TAKE1', 'server', 'Enable/Disable the Must-Staple flag for new certificates.'],
      MDNotifyCmd: ['RAW_ARGS', 'server', 'Set the command to run when signup/renew of domain is complete.'],
      MDomain: ['TAKE_ARGV', 'server', 'A group of server names with one certificate'],
      MDPortMap: [
        'TAKE12',
        'server',
        'Declare the mapped ports 80 and 443 on the local server. E.g. 80:8000 to indicate that the server port 8000 is reachable as port 80 from the internet. Use 80:- to indicate that port 80 is not reachable from the outside.',
      ],
      MDPrivateKeys: ['TAKE_ARGV', 'server', 'set the type and parameters for private key generation'],
      MDProfile: ['TAKE1', 'server', 'The name of an CA profile to order certificates for.'],
      MDProfileMandatory: ['TAKE1', 'server', 'Determines if a configured CA profile is mandatory.'],
      MDRenewMode: [
        'TAKE1',
        'server',
        'Controls how renewal of Managed Domain certificates shall be handled.',
      ],
      MDRenewViaARI: ['TAKE1', 'server', 'Enable/Disable ACME ARI (RFC 9773) to trigger renewals.'],
      MDRenewWindow: [
        'TAKE1',
        'server',
        'Time length for renewal before certificate expires (defaults to days).',
      ],
      MDRequireHttps: [
        'TAKE1',
        'server, AuthConfig',
        'Redirect non-secure requests to the https: equivalent.',
        'limit, directory, location',
      ],
      MDRetryDelay: ['TAKE1', 'server', 'Time length for first retry, doubled on every consecutive error.'],
      MDRetryFailover: [
        'TAKE1',
        'server',
        'The number of errors before a failover to another CA is triggered.',
      ],
      MDServerStatus: ['TAKE1', 'server', 'On to see Managed Domains in server-status.'],
      MDStapleOthers: [
        'TAKE1',
        'server',
        'Enable/Disable OCSP Stapling for certificates not in Managed Domains.',
      ],
      MDStapling: ['TAKE1', 'server', 'Enable/Disable OCSP Stapling for this/all Managed Domain(s).'],
      MDStaplingKeepResponse: [
        'TAKE1',
        'server',
        'The amount of time to keep an OCSP response in the store.',
      ],
      MDStaplingRenewWindow: [
        'TAKE1',
        'server',
        'Time length for renewal before OCSP responses expire (defaults to days).',
      ],
      MDStoreDir: ['TAKE1', 'server', 'the directory for file system storage of managed domain data.'],
      MDStoreLocks: ['TAKE1', 'server', 'Configure locking of store for updates.'],
      MDWarnWindow: [
        'TAKE1',
        'server',
        'When less time remains for a certificate, send our/log a warning (defaults to days)',
      ],
    },
  },
  {
    identifier: 'ratelimit_module',
    httpd: 'modules/filters/mod_ratelimit.c',
    directives: {},
  },
  {
    identifier: 'reflector_module',
    httpd: 'modules/filters/mod_reflector.c',
    directives: {
      ReflectorHeader: [
        'TAKE12',
        'Options',
        'Header to reflect back in the response, with an optional new name.',
      ],
    },
  },
  {
    identifier: 'request_module',
    httpd: 'modules/filters/mod_request.c',
    directives: {
      KeptBodySize: ['TAKE1', 'directory', 'Maximum size of request bodies kept aside for use by filters'],
    },
  },
  {
    identifier: 'sed_module',
    httpd: 'modules/filters/mod_sed.c',
    directives: {
      InputSed: ['TAKE1', 'directory', 'Sed regular expression for Request'],
      OutputSed: ['TAKE1', 'directory', 'Sed regular expression for Response'],
    },
  },
  {
    identifier: 'session_cookie_module',
    httpd: 'modules/session/mod_session_cookie.c',
    directives: {
      SessionCookieName: [
        'RAW_ARGS',
        'server, AuthConfig',
        'The name of the RFC2109 cookie carrying the session',
      ],
      SessionCookieName2: [
        'RAW_ARGS',
        'server, AuthConfig',
        'The name of the RFC2965 cookie carrying the session',
      ],
      SessionCookieRemove: [
        'FLAG',
        'server, AuthConfig',
        "Set to 'On' to remove the session cookie from the headers and hide the cookie from a backend server or process",
      ],
    },
  },
  {
    identifier: 'session_crypto_module',
    httpd: 'modules/session/mod_session_crypto.c',
    directives: {
      SessionCryptoCipher: ['TAKE1', 'server, AuthConfig', 'The underlying crypto cipher to use'],
      SessionCryptoDriver: [
        'RAW_ARGS',
        'server',
        'The underlying crypto library driver to use',
        'virtualHost',
      ],
      SessionCryptoPassphrase: [
        'ITERATE',
        'server, AuthConfig',
        'The passphrase(s) used to encrypt the session. First will be used for encryption, all phrases will be accepted for decryption',
      ],
      SessionCryptoPassphraseFile: [
        'TAKE1',
        'server, directory',
        'File containing passphrase(s) used to encrypt the session, one per line. First will be used for encryption, all phrases will be accepted for decryption',
      ],
    },
  },
  {
    identifier: 'session_dbd_module',
    httpd: 'modules/session/mod_session_dbd.c',
    directives: {
      SessionDBDCookieName: [
        'RAW_ARGS',
        'server, AuthConfig',
        'The name of the RFC2109 cookie carrying the session key',
      ],
      SessionDBDCookieName2: [
        'RAW_ARGS',
        'server, AuthConfig',
        'The name of the RFC2965 cookie carrying the session key',
      ],
      SessionDBDCookieRemove: [
        'FLAG',
        'server, AuthConfig',
        'Remove the session cookie after session load. On by default.',
      ],
      SessionDBDDeleteLabel: [
        'TAKE1',
        'server, AuthConfig',
        'Query label used to delete an existing session',
      ],
      SessionDBDInsertLabel: ['TAKE1', 'server, AuthConfig', 'Query label used to insert a new session'],
      SessionDBDPerUser: ['FLAG', 'server, AuthConfig', 'Save the session per user'],
      SessionDBDSelectLabel: ['TAKE1', 'server, AuthConfig', 'Query label used to select a new session'],
      SessionDBDUpdateLabel: [
        'TAKE1',
        'server, AuthConfig',
        'Query label used to update an existing session',
      ],
    },
  },
  {
    identifier: 'session_module',
    httpd: 'modules/session/mod_session.c',
    directives: {
      Session: ['FLAG', 'server, AuthConfig', 'on if a session should be maintained for these URLs'],
      SessionEnv: [
        'FLAG',
        'server, AuthConfig',
        'on if a session should be written to the CGI environment. Defaults to off',
      ],
      SessionExclude: [
        'TAKE1',
        'server, AuthConfig',
        'URL prefixes to exclude from the session. Defaults to no URLs',
      ],
      SessionExpiryUpdateInterval: [
        'TAKE1',
        'server, AuthConfig',
        "time interval for which a session's expiry time may change without having to be rewritten. Zero to disable",
      ],
      SessionHeader: [
        'TAKE1',
        'server, AuthConfig',
        'output header, if present, whose contents will be injected into the session.',
      ],
      SessionInclude: [
        'TAKE1',
        'server, AuthConfig',
        'URL prefixes to include in the session. Defaults to all URLs',
      ],
      SessionMaxAge: [
        'TAKE1',
        'server, AuthConfig',
        'length of time for which a session should be valid. Zero to disable',
      ],
    },
  },
  {
    identifier: 'slotmem_plain_module',
    httpd: 'modules/slotmem/mod_slotmem_plain.c',
    directives: {},
  },
  {
    identifier: 'socache_dbm_module',
    httpd: 'modules/cache/mod_socache_dbm.c',
    directives: {},
  },
  {
    identifier: 'socache_memcache_module',
    httpd: 'modules/cache/mod_socache_memcache.c',
    directives: {
      MemcacheConnTTL: ['TAKE1', 'server', 'TTL used for the connection with the memcache server(s)'],
    },
  },
  {
    identifier: 'socache_redis_module',
    httpd: 'modules/cache/mod_socache_redis.c',
    directives: {
      RedisConnPoolTTL: ['TAKE1', 'server', 'TTL used for the connection pool with the Redis server(s)'],
      RedisTimeout: ['TAKE1', 'server', 'R/W timeout used for the connection with the Redis server(s)'],
    },
  },
  {
    identifier: 'socache_shmcb_module',
    httpd: 'modules/cache/mod_socache_shmcb.c',
    directives: {},
  },
  {
    identifier: 'suexec_module',
    httpd: 'modules/generators/mod_suexec.c',
    directives: {
      SuexecUserGroup: ['TAKE2', 'server', 'User and group for spawned processes'],
    },
  },
  {
    identifier: 'unique_id_module',
    httpd: 'modules/metadata/mod_unique_id.c',
    directives: {},
  },
  {
    identifier: 'usertrack_module',
    httpd: 'modules/metadata/mod_usertrack.c',
    directives: {
      CookieDomain: ['TAKE1', 'FileInfo', 'domain to which this cookie applies'],
      CookieExpires: ['TAKE1', 'FileInfo', 'an expiry date code'],
      CookieHttpOnly: ['FLAG', 'FileInfo', 'is cookie http only'],
      CookieName: ['TAKE1', 'FileInfo', 'name of the tracking cookie'],
      CookieSameSite: ['TAKE1', 'FileInfo', 'SameSite setting'],
      CookieSecure: ['FLAG', 'FileInfo', 'is cookie secure'],
      CookieStyle: ['TAKE1', 'FileInfo', "'Netscape', 'Cookie' (RFC2109), or 'Cookie2' (RFC2965)"],
      CookieTracking: ['FLAG', 'FileInfo', 'whether or not to enable cookies'],
    },
  },
];

/** What mod_ssl declares and does not do. */
export const undoneTls: KnownModule = {
  identifier: 'ssl_module',
  httpd: 'modules/ssl/mod_ssl.c',
  directives: {
    SSLCADNRequestFile: [
      'TAKE1',
      'server',
      "SSL CA Distinguished Name file ('/path/to/file' - PEM encoded to derive acceptable CA names to request)",
    ],
    SSLCADNRequestPath: [
      'TAKE1',
      'server',
      "SSL CA Distinguished Name path ('/path/to/dir' - symlink hashes to PEM of acceptable CA names to request)",
    ],
    SSLLog: ['RAW_ARGS', 'All', 'SSLLog directive is no longer supported - use ErrorLog.'],
    SSLLogLevel: ['RAW_ARGS', 'All', 'SSLLogLevel directive is no longer supported - use LogLevel.'],
    SSLOCSPDefaultResponder: ['TAKE1', 'server', 'URL of the default OCSP Responder'],
    SSLOCSPEnable: [
      'RAW_ARGS',
      'server',
      "Enable use of OCSP to verify certificate revocation mode ('on', 'leaf', 'off')",
    ],
    SSLOCSPNoVerify: ['FLAG', 'server', "Do not verify OCSP Responder certificate ('on', 'off')"],
    SSLOCSPOverrideResponder: ['FLAG', 'server', "Force use of the default responder URL ('on', 'off')"],
    SSLOCSPProxyURL: ['TAKE1', 'server', 'Proxy URL to use for OCSP requests'],
    SSLOCSPResponderCertificateFile: [
      'TAKE1',
      'server',
      "Trusted OCSP responder certificates(`/path/to/file' - PEM encoded certificates)",
    ],
    SSLOCSPResponderTimeout: ['TAKE1', 'server', 'OCSP responder query timeout'],
    SSLOCSPResponseMaxAge: ['TAKE1', 'server', 'Maximum age of OCSP responses'],
    SSLOCSPResponseTimeSkew: ['TAKE1', 'server', 'Maximum time difference in OCSP responses'],
    SSLOCSPUseRequestNonce: ['FLAG', 'server', "Whether OCSP queries use a nonce or not ('on', 'off')"],
    SSLSRPUnknownUserSeed: [
      'TAKE1',
      'server',
      "SRP seed for unknown users (to avoid leaking a user's existence) ('some secret text')",
    ],
    SSLSRPVerifierFile: ['TAKE1', 'server', "SRP verifier file ('/path/to/file' - created by srptool)"],
    SSLStaplingForceURL: ['TAKE1', 'server', 'SSL stapling option to Force the OCSP Stapling URL'],
  },
};
