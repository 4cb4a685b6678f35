import type { ServerRecord } from '../2-compile/server-record.ts';
import type { RequestRecord } from './request-record.ts';

/** One client connection, whatever protocol runs on it. httpd: conn_rec */
export interface ConnectionRecord {
  /** Unique in this process. */
  readonly id: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** The server that the address alone selects; a Host header may choose another for a request. */
  readonly server: ServerRecord;
  readonly isTls: boolean;
  /** The client speaks no TLS where it was to. */
  readonly isPlainByMistake?: boolean;
  /** Requests answered so far on this connection. */
  keepalives: number;
  /** Whether the connection stays open behind the current response. httpd: AP_CONN_KEEPALIVE, AP_CONN_CLOSE */
  keepalive: 'unknown' | 'keepalive' | 'close';
  /** The client has gone away. */
  aborted: boolean;
  /** Resolved name of the client once looked up. */
  clientHost?: string | undefined;
  /** Facts of the TLS session, by the names that mod_ssl's variables use. */
  readonly tls?: TlsFacts | undefined;
  /** The request being served, for those that show it. */
  request?: RequestRecord | undefined;
  /** The id of its lines in the error log, once there has been one. */
  logId?: string;
  readonly notes: Map<string, unknown>;
  /** The thread's scoreboard slot, for those that show it. */
  readonly worker: number;
  /** Set by a handler that must know at once that the client has gone while it works; cleared by it when done. */
  onAbort?: (() => void) | undefined;
  /** Sends a `1xx` response, given as its whole head, ahead of the response proper. */
  sendInterim?(head: string): void;
  /** Closes the connection without an answer to the request that is being served. */
  abandon?(): void;
  /** Takes the raw stream over after the response head was sent (CONNECT, upgrades). */
  takeOver?(run: (client: import('../world.ts').Stream) => void): void;
}

export interface TlsFacts {
  variable(name: string): string | undefined;
  readonly serverName: string | undefined;
}
