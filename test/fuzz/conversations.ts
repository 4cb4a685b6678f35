import fc from 'fast-check';
import type { Configuration } from './configurations.ts';

/** What is sent on one connection: parts with a pause between them, then the end. */
export interface Conversation {
  readonly parts: readonly string[];
  /** Whether the client ends its side after the last part. */
  readonly halfClose: boolean;
}

/** The last request of every conversation: whether it is answered shows whether the connection was kept. */
export const lastRequest = 'GET /last-of-all HTTP/1.1\r\nHost: fuzz.example\r\nConnection: close\r\n\r\n';

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const constants = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const percent = fc.integer({ min: 0, max: 255 }).map((code) => `%${code.toString(16).padStart(2, '0')}`);

/** A path of the configuration, most often as it is, else changed at one or two places. */
function target(paths: readonly string[]): fc.Arbitrary<string> {
  const insert = fc.tuple(
    fc.nat(60),
    fc.oneof(
      often(
        6,
        constants(
          '/',
          '//',
          '/./',
          '/../',
          '/.',
          '..',
          '%2e',
          '%2E%2e',
          '%2f',
          '%2F',
          '%00',
          '%5c',
          '\\',
          ';',
          ';a=b',
          '?',
          '?a=b&c',
          '#',
          '%',
          '%zz',
          '%0a',
          '%0d',
          '%20',
          '+',
          '&',
          ':',
          '@',
          '*',
          '~',
          '.',
          '%25',
          '%252f',
          '%c3%a4',
          '/x/../',
          '/.htaccess',
          'index.html',
          '%3f',
          '%23',
          '"',
          '<',
          '%22',
          '%3c',
          '|',
          '^',
        ),
      ),
      often(1, percent),
      often(
        1,
        byte.filter((char) => char > ' '),
      ),
    ),
  );
  const edited = fc
    .tuple(fc.constantFrom(...paths), fc.array(insert, { minLength: 1, maxLength: 2 }))
    .map(([path, inserts]) =>
      inserts.reduce((changed, [at, text]) => {
        const place = at >= 30 ? changed.length : Math.min(at, changed.length);
        return changed.slice(0, place) + text + changed.slice(place);
      }, path),
    );
  const respelled = fc.tuple(fc.constantFrom(...paths), fc.nat(40), fc.boolean()).map(([path, at, upper]) => {
    const place = at % path.length;
    const char = path.charAt(place);
    if (upper) return path.slice(0, place) + char.toUpperCase() + path.slice(place + 1);
    return `${path.slice(0, place)}%${char.charCodeAt(0).toString(16)}${path.slice(place + 1)}`;
  });
  const odd = constants(
    '*',
    '',
    '?',
    'a.txt',
    '/%',
    '//',
    '///a.txt',
    '/..',
    '/../',
    '/.',
    '/./',
    '/%2e%2e/',
    '/~root',
    '/a.txt\\',
    'http:///a.txt',
    'http://',
    'http:/a.txt',
    'localhost:80',
    '/\x7f',
    '/\xff',
    '/%ff',
    '/%7f',
  );
  const absolute = fc
    .tuple(
      constants('http://', 'HTTP://', 'https://', 'ftp://', 'http://user:pw@', '//'),
      constants(
        'fuzz.example',
        'two.example:80',
        'strict.example',
        'ONE.example',
        '',
        'bad_host',
        '[::1]',
        'x:99999',
        'x:',
      ),
      fc.constantFrom(...paths),
    )
    .map((words) => words.join(''));
  return fc.oneof(
    often(12, fc.constantFrom(...paths)),
    often(10, edited),
    often(4, respelled),
    often(1, odd),
    often(1, absolute),
  );
}

const methods = fc.oneof(
  often(30, fc.constant('GET')),
  often(6, fc.constant('HEAD')),
  often(8, fc.constant('POST')),
  often(3, constants('PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'CONNECT', 'PROPFIND')),
  often(
    1,
    constants('get', 'FOO', 'GET ', 'G@T', 'GE\tT', 'M-SEARCH', '{', 'BREW', 'LOCK', 'MKCOL', 'X'.repeat(70)),
  ),
);

const versions = fc.oneof(
  often(40, fc.constant('HTTP/1.1')),
  often(5, fc.constant('HTTP/1.0')),
  often(
    1,
    constants(
      'HTTP/0.9',
      'HTTP/1.2',
      'HTTP/2.0',
      'http/1.1',
      'HTTP/1',
      'HTTP/1.10',
      'HTTP/01.1',
      'HTTP/1.1 ',
      'HTTP/3.4',
      '',
      'HTTPS/1.1',
      'HTTP/1.1 x',
    ),
  ),
);

const dates = constants(
  'Tue, 02 Jan 2024 03:04:05 GMT',
  'Tuesday, 02-Jan-24 03:04:05 GMT',
  'Tue Jan  2 03:04:05 2024',
  'Mon, 01 Jan 2024 00:00:00 GMT',
  'Wed, 03 Jan 2035 00:00:00 GMT',
  'garbage',
  '0',
  'Tue, 02 Jan 2024 03:04:06 GMT',
  '2 Jan 2024 03:04:05 GMT',
);
const tags = constants(
  '"46-60dee7e3d2740"',
  'W/"46-60dee7e3d2740"',
  '*',
  '"x"',
  'W/"x"',
  '"a", "b"',
  '"x", "46-60dee7e3d2740"',
  '',
  'x',
  '""',
);
const ranges = fc.oneof(
  constants(
    'bytes=0-0',
    'bytes=0-',
    'bytes=-1',
    'bytes=-0',
    'bytes=5-10',
    'bytes=10-5',
    'bytes=99999-',
    'bytes=0-1,3-4',
    'bytes=0-1, 1-2,2-3',
    'bytes=',
    'bytes=a-b',
    'bytes=0-1,',
    'bytes 0-1',
    'Bytes=0-1',
    'items=0-1',
    'bytes= 0-1',
    'bytes=0-99999',
    'bytes=-99999',
    'bytes=0-0,-1',
    'bytes=1-2,0-0',
    'bytes=60-,0-10',
    'bytes=0-18446744073709551616',
    'bytes=--1',
    'bytes=,0-1',
    'bytes=0 - 1',
    'bytes=+0-1',
    'bytes=0-,0-,0-,0-,0-,0-',
  ),
  fc
    .array(fc.tuple(fc.nat(80), fc.nat(80)), { minLength: 1, maxLength: 8 })
    .map((list) => `bytes=${list.map(([from, to]) => `${from}-${to}`).join(',')}`),
);

const headerLine = fc.oneof(
  often(
    3,
    ranges.map((value) => `Range: ${value}`),
  ),
  often(
    1,
    fc.oneof(dates, tags).map((value) => `If-Range: ${value}`),
  ),
  often(
    2,
    dates.map((value) => `If-Modified-Since: ${value}`),
  ),
  often(
    1,
    dates.map((value) => `If-Unmodified-Since: ${value}`),
  ),
  often(
    2,
    tags.map((value) => `If-None-Match: ${value}`),
  ),
  often(
    1,
    tags.map((value) => `If-Match: ${value}`),
  ),
  often(
    2,
    constants(
      '*/*',
      'text/html',
      'text/*;q=0.5, */*;q=0.1',
      'image/png',
      '',
      'text/html;level=1',
      'garbage',
      'application/json',
    ).map((value) => `Accept: ${value}`),
  ),
  often(
    2,
    constants('de', 'en', 'fr, de;q=0.5', 'en;q=0, *', '*', 'de-DE, en', '').map(
      (value) => `Accept-Language: ${value}`,
    ),
  ),
  often(
    1,
    constants('identity', 'deflate', '*;q=0', 'x-gzip;q=0').map((value) => `Accept-Encoding: ${value}`),
  ),
  often(
    1,
    constants('utf-8', 'iso-8859-1', '*').map((value) => `Accept-Charset: ${value}`),
  ),
  often(
    4,
    constants(
      'close',
      'keep-alive',
      'Keep-Alive',
      'CLOSE',
      'x, close',
      'X-Drop',
      'upgrade',
      'keep-alive, close',
      '',
      'TE',
      'Content-Length',
      'closed',
    ).map((value) => `Connection: ${value}`),
  ),
  often(
    1,
    constants('100-continue', '100-Continue', 'other', '', '100-continue, x').map(
      (value) => `Expect: ${value}`,
    ),
  ),
  often(
    1,
    constants('a=b', 'a="b"; c', '; ;', '').map((value) => `Cookie: ${value}`),
  ),
  often(
    2,
    constants(
      'X-Drop: dropped',
      'X-Forwarded-For: 1.2.3.4',
      'Via: 1.1 a',
      'X-A: 1',
      'x-a: 2',
      'X-A:',
      'X-A: \t b \t',
      'Keep-Alive: 300',
      'TE: trailers',
      'Trailer: X',
      'Upgrade: websocket',
      'Proxy-Connection: close',
      'Proxy: http://evil',
      'Max-Forwards: 0',
      'Max-Forwards: 5',
      'Referer: "quoted"',
      'User-Agent: fuzz\x01\\',
      'X_Under: score',
      'Content-Type: text/x',
      'Content-Encoding: gzip',
      'Pragma: no-cache',
      'Cache-Control: no-cache',
      'Origin: null',
      'Authorization: Basic x',
      'From: a@b',
      'Content-Range: bytes 0-1/2',
      'Connection: close, X-A',
      'X-Utf: \xc3\xa4',
    ),
  ),
  often(
    1,
    constants(
      'X-Bad : a',
      ' folded',
      '\tfolded more',
      ': empty',
      'nocolon',
      'X-N\0ul: a',
      'X-N: a\0b',
      'X@: y',
      'X-Ctl: a\x02b',
      'X-Cr: a\rb',
      'X-Del: \x7f',
      `X-Long: ${'v'.repeat(400)}`,
      `${'N'.repeat(300)}: v`,
      'Host: second.example',
      'Host:',
      'Content-Length: 5',
      'Content-Length: 0',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: identity',
      'X Y: z',
      '"q": z',
      '\xe4: z',
    ),
  ),
);

function hostLine(hosts: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    often(
      20,
      fc.constantFrom(...hosts).map((host) => `Host: ${host}`),
    ),
    often(
      1,
      constants(
        '',
        'Host:',
        'Host: ',
        'Host: a b',
        'Host: a/b',
        'Host: [::1',
        'Host: x:y',
        'Host: x:',
        'Host: .',
        'Host: a..b',
        'Host: ..',
        'Host: a_b',
        'Host: *',
        'Host: x:0',
        'Host: x:65536',
        'host: Fuzz.Example:80',
        'Host: \xe4',
        'Host: 1.2.3',
        'Host: a,b',
        'Host: user@x',
      ),
    ),
  );
}

interface Body {
  readonly lines: readonly string[];
  readonly parts: readonly string[];
  /** Whether the rest of the connection may be taken for the body. */
  readonly open: boolean;
}

const none: Body = { lines: [], parts: [], open: false };
const bodies: fc.Arbitrary<Body> = fc.oneof(
  often(
    5,
    constants('', 'x', 'a=b&c=d', 'y'.repeat(3000)).map((text) => ({
      lines: [`Content-Length: ${text.length}`],
      parts: [text],
      open: false,
    })),
  ),
  often(
    2,
    constants('hello', 'a\r\nb').map((text) => ({
      lines: ['Transfer-Encoding: chunked'],
      parts: [`${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`],
      open: false,
    })),
  ),
  often(
    2,
    fc.constant<Body>({
      lines: ['Transfer-Encoding: chunked'],
      parts: ['3\r\nabc\r\n', '00002;x="y"\r\nde\r\n', '0\r\nX-T: t\r\n\r\n'],
      open: false,
    }),
  ),
  often(
    1,
    constants(
      '5\r\nab\r\n0\r\n\r\n',
      'zz\r\n\r\n',
      '-1\r\n\r\n',
      '\r\n0\r\n\r\n',
      '5 \r\nhello\r\n0\r\n\r\n',
      '5\nhello\n0\n\n',
      '0\r\n',
      '10000000000000000\r\n',
      '0x5\r\nhello\r\n0\r\n\r\n',
      '5;\r\nhello\r\n0\r\n\r\n',
      '5\r\nhello0\r\n\r\n',
      ' 5\r\nhello\r\n0\r\n\r\n',
      '0\r\nbad trailer\r\n\r\n',
    ).map((text) => ({ lines: ['Transfer-Encoding: chunked'], parts: [text], open: true })),
  ),
  often(
    1,
    constants('-1', 'abc', '5, 5', '5 5', '+5', '0x5', '18446744073709551616', '', ' 5', '05', '5;').map(
      (value) => ({ lines: [`Content-Length: ${value}`], parts: ['hello'], open: true }),
    ),
  ),
  often(
    1,
    constants(
      'gzip, chunked',
      'chunked, gzip',
      'gzip',
      'CHUNKED',
      'chunked, chunked',
      'identity, chunked',
      ' chunked',
      'chunked;q=1',
    ).map((value) => ({
      lines: [`Transfer-Encoding: ${value}`],
      parts: ['5\r\nhello\r\n0\r\n\r\n'],
      open: true,
    })),
  ),
  often(
    1,
    constants<readonly string[]>(
      ['Content-Length: 5', 'Content-Length: 5'],
      ['Content-Length: 5', 'Content-Length: 6'],
      ['Content-Length: 5', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Content-Length: 20'],
    ).map((lines) => ({ lines, parts: ['5\r\nhello\r\n0\r\n\r\n'], open: true })),
  ),
);

/** Requests on the paths of a configuration, most of them well formed. */
function request(configuration: Configuration): fc.Arbitrary<readonly string[]> {
  const lines = fc.oneof(
    often(3, headerLine),
    often(
      configuration.headers === undefined ? 0 : 4,
      fc.constantFrom(...(configuration.headers ?? ['X: y'])),
    ),
  );
  return fc
    .tuple(
      methods,
      target(configuration.paths),
      versions,
      hostLine(configuration.hosts ?? ['fuzz.example']),
      fc.oneof(
        often(3, fc.constant<readonly string[]>([])),
        often(5, fc.array(lines, { minLength: 1, maxLength: 3 })),
      ),
      fc.oneof(often(6, fc.constant(none)), often(1, bodies)),
      bodies,
      fc.oneof(often(60, fc.constant('\r\n')), often(1, fc.constant('\n'))),
      fc.oneof(often(30, fc.constant('')), often(1, constants('\r\n', '\n', '\r\n\r\n', ' '))),
    )
    .map(([method, path, version, host, more, seldom, usual, lineEnd, before]) => {
      const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? usual : seldom;
      const words = version === '' ? `${method} ${path}` : `${method} ${path} ${version}`;
      const head = [words, host, ...more, ...body.lines].filter((line, at) => at === 0 || line !== '');
      const [first = '', ...rest] = body.parts;
      return [`${before}${head.join(lineEnd)}${lineEnd}${lineEnd}${first}`, ...rest];
    });
}

/** Conversations of one to four requests, sent one after the other or at once. */
export function conversations(configuration: Configuration): fc.Arbitrary<Conversation> {
  return fc
    .tuple(
      fc.oneof(
        often(8, fc.array(request(configuration), { minLength: 1, maxLength: 1 })),
        often(2, fc.array(request(configuration), { minLength: 2, maxLength: 4 })),
      ),
      fc.oneof(often(3, fc.constant(true)), often(1, fc.constant(false))),
      fc.oneof(often(9, fc.constant(false)), often(1, fc.constant(true))),
    )
    .map(([requests, pipelined, halfClose]) => {
      const parts = requests.flat();
      return { parts: pipelined ? [parts.join('') + lastRequest] : [...parts, lastRequest], halfClose };
    });
}
