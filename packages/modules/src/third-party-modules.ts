import {
  type DirectiveDeclaration,
  defineModule,
  directive,
  type ModuleDefinition,
  rawArguments,
  section,
} from '@httpd-ts/kernel';

/** A module that is not Apache's own: what configurations call it, and what to do without it. */
export interface ThirdPartyModule {
  readonly title: string;
  /** First arguments of LoadModule. */
  readonly identifiers: RegExp;
  /** Source file, the other name `<IfModule>` knows. */
  readonly file: string;
  /** Names of its directives and sections (without `<`). */
  readonly directives: RegExp;
  readonly instead: string;
}

/** Modules of others that real configurations load, the most frequent first. */
export const thirdPartyModules: readonly ThirdPartyModule[] = [
  {
    title: 'mod_php',
    identifiers: /^php\d*_module$/,
    file: 'mod_php.c',
    directives: /^(?:php_(?:admin_)?(?:value|flag)|PHPINIDir)$/i,
    instead:
      'run PHP-FPM and hand it the scripts: <FilesMatch "\\.php$"> SetHandler "proxy:unix:/run/php/php-fpm.sock|fcgi://localhost" </FilesMatch>; php_value and php_flag go to the pool or to .user.ini',
  },
  {
    title: 'mod_wsgi',
    identifiers: /^wsgi_module$/,
    file: 'mod_wsgi.c',
    directives: /^WSGI\w+$/i,
    instead:
      'run the application under a WSGI server (gunicorn, uWSGI, mod_wsgi-express) and reach it with ProxyPass; its static files stay with Alias',
  },
  {
    title: 'mod_jk',
    identifiers: /^jk_module$/,
    file: 'mod_jk.c',
    directives: /^Jk\w+$/i,
    instead:
      'use mod_proxy_ajp: each JkMount becomes ProxyPass to ajp://host:8009/ with secret=, a load-balancer worker becomes <Proxy balancer://NAME> with route= and stickysession=JSESSIONID|jsessionid',
  },
  {
    title: 'ModSecurity',
    identifiers: /^security[23]_module$/,
    file: 'mod_security2.c',
    directives: /^(?:Sec[A-Z]\w+|modsecurity(?:_\w+)?)$/i,
    instead:
      'keep the web application firewall in front (ModSecurity or Coraza in a proxy); without it requests are not inspected, so do not simply drop the lines',
  },
  {
    title: 'Phusion Passenger',
    identifiers: /^passenger_module$/,
    file: 'mod_passenger.c',
    directives: /^(?:Passenger|Rails|Rack|Meteor)\w+$/i,
    instead: 'run the application with Passenger Standalone, Puma or Node itself and reach it with ProxyPass',
  },
  {
    title: 'Shibboleth',
    identifiers: /^mod_shib$/,
    file: 'mod_shib.cpp',
    directives: /^Shib\w+$/i,
    instead:
      'put an authenticating proxy for SAML in front; paths that the service provider guards must not be served without it',
  },
  {
    title: 'mod_auth_openidc',
    identifiers: /^auth_openidc_module$/,
    file: 'mod_auth_openidc.c',
    directives: /^(?:OIDC|OAuth)\w+$/i,
    instead:
      'put an authenticating proxy for OpenID Connect (oauth2-proxy and the like) in front; the paths it guards must not be served without it',
  },
  {
    title: 'mod_auth_mellon',
    identifiers: /^auth_mellon_module$/,
    file: 'mod_auth_mellon.c',
    directives: /^Mellon\w+$/i,
    instead:
      'put an authenticating proxy for SAML in front; the paths it guards must not be served without it',
  },
  {
    title: 'mod_auth_cas',
    identifiers: /^auth_cas_module$/,
    file: 'mod_auth_cas.c',
    directives: /^CAS(?!eFilter)\w+$/i,
    instead:
      'put an authenticating proxy for CAS in front; the paths it guards must not be served without it',
  },
  {
    title: 'mod_auth_gssapi / mod_auth_kerb',
    identifiers: /^auth_(?:gssapi|kerb)_module$/,
    file: 'mod_auth_gssapi.c',
    directives: /^(?:Gssapi|Krb)\w+$/i,
    instead:
      'put an authenticating proxy for Kerberos in front; the paths it guards must not be served without it',
  },
  {
    title: 'mod_authnz_external',
    identifiers: /^(?:authnz_external|authz_unixgroup)_module$/,
    file: 'mod_authnz_external.c',
    directives:
      /^(?:(?:Define|Add)?External(?:Auth|Group)\w*|AuthExternal\w*|GroupExternal\w*|AuthzUnixgroup\w*)$/i,
    instead: 'keep the passwords in a file (AuthBasicProvider file) or in front of the server',
  },
  {
    title: 'mod_fcgid',
    identifiers: /^fcgid_module$/,
    file: 'mod_fcgid.c',
    directives: /^(?:Fcgid\w+|FCGIWrapper|IPCConnectTimeout|MaxRequestLen|DefaultInitEnv)$/i,
    instead:
      'start the FastCGI processes by themselves (PHP-FPM, spawn-fcgi, systemd) and use mod_proxy_fcgi',
  },
  {
    title: 'mod_fastcgi',
    identifiers: /^fastcgi_module$/,
    file: 'mod_fastcgi.c',
    directives: /^FastCgi\w+$/i,
    instead:
      'start the FastCGI processes by themselves (PHP-FPM, spawn-fcgi, systemd) and use mod_proxy_fcgi',
  },
  {
    title: 'mod_perl',
    identifiers: /^perl_module$/,
    file: 'mod_perl.c',
    directives: /^Perl\w*$/i,
    instead:
      'run the application under a PSGI server (Starman, uWSGI) and reach it with ProxyPass; handlers in Perl have no equivalent',
  },
  {
    title: 'mod_python',
    identifiers: /^python_module$/,
    file: 'mod_python.c',
    directives: /^Python\w+$/i,
    instead: 'run the application under an application server and reach it with ProxyPass',
  },
  {
    title: 'mod_evasive',
    identifiers: /^evasive\d*_module$/,
    file: 'mod_evasive20.c',
    directives: /^DOS\w+$/i,
    instead:
      'limit the rate of clients in front of the server (a firewall, fail2ban, a content delivery network)',
  },
  {
    title: 'mod_qos',
    identifiers: /^qos_module$/,
    file: 'mod_qos.c',
    directives: /^QS_\w+$/i,
    instead:
      'limit clients in front of the server; RequestReadTimeout and the Limit... directives cover slow and oversized requests',
  },
  {
    title: 'mod_xsendfile',
    identifiers: /^xsendfile_module$/,
    file: 'mod_xsendfile.c',
    directives: /^XSendFile\w*$/i,
    instead: 'let the application send the file itself, or redirect it to a location that the server guards',
  },
  {
    title: 'mod_pagespeed',
    identifiers: /^pagespeed_module$/,
    file: 'mod_pagespeed.cc',
    directives: /^(?:ModPagespeed|Pagespeed)\w*$/i,
    instead: 'leave it out: pages are served as they are, which changes their speed only',
  },
  {
    title: 'mod_rpaf',
    identifiers: /^rpaf_module$/,
    file: 'mod_rpaf.c',
    directives: /^RPAF_?\w+$/i,
    instead: "use Apache's own mod_remoteip: RemoteIPHeader and RemoteIPInternalProxy",
  },
  {
    title: 'mod_cloudflare',
    identifiers: /^cloudflare_module$/,
    file: 'mod_cloudflare.c',
    directives: /^(?:CloudFlare\w+|DenyAllButCloudFlare)$/i,
    instead:
      "use Apache's own mod_remoteip: RemoteIPHeader CF-Connecting-IP with the ranges as RemoteIPTrustedProxy",
  },
  {
    title: 'mod_geoip / mod_maxminddb',
    identifiers: /^(?:geoip|maxminddb)_module$/,
    file: 'mod_maxminddb.c',
    directives: /^(?:GeoIP|MaxMindDB)\w+$/i,
    instead:
      'look the country up in front of the server and pass it on as a header; rules that read its variables see them empty',
  },
  {
    title: 'Subversion',
    identifiers: /^(?:dav_svn|authz_svn|dontdothat)_module$/,
    file: 'mod_dav_svn.c',
    directives: /^(?:SVN\w+|AuthzSVN\w+|DontDoThat\w+)$/i,
    instead: 'keep an Apache for the repositories and reach it with ProxyPass, or use svnserve',
  },
  {
    title: 'LiteSpeed cache',
    identifiers: /^(?:lsapi|cache_litespeed|litespeed)_module$/,
    file: 'mod_lsapi.c',
    directives: /^(?:lsapi_?\w*|CacheLookup|CacheEngine|LiteSpeed\w*)$/i,
    instead: 'run PHP-FPM in its place; the page cache of LiteSpeed has no equivalent here',
  },
  {
    title: 'mod_ruid2 / mpm_itk',
    identifiers: /^(?:ruid2|mpm_itk)_module$/,
    file: 'mod_ruid2.c',
    directives:
      /^(?:RMode|RUidGid|RMinUidGid|RDefaultUidGid|RGroups|RDocumentChRoot|AssignUserID\w*|MaxClientsVHost|NiceValue|LimitUIDRange|LimitGIDRange)$/i,
    instead:
      'run applications under users of their own (a PHP-FPM pool each); the server itself has one user',
  },
];

/** The third-party module that an identifier of LoadModule names. */
export const thirdPartyByIdentifier = (identifier: string): ThirdPartyModule | undefined =>
  thirdPartyModules.find(({ identifiers }) => identifiers.test(identifier));

/** The third-party module that a directive most likely belongs to. */
export const thirdPartyByDirective = (name: string): ThirdPartyModule | undefined =>
  thirdPartyModules.find(({ directives }) => directives.test(name));

/**
 * A module that takes these names with any arguments, so that what stands around them can be judged. Serving refuses
 * every one of them.
 */
export function declareThirdParty(
  title: string,
  identifier: string,
  file: string,
  names: readonly string[],
): ModuleDefinition {
  return defineModule({
    name: title,
    identifier,
    httpd: file,
    directives: Object.fromEntries(names.map((name) => [name, anyUse(name)])),
  });
}

const anywhere = { context: 'anywhere', override: 'All', support: 'known' } as const;

const anyUse = (name: string): DirectiveDeclaration =>
  name.startsWith('<')
    ? section({ ...anywhere, open: () => undefined })
    : directive<string>({ ...anywhere, args: rawArguments, set: () => undefined });
