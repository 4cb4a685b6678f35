import fc from 'fast-check';
import { randomCondition, randomText } from './expressions.ts';
import type { Site, SiteRequest } from './site.ts';

const choose = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** A line or section made of a form whose `@1`, `@2` … are replaced by what the parts give. */
function form(texts: readonly string[], ...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), ...parts)
    .map(([text, ...values]) => text.replace(/@([1-9])/g, (_, digit: string) => values[Number(digit) - 1]!));
}

const path = choose(
  '/a',
  '/a.txt',
  '/a/',
  '/sub',
  '/sub/',
  '/sub/one.html',
  '/x',
  '/x//y',
  '/old',
  '/old/',
  '/doc',
  '/page',
  '/none',
  '/sp ace',
  '/',
);
const folder = choose('htdocs', 'htdocs/sub', 'htdocs/sub/', 'other', 'other/', 'htdocs/a.txt', 'none');
const url = choose(
  'http://h.example/',
  'http://h.example',
  'https://h.example/x?y=1',
  '/sub/',
  '/new',
  '/new#part',
  '/new?q=1',
  'http://h.example/%20$1',
  'sub',
);
const pattern = choose(
  '^/a(.*)$',
  '/s(u)b/(.*)',
  '\\.txt$',
  '^/([^/]+)/([^/]+)$',
  '^/old/?(.*)',
  '(?i)^/OLD',
  '^/(?<name>x.*)$',
  '.*',
  'b/o',
);
const target = choose('/new/$1', 'http://h.example/$1$2?$0', '/$0', 'http://h.example/&x\\$1', '/q?a=$1#$2');
const status = choose('301', '302', '303', '307', '308', 'permanent', 'temp', 'seeother', 'Permanent', '399');
const noRedirect = choose('gone', '410', '404', '403', '500', '204', '451', '200');
const header = choose(
  'X-Set',
  'Cache-Control',
  'Vary',
  'A',
  'Content-Type',
  'Location',
  'X-Two',
  'Set-Cookie',
);
const value = choose(
  'v',
  '"a b"',
  '"%s %{v1}e %%"',
  '"t=%t"',
  '"D=%D"',
  '""',
  '"a, b"',
  '%{A}e',
  '"l=%l"',
  '%{HTTPS}s',
  'max-age=1',
).map((text) => text.replace(/%[tDl]/g, 'x'));
const variable = choose(
  'v1',
  'v2',
  'v3',
  'no-gzip',
  'nokeepalive',
  'redirect-carefully',
  'force-response-1.0',
  'is_error',
);
const condition = randomCondition.map((text) => quoted(`expr=${text}`));
const clause = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: choose('env=v1', 'env=!v1', 'env=v2', 'early') },
  { weight: 3, arbitrary: condition },
);

const headerLine = fc.oneof(
  form(
    ['Header @2 @1 @3 @4', 'Header always @2 @1 @3 @4', 'Header onsuccess @2 @1 @3 @4'],
    header,
    choose('set', 'append', 'add', 'merge', 'setifempty', 'note'),
    value,
    clause,
  ),
  form(
    ['Header @2 @1 @3', 'Header always @2 @1 @3'],
    header,
    choose('set', 'add', 'merge', 'append'),
    randomText.map((text) => quoted(`expr=${text}`)),
  ),
  form(
    [
      'Header @2unset @1 @3',
      'Header @2edit @1 a "b$0" @3',
      'Header @2edit* @1 "(.)" "<$1>" @3',
      'Header @2edit @1 ^ "p-" @3',
    ],
    header,
    choose('', 'always '),
    clause,
  ),
  form(['Header echo "^(A|B)$" @1', 'Header always echo ^Cook @1'], clause),
  form(
    ['RequestHeader @2 @1 @3 @4'],
    header,
    choose('set', 'append', 'add', 'merge', 'setifempty'),
    value,
    clause,
  ),
  form(
    ['RequestHeader unset @1 @2', 'RequestHeader edit @1 "^(.)" "$1$1" @2', 'RequestHeader edit* @1 . x @2'],
    header,
    clause,
  ),
);

const environmentLine = fc.oneof(
  form(
    ['SetEnvIf @1 "@2" @3', 'SetEnvIfNoCase @1 "@2" @3'],
    choose(
      'Request_URI',
      'Remote_Addr',
      'Request_Method',
      'Request_Protocol',
      'Server_Addr',
      'Host',
      'A',
      '^A|B$',
      'v1',
      'User-Agent',
      'Query_String',
      'User-Ag.*',
    ),
    choose('.', 'a', '^/s', '^$', '([a-z]+)/?([a-z]*)', 'TXT', '\\.html$'),
    choose('v1', '!v1', 'v1=x', 'v2=$1-$2', 'v1 v2=y !v3', 'v3=$0', 'no-gzip', 'nokeepalive'),
  ),
  form(
    ['BrowserMatch @1 @2', 'BrowserMatchNoCase @1 @2'],
    choose('Moz', '^curl', '".*"'),
    choose('v1', 'v2=b', '!v1'),
  ),
  form(['SetEnvIfExpr @1 @2'], randomCondition.map(quoted), choose('v1', 'v1=x', 'v2 v3=y', '!v1 v3')),
  form(['SetEnv @1 @2', 'UnsetEnv @1', 'PassEnv PATH @1'], variable, choose('', 'value', '"a b"')),
);

const aliasLine = fc.oneof(
  form(['Alias "@1" "@SITE@/@2"', 'Alias "@1" "@SITE@/@2"'], path, folder),
  form(
    ['AliasMatch "@1" "@SITE@/@2"'],
    pattern,
    choose('htdocs/$1', 'other/$1', 'htdocs/sub/$2', 'htdocs$0'),
  ),
);
const redirectLine = fc.oneof(
  form(
    ['Redirect @3 "@1" "@2"', 'Redirect "@1" "@2"', 'RedirectPermanent "@1" "@2"', 'RedirectTemp "@1" "@2"'],
    path,
    url.filter((one) => one !== 'sub'),
    status,
  ),
  form(['Redirect @2 "@1"'], path, noRedirect),
  form(['RedirectMatch @3 "@1" "@2"', 'RedirectMatch "@1" "@2"'], pattern, target, status),
  form(['RedirectMatch @2 "@1"'], pattern, noRedirect),
  choose('RedirectRelative On', 'RedirectRelative Off', 'AliasPreservePath On'),
);
const directoryLine = fc.oneof(
  choose(
    'DirectoryIndex one.html',
    'DirectoryIndex none one.html /a.txt',
    'DirectoryIndex disabled',
    'DirectoryIndex page',
    'DirectoryIndex sub/one.html',
    'DirectorySlash Off',
    'DirectorySlash On',
    'DirectoryIndexRedirect On',
    'DirectoryIndexRedirect permanent',
    'DirectoryIndexRedirect 303',
    'DirectoryCheckHandler On',
    'FallbackResource /a.txt',
    'FallbackResource /sub/one.html',
    'FallbackResource disabled',
    'FallbackResource /none',
  ),
  choose(
    'Options +MultiViews',
    'Options -Indexes',
    'Options MultiViews',
    'Options None',
    'Options -FollowSymLinks +SymLinksIfOwnerMatch',
  ),
  choose(
    'LanguagePriority de en fr',
    'LanguagePriority fr',
    'ForceLanguagePriority Fallback',
    'ForceLanguagePriority None',
    'ForceLanguagePriority Prefer Fallback',
    'AddHandler type-map var',
    'MultiviewsMatch Any',
    'MultiviewsMatch Handlers Filters',
    'AddEncoding x-gzip .gz',
    'AddLanguage en-gb .uk',
    'AddCharset utf-8 .u8',
    'AddDefaultCharset utf-8',
    'DefaultLanguage en',
    'ForceType text/plain',
    'AddType text/x-new .html',
    'RemoveType .html',
    'RemoveLanguage .de',
    'AcceptPathInfo On',
    'AcceptPathInfo Off',
    'ModMimeUsePathInfo On',
  ),
  form(
    ['ErrorDocument @1 @2'],
    choose('404', '403', '410', '500', '406'),
    choose(
      '/a.txt',
      '"no %{REQUEST_URI}"',
      'http://h.example/%{REQUEST_STATUS}',
      '/none',
      'default',
      '/sub/',
      '/error?x',
    ),
  ),
  form(
    ['SetHandler @1', 'ForceType @1'],
    choose('None', 'default-handler', 'type-map', '"%{req:A}"', 'text/plain'),
  ),
);
const spellingLine = choose(
  'CheckSpelling On',
  'CheckSpelling Off',
  'CheckCaseOnly On',
  'CheckBasenameMatch Off',
);
const actionLine = choose(
  'Action text/html /a.txt',
  'Action my-handler /sub/one.html',
  'Action my-handler /none virtual',
  'AddHandler my-handler .txt',
  'Action text/plain /wrap.php virtual',
  'Script POST /a.txt',
  'Script GET /sub/one.html',
);
const rewriteLine = choose(
  'RewriteEngine On',
  'RewriteRule ^/?old/(.*) /sub/$1 [PT]',
  'RewriteRule ^/?page$ /a.txt',
  'RewriteRule x/(.*) - [E=v1:$1]',
  'RewriteRule gone - [G]',
);

/** Lines that may stand in a directory section; which of them are refused somewhere differs. */
const inDirectory = (hasAlias: boolean) =>
  fc.oneof(
    { weight: 5, arbitrary: headerLine },
    { weight: 3, arbitrary: environmentLine.filter((line) => !line.startsWith('PassEnv')) },
    { weight: 3, arbitrary: redirectLine },
    { weight: 4, arbitrary: directoryLine },
    { weight: 1, arbitrary: spellingLine },
    { weight: 1, arbitrary: actionLine.filter((line) => !line.startsWith('Script')) },
    ...(hasAlias ? [{ weight: 0, arbitrary: rewriteLine }] : []),
  );
const fitsEverySection = (line: string) =>
  !/^(?:Redirect(?:Permanent|Temp|Match)? |AliasPreserve|Options|RewriteRule|RewriteEngine|MultiviewsMatch|FallbackResource|CheckSpelling|AcceptPathInfo)/.test(
    line,
  );
const sectionLines = fc
  .array(inDirectory(false), { minLength: 1, maxLength: 3 })
  .map((lines) => lines.join('\n'));
const safeLines = fc
  .array(inDirectory(false).filter(fitsEverySection), { minLength: 1, maxLength: 3 })
  .map((lines) => lines.join('\n'));

const locationLine = fc.oneof(
  form(
    ['Redirect @1 "@2"', 'Redirect "@2"'],
    choose('301', '302', '303', 'seeother'),
    choose('http://h.example%{REQUEST_URI}', 'http://h.example/%{escape:%{QUERY_STRING}}', '/to/%{req:A}'),
  ),
  form(['Redirect @1'], choose('gone', '404', '410', '403')),
  form(
    ['Alias "@SITE@/@1"', 'AliasPreservePath On\nAlias "@SITE@/@1"'],
    choose('htdocs/a.txt', 'other', 'htdocs/%{req:A}'),
  ),
);
const section = fc.oneof(
  form(['<Location "@1">\n@2\n</Location>'], path, safeLines),
  form(['<Location "@1">\n@2\n</Location>'], path, locationLine),
  form(['<LocationMatch "@1">\n@2\n</LocationMatch>'], pattern, safeLines),
  form(
    ['<Directory "@SITE@/@1">\n@2\n</Directory>'],
    choose('htdocs', 'htdocs/sub', 'htdocs/*', 'other'),
    sectionLines,
  ),
  form(
    ['<Files "@1">\n@2\n</Files>', '<Files ~ "@1">\n@2\n</Files>'],
    choose('a.txt', '*.html', 'one*'),
    safeLines,
  ),
  form(
    [
      '<If @1>\n@2\n</If>',
      '<If @1>\n@2\n</If>\n<Else>\n@3\n</Else>',
      '<If @1>\n@2\n</If>\n<ElseIf true>\n@3\n</ElseIf>',
    ],
    randomCondition.map(quoted),
    safeLines,
    safeLines,
  ),
  form(['<Location "@1">\nRequire expr @2\n</Location>'], path, randomCondition),
);

const block = fc.oneof(
  { weight: 4, arbitrary: headerLine },
  { weight: 4, arbitrary: environmentLine },
  { weight: 2, arbitrary: aliasLine },
  { weight: 3, arbitrary: redirectLine },
  {
    weight: 3,
    arbitrary: directoryLine.filter((line) => !/^(?:AcceptPathInfo|ModMime|ForceType|Options)/.test(line)),
  },
  { weight: 1, arbitrary: actionLine },
  { weight: 1, arbitrary: spellingLine },
  { weight: 1, arbitrary: rewriteLine },
  { weight: 6, arbitrary: section },
);

const text = 'All that is gold does not glitter.\n';
const typeMap = `URI: a.txt

URI: page.html.de
Content-Type: text/html; qs=0.7
Content-Language: de

URI: page.html.en
Content-Type: text/html; qs=0.6
Content-Language: en
`;
export const commonFiles: Readonly<Record<string, string>> = {
  'htdocs/index.html': '<p>index</p>\n',
  'htdocs/a.txt': text,
  'htdocs/empty.txt': '',
  'htdocs/sp ace.txt': 'space\n',
  'htdocs/page.html.en': '<p>en</p>\n',
  'htdocs/page.html.de': '<p>de</p>\n',
  'htdocs/page.html.fr.gz': 'not gzip\n',
  'htdocs/doc.var': typeMap,
  'htdocs/sub/one.html': '<p>one</p>\n',
  'htdocs/sub/Two.HTML': '<p>two</p>\n',
  'htdocs/sub/deep/three.css': 'b { c: d }\n',
  'htdocs/old/x.txt': 'old x\n',
  'htdocs/link.txt': '->a.txt',
  'other/one.html': '<p>other one</p>\n',
  'other/x.txt': 'other x\n',
  'other/sub/z.txt': 'z\n',
};
const htaccess = fc.array(inDirectory(true), { maxLength: 4 });
const files = fc
  .record({ top: htaccess, sub: htaccess, deep: htaccess })
  .map(({ top, sub, deep }): Site['files'] => ({
    ...commonFiles,
    ...(top.length > 0 ? { 'htdocs/.htaccess': top } : {}),
    ...(sub.length > 0 ? { 'htdocs/sub/.htaccess': sub } : {}),
    ...(deep.length > 0 ? { 'htdocs/sub/deep/.htaccess': deep } : {}),
  }));

const requested = choose(
  '/',
  '/a',
  '/a.txt',
  '/a.txt/info',
  '/A.txt',
  '/sub',
  '/sub/',
  '/sub/one.html',
  '/sub/one',
  '/sub/on.html',
  '/sub/two.html',
  '/sub/deep/',
  '/sub/deep/three.css',
  '/page',
  '/page.html',
  '/page.html.de',
  '/doc.var',
  '/doc',
  '/old',
  '/old/',
  '/old/x.txt',
  '/OLD/x',
  '/x',
  '/x/y',
  '/x//y/z',
  '/none',
  '/none/more',
  '/sp%20ace',
  '/sp%20ace.txt',
  '/empty.txt',
  '/link.txt',
  '/a%2Etxt',
  '/sub//one.html',
  '/gone',
);
const query = choose('', '', '', '?', '?q=1', '?a=%20b&c', '?x=/y?z');
const headerLines = fc.uniqueArray(
  choose(
    'A: abc',
    'A: a b',
    'A: default-handler',
    'B: x/y',
    'Cookie: a=b; c=d',
    'User-Agent: Mozilla/5.0',
    'User-Agent: curl/8',
    'Accept: text/html;q=0.5, text/plain',
    'Accept: image/png',
    'Accept: */*;q=0.1',
    'Accept-Language: de, en;q=0.8',
    'Accept-Language: fr;q=0.9, en-gb',
    'Accept-Language: it',
    'Accept-Encoding: gzip',
    'Accept-Charset: utf-8',
    'Negotiate: trans',
    'Negotiate: *',
    'Referer: http://r.example/',
    'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT',
    'Range: bytes=0-3',
    'Vary: x',
  ),
  { maxLength: 4, selector: (line) => line.split(':', 1)[0] },
);
const request: fc.Arbitrary<SiteRequest> = fc
  .tuple(
    choose('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE'),
    requested,
    query,
    headerLines,
  )
  .map(([method, name, args, headers]) => ({
    method,
    target: name + args,
    headers: method === 'POST' ? [...headers, 'Content-Length: 0'] : headers,
  }));

/** A virtual host with its files and requests. */
export function randomSite(requests: number): fc.Arbitrary<Site> {
  return fc.record({
    blocks: fc.array(block, { minLength: 1, maxLength: 8 }),
    files,
    requests: fc.array(request, { minLength: requests, maxLength: requests }),
  });
}
