import type { Random } from '../random.ts';
import { randomRequest } from './random-request.ts';
import type { ProxyingSite } from './site.ts';

/** Blocks of a configuration, and the paths that its rules speak of. */
interface Part {
  readonly blocks: readonly string[];
  readonly paths: readonly string[];
}

const http = ['127.0.0.1:@BACK0@', '127.0.0.1:@BACK1@', 'localhost:@BACK0@'];
const ajp = '127.0.0.1:@BACK2@';
const fcgi = '127.0.0.1:@BACK3@';
const websocketRule = (random: Random, address: string) =>
  random.pick([
    `RewriteEngine On\nRewriteCond %{HTTP:Upgrade} websocket [NC]\nRewriteCond %{HTTP:Connection} upgrade [NC]\nRewriteRule ^/?(.*) "ws://${address}/$1" [P,L]`,
    `RewriteEngine on\nRewriteCond %{HTTP:Upgrade} =websocket [NC]\nRewriteRule /(.*) ws://${address}/$1 [P,L]\nRewriteCond %{HTTP:Upgrade} !=websocket [NC]\nRewriteRule /(.*) http://${address}/$1 [P,L]`,
    `RewriteEngine On\nRewriteCond %{REQUEST_URI} ^/socket.io [NC]\nRewriteCond %{QUERY_STRING} transport=websocket [NC]\nRewriteRule /(.*) ws://${address}/$1 [P,L]`,
  ]);

/** Applications as guides put them behind Apache. */
const applications: readonly ((random: Random, address: string) => Part)[] = [
  (random, address) => ({
    // Jenkins
    blocks: [
      'ProxyRequests Off',
      'ProxyPreserveHost On',
      `AllowEncodedSlashes ${random.pick(['NoDecode', 'On', 'Off'])}`,
      `<Proxy http://${address}/jenkins*>\nOrder deny,allow\nAllow from all\n</Proxy>`,
      `ProxyPass /jenkins http://${address}/jenkins nocanon`,
      `ProxyPassReverse /jenkins http://${address}/jenkins`,
      'ProxyPassReverse /jenkins http://@HOST@/jenkins',
      'RequestHeader set X-Forwarded-Proto "https"\nRequestHeader set X-Forwarded-Port "443"',
    ],
    paths: ['/jenkins', '/jenkins/', '/jenkins/job/a%2Fb/', '/jenkins/w/', '/jenkinsx'],
  }),
  (random, address) => ({
    // GitLab
    blocks: [
      'ServerSignature Off',
      'ProxyPreserveHost On',
      `<Location />\nRequire all granted\nProxyPassReverse http://${address}\nProxyPassReverse http://@HOST@/\n</Location>`,
      `RewriteEngine on\nRewriteCond %{DOCUMENT_ROOT}/%{REQUEST_FILENAME} !-f [OR]\nRewriteCond %{REQUEST_URI} ^/uploads/.*\nRewriteRule .* http://${address}%{REQUEST_URI} [P,QSA${random.maybe(0.6, () => ',NE')}]`,
      "RequestHeader set X_FORWARDED_PROTO 'https'\nRequestHeader set X-Forwarded-Ssl on",
      'ErrorDocument 404 /error.html\nErrorDocument 502 /error.html\nErrorDocument 503 /error.html',
    ],
    paths: ['/group/project', '/uploads/a', '/static/a.css', '/local.html', '/api/v4/projects/a%2Fb', '/'],
  }),
  (random, address) => ({
    // Grafana and other programs with websockets
    blocks: [
      random.maybe(0.7, () => 'ProxyPreserveHost on'),
      websocketRule(random, address),
      `ProxyPass "/" "http://${address}/"`,
      `ProxyPassReverse "/" "http://${address}/"`,
    ].filter(Boolean),
    paths: ['/', '/api/live/ws', '/d/abc?orgId=1', '/socket.io/?transport=websocket', '/socket.io/?x=y'],
  }),
  (random) => ({
    // Tomcat by AJP
    blocks: [
      `ProxyPass /app ajp://${ajp}/app${random.maybe(0.5, () => ' secret=s3cret')}${random.maybe(0.2, () => ' nocanon')}`,
      `ProxyPassReverse /app ${random.pick([`ajp://${ajp}/app`, 'http://@HOST@/app', `http://${ajp}/w`])}`,
      random.maybe(0.4, () => 'ProxyPassReverseCookiePath /w /app'),
      random.maybe(0.3, () => 'SetEnv AJP_USER joe'),
    ].filter(Boolean),
    paths: ['/app', '/app/', '/app/page.jsp;jsessionid=abc.node1', '/app/servlet/x?q=1', '/appx'],
  }),
  (random, address) => ({
    // Tomcat by HTTP under another name
    blocks: [
      `ProxyPass /shop/ http://${address}/w/${random.maybe(0.3, () => ` mapping=${random.pick(['servlet', 'encoded'])}`)}`,
      `ProxyPassReverse /shop/ http://${address}/w/`,
      'ProxyPassReverseCookiePath /w /shop',
      random.maybe(0.5, () => 'ProxyPassReverseCookieDomain back.example @HOST@'),
    ].filter(Boolean),
    paths: ['/shop', '/shop/', '/shop/cart;jsessionid=1', '/shop/a/../b', '/shop//x', '/shop/..;/x'],
  }),
  (random) => ({
    // PHP-FPM
    blocks: [
      'DirectoryIndex index.php index.html',
      random.pick([
        `<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://${fcgi}"\n</FilesMatch>`,
        `<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://${fcgi}/"\n</FilesMatch>`,
        `<If "-f %{REQUEST_FILENAME} && %{REQUEST_URI} =~ /\\.php/">\nSetHandler "proxy:fcgi://${fcgi}"\n</If>`,
        `ProxyPassMatch ^/(.*\\.php(/.*)?)$ fcgi://${fcgi}@SITE@/$1`,
        `ProxyPassMatch "^/(.*\\.php)$" "fcgi://${fcgi}@SITE@/"`,
        `RewriteEngine On\nRewriteRule ^/(.*\\.php(?:/.*)?)$ fcgi://${fcgi}@SITE@/$1 [P,QSA]`,
        `ProxyPass / fcgi://${fcgi}@SITE@/`,
      ]),
      random.maybe(0.4, () => 'FallbackResource /index.php'),
      random.maybe(0.3, () => 'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1'),
      random.maybe(0.3, () => 'ProxyFCGIBackendType GENERIC'),
      random.maybe(0.3, () => 'ProxyFCGISetEnvIf "true" DOCUMENT_ROOT "/srv"'),
      random.maybe(0.3, () => 'ProxyErrorOverride On\nErrorDocument 404 /error.html'),
      random.maybe(0.3, () => 'CGIPassAuth On').replace(/.+/, '<Location />\n$&\n</Location>'),
      random.maybe(
        0.5,
        () =>
          '<Directory @SITE@/wp>\nRewriteEngine On\nRewriteBase /wp/\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /wp/index.php [L]\n</Directory>',
      ),
    ].filter(Boolean),
    paths: [
      '/index.php',
      '/',
      '/wp/',
      '/wp/2024/post',
      '/wp/wp-login.php',
      '/index.php/info?x=1',
      '/none.php',
      '/index.PHP',
    ],
  }),
  (random, address) => ({
    // Nextcloud behind a proxy
    blocks: [
      'RewriteEngine On\nRewriteRule ^/\\.well-known/carddav https://%{SERVER_NAME}/remote.php/dav/ [R=301,L]\nRewriteRule ^/\\.well-known/caldav https://%{SERVER_NAME}/remote.php/dav/ [R=301,L]',
      `ProxyPass /remote.php http://${address}/remote.php${random.maybe(0.4, () => ' nocanon')}`,
      `ProxyPass / http://${address}/ ${random.pick(['', 'upgrade=websocket', 'upgrade=ANY', 'keepalive=On', 'disablereuse=On', 'timeout=2'])}`,
      `ProxyPassReverse / http://${address}/`,
      'Header always set Strict-Transport-Security "max-age=15552000"',
      'AllowEncodedSlashes NoDecode',
    ],
    paths: [
      '/.well-known/caldav',
      '/remote.php/dav/files/a%20b',
      '/index.php/apps',
      '/',
      '/remote.php/x%2fy',
    ],
  }),
  (random, address) => ({
    // Confluence and Synchrony
    blocks: [
      `<Proxy *>\nRequire all granted\n</Proxy>`,
      `ProxyPass /synchrony http://${address}/synchrony`,
      `<Location /synchrony>\nRequire all granted\nRewriteEngine on\nRewriteCond %{HTTP:UPGRADE} ^WebSocket$ [NC]\nRewriteCond %{HTTP:CONNECTION} Upgrade$ [NC]\nRewriteRule .* ws://${address}%{REQUEST_URI} [P]\n</Location>`,
      `ProxyPass /confluence http://${address}/confluence${random.maybe(0.5, () => ' nocanon')}`,
      `ProxyPassReverse /confluence http://${address}/confluence`,
      'AllowEncodedSlashes NoDecode',
    ],
    paths: ['/synchrony/v1', '/confluence/display/A%2FB', '/confluence', '/synchrony'],
  }),
  (random, address) => ({
    // A balancer with sticky sessions
    blocks: [
      'Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED',
      `<Proxy "balancer://@HOST@">\nBalancerMember "http://127.0.0.1:@BACK0@${random.pick(['', '/w'])}" route=1\nBalancerMember "http://127.0.0.1:@BACK1@${random.pick(['', '/w'])}" route=2\nProxySet stickysession=ROUTEID\n</Proxy>`,
      `ProxyPass "/bal${random.pick(['', '/'])}" "balancer://@HOST@${random.pick(['', '/'])}"`,
      `ProxyPassReverse "/bal" "balancer://@HOST@${random.pick(['', '/', '/w'])}"`,
      `ProxyPassReverse "/bal" "http://${address}/"`,
    ],
    paths: ['/bal', '/bal/', '/bal/x;ROUTEID=a.2', '/bal/x?ROUTEID=.1', '/balx'],
  }),
  (random, address) => ({
    // Sections
    blocks: [
      `<Location ${random.pick(['/loc', '/loc/', '"/loc"'])}>\nProxyPass http://${address}${random.pick(['/', '', '/w', '/w/'])}${random.maybe(0.2, () => ' nocanon')}\nProxyPassReverse ${random.pick([`http://${address}/`, `http://${address}/w`, '/', '/w/'])}\n${random.maybe(0.3, () => 'ProxyPassReverseCookiePath /w /loc\n')}${random.maybe(0.3, () => 'Require ip 127.0.0.1\n')}</Location>`,
      `<LocationMatch "^/match/(?<part>[^/]+)">\nProxyPassMatch http://${address}${random.pick(['/$1', '/m/$1', '', '/'])}\n</LocationMatch>`,
      `<Location /loc/local>\nProxyPass !\n</Location>`,
      `<If "%{REQUEST_URI} =~ m#^/if/#">\nSetHandler proxy:http://${address}${random.pick(['/', '', '/w'])}\n</If>`,
      `<Location /handler>\nSetHandler "proxy:http://${address}/"\n</Location>`,
    ].filter(() => random.chance(0.8)),
    paths: [
      '/loc',
      '/loc/',
      '/loc/x',
      '/loc/local',
      '/locx',
      '/match/a/b',
      '/match/',
      '/if/x',
      '/handler/y',
      '/handler',
    ],
  }),
  (random, address) => ({
    // Prefixes inside prefixes, with exclusions
    blocks: [
      random.maybe(0.7, () => `ProxyPass /a/static ${random.pick(['!', '!', `http://${address}/s`])}`),
      `ProxyPass /a/b${random.pick(['', '/'])} http://${address}/ab${random.pick(['', '/'])}`,
      random.maybe(
        0.5,
        () =>
          `ProxyPassMatch ^/a/(.*\\.(gif|css))$ ${random.pick(['!', `http://${address}/$1`, `http://${address}`])}`,
      ),
      `ProxyPass /a${random.pick(['', '/'])} http://${address}${random.pick(['', '/', '/w', '/w/', '/w?x=y'])}`,
      `ProxyPassReverse /a http://${address}${random.pick(['', '/', '/w', '/w/'])}`,
      random.maybe(0.4, () => `ProxyPassReverse /a/b http://${address}/w/`),
      random.maybe(0.3, () => 'Alias /a/static @SITE@/static'),
    ].filter(Boolean),
    paths: [
      '/a',
      '/a/',
      '/a/b',
      '/a/b/',
      '/a/bc',
      '/a/static/a.css',
      '/a/x.gif',
      '/ab',
      '/A/b',
      '/a/b/c.css?v=1',
    ],
  }),
  (random, address) => ({
    // Rules
    blocks: [
      'RewriteEngine On',
      random.maybe(
        0.4,
        () => `RewriteCond %{REQUEST_METHOD} ${random.pick(['^POST$', '!^(GET|HEAD)$', '=GET'])}`,
      ),
      `RewriteRule ^/r/(.*)$ http://${address}/${random.pick(['$1', 'w/$1', '$1?x=1', '%1/$1', '?u=$1'])} [${random.pick(['P', 'P,L', 'proxy', 'P,NE', 'P,QSA', 'P,QSD', 'P,B', 'P,NC', 'P,BNP', 'P,E=VIA:$1'])}]`,
      random.maybe(
        0.5,
        () =>
          `RewriteCond %{HTTP_HOST} ^(.*)\\.example$\nRewriteRule ^/host(/.*)?$ http://${address}/%1$1 [P]`,
      ),
      random.maybe(0.5, () => `RewriteRule ^/old/(.*) /r/$1 [PT]`),
      random.maybe(
        0.5,
        () => `<Location /dir>\nRewriteRule ^ http://${address}%{REQUEST_URI} [P]\n</Location>`,
      ),
      random.maybe(
        0.4,
        () =>
          `<Directory @SITE@>\nRewriteEngine On\nRewriteRule ^per/(.*) http://${address}/$1 [P]\n</Directory>`,
      ),
      `ProxyPassReverse ${random.pick(['/r/', '/', '/r'])} http://${address}/`,
      random.maybe(0.4, () => `ProxyPass /r/pass http://${address}/pass`),
    ].filter(Boolean),
    paths: [
      '/r/x',
      '/r/',
      '/r/pass/y',
      '/host',
      '/host/a',
      '/old/x%20y',
      '/dir/x',
      '/per/a%2fb',
      '/r/%3fq?z=1',
      '/r/a b',
    ],
  }),
  (random, address) => ({
    // Captures
    blocks: [
      `ProxyPassMatch "^/u/([^/]+)/(.*)$" "http://${address}/${random.pick(['$1/$2', '$2?user=$1', '~$1/$2', '$2/$1/'])}"${random.maybe(0.3, () => ' nocanon')}`,
      `ProxyPassMatch ^(/c/.*\\.(?:do|jsp))$ http://${address}$1`,
      `ProxyPassMatch "^/v/" "http://${address}/"`,
      `ProxyPassReverse / http://${address}/`,
    ],
    paths: [
      '/u/joe/x',
      '/u/joe/',
      '/u/j%2foe/x?y=z',
      '/c/a.do',
      '/c/a.do;x=1',
      '/v/x',
      '/v',
      '/c/a.JSP',
      '/u//x',
    ],
  }),
  (random, address) => ({
    // A program behind a prefix, as panels write it
    blocks: [
      `ProxyPass /.well-known !`,
      `ProxyPass /error !`,
      `ProxyPass / http://${address}/ ${random.pick(['', 'connectiontimeout=1 timeout=2', 'retry=0', 'flushpackets=on', 'max=20', 'responsefieldsize=16384'])}`,
      `ProxyPassReverse / http://${address}/`,
      random.maybe(
        0.4,
        () => 'ProxyPassReverseCookieDomain back.example @HOST@\nProxyPassReverseCookiePath /w/ /',
      ),
      'RequestHeader set X-Forwarded-Proto "http"\nRequestHeader set X-Real-IP %{REMOTE_ADDR}s',
      random.maybe(0.4, () => 'Header edit Location ^http:// https://'),
    ].filter(Boolean),
    paths: ['/', '/.well-known/x', '/error/x', '/login?next=/x', '/a/b/c'],
  }),
  (random, address) => ({
    // Requests by absolute URL
    blocks: [
      'ProxyRequests On',
      random.maybe(0.5, () => `ProxyVia ${random.pick(['On', 'Full', 'Block', 'Off'])}`),
      `AllowCONNECT ${random.pick(['443 @BACK0@', '@BACK0@-@BACK1@', '443'])}`,
      random.maybe(0.4, () => `ProxyBlock ${random.pick(['blocked.example', '127.0.0.1:1', 'other'])}`),
      random.maybe(0.3, () => 'ProxyDomain .example'),
      `<Proxy *>\nRequire ip 127.0.0.1\n</Proxy>`,
      random.maybe(0.4, () => `<Proxy "http://${address}/private*">\nRequire all denied\n</Proxy>`),
      random.maybe(0.4, () => `ProxyPass /own http://${address}/`),
    ].filter(Boolean),
    paths: [
      `http://${address}/x`,
      `http://${address}/private/x`,
      `http://${address}`,
      `http://${address}?q=1`,
      `HTTP://${address}/a%2fb/../c;d`,
      'http://other.example/',
      'http://plain/',
      `ftp://${address}/`,
      '/own/x',
      `http://user:pw@${address}/x`,
    ],
  }),
];

/** Directives that guides put beside these. */
const additions: readonly ((random: Random, address: string) => string)[] = [
  (random) => `ProxyPreserveHost ${random.pick(['On', 'Off'])}`,
  (random) => `ProxyVia ${random.pick(['On', 'Full', 'Block'])}`,
  () => 'ProxyAddHeaders Off',
  (random) =>
    `ProxyErrorOverride On${random.pick(['', '', ' 404 500', ' 401 403', ' 503'])}\n${random.pick([
      'ErrorDocument 404 /error.html\nErrorDocument 500 "it failed"',
      'ErrorDocument 404 http://other.example/404?u=x',
      'ErrorDocument 404 /none.html\nErrorDocument 503 /error.html\nErrorDocument 401 "log in"',
      '',
    ])}`,
  () => 'ErrorDocument 503 /error.html\nErrorDocument 502 "down"\nErrorDocument 404 /error.html',
  (random) =>
    `SetEnv ${random.pick(['force-proxy-request-1.0 1', 'proxy-nokeepalive 1', 'proxy-initial-not-pooled 1', 'proxy-sendchunked 1', 'proxy-sendchunks 1', 'proxy-sendcl 1', 'proxy-interim-response RFC', 'proxy-interim-response Suppress', 'proxy-chain-auth On', 'proxy-noquery 1', 'proxy-nocanon 1', 'no-gzip 1', 'downgrade-1.0 1', 'force-response-1.0 1', 'nokeepalive 1', 'proxy-error-override 1', 'proxy-flushall 1', 'ap_trust_cgilike_cl 1', 'proxy-fcgi-pathinfo full', 'proxy-fcgi-pathinfo first-dot', 'proxy-scgi-pathinfo 1'])}`,
  (random) =>
    `SetEnvIf ${random.pick(['Request_URI "x" proxy-nokeepalive', 'User-Agent ".*" force-proxy-request-1.0', 'X-Forwarded-For "(.*)" CHAIN=$1', 'Request_Method POST proxy-sendcl', 'Content-Length "^." proxy-sendchunked'])}`,
  () => 'BrowserMatch "MSIE" nokeepalive downgrade-1.0 force-response-1.0',
  () =>
    '<Location />\nAuthType Basic\nAuthName "in front"\nAuthUserFile @ROOT@/users\nRequire valid-user\n</Location>',
  () => '<Location />\n<RequireAny>\nRequire ip 10.0.0.0/8\nRequire local\n</RequireAny>\n</Location>',
  () => '<Location />\nRequire ip 10.0.0.0/8\n</Location>',
  (_, address) =>
    `<Location />\nAddOutputFilterByType SUBSTITUTE text/html text/plain\nSubstitute "s|http://${address}/w|/app|ni"\nSubstitute "s/body/BODY/"\n</Location>`,
  () => 'AddOutputFilterByType DEFLATE text/html text/plain text/css application/json',
  () => 'SetOutputFilter INFLATE;DEFLATE',
  (_, address) => `ProxyHTMLEnable On\nProxyHTMLURLMap http://${address}/w /app\nProxyHTMLURLMap / /app/`,
  (random) =>
    `RequestHeader ${random.pick(['set X-Forwarded-Proto "https"', 'unset Accept-Encoding', 'set Host inner.example', 'unset X-Forwarded-For', 'set X-Forwarded-For "1.2.3.4"', 'add X-Added "a %{REMOTE_ADDR}s"', 'edit Cookie "a=" "b="', 'set Connection close', 'unset Expect', 'set X-Unique "%{UNIQUE_ID}e"', 'unset Content-Length', 'set Transfer-Encoding chunked', 'append Via "1.1 mine"', 'set Authorization "Basic eDp5"', 'unset Host', 'set X-Forwarded-Host other early', 'set Max-Forwards 3', 'set Upgrade x', 'set Range "bytes=0-1"', 'unset User-Agent', 'setifempty Accept */*', 'set Content-Type "x/y"', 'set Keep-Alive "timeout=5"', 'set TE trailers', 'set Expect 100-continue'])}`,
  (random) =>
    `Header ${random.pick(['edit Location ^http:// https://', 'edit Set-Cookie ^(.*)$ "$1; Secure"', 'always set X-Frame-Options SAMEORIGIN', 'unset Server', 'always unset X-Powered-By', 'set Content-Type text/x-set', 'set Connection close', 'edit* Set-Cookie "(?i)path=/w" "Path=/"', 'always edit Location "(.*)" "$1#x"', 'set X-Status "%{REQUEST_STATUS}s"', 'set Via mine', 'merge Vary Cookie', 'unset Content-Length', 'set Transfer-Encoding x', 'append Server mine', 'echo ^X-', 'set Content-Length 3', 'unset ETag', 'always set Date x', 'set X-Env "expr=%{resp:Content-Type}"'])}`,
  (random) => `AllowEncodedSlashes ${random.pick(['On', 'NoDecode', 'Off'])}`,
  () => 'MergeSlashes Off',
  () => 'ProxyStatus On',
  (random) => `ProxyMaxForwards ${random.pick(['0', '1', '10', '-1'])}`,
  (random) => `ProxyBadHeader ${random.pick(['Ignore', 'IsError', 'StartBody'])}`,
  () => 'ProxyTimeout 2',
  () => 'ProxyIOBufferSize 1024',
  (random) => `TraceEnable ${random.pick(['Off', 'extended', 'On'])}`,
  (random) => `LimitRequestBody ${random.pick(['5', '100'])}`,
  (random) =>
    `<LimitExcept GET POST>\nRequire all denied\n</LimitExcept>`
      .replace(/^/, random.pick(['<Location />\n']))
      .concat('\n</Location>'),
  () => 'HttpProtocolOptions Unsafe',
  () => 'UseCanonicalName On',
  () => 'ServerTokens Prod',
  () => 'RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1',
  () => 'ProxyPassInherit Off',
  () => 'ProxyPassInterpolateEnv On',
  () => 'Proxy100Continue Off',
  () => 'KeepAlive Off',
  () => 'ExpiresActive On'.replace(/.*/, 'FileETag None'),
  () => 'Redirect /gone-away http://other.example/\nRedirectMatch ^/app$ /app/',
  () => 'SetInputFilter DEFLATE',
  () => 'SetEnvIf Host "(.*)" HOSTNAME=$1\nRequestHeader set X-Orig-Host "%{HOSTNAME}e" env=HOSTNAME',
  () => '<FilesMatch "\\.(css|js)$">\nHeader set Cache-Control "max-age=60"\n</FilesMatch>',
  () => '<Proxy *>\nRequestHeader set X-In-Proxy 1\nHeader set X-Out-Proxy 1\n</Proxy>',
  (_, address) => `<Proxy "http://${address}/">\nProxySet timeout=2 keepalive=On\n</Proxy>`,
  (_, address) => `<ProxyMatch "^http://${address}/.*secret">\nRequire all denied\n</ProxyMatch>`,
  () => 'DefaultType none',
  () => 'AddDefaultCharset utf-8',
  () => 'ForceType text/x-forced'.replace(/^.*$/, '<Location />\n$&\n</Location>'),
  () => 'SetHandler none'.replace(/^.*$/, '<Location /app/none>\n$&\n</Location>'),
  () => 'ProxySourceAddress 127.0.0.1',
  () =>
    'RewriteEngine On\nRewriteCond %{HTTP:X-Forwarded-Proto} =http\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]',
];

/** Makes a site with what is asked of it. */
export function randomSite(random: Random, requests: number): ProxyingSite {
  const parts: Part[] = [];
  for (let at = 1 + random.below(2); at > 0; at--)
    parts.push(random.pick(applications)(random, random.pick(http)));
  const added = Array.from({ length: random.below(6) }, () =>
    random.pick(additions)(random, random.pick(http)),
  );
  const blocks = [...added.filter(Boolean), ...parts.flatMap((part) => part.blocks)];
  if (random.chance(0.1)) blocks.push(blocks.splice(random.below(blocks.length), 1)[0]!);
  const paths = parts.flatMap((part) => part.paths);
  return {
    blocks,
    requests: Array.from({ length: requests }, () => randomRequest(random, paths)),
  };
}
