import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { endOfChunks } from './end-of-answer.ts';
import { type GatewayProtocol, gatewayProtocols } from './gateway-protocols.ts';
import { expandBytes } from './text.ts';

/** How a back end answers a request. Text may use the escapes of `requests.http`. */
export interface BackEndAnswer {
  /** Exact bytes; a number between them is a pause in milliseconds. */
  readonly send?: string | readonly (string | number)[];
  /** Messages of the back end's protocol, and pauses; see `gateway-protocols.ts`. */
  readonly records?: readonly (readonly string[] | number)[];
  /** A complete answer with this body. */
  readonly body?: string;
  /** Status of an answer that is made from `body` or is the echo of the request. */
  readonly status?: string;
  /** Header lines of such an answer. */
  readonly headers?: readonly string[];
  readonly delayMs?: number;
  /** Answer as soon as the head is in, without reading the body. */
  readonly early?: boolean;
  /** Leave `Expect: 100-continue` unanswered. */
  readonly noContinue?: boolean;
  /**
   * What happens to the connection afterwards: `keep` unless said otherwise; `stall` never answers, `echo` gives back
   * all bytes that follow.
   */
  readonly then?: 'keep' | 'close' | 'reset' | 'stall' | 'echo';
}

/** TLS of a back end. In `backends.json`, `cert`, `key` and `ca` name files of the case. */
export interface BackEndTls {
  readonly cert: string;
  readonly key: string;
  /** Clients must have a certificate of it. */
  readonly ca?: string;
  /** Clients are asked for a certificate, of `ca` where there is one, and are served without it too. */
  readonly asksOnly?: boolean;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string;
}

/** A scripted back end: where it listens and what it answers by path (`/exact`, `/prefix*`, `*`). */
export interface BackEndScript {
  /** `name:port` or `address:port`. */
  readonly listen: string;
  /** `fcgi`, `scgi`, `uwsgi` or `ajp`; HTTP when left out. */
  readonly protocol?: string;
  /** A list is answered in turn, its last entry for ever. Without a match the request is echoed. */
  readonly answers?: Readonly<Record<string, BackEndAnswer | readonly BackEndAnswer[]>>;
  /**
   * Asked again and again by health checks: equal requests are noted once, and stand in the order of the back ends'
   * names.
   */
  readonly repeated?: boolean;
  /** Speaks TLS; its echo tells the server name that the client asked for, and the client's certificate. */
  readonly tls?: BackEndTls;
}

/** Back ends that listen, and what they received since last asked. */
export interface RunningBackEnds {
  /** The port that each truly listens on, by its name. */
  readonly ports: ReadonlyMap<string, number>;
  takeReceived(): readonly { readonly name: string; readonly received: string }[];
  /** How many requests `takeReceived` would give. */
  receivedCount(): number;
  /** How many requests a back end has received since it was started. */
  totalOf(name: string): number;
  close(): void;
}

interface Received {
  readonly name: string;
  received: string;
}

/** Starts the back ends; `bind` says where each listens in truth, port 0 being any that is free. */
export async function startBackEnds(
  scripts: Readonly<Record<string, BackEndScript>>,
  bind: (listen: string) => { address: string; port: number },
): Promise<RunningBackEnds> {
  let received: Received[] = [];
  const totals = new Map<string, number>();
  const known = new Set<string>();
  const sockets = new Set<Socket>();
  const ports = new Map<string, number>();
  const servers = await Promise.all(
    Object.entries(scripts).map(async ([name, script]) => {
      const answerFor = chooseAnswer(script);
      const note = (entry: Received) => {
        totals.set(name, (totals.get(name) ?? 0) + 1);
        const key = `${entry.name}\n${entry.received}`;
        if (script.repeated && known.has(key)) return;
        known.add(key);
        received.push(entry);
      };
      const take = (socket: Socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        const protocol = script.protocol === undefined ? undefined : gatewayProtocols[script.protocol];
        if (protocol === undefined) serve(socket, name, answerFor, note);
        else serveGateway(socket, name, protocol, answerFor, note);
      };
      const server = script.tls === undefined ? plainServer(take) : tlsServer(script.tls, take);
      await listening(server, bind(script.listen));
      ports.set(name, (server.address() as AddressInfo).port);
      return server;
    }),
  );
  return {
    ports,
    takeReceived() {
      const taken = received;
      received = [];
      const isRepeated = ({ name }: Received) => scripts[name]?.repeated === true;
      return [
        ...taken.filter((entry) => !isRepeated(entry)),
        ...taken.filter(isRepeated).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
      ];
    },
    receivedCount: () => received.length,
    totalOf: (name) => totals.get(name) ?? 0,
    close() {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function plainServer(take: (socket: Socket) => void): Server {
  return createServer({ noDelay: true, allowHalfOpen: true }, take);
}

function tlsServer(tls: BackEndTls, take: (socket: Socket) => void): Server {
  const { asksOnly = false, ...options } = tls;
  const insists = tls.ca !== undefined && !asksOnly;
  const server = createTlsServer(
    { ...options, requestCert: insists || asksOnly, rejectUnauthorized: insists, allowHalfOpen: true },
    take,
  );
  server.on('tlsClientError', () => undefined);
  return server;
}

function listening(server: Server, { address, port }: { address: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve());
  });
}

function serve(
  socket: Socket,
  name: string,
  answerFor: (path: string) => BackEndAnswer,
  note: (entry: Received) => void,
): void {
  let buffer = '';
  let busy = false;
  let continued = false;
  let isEchoing = false;
  let chosen: BackEndAnswer | undefined;
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('end', () => (!busy || isEchoing) && socket.end());
  socket.on('data', (text: string) => {
    buffer += text;
    next();
  });
  function echo(): void {
    isEchoing = true;
    if (buffer !== '') socket.write(buffer, 'latin1');
    buffer = '';
  }
  function next(): void {
    if (isEchoing) {
      echo();
      return;
    }
    const headEnd = buffer.indexOf('\r\n\r\n') + 4;
    if (busy || headEnd < 4) return;
    const head = buffer.slice(0, headEnd);
    chosen ??= answerFor((head.split(' ')[1] ?? '').split('?')[0] ?? '');
    const answer = chosen;
    const end = answer.early ? headEnd : endOfRequest(buffer, headEnd, head);
    if (end === undefined) {
      if (!continued && !answer.noContinue && /\r\nexpect: *100-continue/i.test(head)) {
        continued = true;
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      }
      return;
    }
    continued = false;
    chosen = undefined;
    const entry = { name: name + describeTls(socket), received: buffer.slice(0, end) };
    note(entry);
    buffer = buffer.slice(end);
    busy = true;
    void give(socket, answer, entry).then(() => {
      busy = false;
      if (answer.then === 'echo') echo();
      else next();
    });
  }
}

/** What the client showed of itself: `, SNI app.example.com, CN=client`. */
function describeTls(socket: Socket): string {
  if (!(socket instanceof TLSSocket)) return '';
  const { servername } = socket as unknown as { readonly servername: string | false };
  const { subject } = socket.getPeerCertificate();
  const certificate = subject === undefined ? '' : `, CN=${subject.CN}`;
  return `${servername === false ? '' : `, SNI ${servername}`}${certificate}`;
}

/** The same for a protocol other than HTTP. A connection is closed after an answer unless `then` says `keep`. */
function serveGateway(
  socket: Socket,
  name: string,
  protocol: GatewayProtocol,
  answerFor: (path: string) => BackEndAnswer,
  note: (entry: Received) => void,
): void {
  let buffer = '';
  let busy = false;
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('end', () => !busy && socket.end());
  let isDeaf = false;
  socket.on('data', (text: string) => {
    if (isDeaf) return;
    buffer += text;
    void next();
  });
  async function next(): Promise<void> {
    const early = busy ? undefined : protocol.read(buffer, true);
    if (early === undefined) return;
    const answer = answerFor(early.path);
    const request = answer.early ? early : protocol.read(buffer, false);
    if (request === undefined) return;
    note({ name, received: request.shown });
    buffer = buffer.slice(request.end);
    // What comes of a body that was not waited for belongs to nobody.
    isDeaf = answer.early === true;
    busy = true;
    await giveGateway(socket, protocol, answer, `${name}\n${request.shown}`);
    busy = false;
    if (socket.readableEnded) socket.end();
    else await next();
  }
}

async function giveGateway(
  socket: Socket,
  protocol: GatewayProtocol,
  answer: BackEndAnswer,
  echo: string,
): Promise<void> {
  if (answer.delayMs) await pause(answer.delayMs);
  if (answer.then === 'stall') return;
  const { send, records } = answer;
  if (send !== undefined) {
    for (const piece of typeof send === 'string' ? [send] : send) {
      if (typeof piece === 'number') await pause(piece);
      else socket.write(expandBytes(piece), 'latin1');
    }
  } else if (records !== undefined) {
    let text = '';
    for (const record of records) {
      if (typeof record === 'number') {
        if (text !== '') socket.write(text, 'latin1');
        text = '';
        await pause(record);
      } else text += protocol.record?.(record) ?? '';
    }
    socket.write(text, 'latin1');
  } else socket.write(protocol.complete(scriptOutput(answer, echo), answer), 'latin1');
  if (answer.then === 'reset') socket.resetAndDestroy();
  else if (answer.then !== 'keep') socket.end();
}

function scriptOutput({ body, status, headers }: BackEndAnswer, echo: string): string {
  const fields = [
    ...(status === undefined ? [] : [`Status: ${status}`]),
    'Content-Type: text/plain',
    ...(headers ?? []),
  ];
  return `${fields.join('\r\n')}\r\n\r\n${body === undefined ? echo : expandBytes(body)}`;
}

function endOfRequest(buffer: string, headEnd: number, head: string): number | undefined {
  if (/\r\ntransfer-encoding:[^\r\n]*chunked/i.test(head)) return endOfChunks(buffer, headEnd);
  const length = Number(/\r\ncontent-length:\s*(\d+)/i.exec(head)?.[1] ?? 0);
  return buffer.length >= headEnd + length ? headEnd + length : undefined;
}

async function give(socket: Socket, answer: BackEndAnswer, entry: Received): Promise<void> {
  if (answer.delayMs) await pause(answer.delayMs);
  const pieces = typeof answer.send === 'string' ? [answer.send] : (answer.send ?? [complete(answer, entry)]);
  if (answer.then !== 'stall') {
    for (const piece of pieces) {
      if (typeof piece === 'number') await pause(piece);
      else socket.write(expandBytes(piece), 'latin1');
    }
  }
  if (answer.then === 'reset') socket.resetAndDestroy();
  if (answer.then === 'close') socket.end();
}

function complete({ body, status, headers }: BackEndAnswer, entry: Received): string {
  const isHead = entry.received.startsWith('HEAD ');
  const content = body === undefined ? escapeBackslashes(`${entry.name}\n${entry.received}`) : body;
  const head = [
    `HTTP/1.1 ${status ?? '200 OK'}`,
    'Content-Type: text/plain',
    ...(headers ?? []),
    `Content-Length: ${expandBytes(content).length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${isHead ? '' : content}`;
}

const escapeBackslashes = (text: string) => text.replaceAll('\\', '\\\\');

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function chooseAnswer({ answers = {} }: BackEndScript): (path: string) => BackEndAnswer {
  const turns = new Map<string, number>();
  const keys = Object.keys(answers).sort((a, b) => b.length - a.length);
  return (path) => {
    const key = keys.find((candidate) =>
      candidate.endsWith('*') ? path.startsWith(candidate.slice(0, -1)) : path === candidate,
    );
    if (key === undefined) return {};
    const answer = answers[key] ?? {};
    if (!isList(answer)) return answer;
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    return answer[Math.min(turn, answer.length - 1)] ?? {};
  };
}

function isList(answer: BackEndAnswer | readonly BackEndAnswer[]): answer is readonly BackEndAnswer[] {
  return Array.isArray(answer);
}
