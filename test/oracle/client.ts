import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { digestChallengeOf, digestCredentials } from './digest-credentials.ts';
import { announcesClose, endOfAnswer } from './end-of-answer.ts';
import type { ClientTls, Endpoint, Exchange } from './parse-requests.ts';
import type { Part } from './text.ts';

/** What a client saw: all bytes of the answer, and whether the server closed. */
export interface Answer {
  readonly bytes: string;
  readonly closed: boolean;
}

/** A client that sends exchanges one by one and remembers connections and cookies between them. */
export interface Client {
  send(exchange: Exchange): Promise<Answer>;
  close(): void;
}

interface Connection {
  readonly socket: Socket;
  received: string;
  ended: boolean;
  changed: () => void;
}

const exchangeLimitMs = 15_000;
const closeLimitMs = 3_000;

/** Makes a client; `reach` says where an endpoint of the case is in truth, `localAddress` where to come from. */
export function createClient(
  reach: (to: Endpoint) => Endpoint,
  localAddress: (from: string) => string,
): Client {
  const named = new Map<string, Connection>();
  const known: Known = { cookies: new Map(), challenge: '' };

  async function connectionFor({ connection, to, from, tls }: Exchange): Promise<Connection> {
    const open = connection === undefined ? undefined : named.get(connection);
    if (open) return open;
    const plain = await openSocket(reach(to), localAddress(from));
    const made = follow(tls === undefined ? plain : await speakTls(plain, tls));
    if (connection !== undefined) named.set(connection, made);
    return made;
  }

  return {
    async send(exchange) {
      if (exchange.waitMs > 0) await pause(exchange.waitMs);
      const connection = await connectionFor(exchange);
      const sent = await write(connection, exchange, known);
      const answer = await receive(connection, exchange, sent);
      rememberCookies(answer.bytes, known.cookies);
      known.challenge = digestChallengeOf(answer.bytes) ?? known.challenge;
      if (exchange.connection === undefined) connection.socket.destroy();
      return answer;
    },
    close() {
      for (const { socket } of named.values()) socket.destroy();
    },
  };
}

/** What answers have told so far. */
interface Known {
  readonly cookies: Map<string, string>;
  /** The last challenge for Digest authentication. */
  challenge: string;
}

function bytesOf(part: Exclude<Part, { kind: 'pause' }>, { cookies, challenge }: Known): string {
  if (part.kind === 'bytes') return part.bytes;
  return part.kind === 'cookie' ? (cookies.get(part.name) ?? '') : digestCredentials(challenge, part.words);
}

function openSocket({ address, port }: Endpoint, localAddress: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, localAddress, noDelay: true, allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Settles once the handshake is over, and where it fails. */
function speakTls(socket: Socket, tls: ClientTls): Promise<Socket> {
  const { serverName, certificate, ciphers, protocols } = tls;
  const secured = connectTls({
    socket,
    rejectUnauthorized: false,
    maxVersion: tls.maxVersion,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(certificate === undefined ? {} : { cert: certificate, key: certificate }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
  });
  return new Promise((resolve) => {
    secured.once('secureConnect', () => resolve(secured));
    secured.once('error', () => resolve(secured));
    secured.once('close', () => resolve(secured));
  });
}

/** Remembers what comes on a connection. */
function follow(socket: Socket): Connection {
  const connection: Connection = { socket, received: '', ended: socket.destroyed, changed: () => undefined };
  const end = () => {
    connection.ended = true;
    connection.changed();
  };
  socket.setEncoding('latin1');
  socket.on('error', end);
  socket.on('end', end);
  socket.on('close', end);
  socket.on('data', (text: string) => {
    connection.received += text;
    connection.changed();
  });
  return connection;
}

async function write({ socket }: Connection, exchange: Exchange, known: Known): Promise<string> {
  let sent = '';
  for (const part of exchange.parts) {
    if (part.kind === 'pause') {
      await pause(part.ms);
      continue;
    }
    const bytes = bytesOf(part, known);
    sent += bytes;
    if (!socket.destroyed) socket.write(bytes, 'latin1');
  }
  if (exchange.halfClose) socket.end();
  return sent;
}

async function receive(connection: Connection, exchange: Exchange, sent: string): Promise<Answer> {
  if (exchange.abortAfterMs !== undefined) return abort(connection, exchange.abortAfterMs);
  const methods = [...sent.matchAll(/^([!-~]+) [^\r\n]* HTTP\/\d/gm)].map((match) => match[1] ?? '');
  const isComplete = () =>
    exchange.answers !== 'close' && hasAnswers(connection.received, methods, exchange.answers);
  await until(connection, isComplete, exchangeLimitMs, exchange.title);
  if (!connection.ended && announcesClose(lastAnswer(connection.received, methods))) {
    await until(connection, () => false, closeLimitMs, undefined);
  }
  const bytes = connection.received;
  connection.received = '';
  return { bytes, closed: connection.ended };
}

async function abort(connection: Connection, afterMs: number): Promise<Answer> {
  await pause(afterMs);
  connection.socket.resetAndDestroy();
  return { bytes: connection.received, closed: true };
}

/** Waits until `isComplete`, or the server closes; with a title, running out of time is an error. */
function until(
  connection: Connection,
  isComplete: () => boolean,
  limitMs: number,
  title: string | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      connection.changed = () => undefined;
      if (title === undefined) resolve();
      else
        reject(
          new Error(`no complete answer to "${title}": ${JSON.stringify(connection.received.slice(0, 500))}`),
        );
    }, limitMs);
    connection.changed = () => {
      if (!connection.ended && !isComplete()) return;
      clearTimeout(timer);
      connection.changed = () => undefined;
      resolve();
    };
    connection.changed();
  });
}

function hasAnswers(bytes: string, methods: readonly string[], count: number): boolean {
  let rest = bytes;
  for (let index = 0; index < count; index++) {
    const end = endOfAnswer(rest, methods[index] ?? '');
    if (end === undefined) return false;
    rest = rest.slice(end);
  }
  return true;
}

function lastAnswer(bytes: string, methods: readonly string[]): string {
  let rest = bytes;
  for (const method of methods) {
    const end = endOfAnswer(rest, method);
    if (end === undefined || end === rest.length) break;
    rest = rest.slice(end);
  }
  return rest;
}

function rememberCookies(bytes: string, cookies: Map<string, string>): void {
  const head = bytes.split('\r\n\r\n', 1)[0] ?? '';
  for (const [, name = '', value = ''] of head.matchAll(/^set-cookie: *([^=\r\n]+)=([^;\r\n]*)/gim)) {
    cookies.set(name, value);
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
