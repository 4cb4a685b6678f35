/** How a back end answers. */
export interface HttpAnswer {
  /** All bytes, by the request that was received. `@SELF@` is its own address, `@ASKED@` the host it was asked for. */
  readonly bytes: (request: string) => string;
  readonly end: 'keep' | 'close' | 'reset' | 'tunnel';
  /** Does not wait for the body. */
  readonly isEarly?: boolean;
  /** Leaves `Expect` unanswered. */
  readonly isSilent?: boolean;
}

const head = (status: string, ...lines: readonly string[]) =>
  `HTTP/1.1 ${[status, ...lines].join('\r\n')}\r\n\r\n`;
const sized = (status: string, lines: readonly string[], body: string) =>
  head(status, ...lines, `Content-Length: ${body.length}`) + body;
const kept = (bytes: string): HttpAnswer => ({ bytes: () => bytes, end: 'keep' });
const closed = (bytes: string): HttpAnswer => ({ bytes: () => bytes, end: 'close' });
const fields = (...lines: readonly string[]): HttpAnswer =>
  kept(sized('200 OK', ['Content-Type: text/plain', ...lines], 'body of it\n'));
const redirect = (location: string, status = '302 Found'): HttpAnswer =>
  kept(sized(status, [`Location: ${location}`, 'Content-Type: text/html'], '<p>moved</p>\n'));
const failure = (status: string, ...lines: readonly string[]): HttpAnswer =>
  kept(sized(status, ['Content-Type: text/html', ...lines], `<p>${status}</p>\n`));
const page = `<html><head><title>back</title><link href="/w/a.css"></head><body><a href="http://@SELF@/w/x">x</a> <img src='../i.png'> body</body></html>\n`;

/** The answers of back ends by name. */
const answers: Readonly<Record<string, HttpAnswer>> = {
  'to-self': redirect('http://@SELF@/w/next?a=b'),
  'to-self-bare': redirect('http://@SELF@'),
  'to-self-app': redirect('http://@SELF@/app/next', '301 Moved Permanently'),
  'to-asked': redirect('http://@ASKED@/app/x'),
  'to-asked-https': redirect('https://@ASKED@/app/x'),
  'to-relative': redirect('next?x=y', '303 See Other'),
  'to-path': redirect('/app/next#part', '307 Temporary Redirect'),
  'to-root': redirect('/'),
  'to-protocol-relative': redirect('//@SELF@/w/'),
  'to-other': redirect('http://other.example/w/', '308 Permanent Redirect'),
  'to-upper': redirect('HTTP://@SELF@/W/'),
  'to-localhost': redirect('http://localhost:8080/app/'),
  'to-odd': redirect('http://@SELF@/a b/"<>\xe4'),
  'to-nothing': redirect(''),
  'to-two': kept(sized('302 Found', ['Location: http://@SELF@/one', 'Location: http://@SELF@/two'], '')),
  'to-content-location': fields('Content-Location: http://@SELF@/w/doc', 'URI: http://@SELF@/w/u'),
  refresh: fields('Refresh: 5; url=http://@SELF@/w/', 'Link: <http://@SELF@/w/>; rel=next'),
  destination: fields('Destination: http://@SELF@/w/d'),
  'cookie-app': fields('Set-Cookie: JSESSIONID=abc.node1; Path=/app; HttpOnly'),
  'cookie-root': fields('Set-Cookie: a=1; path=/; domain=back.example; Secure'),
  'cookie-domain': fields('Set-Cookie: a=1; Domain=.back.example; Path=/w/x'),
  'cookie-upper': fields('SET-COOKIE: a=1; PATH=/w/;DOMAIN=Back.Example;SameSite=None'),
  'cookie-odd': fields('Set-Cookie: a=1;path=;domain=', 'Set-Cookie: b', 'Set-Cookie: path=/w/'),
  'cookie-attributes-twice': fields(
    'Set-Cookie: a=1; path=/w/a; path=/x',
    'Set-Cookie: b=1; path=/x; path=/w/b',
    'Set-Cookie: c=1; path=/w/a; path=/w/b',
    'Set-Cookie: d=1; domain=back.example; domain=other',
    'Set-Cookie: path=/w/; domain=back.example',
    'Set-Cookie: e="path=/w/"; path="/w/"',
    'Set-Cookie: f=1; xpath=/w/;path=/w/;Path =/w/',
  ),
  'cookie-quoted': fields('Set-Cookie: a="x; path=/w/"; Path="/w/"', 'set-cookie2: c=3; Path=/w/'),
  hints: kept(head('103 Early Hints', 'Link: </a.css>; rel=preload') + sized('200 OK', [], 'hinted\n')),
  processing: kept(head('102 Processing') + sized('200 OK', [], 'processed\n')),
  continue: kept(head('100 Continue') + head('100 Continue') + sized('200 OK', [], 'continued\n')),
  'continue-fields': {
    bytes: () =>
      head('100 Go On', 'X-I: 1', 'Set-Cookie: i=1; path=/w/') + sized('200 OK', [], 'continued\n'),
    end: 'close',
    isEarly: true,
  },
  'hints-fields': kept(
    head(
      '103 Early Hints',
      'Content-Type: text/x-hint',
      'Set-Cookie: h=1; path=/w/',
      'Location: http://@SELF@/w/h',
      'Date: Mon, 01 Jan 2001 00:00:00 GMT',
      'Server: back',
      'Content-Length: 7',
      'Connection: X-Hop',
      'X-Hop: 1',
      'Keep-Alive: x',
      'X-H: h',
    ) + sized('200 OK', ['Set-Cookie: f=1; path=/w/'], 'hinted\n'),
  ),
  'interim-many': kept(head('103 Early Hints', 'A: 1').repeat(12) + sized('200 OK', [], 'many\n')),
  '204': kept(head('204 No Content', 'X-A: b')),
  '204-length': kept(head('204 No Content', 'Content-Length: 0', 'Content-Type: text/plain')),
  '204-chunked': kept(head('204 No Content', 'Transfer-Encoding: chunked')),
  '205': kept(head('205 Reset Content', 'Content-Length: 0')),
  '304': kept(head('304 Not Modified', 'ETag: "x"', 'Content-Type: text/html', 'Set-Cookie: a=1; path=/w/')),
  '304-length': kept(head('304 Not Modified', 'ETag: "x"', 'Content-Length: 50')),
  '206': kept(sized('206 Partial Content', ['Content-Range: bytes 0-3/10', 'ETag: "r"'], '0123')),
  '206-multipart': kept(
    sized(
      '206 Partial Content',
      ['Content-Type: multipart/byteranges; boundary=XX'],
      '--XX\r\n\r\nab\r\n--XX--',
    ),
  ),
  '416': failure('416 Range Not Satisfiable', 'Content-Range: bytes */10'),
  ranges: fields('Accept-Ranges: bytes', 'ETag: "abc"', 'Last-Modified: Mon, 01 Jan 2001 00:00:00 GMT'),
  'ranges-none': fields('Accept-Ranges: none'),
  '401': failure('401 Unauthorized', 'WWW-Authenticate: Basic realm="back"', 'WWW-Authenticate: Negotiate'),
  '407': failure('407 Proxy Authentication Required', 'Proxy-Authenticate: Basic realm="p"'),
  '400': failure('400 Bad Request'),
  '403': failure('403 Forbidden', 'X-Powered-By: x', 'Set-Cookie: e=1; path=/w/'),
  '404': failure('404 Not Found', 'Cache-Control: no-store', 'ETag: "nf"'),
  '404-empty': kept(sized('404 Not Found', [], '')),
  '405': failure('405 Method Not Allowed', 'Allow: GET, HEAD'),
  '413': failure('413 Payload Too Large', 'Connection: close'),
  '429': failure('429 Too Many Requests', 'Retry-After: 7'),
  '500': failure('500 Internal Server Error'),
  '500-chunked': kept(
    `${head('500 Oops', 'Transfer-Encoding: chunked', 'Content-Type: text/html')}3\r\nerr\r\n0\r\n\r\n`,
  ),
  '502': failure('502 Bad Gateway'),
  '503': failure('503 Service Unavailable', 'Retry-After: 120'),
  '504': failure('504 Gateway Time-out'),
  '599': failure('599 Odd'),
  '299': failure('299 Miscellaneous Persistent Warning'),
  '999': failure('999 Request denied'),
  'no-reason': kept(`HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok`),
  'empty-reason': kept(`HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok`),
  'odd-reason': kept(sized('200 It is   fine, \xe4', [], 'ok')),
  'other-404-reason': failure('404 Nothing To See'),
  chunked: kept(
    `${head('200 OK', 'Transfer-Encoding: chunked', 'Content-Type: text/html')}5;e=1\r\nhello\r\n0\r\n\r\n`,
  ),
  trailers: kept(
    `${head('200 OK', 'Trailer: X-T', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\nX-T: t\r\nContent-Length: 9\r\n\r\n`,
  ),
  'chunked-upper': kept(`${head('200 OK', 'TRANSFER-ENCODING: Chunked')}5\r\nhello\r\n0\r\n\r\n`),
  'chunked-and-length': kept(
    `${head('200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`,
  ),
  'te-gzip': closed(`${head('200 OK', 'Transfer-Encoding: gzip')}xyz`),
  'te-gzip-chunked': kept(`${head('200 OK', 'Transfer-Encoding: gzip, chunked')}3\r\nxyz\r\n0\r\n\r\n`),
  'te-identity': kept(`${head('200 OK', 'Transfer-Encoding: identity', 'Content-Length: 3')}xyz`),
  'http-1.0': closed('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold\n'),
  'http-1.0-length': closed('HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nold\n'),
  'http-1.0-kept': kept('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nold\n'),
  'http-1.0-chunked': closed('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nold\r\n0\r\n\r\n'),
  'http-1.2': kept('HTTP/1.2 200 OK\r\nContent-Length: 4\r\n\r\nnew\n'),
  'http-0.9': closed('just text\n'),
  'no-length': closed(`${head('200 OK', 'Content-Type: text/plain', 'Connection: close')}until the end\n`),
  'no-length-unsaid': closed(`${head('200 OK', 'Content-Type: text/plain')}until the end\n`),
  close: closed(sized('200 OK', ['Connection: close'], 'closed\n')),
  hop: fields(
    'Connection: X-Hop, keep-alive',
    'X-Hop: gone',
    'Keep-Alive: timeout=9',
    'Proxy-Authenticate: x',
    'Proxy-Connection: x',
    'Upgrade: h2c',
    'TE: x',
    'Server: back/1',
    'Date: Mon, 01 Jan 2001 00:00:00 GMT',
    'Via: 1.0 other (x)',
  ),
  'connection-odd': fields(
    'Connection: Content-Type, close, ETag',
    'ETag: "gone"',
    'Connection: X-Two',
    'X-Two: y',
  ),
  case: fields('content-encoding: x-odd', 'ETAG: "up"', 'x-lower: a', 'X-UPPER: b', 'CONTENT-LANGUAGE: de'),
  twice: fields(
    'X-Twice: 1',
    'X-Other: o',
    'X-Twice: 2',
    'Vary: A',
    'Vary: B',
    'Cache-Control: a',
    'Cache-Control: b',
  ),
  'type-twice': fields('Content-Type: text/html; charset=utf-8', 'Content-Type: text/xml'),
  'no-type': kept(sized('200 OK', [], 'no type\n')),
  'empty-type': kept(sized('200 OK', ['Content-Type:'], 'no type\n')),
  'lengths-same': kept(`${head('200 OK', 'Content-Length: 3', 'Content-Length: 3')}abc`),
  'lengths-differ': closed(`${head('200 OK', 'Content-Length: 3', 'Content-Length: 4')}abcd`),
  'length-list': closed(`${head('200 OK', 'Content-Length: 3, 3')}abc`),
  'length-plus': closed(`${head('200 OK', 'Content-Length: +3')}abc`),
  'length-negative': closed(`${head('200 OK', 'Content-Length: -3')}abc`),
  'length-spaced': kept(`${head('200 OK', 'Content-Length:   3  ')}abc`),
  short: closed(`${head('200 OK', 'Content-Length: 100')}too short`),
  'chunk-bad': closed(`${head('200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\nzz\r\n`),
  'chunk-cut': closed(`${head('200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`),
  excess: closed(`${head('200 OK', 'Content-Length: 3')}abcdef`),
  folded: fields('X-Folded: one\r\n two\r\n\tthree'),
  'no-colon': kept('HTTP/1.1 200 OK\r\nNo colon here\r\nContent-Length: 2\r\n\r\nok'),
  'space-colon': kept('HTTP/1.1 200 OK\r\nX-A : b\r\nContent-Length: 2\r\n\r\nok'),
  'odd-bytes': fields('X-Odd: a\x01b\x7f\xe4', 'X_Under: u', 'X.Dot: d'),
  'empty-value': fields('X-Empty:', 'X-Space:   ', 'X-Tab:\ta\t'),
  'bare-lf': kept('HTTP/1.1 200 OK\nX-Lf: a\nContent-Length: 2\n\nok'),
  'long-field': fields(`X-Long: ${'x'.repeat(7000)}`),
  'too-long-field': fields(`X-Long: ${'x'.repeat(9000)}`),
  'many-fields': fields(...Array.from({ length: 98 }, (_, at) => `X-N${at}: ${at}`)),
  html: kept(sized('200 OK', ['Content-Type: text/html'], page)),
  'html-utf8': kept(
    sized('200 OK', ['Content-Type: text/html; charset=utf-8', 'ETag: "h"', 'Content-MD5: x'], page),
  ),
  css: kept(sized('200 OK', ['Content-Type: text/css'], 'a { background: url(http://@SELF@/w/i.png) }\n')),
  json: kept(
    sized('200 OK', ['Content-Type: application/json', 'ETag: W/"j"'], '{"back":"http://@SELF@/w/"}\n'),
  ),
  encoded: kept(
    sized('200 OK', ['Content-Type: text/html', 'Content-Encoding: x-odd', 'Vary: Accept-Encoding'], 'zz'),
  ),
  cors: fields(
    'Access-Control-Allow-Origin: *',
    'X-Frame-Options: DENY',
    'Strict-Transport-Security: max-age=1',
  ),
  'old-date': fields('Date: Mon, 01 Jan 2001 00:00:00 GMT', 'Expires: 0', 'Age: 5', 'Last-Modified: garbage'),
  sendfile: fields('X-Sendfile: /etc/passwd', 'X-Accel-Redirect: /x', 'Status: 404 Odd'),
  'length-in-head-only': kept(sized('200 OK', ['Content-Type: text/plain'], 'x'.repeat(9000))),
  upgrade: {
    bytes: () =>
      head('101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Accept: x'),
    end: 'tunnel',
  },
  'upgrade-other': {
    bytes: () => head('101 Switching Protocols', 'Upgrade: other', 'Connection: upgrade'),
    end: 'tunnel',
  },
  'upgrade-required': failure('426 Upgrade Required', 'Upgrade: websocket', 'Connection: Upgrade'),
  early: { ...failure('413 Too Big', 'Connection: close'), end: 'close', isEarly: true },
  silent: { ...fields(), isSilent: true },
  'expectation-failed': { ...failure('417 Expectation Failed'), end: 'close', isEarly: true },
  nothing: { bytes: () => '', end: 'close' },
  reset: { bytes: () => '', end: 'reset' },
};

const echo: HttpAnswer = {
  bytes: (request) => sized('200 OK', ['Content-Type: text/plain'], request),
  end: 'keep',
};

/** The names that a request may ask for. */
export const answerNames = Object.keys(answers);

/** The answer of that name; without one, the request that was received. */
export const answerNamed = (name: string): HttpAnswer => answers[name] ?? echo;

/** The heads of an answer alone. */
export function bodyless(bytes: string): string {
  let end = 0;
  while (/^HTTP\/1\.\d 1\d\d/.test(bytes.slice(end))) end = bytes.indexOf('\r\n\r\n', end) + 4;
  const last = bytes.indexOf('\r\n\r\n', end);
  return last < 0 ? bytes : bytes.slice(0, last + 4);
}
