import { createServer, type Server, type Socket } from 'node:net';

/** Starts a back end that answers by the last part of the path, and otherwise with the request it was sent. */
export function startBackEnd(port: number): Promise<Server> {
  const server = createServer((socket) => serve(socket));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', 1000, () => resolve(server));
  });
}

function serve(socket: Socket): void {
  let pending = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end = requestEnd(pending); end > 0; end = requestEnd(pending)) {
      const request = pending.slice(0, end);
      pending = pending.slice(end);
      answer(socket, request);
    }
  });
}

/** Where the first request ends, 0 while it is incomplete. */
function requestEnd(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const headers = text.slice(0, head + 2);
  const body = head + 4;
  if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(headers)) {
    const last = /(?:^|\r\n)0\r\n(?:[^\r]+\r\n)*\r\n/.exec(text.slice(body));
    return last === null ? 0 : body + last.index + last[0].length;
  }
  const length = Number(/\r\ncontent-length:\s*(\d+)/i.exec(headers)?.[1] ?? 0);
  return text.length >= body + length ? body + length : 0;
}

function answer(socket: Socket, request: string): void {
  const [method, target = ''] = request.split(' ', 2);
  // The chunked framing a front server chooses depends on how the body came in.
  const leaf = /([^/;?]*)(?:[;?].*)?$/.exec(target)?.[1] ?? '';
  const status = /\/status\/(\d{3})/.exec(target)?.[1];
  const host = /\r\nhost: *([^\r]*)/i.exec(request)?.[1] ?? 'nohost';
  const reply = status === undefined ? replyFor(leaf, request, host) : statusReply(status);
  socket.write(method === 'HEAD' ? reply.head : reply.head + reply.body, 'latin1');
  if (reply.close === true) socket.end();
}

interface Reply {
  readonly head: string;
  readonly body: string;
  readonly close?: boolean;
}

const head = (status: string, ...lines: string[]) => `HTTP/1.1 ${[status, ...lines].join('\r\n')}\r\n\r\n`;

const statusReply = (status: string): Reply =>
  status === '204' || status === '304'
    ? { head: head(`${status} Because`, `X-Status: ${status}`), body: '' }
    : { head: head(`${status} Because`, 'Content-Length: 5', `X-Status: ${status}`), body: 'body\n' };

function replyFor(leaf: string, request: string, host: string): Reply {
  const length = `Content-Length: ${request.length}`;
  const echo = (...lines: string[]): Reply => ({
    head: head('200 OK', 'Content-Type: text/plain', ...lines, length),
    body: request,
  });
  switch (leaf) {
    case 'chunked':
      return {
        head: head('200 OK', 'Transfer-Encoding: chunked', 'Content-Type: text/html'),
        body: `${request.length.toString(16)};ext=1\r\n${request}\r\n3\r\nend\r\n0\r\nTrailer: no\r\n\r\n`,
      };
    case 'redirect':
      return {
        head: head('302 Found', `Location: http://${host}/w/next?a=b`, 'URI: http://x/', 'Content-Length: 0'),
        body: '',
      };
    case 'cookies':
      return echo(
        'Set-Cookie: a=1; path=/w/; domain=back.example',
        'Set-Cookie: b=2; Path=/w/x; HttpOnly; Domain=Back.Example; Secure',
        'set-cookie: c=3',
      );
    case 'hop':
      return echo(
        'Connection: X-Hop, keep-alive',
        'X-Hop: gone',
        'Keep-Alive: timeout=9',
        'Proxy-Authenticate: x',
        'Upgrade: none',
        'Server: back/1',
        'Date: Mon, 01 Jan 2001 00:00:00 GMT',
        'Via: 1.0 other',
      );
    case 'no-length':
      return {
        head: head('200 OK', 'Content-Type: text/plain', 'Connection: close'),
        body: request,
        close: true,
      };
    case 'hints': {
      const final = echo();
      return { head: `HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${final.head}`, body: final.body };
    }
    case '304':
      return {
        head: head('304 Not Modified', 'ETag: "x"', 'Last-Modified: Mon, 01 Jan 2001 00:00:00 GMT'),
        body: '',
      };
    case '204':
      return { head: head('204 No Content', 'X-A: b'), body: '' };
    case 'bad-head':
      return { head: 'HTTP/1.1 200 OK\r\nNo colon here\r\nX-A : b\r\nContent-Length: 2\r\n\r\n', body: 'ok' };
    case 'short':
      return { head: head('200 OK', 'Content-Length: 100'), body: 'too short', close: true };
    case 'twice':
      return echo(
        'X-Twice: 1',
        'X-Other: o',
        'X-Twice: 2',
        'Content-Type: text/html',
        'ETag: "abc"',
        'Accept-Ranges: bytes',
      );
    case 'big':
      return { head: head('200 OK', 'Content-Length: 100000'), body: '0123456789'.repeat(10_000) };
    default:
      return echo();
  }
}
