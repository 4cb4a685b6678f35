import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type {
  ConnectionRecord,
  ConnectionSecurity,
  ConnectionStatus,
  LogLevel,
  ServerRecord,
  TlsGreeting,
} from '@httpd-ts/kernel';
import { acceptTls, NodeTlsSession } from '../world/tls-server.ts';
import { type ClientHello, readGreeting } from './client-hello.ts';
import type { Engine, FrontSettings, Watched } from './engine.ts';

/** What a handshake led to. */
export interface Secured {
  readonly session: NodeTlsSession;
  readonly socket: Socket;
  /** The server that the client asked for by name, else that of the address. */
  readonly server: ServerRecord;
}

/** Addresses of the two ends of a connection. */
export type ConnectionEnds = Pick<
  ConnectionRecord,
  'clientAddress' | 'clientPort' | 'localAddress' | 'localPort'
>;

/** What becomes of a connection on which TLS is spoken. */
export interface HandshakeOutcome {
  secured(secured: Secured): void;
  /** The client speaks HTTP in the clear: it is told so. */
  plain(socket: Socket): void;
}

/** The protocol that is spoken inside of TLS. */
const spoken = 'http/1.1';

/**
 * A connection before its first request: waits for the client's greeting, chooses the server it names and with it what
 * it is greeted with, and hands the connection on once the handshake is over. Reading the greeting beforehand lets all
 * settings of the chosen server hold, also those that the library has already acted on when it reports the name.
 * httpd: modules/ssl/ssl_engine_kernel.c ssl_callback_ClientHello, ssl_find_vhost, ssl_engine_io.c ssl_io_filter_handshake
 */
export class TlsHandshake implements Watched, ConnectionRecord {
  deadline: number;
  readonly id: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly isTls = true;
  readonly worker: number;
  readonly notes = new Map<string, unknown>();
  server: ServerRecord;
  keepalives = 0;
  keepalive: 'unknown' | 'keepalive' | 'close' = 'close';
  aborted = false;
  readonly isIdle = false;
  private readonly engine: Engine;
  private readonly settings: FrontSettings;
  private readonly security: ConnectionSecurity;
  private readonly socket: Socket;
  private readonly outcome: HandshakeOutcome;
  private readonly startedAt = performance.now();
  private received: Buffer | undefined = undefined;
  private isOver = false;

  constructor(
    engine: Engine,
    settings: FrontSettings,
    security: ConnectionSecurity,
    socket: Socket,
    ends: ConnectionEnds,
    outcome: HandshakeOutcome,
  ) {
    this.engine = engine;
    this.settings = settings;
    this.security = security;
    this.socket = socket;
    this.id = engine.connectionId();
    this.worker = engine.thread;
    this.clientAddress = ends.clientAddress;
    this.clientPort = ends.clientPort;
    this.localAddress = ends.localAddress;
    this.localPort = ends.localPort;
    this.server = settings.servers.defaultServer;
    this.outcome = outcome;
    this.deadline = this.startedAt + settings.timeoutMs;
    engine.watch(this);
    socket.on('data', this.onData);
    socket.on('end', this.onGone);
    socket.on('error', this.onGone);
    socket.on('close', this.onGone);
  }

  private readonly onGone = (): void => this.destroy();

  private readonly onData = (bytes: Buffer): void => {
    this.received = this.received === undefined ? bytes : Buffer.concat([this.received, bytes]);
    const greeting = readGreeting(this.received);
    if (greeting.kind === 'incomplete') return;
    this.stopReading();
    if (greeting.kind === 'plain') {
      this.log(
        'info',
        'AH01996: SSL handshake failed: HTTP spoken on HTTPS port; trying to send HTML error page',
      );
      this.leave();
      this.outcome.plain(this.socket);
    } else this.greet(greeting.kind === 'hello' ? greeting.hello : noHello);
  };

  private stopReading(): void {
    this.socket.pause();
    this.socket.off('data', this.onData);
    this.socket.off('end', this.onGone);
    this.socket.off('close', this.onGone);
  }

  private greet(hello: ClientHello): void {
    const { serverName, protocols } = hello;
    const { server, greeting } = this.choose(serverName);
    this.server = server;
    this.socket.unshift(this.received!);
    // Who names protocols and not the one that is spoken is sent away.
    const secured = acceptTls(this.socket, greeting, protocols.length === 0 ? [] : [spoken]);
    const failed = (error: Error | undefined) => {
      if (this.isOver) return;
      const text = error === undefined ? 'AH02006: SSL handshake stopped: connection was closed' : undefined;
      this.log(
        'info',
        text ?? `AH02008: SSL library error 1 in handshake (server ${nameOf(server)}): ${reasonOf(error!)}`,
      );
      this.leave();
      secured.destroy();
    };
    secured.on('_tlsError', failed);
    secured.on('error', failed);
    const closed = () => failed(undefined);
    secured.on('close', closed);
    secured.once('secure', () => {
      secured.off('_tlsError', failed);
      secured.off('close', closed);
      if (this.isOver) return;
      const session = new NodeTlsSession(secured, hello);
      const complaint = this.security.complaint(session, server);
      this.leave();
      if (complaint === undefined) {
        this.outcome.secured({ session, socket: secured, server });
        return;
      }
      this.log(complaint.level, complaint.message);
      secured.destroy();
    });
  }

  /** A name that is nobody's leaves the server of the address, whose greeting is also that of servers without TLS. */
  private choose(serverName: string | undefined): { server: ServerRecord; greeting: TlsGreeting } {
    const { servers, greeting } = this.settings;
    const { defaultServer } = servers;
    const isNamed = serverName !== undefined && servers.isNameBased;
    const server = isNamed ? servers.byName(serverName.toLowerCase()) : defaultServer;
    return { server, greeting: this.security.greeting(server) ?? greeting! };
  }

  private log(level: LogLevel, message: string): void {
    const { errorLogger } = this.server;
    if (!errorLogger.wants('ssl', level, undefined)) return;
    errorLogger.write({ module: 'ssl', level, message, connection: this, server: this.server });
  }

  private leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.engine.unwatch(this);
  }

  timeOut(): void {
    this.destroy();
  }

  closeWhenIdle(): void {}

  destroy(): void {
    this.leave();
    this.socket.destroy();
  }

  status(nowMs: number): ConnectionStatus {
    return {
      ...{ state: 'R', client: this.clientAddress, virtualHost: '', requestLine: '', protocol: '' },
      ...{ sinceMs: nowMs - this.startedAt, lastDurationMs: 0, requests: 0, bytes: 0 },
    };
  }
}

const noHello: ClientHello = { serverName: undefined, protocols: [], signals: undefined };

const nameOf = ({ hostname = '', port }: ServerRecord) => `${hostname}:${port === 0 ? 443 : port}`;

/** The library's reason, without the places in its source that stand around it. */
function reasonOf(error: Error & { readonly code?: string; readonly reason?: string }): string {
  return error.reason ?? /:error:[0-9A-F]+:([^:]*:[^:]*:[^:]*)/.exec(error.message)?.[1] ?? error.message;
}
