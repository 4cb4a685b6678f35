import type { Bytes, Stream } from '@httpd-ts/kernel';
import type { ConnectionPool } from './connection-pool.ts';

/** Ways in which a back end fails an exchange. */
export type BackendFailure = 'timeout' | 'reset' | 'broken' | 'end' | 'nonsense';

/** Whoever uses a connection at the moment: it is told what happens there. */
export interface ConnectionUser {
  onData(bytes: Bytes): void;
  /** The back end has ended its side. */
  onEnd(): void;
  onFailure(failure: BackendFailure): void;
  /** The back end takes more again. */
  onDrain(): void;
}

/** One connection to a back end; carries one exchange at a time. httpd: proxy_conn_rec */
export class BackendConnection {
  readonly stream: Stream;
  readonly pool: ConnectionPool;
  /** The address of the other side; undefined for a unix socket. */
  address: string | undefined = undefined;
  /** Our own port; undefined until a protocol wants to know it. */
  sourcePort: number | undefined = undefined;
  /** The exchange under way; undefined while idle. */
  exchange: ConnectionUser | undefined = undefined;
  /** What a protocol keeps from one exchange to the next, such as the reader of its messages. */
  protocolState: unknown = undefined;
  /** It has carried an exchange before. */
  isReused = false;
  /** It must not carry another exchange. */
  mustClose = false;
  isClosed = false;
  /** What TLS said when it broke off. */
  libraryError: string | undefined = undefined;
  idleSinceMs = 0;
  /** When the wait for the back end ends; infinite while nothing is waited for. */
  deadlineMs = Number.POSITIVE_INFINITY;
  private isPaused = false;

  constructor(stream: Stream, pool: ConnectionPool) {
    this.stream = stream;
    this.pool = pool;
    stream.onData = (bytes) => this.onData(bytes);
    stream.onEnd = () => this.onEnd(undefined);
    stream.onClose = (error) => {
      this.onEnd(error);
      this.leave();
    };
    stream.onDrain = () => this.exchange?.onDrain();
  }

  /** A wait for the back end begins. */
  expectData(timeoutMs: number): void {
    this.deadlineMs = this.pool.now() + timeoutMs;
  }

  expectNothing(): void {
    this.deadlineMs = Number.POSITIVE_INFINITY;
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.stream.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.stream.resume();
  }

  destroy(): void {
    this.leave();
    this.stream.destroy();
  }

  /** It is no longer the pool's, and goes on without it. */
  letGo(): void {
    this.leave();
  }

  timeOut(): void {
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.exchange?.onFailure('timeout');
  }

  private leave(): void {
    this.isClosed = true;
    this.pool.forget(this);
  }

  private onData(bytes: Bytes): void {
    const { exchange } = this;
    if (exchange !== undefined) exchange.onData(bytes);
    // httpd: AH03408, bytes that nobody asked for.
    else this.destroy();
  }

  private onEnd(error: string | undefined): void {
    this.mustClose = true;
    if (error?.startsWith('ETLS ')) this.libraryError = error.slice('ETLS '.length);
    const { exchange } = this;
    if (exchange === undefined) {
      if (!this.isClosed) this.destroy();
    } else if (error === undefined) exchange.onEnd();
    else exchange.onFailure(failureOf(error));
  }
}

function failureOf(error: string): BackendFailure {
  if (error === 'ECONNRESET' || error === 'EPIPE') return 'reset';
  return error.startsWith('ETLS') ? 'end' : 'broken';
}
