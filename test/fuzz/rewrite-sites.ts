import fc from 'fast-check';

/** A generated virtual host: its lines, its files below its own document root, and what it is asked. */
export interface Site {
  /** Lines of the `<VirtualHost>`; `@SITE@` is the document root's folder, `@HOST@` the name. */
  readonly lines: readonly string[];
  /** `.htaccess` files by directory. */
  readonly htaccess: Readonly<Record<string, string>>;
  readonly requests: readonly SiteRequest[];
}

export interface SiteRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
}

/** Files of every site. */
export const siteFiles: Readonly<Record<string, string>> = {
  'index.html': 'index\n',
  'a.txt': 'a\n',
  'a b.txt': 'space\n',
  'q?m.txt': 'question\n',
  'page.php': 'page\n',
  'index.php': 'front\n',
  'sub/index.html': 'sub index\n',
  'sub/one.html': 'one\n',
  'sub/a.txt': 'sub a\n',
  'sub/deep/two.txt': 'two\n',
  'sub/deep/index.php': 'deep front\n',
  'empty/none.txt': '',
  'media/x.jpg': 'jpg\n',
};

/** Text maps of every server. */
export const mapFiles: Readonly<Record<string, string>> = {
  'maps/text.map':
    '# names\na.txt sub/a.txt\none /sub/one.html\nsub value extra\nkey-only\n  indented x\nquery /a.txt?m=1\nindex.html index.php\n',
  'maps/random.map': 'a.txt same|same|same\nsub only\n',
};

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const patterns = pick(
  '^(.*)$',
  '(.*)',
  '^',
  '.',
  '^$',
  '^/?$',
  '^sub/(.*)$',
  '^/sub/(.*)$',
  '^/?a(.*)',
  '^/?(.+)\\.txt$',
  '\\.html$',
  '!\\.(php|txt)$',
  '^(.+)\\.(html|txt)$',
  '^/?sub/([a-z]+)\\.([a-z]+)$',
  '^([^/]+)/(.+)$',
  '^/?([^/]*)/?(.*)$',
  '!^/?sub',
  '^index\\.php$',
  '^/?old(/.*)?$',
  '^/?go/([0-9]+)/?([a-z]*)$',
  'deep',
  '^(?!index\\.php).*$',
  '^/?x(.*)y$',
  'A(.)',
  '^/?loop$',
  '(a|s)(.)?',
  '^/(index|a|sub)\\b(.*)',
  '^/?(?<first>[^/]+)(?:/(.*))?$',
  '^(/?)(.*?)/*$',
  '^.*[^a-z./](.+)$',
  '(?i)^/?(SUB|A)(.*)$',
  '[%?&;=]',
  '\\s|\\x7f|\\xe9',
  '!^$',
  '![^/]$',
);

const substitutions = pick(
  '-',
  '-',
  '$1',
  '/$1',
  '/sub/$1',
  'sub/$1',
  '$1.html',
  '/index.php',
  'index.php',
  '/index.php/$1',
  'index.php?path=$1',
  '/index.php?path=$1&x=%1',
  '/a.txt',
  'a.txt',
  '/a.txt?',
  '/sub/one.html?x=1',
  '/new$0?x=%{QUERY_STRING}',
  '?q=$1',
  '/page.php/$1/$2',
  '/$2/$1?a=$3',
  'http://other.example/$1',
  'http://@HOST@/sub/$1',
  'http://@HOST@:@PORT@/a.txt',
  'https://@HOST@/$1',
  '@SITE@/sub/$1',
  '@SITE@/a.txt',
  '%{DOCUMENT_ROOT}/a.txt',
  '%{DOCUMENT_ROOT}/$1',
  '%{REQUEST_URI}.txt',
  '%{REQUEST_URI}',
  '%{REQUEST_FILENAME}',
  '/env-%{ENV:E1}',
  '${text:$1}',
  '${text:$1|/a.txt}',
  '/${random:$1|sub}/a.txt',
  '${text:${lower:$1}|$2}',
  '/${lower:$1}',
  '/${upper:$1}',
  '/${escape:$1}',
  '/${unescape:$1}',
  '/${missing:$1|none}',
  '../a.txt',
  '/sub/../a.txt',
  './a.txt',
  '//sub/$1',
  'foo:bar',
  'mailto:x@y.example',
  'ftp://f.example/$1?x',
  'ldap://l.example/a?b?c?d?e?f',
  'gopher:x',
  '/%{HTTP_HOST}/$1',
  '/%{LA-U:REQUEST_FILENAME}',
  '/back\\$1\\%x',
  '/%1/%2',
  '$1-$9',
  '/$x%y${',
  '/tmp/$1',
  '/usr/share/$1',
  '/~root/$1',
  '/sp%20ace',
  '/a%3fb',
  '/é$1',
  '/icons/$1',
  '/alias/a.txt',
  '${dbm:$1|none}',
  '/${sdbm:$1}',
  '${text:${dbm:$1|sub}|/sub/}$1',
  '/sub//deep/./two.txt',
  '@SITE@/sub/../$1',
  '@SITE@/./a.txt',
  '/$1?$1&%{ENV:E1}',
  '/a.txt?%{escape:$1}',
  '/sub/$1#part',
  '/a.txt?x=#$1',
  'HTTP://@HOST@/$1',
  'https://other.example:8443/$1?%{QUERY_STRING}',
  'ajp://127.0.0.1/$1',
  'ws://other.example/$1',
  'unix:/run/x.sock|http://u.example/',
  '%{LA-F:REQUEST_URI}',
  '/%{REMOTE_ADDR}%{REQUEST_METHOD}',
  '%{HTTP:X-Number}',
  '/$1$2$3%1%2%3',
  '/a%20b.txt',
  '/a b.txt',
  '/q?m.txt',
  '/q%3Fm.txt',
);

const flag = pick(
  'L',
  'L',
  'L',
  'END',
  'R',
  'R=301',
  'R=307',
  'R=404',
  'R=200',
  'R=seeother',
  'N=3',
  'C',
  'S=1',
  'S=2',
  'PT',
  'NE',
  'NC',
  'QSA',
  'QSD',
  'QSL',
  'B',
  'B=?/',
  'B= a',
  'BNP',
  'BCTLS',
  'BNE=/',
  'DPI',
  'F',
  'G',
  'NS',
  'E=E1:$1',
  'E=E1:%1',
  'E=E2:%{REQUEST_URI}',
  'E=!E1',
  'E=E2',
  'CO=c:$1:.x.example',
  'CO=c:v:.x.example:10:/p:secure:HttpOnly:lax',
  'CO=;c;a:b;x.example;0;/;true;false;0',
  'T=text/plain',
  'T=Application/X-$1',
  'H=default-handler',
  'UnsafeAllow3F',
  'UnsafePrefixStat',
  'UNC',
  'P',
  'last',
  'chain',
  'skip=1',
  'next=4',
  'nocase',
  'noescape',
  'qsappend',
  'qsdiscard',
  'qslast',
  'redirect=temp',
  'R=permanent',
  'R=410',
  'R=500',
  'forbidden',
  'gone',
  'passthrough',
  'discardpath',
  'nosubreq',
  'env=E1:%{ENV:E1}x',
  'E=E1:${text:$1|d}',
  'E=!REDIRECT_E1',
  'cookie=d:%1:.x.example:0:/',
  'CO=e:$1:.x.example:-1:/:0:1:none',
  'CO=f:%{ESC}',
  'type=text/$1',
  'H=none',
  'handler=$1',
  'B=#%$1',
  'BNE=?&',
);

const testStrings = pick(
  '%{REQUEST_FILENAME}',
  '%{REQUEST_FILENAME}',
  '%{REQUEST_URI}',
  '%{REQUEST_URI}',
  '%{QUERY_STRING}',
  '%{HTTP_HOST}',
  '%{HTTP_USER_AGENT}',
  '%{HTTP:Accept-Language}',
  '%{HTTP:X-Number}',
  '%{ENV:E1}',
  '%{ENV:REDIRECT_STATUS}',
  '%{ENV:REDIRECT_E1}',
  '%{THE_REQUEST}',
  '%{REQUEST_METHOD}',
  '%{PATH_INFO}',
  '%{IS_SUBREQ}',
  '%{DOCUMENT_ROOT}%{REQUEST_URI}',
  '%{DOCUMENT_ROOT}/$1',
  '%{CONTEXT_PREFIX}|%{CONTEXT_DOCUMENT_ROOT}',
  '%{LA-U:REQUEST_FILENAME}',
  '%{LA-F:REQUEST_FILENAME}',
  '%{LA-U:REQUEST_URI}',
  '%{SSL:SSL_PROTOCOL}x',
  '%{HTTPS}',
  '%{REMOTE_ADDR}',
  '%{SERVER_NAME}:%{SERVER_PROTOCOL}',
  '%{REQUEST_SCHEME}',
  '%{REMOTE_USER}%{AUTH_TYPE}',
  '%{SCRIPT_FILENAME}',
  '${text:$1|none}',
  '${lower:%{HTTP_HOST}}',
  '$1',
  '$1%1',
  '%1',
  'fixed',
  '%{HTTP_REFERER}%{HTTP_COOKIE}',
  '%{HTTP_ACCEPT}|%{HTTP_FORWARDED}',
  '%{SERVER_ADDR}:%{SERVER_ADMIN}',
  '%{SERVER_SOFTWARE}%{API_VERSION}',
  '%{REMOTE_HOST}|%{REMOTE_IDENT}',
  '%{CONN_REMOTE_ADDR}',
  '%{SCRIPT_USER}:%{SCRIPT_GROUP}',
  '%{LA-U:ENV:E1}|%{LA-F:ENV:E1}',
  '%{LA-U:SCRIPT_FILENAME}',
  '%{LA-F:REQUEST_URI}',
  '%{LA-U:PATH_INFO}',
  '%{LA-U:REMOTE_USER}',
  '%{HTTP:Cookie}',
  '%{ENV:E2}%{ENV:REDIRECT_URL}',
  '%{ENV:SCRIPT_URL}',
  '%{UNKNOWN}',
  '${dbm:$1|none}',
  '${sdbm:%1|$1}',
  '${unescape:%{QUERY_STRING}}',
  '$0|%0',
  '@SITE@/sub/',
  '@SITE@/$1',
);

const conditionPatterns = pick(
  '-f',
  '!-f',
  '-d',
  '!-d',
  '-s',
  '-l',
  '-x',
  '-F',
  '!-F',
  '-U',
  '-h',
  '-L',
  '^$',
  '!^$',
  '.',
  '^(.*)$',
  '^(.)(.)',
  '^/sub/(.*)',
  'a=([^&]*)',
  '!index\\.php',
  'de|fr',
  '=fixed',
  '!=none',
  '<m',
  '>a',
  '<=/sub',
  '>=/',
  '=""',
  '-eq5',
  '-gt4',
  '-lt10',
  '-ne5',
  '-ge5',
  '-le5',
  '^site',
  '200',
  '^GET\\ /',
  'FIXED',
  '!-s',
  '!-x',
  '!-U',
  '!=fixed',
  '!<m',
  '!>=5',
  '!-gt4',
  '=',
  '>',
  '-eq0',
  '(?<name>e)(.)?',
  '^([^|]*)\\|(.*)$',
  '%20|%3f|\\?',
);

const conditionFlags = pick('', '', '', ' [NC]', ' [OR]', ' [OR]', ' [NV]', ' [NC,OR]', ' [ornext,novary]');

/** NC without an expression is a warning on each start. */
const fitting = (pattern: string, flags: string) =>
  /^!?-/.test(pattern) ? flags.replace(/ \[NC\]|NC,/, '') : flags;

const expressions = pick(
  '"%{QUERY_STRING} =~ /a=(.)/"',
  '"-f %{REQUEST_FILENAME}"',
  '"%{REQUEST_URI} =~ m#^/(.)#"',
  '"req(\'X-Number\') -gt 4"',
  '"! %{HTTP_USER_AGENT} == \'x\'"',
  "\"%{REQUEST_URI} -in { '/a.txt', '/sub/' }\"",
  "\"-n req('Cookie') && %{REQUEST_METHOD} != 'GET'\"",
  '"-d %{REQUEST_FILENAME} || %{REQUEST_URI} =~ m#^/(.*)# && -d \'@SITE@/$1\'"',
  "\"tolower(%{REQUEST_URI}) =~ /(.)\\.txt$/ && '$1' == 'a'\"",
  '"-U %{REQUEST_URI}"',
  '"-F %{REQUEST_FILENAME}"',
  '"%{REMOTE_ADDR} -ipmatch \'127.0.0.0/8\'"',
  '"%{REQUEST_URI} -fnmatch \'/sub/*\'"',
  '"%{QUERY_STRING} -strmatch \'*=*\'"',
  '"%{HTTP:X-Number} -eq 5"',
  "\"env('E1') == ''\"",
  '"%{ENV:E1} != \'\'"',
  '"%{IS_SUBREQ} == \'true\'"',
  '"%{REQUEST_URI} =~ /%{QUERY_STRING}/"',
);

const condition = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(testStrings, conditionPatterns, conditionFlags)
      .map(([test, pattern, flags]) => `RewriteCond ${test} ${pattern}${fitting(pattern, flags)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(expressions, pick('', ' [OR]', ' [NV]'))
      .map(([expression, flags]) => `RewriteCond expr ${expression}${flags}`),
  },
);

const written = (text: string) => (/[ \t]/.test(text) ? `"${text}"` : text);

const rule = fc
  .tuple(patterns, substitutions, fc.uniqueArray(flag, { maxLength: 3 }))
  .map(([pattern, substitution, flags]) => {
    const proxied = flags.includes('P');
    const to = proxied
      ? `http://127.0.0.1:@BACK0@/${substitution.replace(/^[a-z]+:\/\/[^/]*|^\/+|^-$/, '')}`
      : substitution;
    const shown = flags.length === 0 ? '' : ` ${written(`[${flags.join(',')}]`)}`;
    return `RewriteRule ${written(pattern)} ${written(to)}${shown}`;
  });

const ruleWithConditions = fc
  .tuple(fc.array(condition, { maxLength: 2 }), rule)
  .map(([conditions, one]) => withoutStaleGroups([...conditions, one]));

/** Behind an expression without groups of its own httpd takes `%1` from memory that is somebody else's, and may end by it. */
function withoutStaleGroups(lines: readonly string[]): readonly string[] {
  if (!lines.some((line) => line.startsWith('RewriteCond expr'))) return lines;
  return lines.map((line) => (line.startsWith('RewriteCond expr') ? line : line.replace(/%(?=\d)/g, '')));
}

const option = pick(
  'Inherit',
  'InheritBefore',
  'InheritDown',
  'InheritDownBefore',
  'IgnoreInherit',
  'AllowNoSlash',
  'AllowAnyURI',
  'MergeBase',
  'IgnoreContextInfo',
  'LegacyPrefixDocRoot',
  'UnsafePrefixStat',
);

const someOptions = fc
  .tuple(fc.integer({ min: 0, max: 3 }), option)
  .map(([dice, word]) => (dice === 0 ? [`RewriteOptions ${word}`] : []));

const base = pick(
  [],
  [],
  [],
  ['RewriteBase /'],
  ['RewriteBase /sub/'],
  ['RewriteBase /sub'],
  ['RewriteBase /alias'],
);

const rules = (most: number) =>
  fc.array(ruleWithConditions, { minLength: 1, maxLength: most }).map((list) => list.flat());

const onServer = fc
  .tuple(someOptions, rules(3))
  .map(([options, list]) => ['RewriteEngine On', ...options, ...list]);

const inDirectory = fc
  .tuple(pick('On', 'On', 'On', 'On', 'Off'), someOptions, base, rules(3))
  .map(([engine, options, bases, list]) => [`RewriteEngine ${engine}`, ...options, ...bases, ...list]);

const section = fc
  .tuple(
    pick(
      '<Directory @SITE@>',
      '<Directory @SITE@/sub>',
      '<Location />',
      '<Location /sub>',
      '<LocationMatch ^/(sub|old)>',
      '<Files a.txt>',
      '<FilesMatch \\.html$>',
      '<If "%{QUERY_STRING} =~ /a/">',
      '<DirectoryMatch /sub/>',
      '<LocationMatch \\.(txt|php)$>',
      '<Directory @SITE@/*>',
      '<If "-f %{REQUEST_FILENAME}">',
      '<Location /alias>',
    ),
    inDirectory,
  )
  .map(([open, lines]) => [open, ...lines, `</${/^<([A-Za-z]+)/.exec(open)![1]}>`]);

const extra = pick<readonly string[]>(
  [],
  [],
  [],
  ['Alias /alias @SITE@/sub'],
  ['DirectoryIndex index.php index.html'],
  ['DirectorySlash Off'],
  ['ErrorDocument 404 /index.php'],
  ['ErrorDocument 403 /missing'],
  ['FallbackResource /index.php'],
  ['AcceptPathInfo On'],
  ['Redirect /old/x /new/x'],
  ['<Directory @SITE@/sub>', 'Options -FollowSymLinks', '</Directory>'],
  ['AllowEncodedSlashes On'],
  ['AllowEncodedSlashes NoDecode'],
  ['MergeSlashes Off'],
  ['AliasMatch ^/alias/(.*)$ @SITE@/./sub/$1'],
  ['UseCanonicalName On'],
  ['SetEnvIf Cookie c=(.) E1=$1'],
  ['SetEnv E1 set', 'PassEnv PATH'],
  ['DirectoryIndexRedirect on'],
  ['DirectoryCheckHandler On'],
  ['<Directory @SITE@/sub>', 'AllowOverride None', '</Directory>'],
  ['<Location /sub/deep>', 'Require all denied', '</Location>'],
);

/** Conditions on what a request came to, which also what was rewritten decides. */
const outcomes = pick(
  '%{REQUEST_STATUS} -ge 400',
  '%{REQUEST_URI} =~ m#^/sub/#',
  "%{REQUEST_FILENAME} -strmatch '*.txt'",
  "-n env('E1')",
  "reqenv('REDIRECT_E1') == 'x'",
  "%{QUERY_STRING} =~ /a=(.)/ && '$1' -in { '1', 'b' }",
  '%{CONTENT_TYPE} =~ m#^text/(?:html|plain)#',
  "resp('Location') =~ m#^http://#",
  '-z %{HANDLER}',
  "%{HANDLER} == 'redirect-handler'",
  "%{IS_SUBREQ} == 'false' && tolower(req('X-Number')) -lt 9",
  '-f %{REQUEST_FILENAME}',
  "%{CONTEXT_PREFIX} == '/alias/'",
  '%{THE_REQUEST} =~ m#^(GET|HEAD) /(?<rest>[^ ]*)#',
  'unescape(%{QUERY_STRING}) =~ /&/',
  "%{DOCUMENT_ROOT} == '@SITE@'",
  "note('rewrite-forced-handler') != ''",
);

/** Log lines and filters that an expression decides about. */
const byExpression = fc
  .tuple(fc.integer({ min: 0, max: 5 }), outcomes, outcomes)
  .map(([dice, one, other]): readonly string[] => {
    switch (dice) {
      case 0:
        return [
          'CustomLog @OWN@/environment.log environment',
          `CustomLog @OWN@/environment.log "%{X-Id}i|one %U" "expr=${one}"`,
          `CustomLog @OWN@/environment.log "%{X-Id}i|other %>s" "expr=!(${other})"`,
        ];
      case 1:
        return [
          'FilterDeclare chosen CONTENT_SET',
          `FilterProvider chosen DEFLATE "${one}"`,
          `FilterProvider chosen DEFLATE "${other}"`,
          'FilterChain chosen',
          'RequestHeader set Accept-Encoding gzip "expr=-n req(\'Cookie\')"',
        ];
      default:
        return [];
    }
  });

const brokenLine = pick(
  'RewriteRule ( x',
  'RewriteRule ^x',
  'RewriteRule a b [XX]',
  'RewriteCond a ( [NC]',
  'RewriteBase x',
  'RewriteOptions none',
  'RewriteMap a int:tolower',
  'RewriteRule a b [R=99]',
  'RewriteRule a b L',
);

const htaccess = fc
  .tuple(inDirectory, fc.integer({ min: 0, max: 30 }), brokenLine)
  .map(([lines, dice, broken]) => `${[...lines, ...(dice === 0 ? [broken] : [])].join('\n')}\n`);

const paths = pick(
  '/',
  '/index.html',
  '/a.txt',
  '/a%20b.txt',
  '/q%3fm.txt',
  '/page.php',
  '/page.php/info/x',
  '/sub',
  '/sub/',
  '/sub/one.html',
  '/sub/one.html/more',
  '/sub/a.txt',
  '/sub/deep',
  '/sub/deep/',
  '/sub/deep/two.txt',
  '/sub/missing',
  '/empty/',
  '/media/x.jpg',
  '/old',
  '/old/x/y',
  '/go/12/ab',
  '/loop',
  '/missing/more',
  '/A.TXT',
  '/x%2By',
  '/x%26y%3D1',
  '/x%25y',
  '/x%0ay',
  '/x%e9y',
  '/x%7fy',
  '/xyz%3f',
  '//sub//a.txt',
  '/sub/../a.txt',
  '/index.php/a/b',
  '/one',
  '/query',
  '/alias/a.txt',
  '/alias/',
  '/sub;x/a.txt',
  '/icons/',
  '*',
  '/sub%2fa.txt',
  '/a%5cb',
  '/a%23b',
  '/a%253fb',
  '/sub%3Bx/one.html',
  '/%73ub/one.html',
  '/a+b.txt',
  '/sub/%2e%2e/a.txt',
  '/sub/./one.html',
  '/index.html/',
  '/a.txt/../sub/',
  '/x%20%09y',
  '/x%3Cy%3E%22',
  '/x%C3%A9y',
  '/x[y]{z}|^`',
  '/:80/x',
  '/http://other.example/x',
  'http://@HOST@/sub/one.html',
  'http://other.example/a.txt',
);

const queries = pick(
  '',
  '',
  '',
  '?',
  '?a=1',
  '?a=1&b=2',
  '?a=%20x',
  '?a=%0ax',
  '?a b',
  '?x?y',
  '?a=%26',
  '?&',
  '?a=é',
  '?a=1&a=2&c=%41',
  '?a=b+c%2Bd',
  '?/sub/a.txt',
  '?a=%3f%23%25',
  '?a=<">',
  '?E1=%zz',
);

const someHeaders = fc.subarray([
  'User-Agent: fuzz',
  'Accept-Language: de',
  'X-Number: 5',
  'Accept: text/html',
  'Cookie: c=1',
  'Referer: http://ref.example/a?b',
]);

const request: fc.Arbitrary<SiteRequest> = fc
  .tuple(pick('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS'), paths, queries, someHeaders)
  .map(([method, path, query, headers]) => ({
    method,
    target: path === '*' ? '*' : path + query.replaceAll(' ', '+'),
    headers,
  }));

/** Sites with rules on the server, in sections and in `.htaccess`, and `count` requests for each. */
export function sites(count: number): fc.Arbitrary<Site> {
  return fc
    .record({
      server: fc.option(onServer, { nil: [] as string[] }),
      sections: fc.array(section, { maxLength: 2 }),
      extra,
      byExpression,
      top: fc.option(htaccess, { nil: '' }),
      sub: fc.option(htaccess, { nil: '' }),
      requests: fc.array(request, { minLength: count, maxLength: count }),
    })
    .map(({ server, sections, extra: more, byExpression: conditional, top, sub, requests }) => ({
      lines: [...more, ...conditional, ...server, ...sections.flat()],
      htaccess: { '': top, 'sub/': sub },
      requests,
    }));
}
