/** One configuration that both servers are started with. */
export interface Configuration {
  readonly name: string;
  /** Follows the preamble; `@ROOT@`, `@PORT@` and `@BACK0@` … are replaced. */
  readonly text: string;
  /** Files below `@ROOT@`; a text that begins with `->` makes a symbolic link. */
  readonly files: Readonly<Record<string, string>>;
  /** Paths that requests are made of. */
  readonly paths: readonly string[];
  readonly hosts?: readonly string[];
  /** Header lines of special interest here. */
  readonly headers?: readonly string[];
}

const modules = [
  'mpm_event access_compat alias auth_basic authn_core authn_file authz_core authz_host authz_user autoindex deflate',
  'dir env filter headers mime negotiation proxy proxy_http proxy_balancer slotmem_shm lbmethod_byrequests',
  'lbmethod_bytraffic lbmethod_bybusyness reqtimeout rewrite setenvif',
]
  .join(' ')
  .split(' ');

/** What every configuration begins with: Debian's defaults with short timeouts. */
export const preamble = `ServerRoot @OWN@
DefaultRuntimeDir @OWN@
PidFile @OWN@/httpd.pid
ErrorLog @OWN@/error.log
ServerName fuzz.example
LogLevel warn
Timeout 2
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 2
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 1
ThreadsPerChild 50
MaxRequestWorkers 50
MinSpareThreads 1
MaxSpareThreads 50
Listen 127.0.0.1:@PORT@
User www-data
Group www-data
<Directory />
    Options FollowSymLinks
    AllowOverride None
    Require all denied
</Directory>
<Directory @ROOT@/>
    Options Indexes FollowSymLinks
    Require all granted
</Directory>
AccessFileName .htaccess
<FilesMatch "^\\.ht">
    Require all denied
</FilesMatch>
TypesConfig /etc/mime.types
AddType application/x-gzip .gz .tgz
AddLanguage de .de
AddLanguage en .en
AddLanguage fr .fr
AddCharset ISO-8859-1 .latin1
AddCharset UTF-8 .utf8
DirectoryIndex index.html index.php
LogFormat "%{remote}p|%h|%l|%u|%r|%>s|%s|%B|%O|%{Host}i|%{User-Agent}i|%U|%q|%f|%m|%H|%v|%k|%X|%{Content-Type}o" fuzz
CustomLog @OWN@/access.log fuzz
DocumentRoot @ROOT@/html
`;

const text = 'All that is gold does not glitter,\nnot all those who wander are lost.\n';

const site: Readonly<Record<string, string>> = {
  'html/index.html': '<h1>index</h1>\n',
  'html/a.txt': text,
  'html/long.txt': text.repeat(200),
  'html/empty.txt': '',
  'html/a b.txt': 'space\n',
  'html/p%cent.txt': 'per cent\n',
  'html/q?mark.txt': 'question\n',
  'html/back\\slash.txt': 'backslash\n',
  'html/page.html.en': '<p>en</p>\n',
  'html/page.html.de': '<p>de</p>\n',
  'html/script.php': '<?php secret ?>\n',
  'html/.htpasswd': 'alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n',
  'html/.hidden': 'hidden\n',
  'html/sub/one.html': 'one\n',
  'html/sub/two.txt': 'two\n',
  'html/sub/deep/three.css': 'b { c: d }\n',
  'html/withindex/index.html': 'with index\n',
  'html/withindex/data.json': '{}\n',
  'html/docs/readme.txt.gz': 'not truly gzip\n',
  'html/upper/FILE.TXT': 'upper\n',
  'outside/secret.txt': 'outside secret\n',
  'outside/index.html': 'outside index\n',
};
const sitePaths = [
  '/',
  '/index.html',
  '/a.txt',
  '/long.txt',
  '/empty.txt',
  '/a%20b.txt',
  '/p%25cent.txt',
  '/q%3fmark.txt',
  '/back%5cslash.txt',
  '/page.html',
  '/page',
  '/page.html.de',
  '/script.php',
  '/script.php/info',
  '/.htpasswd',
  '/.hidden',
  '/sub',
  '/sub/',
  '/sub/one.html',
  '/sub/deep/three.css',
  '/sub/?C=S;O=D',
  '/sub/?F=0',
  '/withindex',
  '/withindex/',
  '/withindex/index.html/extra',
  '/docs/readme.txt',
  '/docs/readme.txt.gz',
  '/upper/FILE.TXT',
  '/upper/file.txt',
  '/missing',
  '/missing/more',
  '/../outside/secret.txt',
];

const debian: Configuration = {
  name: 'debian',
  text: `
<Directory @ROOT@/html>
    Options Indexes FollowSymLinks MultiViews
    AllowOverride None
</Directory>
Alias /manual /usr/share/doc/apache2-doc/manual/en
<Directory /usr/share/doc/apache2-doc/manual>
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
Alias /icons/ /usr/share/apache2/icons/
<Directory /usr/share/apache2/icons>
    Options FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8
AddIcon /icons/text.gif .txt
DefaultIcon /icons/unknown.gif
ReadmeName README.html
HeaderName HEADER.html
IndexIgnore .??* *~ *# RCS CVS *,v *,t
<IfModule mod_reqtimeout.c>
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
</IfModule>
ErrorDocument 404 /a.txt
`,
  files: site,
  paths: [
    ...sitePaths,
    '/manual',
    '/manual/',
    '/manual/index.html',
    '/manual/mod/',
    '/icons/',
    '/icons/text.gif',
    '/icons',
    '/manual/mod/core.html',
  ],
};

const proxy: Configuration = {
  name: 'proxy',
  text: `
RewriteEngine On
ProxyPass /static/ http://127.0.0.1:@BACK0@/
ProxyPass /media http://127.0.0.1:@BACK1@
ProxyPass /wiki/static/ !
ProxyPass /wiki/ http://127.0.0.1:@BACK0@/w/
ProxyPassReverse /wiki/ http://127.0.0.1:@BACK0@/w/
ProxyPassReverseCookiePath /w/ /wiki/
ProxyPassReverseCookieDomain back.example front.example
ProxyPassMatch ^/match/(.*)\\.gif$ http://127.0.0.1:@BACK1@/img/$1
<Location /located/>
    ProxyPass http://127.0.0.1:@BACK0@/loc/
    ProxyPassReverse http://127.0.0.1:@BACK0@/loc/
    RequestHeader set X-Front here
    Header always set X-Seen "%{REQUEST_URI}e %s"
</Location>
ProxyPass /nocanon/ http://127.0.0.1:@BACK0@/nc/ nocanon
ProxyPass /keep/ http://127.0.0.1:@BACK0@/keep/ disablereuse=on
ProxyPass /dead/ http://127.0.0.1:1/ retry=0
<Location /preserve/>
    ProxyPreserveHost On
    ProxyErrorOverride On
    ProxyPass http://127.0.0.1:@BACK1@/
</Location>
RewriteRule ^/blog/(.*)\\.php$ http://127.0.0.1:@BACK0@/blog/$1.php [proxy]
RewriteRule ^/blog/(.*)\\.(js|css|jpg)$ http://127.0.0.1:@BACK1@/$2/$1 [P,L]
RewriteRule ^/ne/(.*)$ http://127.0.0.1:@BACK0@/ne/$1 [P,NE]
RewriteRule ^/b/(.*)$ http://127.0.0.1:@BACK0@/b/$1 [P,B]
RewriteRule ^/qsa/(.*)$ http://127.0.0.1:@BACK0@/?x=$1 [P,QSA]
RewriteRule ^/go/(.*)$ /other/$1?y=1 [R=302,L]
RewriteRule ^/gone/ - [G]
RewriteRule ^/forbid - [F]
RewriteCond %{HTTP_HOST} ^([a-z]+)\\.
RewriteCond %{REQUEST_METHOD} ^(GET|HEAD)$
RewriteRule ^/hostly/(.*)$ /sub/$1?h=%1 [PT]
RewriteCond @ROOT@/html%{REQUEST_FILENAME} !-f
RewriteRule ^/files/(.*)$ http://127.0.0.1:@BACK0@/$1 [proxy]
`,
  files: { ...site, 'html/files/there.txt': 'there\n', 'html/wiki/static/s.txt': 'static\n' },
  paths: [
    ...[
      'static/',
      'media',
      'media/',
      'wiki/',
      'located/',
      'nocanon/',
      'keep/',
      'preserve/',
      'qsa/',
      'ne/',
      'b/',
    ].flatMap((folder) =>
      [
        '',
        'x/y',
        'chunked',
        'status/404',
        'status/503',
        'redirect',
        'cookies',
        'hop',
        'no-length',
        'early',
        'hints',
        '304',
        'bad-head',
        'short',
        'big',
        '204',
        'twice',
      ].map((leaf) => `/${folder}${leaf}`),
    ),
    '/static',
    '/wiki/static/s.txt',
    '/wiki',
    '/match/a/b.gif',
    '/match/a.gif?x=1',
    '/blog/a.php',
    '/blog/a/b.js',
    '/blog/x.css?y',
    '/go/a%20b?q=1',
    '/gone/',
    '/forbid',
    '/hostly/one.html',
    '/files/there.txt',
    '/files/nothere.txt',
    '/dead/x',
    '/a.txt',
  ],
};

const accessText = `
<Directory @ROOT@/html>
    Options Indexes
    AllowOverride None
</Directory>
<Directory @ROOT@/html/owner>
    Options SymLinksIfOwnerMatch
</Directory>
<Directory @ROOT@/html/follow>
    Options +FollowSymLinks
</Directory>
<Directory @ROOT@/html/denied>
    Require all denied
</Directory>
<Directory @ROOT@/html/denied/again>
    Require all granted
</Directory>
<DirectoryMatch "/html/(m[0-9]+)(/|$)">
    Require all denied
</DirectoryMatch>
<Directory ~ "/html/re[a-z]$">
    Require method GET
</Directory>
<Files "secret*">
    Require all denied
</Files>
<FilesMatch "\\.(bak|inc)$">
    Require all denied
</FilesMatch>
<Location /private>
    Require all denied
</Location>
<Location /private/open>
    Require all granted
</Location>
<LocationMatch "^/lm/(?<who>[a-z]+)/">
    Require expr "%{env:MATCH_WHO} == 'friend'"
</LocationMatch>
<Location /auth>
    AuthType Basic
    AuthName "a \\"realm\\""
    AuthUserFile @ROOT@/passwords
    Require valid-user
</Location>
<Location /auth/alice>
    Require user alice
</Location>
<Directory @ROOT@/html/dirauth>
    AuthType Basic
    AuthName dirauth
    AuthUserFile @ROOT@/passwords
    <Limit POST PUT DELETE>
        Require user bob
    </Limit>
</Directory>
<Directory @ROOT@/html/except>
    <LimitExcept GET HEAD>
        Require all denied
    </LimitExcept>
</Directory>
<Directory @ROOT@/html/old>
    Order Deny,Allow
    Deny from all
    Allow from 127.0.0.2 env=letmein
</Directory>
SetEnvIf X-Let "in" letmein
<Directory @ROOT@/html/oldallow>
    Order Allow,Deny
    Allow from all
    Deny from env=keepout
</Directory>
SetEnvIfNoCase User-Agent "bad" keepout
<Directory @ROOT@/html/any>
    AuthType Basic
    AuthName any
    AuthUserFile @ROOT@/passwords
    <RequireAny>
        Require ip 10.0.0.0/8
        Require user alice
        <RequireAll>
            Require env letmein
            Require not method POST
        </RequireAll>
    </RequireAny>
</Directory>
<Directory @ROOT@/html/satisfy>
    AuthType Basic
    AuthName satisfy
    AuthUserFile @ROOT@/passwords
    Require valid-user
    Order Allow,Deny
    Deny from all
    Satisfy Any
</Directory>
<Directory @ROOT@/html/ht>
    AllowOverride All
    Options FollowSymLinks
</Directory>
<Directory @ROOT@/html/ht/limited>
    AllowOverride AuthConfig Indexes Options=Indexes
</Directory>
<Directory @ROOT@/html/ht/none>
    AllowOverride None
</Directory>
<If "%{QUERY_STRING} =~ /deny=1/">
    Require all denied
</If>
AllowEncodedSlashes NoDecode
Alias /aliased @ROOT@/html/denied
Alias /aliasopen/ @ROOT@/html/open/
`;

const access: Configuration = {
  name: 'access',
  text: accessText,
  files: {
    ...site,
    passwords: 'alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n',
    'html/owner/link.txt': '->../../outside/secret.txt',
    'html/owner/plain.txt': 'plain\n',
    'html/follow/link.txt': '->../../outside/secret.txt',
    'html/follow/dir': '->../../outside',
    'html/nofollow/link.txt': '->../../outside/index.html',
    'html/nofollow/dir': '->../../outside',
    'html/nofollow/loop': '->loop',
    'html/denied/file.txt': 'denied\n',
    'html/denied/again/file.txt': 'granted again\n',
    'html/m1/file.txt': 'match\n',
    'html/mx/file.txt': 'match\n',
    'html/rea/file.txt': 'regex\n',
    'html/secret.txt': 'secret\n',
    'html/secretdir/file.txt': 'in secretdir\n',
    'html/open/secret.html': 'secret\n',
    'html/open/code.inc': 'inc\n',
    'html/open/old.bak': 'bak\n',
    'html/open/fine.txt': 'fine\n',
    'html/private/file.txt': 'private\n',
    'html/private/open/file.txt': 'open\n',
    'html/lm/friend/a.txt': 'friend\n',
    'html/lm/foe/a.txt': 'foe\n',
    'html/auth/index.html': 'auth\n',
    'html/auth/alice/index.html': 'alice\n',
    'html/dirauth/index.html': 'dirauth\n',
    'html/except/index.html': 'except\n',
    'html/old/index.html': 'old\n',
    'html/oldallow/index.html': 'oldallow\n',
    'html/any/index.html': 'any\n',
    'html/satisfy/index.html': 'satisfy\n',
    'html/ht/.htaccess':
      'ErrorDocument 404 "nothing here"\nHeader set X-Ht yes\nRedirect /ht/old /ht/new.txt\nOptions +Indexes\n',
    'html/ht/new.txt': 'new\n',
    'html/ht/closed/.htaccess': 'Require all denied\n',
    'html/ht/closed/a.txt': 'closed\n',
    'html/ht/broken/.htaccess': 'NoSuchDirective on\n',
    'html/ht/broken/a.txt': 'broken\n',
    'html/ht/files/.htaccess':
      '<Files "x.txt">\nRequire all denied\n</Files>\n<FilesMatch "^y">\nRequire all denied\n</FilesMatch>\nForceType text/x-forced\n',
    'html/ht/files/x.txt': 'x\n',
    'html/ht/files/y.txt': 'y\n',
    'html/ht/files/z.txt': 'z\n',
    'html/ht/user/.htaccess':
      'AuthType Basic\nAuthName ht\nAuthUserFile @ROOT@/passwords\nRequire user bob\nErrorDocument 401 "who are you"\n',
    'html/ht/user/index.html': 'bob only\n',
    'html/ht/rewrite/.htaccess':
      'RewriteEngine On\nRewriteRule ^in/(.*)$ out/$1 [L]\nRewriteRule ^r/(.*)$ /ht/new.txt?$1 [R,L]\nRewriteRule ^f - [F]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ index.php [L]\n',
    'html/ht/rewrite/out/a.txt': 'rewritten\n',
    'html/ht/rewrite/index.php': 'front controller\n',
    'html/ht/nosym/.htaccess': 'Options -FollowSymLinks\n',
    'html/ht/nosym/link.txt': '->../new.txt',
    'html/ht/nosym/dir': '->../closed',
    'html/ht/limited/.htaccess': 'Options Indexes\nDirectoryIndex a.txt\n',
    'html/ht/limited/a.txt': 'limited\n',
    'html/ht/limited/bad/.htaccess': 'Options FollowSymLinks\n',
    'html/ht/limited/bad/a.txt': 'bad\n',
    'html/ht/none/.htaccess': 'Require all denied\n',
    'html/ht/none/a.txt': 'none\n',
    'html/ht/order/.htaccess':
      'Order Deny,Allow\nDeny from all\nAllow from 127.0.0.1\n<Limit POST>\nRequire all denied\n</Limit>\n',
    'html/ht/order/a.txt': 'order\n',
    'html/encoded/a.txt': 'encoded\n',
  },
  paths: [
    ...[
      'owner/link.txt',
      'owner/plain.txt',
      'follow/link.txt',
      'follow/dir',
      'follow/dir/',
      'follow/dir/secret.txt',
      'follow/dir/index.html',
    ],
    ...[
      'nofollow/link.txt',
      'nofollow/dir',
      'nofollow/dir/',
      'nofollow/dir/index.html',
      'nofollow/loop',
      'nofollow/loop/x',
      'nofollow/',
    ],
    ...[
      'denied',
      'denied/',
      'denied/file.txt',
      'denied/again/',
      'denied/again/file.txt',
      'm1/',
      'm1/file.txt',
      'm1',
      'mx/file.txt',
      'rea/',
      'rea/file.txt',
    ],
    ...[
      'secret.txt',
      'secret.txt/x',
      'secretdir/',
      'secretdir/file.txt',
      'secret',
      'open/secret.html',
      'open/secret',
      'open/code.inc',
      'open/code.inc/x',
      'open/old.bak',
      'open/',
      'open/fine.txt',
    ],
    ...[
      'private',
      'private/',
      'private/file.txt',
      'privateer',
      'private/open',
      'private/open/file.txt',
      'lm/friend/a.txt',
      'lm/foe/a.txt',
      'auth',
      'auth/',
      'auth/index.html',
      'auth/alice/',
      'auth/alice',
    ],
    ...[
      'dirauth/',
      'dirauth/index.html',
      'except/',
      'except/index.html',
      'old/',
      'oldallow/',
      'any/',
      'satisfy/',
      'ht',
      'ht/',
      'ht/old',
      'ht/old/a?b',
      'ht/new.txt',
      'ht/nope',
      'ht/.htaccess',
      'ht/closed/',
      'ht/closed/a.txt',
      'ht/closed',
    ],
    ...[
      'ht/broken/a.txt',
      'ht/broken/',
      'ht/files/x.txt',
      'ht/files/y.txt',
      'ht/files/z.txt',
      'ht/files/',
      'ht/files/x.txt/y',
      'ht/user/',
      'ht/user',
      'ht/rewrite/in/a.txt',
      'ht/rewrite/r/x',
      'ht/rewrite/foo',
      'ht/rewrite/any/thing',
      'ht/rewrite/',
      'ht/rewrite',
    ],
    ...[
      'ht/nosym/link.txt',
      'ht/nosym/dir/',
      'ht/nosym/dir/a.txt',
      'ht/nosym/',
      'ht/limited/',
      'ht/limited/a.txt',
      'ht/limited/bad/a.txt',
      'ht/none/a.txt',
      'ht/none/',
      'ht/order/a.txt',
      'ht/order/',
      'encoded/a.txt',
      'encoded%2fa.txt',
    ],
    ...[
      'aliased/file.txt',
      'aliased',
      'aliased/',
      'aliased/again/file.txt',
      'aliasopen/fine.txt',
      'aliasopen',
      'aliasopen/secret.html',
      'a.txt?deny=1',
      '.htpasswd',
      'passwords',
      '../passwords',
    ],
  ].map((path) => `/${path}`),
  headers: [
    'Authorization: Basic YWxpY2U6c2VjcmV0',
    'Authorization: Basic YWxpY2U6dGVzdA==',
    'Authorization: Basic Ym9iOnRlc3Q=',
    'Authorization: basic Ym9iOnRlc3Q=',
    'Authorization: Basic Ym9i',
    'Authorization: Basic',
    'Authorization: Basic  YWxpY2U6dGVzdA',
    'Authorization: Basic !!!!',
    'Authorization: Bearer x',
    'Authorization: Basic OnRlc3Q=',
    'X-Let: in',
    'User-Agent: BAD robot',
  ],
};

const hosts: Configuration = {
  name: 'hosts',
  text: `
<VirtualHost 127.0.0.1:@PORT@>
    ServerName one.example
    ServerAlias www.one.example alias?.example
    DocumentRoot @ROOT@/one
    UseCanonicalName On
</VirtualHost>
<VirtualHost *:@PORT@>
    ServerName star.example
    DocumentRoot @ROOT@/star
</VirtualHost>
<VirtualHost 127.0.0.1:@PORT@>
    ServerName https://two.example:8443
    ServerAlias *.two.example two.*
    DocumentRoot @ROOT@/two
    ServerPath /two
    UseCanonicalName On
    <Location /closed>
        Require all denied
    </Location>
</VirtualHost>
<VirtualHost 127.0.0.1:@PORT@>
    ServerName strict.example
    DocumentRoot @ROOT@/star
    AllowEncodedSlashes On
    MergeSlashes Off
    AcceptPathInfo On
    KeepAlive Off
    LimitRequestBody 20
    ServerSignature EMail
    ServerAdmin me@example.org
    RewriteEngine On
    RewriteRule ^/old(/.*)?$ http://one.example$1 [R=301]
</VirtualHost>
`,
  files: {
    ...site,
    'one/index.html': 'one\n',
    'one/folder/a.txt': 'one a\n',
    'one/two/index.html': 'two in one\n',
    'two/index.html': 'two\n',
    'two/folder/a.txt': 'two a\n',
    'two/closed/a.txt': 'closed\n',
    'star/index.html': 'star\n',
    'star/folder/a.txt': 'star a\n',
  },
  paths: [
    '/',
    '/folder',
    '/folder/',
    '/folder/a.txt',
    '/closed/a.txt',
    '/two',
    '/two/',
    '/two/folder/a.txt',
    '/two/closed/a.txt',
    '/old',
    '/old/x',
    '/folder%2fa.txt',
    '/folder//a.txt',
    '/folder/a.txt/info',
    '/missing',
  ],
  hosts: [
    'one.example',
    'ONE.example',
    'one.example.',
    'www.one.example',
    'alias1.example',
    'aliasxx.example',
    'two.example',
    'a.two.example',
    'a.b.two.example',
    'two.org',
    'star.example',
    'strict.example',
    'strict.example',
    'strict.example:8080',
    'other.example',
    '127.0.0.1',
    '[::1]',
    '[::1]:80',
  ],
};

const mixture: Configuration = {
  name: 'mixture',
  text: `
<Directory @ROOT@/html>
    AllowOverride None
    Options Indexes FollowSymLinks
</Directory>
Alias /al @ROOT@/html/sub
Alias /al2/ @ROOT@/html/sub/
AliasMatch ^/am/([a-z]+)/(.*)$ @ROOT@/html/$1/$2
ScriptAlias /cgi/ @ROOT@/html/sub/
Redirect /r1 http://else.example/r
Redirect permanent /r2 /local
Redirect 410 /r3
Redirect seeother /r4 http://else.example
RedirectMatch 302 ^/rm/(.*)\\.gif$ /images/$1.png
RedirectMatch 404 "/\\.git"
RedirectMatch ^/esc(.*)$ http://else.example$1
RedirectTemp /r5/ http://else.example/five/
<Location /rl>
    Redirect 307 "http://else.example/%{escape:%{QUERY_STRING}}"
</Location>
SetEnvIf Request_URI "\\.txt$" is_text=yes
SetEnvIf X-Test "^(a+)(b*)" got=$1-$2
SetEnvIf Request_Method POST posted
SetEnvIfNoCase Host "^fuzz" fuzzed
SetEnvIf Remote_Addr "^127" local
SetEnv fixed value
PassEnv PATH
BrowserMatch "Mozilla/[23]" nokeepalive
BrowserMatch "force10" downgrade-1.0 force-response-1.0
Header set X-Text yes env=is_text
Header set X-Got "%{got}e" env=got
Header always append X-Always one
Header append X-Always two
Header add X-Twice a
Header add X-Twice b
Header merge Vary X-Test
Header unset ETag env=posted
Header edit Last-Modified "G(M)T" "U$1"
Header edit* X-Always o 0
Header always set X-Req "%{got}e" "expr=-n %{HTTP:X-Test}"
Header setifempty X-Empty 1
Header note X-Twice twicenote
Header echo ^X-Echo
RequestHeader set X-Test aab early
RequestHeader unset Range "expr=%{QUERY_STRING} == 'norange'"
RequestHeader edit Accept-Language en de
<Location /hdr>
    Header onsuccess set X-Success yes
    Header always set X-All yes
    Header always unset X-Always
</Location>
<Files "one.html">
    ForceType text/plain
    Header set Content-Type-Was "expr=%{CONTENT_TYPE}"
</Files>
<FilesMatch "\\.css$">
    SetHandler default-handler
    FileETag None
    AddCharset utf-8 .css
</FilesMatch>
<Directory @ROOT@/html/withindex>
    DirectoryIndex disabled
    DirectoryIndex data.json /a.txt
    FallbackResource /withindex/index.html
</Directory>
<Directory @ROOT@/html/docs>
    DirectorySlash Off
    AddEncoding x-gzip .gz
    Options -Indexes
</Directory>
RewriteEngine On
RewriteRule ^/hdr2 - [E=got:rw,CO=name:value:.example:60:/:secure:httponly,R=303]
ErrorDocument 404 "<b>not here</b>"
ErrorDocument 403 /sub/one.html
ErrorDocument 410 http://else.example/gone
ErrorDocument 405 /no/such
LimitRequestFieldSize 300
LimitRequestLine 400
LimitRequestFields 20
`,
  files: { ...site, 'html/hdr/a.txt': 'hdr\n', 'html/hdr2/a.txt': 'hdr2\n', 'html/early/a.txt': 'early\n' },
  paths: [
    ...sitePaths,
    ...[
      'al',
      'al/',
      'al/one.html',
      'alx',
      'al2',
      'al2/two.txt',
      'am/sub/two.txt',
      'am/sub/deep/',
      'cgi/one.html',
      'cgi/',
      'r1',
      'r1/x',
      'r1x',
      'r2/a?b=c',
      'r2',
      'r3',
      'r3/x',
      'r4/x',
      'rm/a/b.gif',
      'rm/x.gif?y',
    ],
    ...[
      '.git/config',
      'sub/.git',
      'esc/a%20b',
      'esc%0ax',
      'r5',
      'r5/',
      'r5/x%2520y',
      'rl',
      'rl?a=b c',
      'rl/x',
      'hdr/a.txt',
      'hdr/missing',
      'hdr2/a.txt',
      'early/a.txt',
      'long.txt?norange',
    ],
  ].map((path) => (path.startsWith('/') ? path : `/${path}`)),
  headers: [
    'X-Test: aab',
    'X-Test: aaabbb',
    'X-Test: zzz',
    'X-Echo: yes',
    'X-Echo-Two: 2',
    'User-Agent: Mozilla/2.0',
    'User-Agent: force10',
    `X-Long: ${'l'.repeat(310)}`,
  ],
};

const balancer: Configuration = {
  name: 'balancer',
  text: `
<Proxy balancer://cluster>
    BalancerMember http://127.0.0.1:@BACK0@ route=node1
    BalancerMember http://127.0.0.1:@BACK1@ route=node2
    BalancerMember http://127.0.0.1:@BACK2@ route=node3 redirect=node1
    ProxySet stickysession=BALANCEID|sid scolonpathdelim=On
</Proxy>
<Proxy balancer://spare>
    BalancerMember http://127.0.0.1:@BACK0@/base
    BalancerMember http://127.0.0.1:@BACK1@ status=+H
    BalancerMember http://127.0.0.1:1 status=D
</Proxy>
<Proxy balancer://fail>
    BalancerMember http://127.0.0.1:@BACK2@
    ProxySet failonstatus=503 nofailover=On
</Proxy>
Header add Set-Cookie "BALANCEID=b.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
Header set X-Worker "%{BALANCER_SESSION_STICKY}e %{BALANCER_SESSION_ROUTE}e %{BALANCER_ROUTE_CHANGED}e"
ProxyPass /spare/ balancer://spare/
ProxyPassMatch ^(/m/.*)$ balancer://cluster$1
ProxyPass /local !
ProxyPass /last-of-all !
ProxyPass / balancer://cluster/
ProxyPassReverse / balancer://cluster/
ProxyPassReverseCookieDomain back.example front.example
`,
  files: { ...site, 'html/local/a.txt': 'local\n' },
  // Only requests whose route is given: without one the member depends on the order of requests.
  paths: ['x', 'm/y', 'chunked', 'status/404', 'redirect', 'cookies', 'early', 'no-length', 'a/b/c']
    .flatMap((path) => [
      `/${path};sid=s.node1`,
      `/${path}?sid=s.node2`,
      `/${path}?a=b&sid=x.node1&c`,
      `/${path};BALANCEID=q.node2?x`,
    ])
    .concat(['/spare/', '/spare/x', '/spare/status/503', '/local/a.txt', '/local', '/local/']),
  headers: [
    'Cookie: BALANCEID=b.node1',
    'Cookie: a=b; BALANCEID=z.node2; c=d',
    'Cookie: sid=x.node2',
    'Cookie: BALANCEID="b.node1"',
  ],
};

/** All configurations, by the name given to `--config`. */
export const configurations: readonly Configuration[] = [debian, proxy, access, hosts, mixture, balancer];
