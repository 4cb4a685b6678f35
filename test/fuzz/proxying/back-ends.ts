import { createServer, type Server, type Socket } from 'node:net';
import { gatewayProtocols } from '../../oracle/gateway-protocols.ts';
import { answerNamed, bodyless, type HttpAnswer } from './answers.ts';

/** What back ends were sent, by the `X-Id` of the request. */
export interface ReceivedRequests {
  take(id: string): readonly string[];
}

/** Starts a back end on each port; a protocol of undefined is HTTP. */
export async function startProxyingBackEnds(
  ports: readonly { readonly port: number; readonly protocol: string | undefined }[],
): Promise<ReceivedRequests & { close(): void }> {
  const received = new Map<string, string[]>();
  const note = (id: string, text: string) => {
    const own = received.get(id);
    if (own === undefined) received.set(id, [text]);
    else own.push(text);
  };
  const servers = await Promise.all(
    ports.map(({ port, protocol }, number) =>
      listen(port, (socket) => {
        socket.on('error', () => socket.destroy());
        socket.setNoDelay(true);
        if (protocol === undefined) serveHttp(socket, number, port, note);
        else serveGateway(socket, number, protocol, note);
      }),
    ),
  );
  return {
    take(id) {
      const taken = received.get(id) ?? [];
      received.delete(id);
      return taken;
    },
    close() {
      for (const server of servers) server.close();
    },
  };
}

function listen(port: number, serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, serve);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', 1000, () => resolve(server));
  });
}

type Note = (id: string, text: string) => void;

const fieldOf = (head: string, name: string) =>
  new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(head)?.[1] ?? '';

function serveHttp(socket: Socket, number: number, port: number, note: Note): void {
  let pending = '';
  let isTunnel = false;
  let isContinued = false;
  socket.setEncoding('latin1');
  socket.on('end', () => socket.end());
  socket.on('data', (text: string) => {
    if (isTunnel) {
      socket.write(`<${text}>`, 'latin1');
      return;
    }
    pending += text;
    for (let end = headEnd(pending); end > 0 && !isTunnel; end = headEnd(pending)) {
      const head = pending.slice(0, end);
      const answer = answerNamed(fieldOf(head, 'X-Answer'));
      const whole = answer.isEarly ? end : bodyEnd(pending, head);
      if (whole === undefined) {
        if (!isContinued && !answer.isSilent && /\r\nexpect: *100-continue/i.test(head)) {
          isContinued = true;
          socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        }
        return;
      }
      isContinued = false;
      const request = pending.slice(0, whole);
      note(fieldOf(head, 'X-Id'), `to ${number}\n${request}`);
      pending = pending.slice(whole);
      isTunnel = answer.end === 'tunnel';
      give(socket, answer, request, `127.0.0.1:${port}`);
    }
  });
}

/** Where the head ends, 0 while it is incomplete. */
const headEnd = (text: string) => (text.includes('\r\n\r\n') ? text.indexOf('\r\n\r\n') + 4 : 0);

/** Where the request ends, undefined while more must come. */
function bodyEnd(text: string, head: string): number | undefined {
  if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(head)) {
    const last = /(?:^|\r\n)0\r\n(?:[^\r]+\r\n)*\r\n/.exec(text.slice(head.length));
    return last === null ? undefined : head.length + last.index + last[0].length;
  }
  const end = head.length + Number(fieldOf(head, 'Content-Length'));
  return text.length >= end ? end : undefined;
}

function give(socket: Socket, answer: HttpAnswer, request: string, self: string): void {
  const isHead = request.startsWith('HEAD ');
  const host = fieldOf(request, 'Host');
  const text = answer.bytes(request).replaceAll('@SELF@', self).replaceAll('@ASKED@', host);
  socket.write(isHead ? bodyless(text) : text, 'latin1');
  if (answer.end === 'close') socket.end();
  else if (answer.end === 'reset') socket.resetAndDestroy();
}

function serveGateway(socket: Socket, number: number, name: string, note: Note): void {
  const protocol = gatewayProtocols[name]!;
  let pending = '';
  socket.setEncoding('latin1');
  socket.on('end', () => socket.end());
  socket.on('data', (text: string) => {
    pending += text;
    for (let read = protocol.read(pending, false); read !== undefined; read = protocol.read(pending, false)) {
      pending = pending.slice(read.end);
      const { shown, path } = read;
      if (path === 'cping') {
        socket.write(protocol.record!(['cpong']), 'latin1');
        continue;
      }
      note(gatewayField(shown, 'X-Id'), `to ${number}\n${shown}`);
      const bytes = answerNamed(gatewayField(shown, 'X-Answer')).bytes(shown);
      const { output, status } = asScript(bytes);
      socket.write(protocol.complete(output, { status }), 'latin1');
      if (name !== 'ajp') socket.end();
    }
  });
}

/** A request's field as HTTP_X_ID or `header X-Id`. */
function gatewayField(shown: string, name: string): string {
  const variable = `HTTP_${name.toUpperCase().replaceAll('-', '_')}=`;
  return new RegExp(`^(?:${variable}|header ${name}: )(.*)$`, 'im').exec(shown)?.[1] ?? '';
}

/** The last of an answer's heads with its body, as a script puts it out. */
function asScript(bytes: string): { readonly output: string; readonly status: string } {
  const [, status = '200 OK', rest = ''] = /HTTP\/1\.[01] ([2-5]\d\d[^\r]*)\r\n([\s\S]*)/.exec(bytes) ?? [];
  const fields = rest.replace(/^(?:transfer-encoding|connection|keep-alive):[^\r]*\r\n/gim, '');
  return { output: `Status: ${status}\r\n${fields}`, status };
}
