import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const chunk = Buffer.alloc(64 * 1024, 'x');

function send(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const pump = () => {
    while (left > 0) {
      const part = left < chunk.length ? chunk.subarray(0, left) : chunk;
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', pump);
        return;
      }
    }
    response.end();
  };
  pump();
}

/** Counts a request body and answers with the number. */
function drain(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on('data', (data: Buffer) => {
    bytes += data.length;
  });
  request.on('end', () => response.end(String(bytes)));
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const bytes = Number(searchParams.get('bytes') ?? 0);
  if (pathname === '/drain') {
    drain(request, response);
    return;
  }
  if (pathname === '/with-length') response.setHeader('Content-Length', bytes);
  response.setHeader('Content-Type', 'application/octet-stream');
  send(response, bytes);
}

createServer(answer).listen(Number(process.argv[2]), '127.0.0.1');
