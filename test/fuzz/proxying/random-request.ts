import type { Random } from '../random.ts';
import { answerNames } from './answers.ts';
import type { ProxyingRequest } from './site.ts';

const tails = [
  ...[
    '',
    '',
    'x',
    '/x',
    '/',
    'a%20b',
    '/a%2fb',
    '/a%2Fb',
    ';p=1',
    '/x;p=1/y',
    "/a'b",
    '/(x)',
    '/a+b',
    '/~u',
    '/%7eu',
  ],
  ...[
    '/%41',
    '/caf%c3%a9',
    '/a:b@c',
    '/..',
    '/../x',
    '/./x',
    '//x',
    '/%2e%2e/x',
    '/.',
    '/...',
    '/%25',
    '/%3f',
    '/%23x',
  ],
  ...[
    '/a|b',
    '/^',
    '/{x}',
    '/[x]',
    '/"x"',
    '/<x>',
    '/`',
    '/\\x',
    '/%5cx',
    '/%00',
    '/%0a',
    '/%',
    '/%zz',
    '/\xe4',
    '/%e4',
  ],
  ...[
    '/x.php',
    '/a.css',
    '/x%3Bp',
    '/$1',
    '/*',
    '/&a=b',
    '/!',
    '/,',
    '/=',
    '/x%2f..%2fy',
    '/..;/x',
    '/%2e/x',
    '/a%09b',
  ],
];
const queries = [
  '',
  '',
  '',
  '?',
  '?a=b',
  '?a=b&c=%20d',
  '?x=http://h/',
  '?a=b?c',
  '?%zz',
  '?a=\xe4',
  '?q="x"',
  '?a|b',
  '?;',
  '?/../',
  '?a=%2f',
  '?ROUTEID=.2',
  '?a b',
];

function randomTarget(random: Random, paths: readonly string[]): string {
  let target = random.pick(paths);
  if (random.chance(0.55)) {
    const [path = '', query] = target.split('?', 2);
    target = path + random.pick(tails) + (query === undefined ? '' : `?${query}`);
  }
  if (random.chance(0.08)) {
    const at = 1 + random.below(target.length);
    target =
      target.slice(0, at) +
      random.pick(['/', '%2f', '.', '%', ';', '\xe9', '~', '%20', '?', '#']) +
      target.slice(at);
  }
  if (random.chance(0.05)) target = random.chance(0.5) ? target.toUpperCase() : target.toLowerCase();
  if (!target.includes('?') && random.chance(0.4)) target += random.pick(queries);
  if (target.startsWith('/') && random.chance(0.03))
    target = `http://${random.pick(['@HOST@', 'other.example', '@HOST@:80', ''])}${target}`;
  if (random.chance(0.01))
    target = random.pick(['*', '', 'x', '/', '//', 'http://', 'localhost:80', '127.0.0.1:@BACK0@']);
  // Spaces end a target; some are meant to.
  return random.chance(0.9) ? target.replaceAll(' ', '%20') : target;
}

const lines = [
  ...[
    'Connection: keep-alive',
    'Connection: X-Hop, close',
    'Connection: upgrade',
    'Connection: TE',
    'Connection: Host, X-Forwarded-For',
    'Connection: Authorization',
    'Connection: X-Id',
    'Connection:',
    'Connection: keep-alive, X-A',
    'Connection: Cookie, Content-Type',
  ],
  ...[
    'X-Hop: 1',
    'X-A: 1',
    'X-A: 2',
    'TE: trailers',
    'TE: gzip',
    'Trailer: X-T',
    'Keep-Alive: 300',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic eDp5',
    'Upgrade: h2c',
    'Upgrade: other',
  ],
  ...[
    'Max-Forwards: 0',
    'Max-Forwards: 1',
    'Max-Forwards: 10',
    'Max-Forwards: x',
    'Max-Forwards: -1',
    'Max-Forwards:',
  ],
  ...[
    'Via: 1.1 fuzz.example',
    'Via: 1.0 a, 1.1 b',
    'Via: 1.1 @HOST@',
    'X-Forwarded-For: 1.2.3.4',
    'X-Forwarded-For: 1.2.3.4, 5.6.7.8',
    'X-Forwarded-For: a',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: http',
    'X-Forwarded-Server: s',
    'Forwarded: for=1.2.3.4',
  ],
  ...[
    'Cookie: ROUTEID=.1',
    'Cookie: a=1; ROUTEID=x.2',
    'Cookie: JSESSIONID=abc.node1',
    'Cookie: a=1',
    'Authorization: Basic YWxpY2U6YWxpY2U=',
    'Authorization: Bearer x',
    'Authorization: Basic !',
  ],
  ...[
    'Range: bytes=0-3',
    'Range: bytes=-2',
    'Range: bytes=5-',
    'Range: bytes=0-1,3-4',
    'Range: bytes=900-',
    'Range: x=1',
    'If-Range: "abc"',
    'If-None-Match: "abc"',
    'If-None-Match: *',
    'If-Match: "x"',
    'If-Modified-Since: Mon, 01 Jan 2001 00:00:00 GMT',
    'If-Unmodified-Since: Mon, 01 Jan 2000 00:00:00 GMT',
    'If-Modified-Since: x',
  ],
  ...[
    'Accept-Encoding: gzip',
    'Accept: text/html',
    'Accept: a',
    'Accept: b',
    'Accept-Language: de',
    'User-Agent: MSIE x',
    'User-Agent: a/1',
    'Referer: http://x/',
    'Origin: http://x',
    'Content-Type: text/plain',
    'Content-Encoding: gzip',
    'DNT: 1',
  ],
  ...[
    'Host: other.example',
    'Host: @HOST@:8080',
    'Host: SITE.EXAMPLE',
    'Host:',
    'X-Empty:',
    'X-Odd: \xe4\x80',
    'X_Under: u',
    'X.Dot: d',
    'x-lower: l',
    'X-UPPER: U',
    'X-Space:    a   ',
    'X-Tab:\ta',
    'Expect: 100-continue',
    'Expect: x',
    'Date: x',
    'Pragma: no-cache',
    'Cache-Control: max-age=0',
    'Translate: f',
    'Destination: http://@HOST@/x',
    'Depth: 1',
    'HTTP_PROXY: x',
    'Proxy: http://evil/',
    'Content-Length: 0',
    'Early-Data: 1',
    'Sec-Fetch-Mode: cors',
    'Warning: 199 x',
    'Status: 1',
  ],
];

const bodies: readonly ((text: string) => { readonly headers: readonly string[]; readonly body: string })[] =
  [
    (body) => ({ headers: [`Content-Length: ${body.length}`], body }),
    (body) => ({ headers: [`Content-Length: ${body.length}`], body }),
    (body) => ({
      headers: ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`],
      body,
    }),
    (body) => ({
      headers: ['Transfer-Encoding: chunked'],
      body: `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`,
    }),
    (body) => ({
      headers: ['Transfer-Encoding: chunked'],
      body: `${[...body].map((char) => `1;x=y\r\n${char}\r\n`).join('')}0\r\nX-T: t\r\n\r\n`,
    }),
    (body) => ({ headers: ['Expect: 100-continue', `Content-Length: ${body.length}`], body }),
    (body) => ({
      headers: ['Transfer-Encoding: Chunked', 'Expect: 100-Continue'],
      body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`.replace(/^0\r\n\r\n/, ''),
    }),
    (body) => ({ headers: [`content-length:${body.length}`, `Content-Length: ${body.length}`], body }),
    (body) => ({
      headers: [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'],
      body: `0\r\n\r\n`,
    }),
    () => ({ headers: ['Content-Length: 0'], body: '' }),
  ];

/** A request of a path that the rules speak of, or nearly so. */
export function randomRequest(random: Random, paths: readonly string[]): ProxyingRequest {
  const target = randomTarget(random, paths);
  const answer = random.chance(0.35) ? '' : random.pick(answerNames);
  let method = random.chance(0.6)
    ? 'GET'
    : random.pick([
        'HEAD',
        'HEAD',
        'POST',
        'POST',
        'POST',
        'PUT',
        'DELETE',
        'OPTIONS',
        'TRACE',
        'PATCH',
        'PROPFIND',
        'CONNECT',
        'FOO',
        'get',
        'LOCK',
        'M-SEARCH',
      ]);
  const version = random.chance(0.88)
    ? 'HTTP/1.1'
    : random.pick(['HTTP/1.0', 'HTTP/1.0', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', '']);
  const headers = Array.from({ length: random.chance(0.3) ? 0 : 1 + random.below(4) }, () =>
    random.pick(lines),
  );
  let body = '';
  if (/^P|FOO|DEL/.test(method) || random.chance(0.04)) {
    const framed = random.pick(bodies)(random.pick(['', 'a=1', 'hello world', 'x'.repeat(300)]));
    if (!headers.some((line) => /^content-length/i.test(line))) {
      headers.push(...framed.headers);
      body = framed.body;
    }
  }
  let isKept = random.chance(0.5);
  if (answer.startsWith('upgrade') && random.chance(0.8)) {
    headers.push('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x');
    method = 'GET';
    body =
      headers.some((line) => /^transfer-encoding/i.test(line)) || random.chance(0.5) ? '' : 'first words';
    isKept = false;
  }
  return { method, target, version, headers, body, answer, isKept };
}
