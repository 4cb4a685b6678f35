import type { Socket } from 'node:net';
import type { Bytes, Stream, TlsPeer } from '@httpd-ts/kernel';
import { libraryError } from './tls-client.ts';

const nothing = () => {};

/** The stream of a client's connection. The bytes it reads may be valid within `onData` only. */
export interface PeerStream extends Stream {
  /** Begins to read. */
  start(): void;
  setNoDelay(): void;
  /** Has `onDrain` called once nothing is pending. */
  askForDrain(): void;
  /** From now on the bytes belong to whom they are given. */
  ownBytes(): PeerStream;
}

/** A node socket as the engine's byte stream. */
export class SocketStream implements PeerStream {
  onData: (bytes: Bytes) => void = nothing;
  onEnd: () => void = nothing;
  onClose: (error: string | undefined) => void = nothing;
  onDrain: () => void = nothing;
  protected readonly socket: Socket;
  private error: string | undefined = undefined;

  readonly tls: TlsPeer | undefined;

  constructor(socket: Socket, tls?: TlsPeer) {
    this.socket = socket;
    this.tls = tls;
    this.listen(socket);
  }

  /** Takes the socket's events. */
  protected listen(socket: Socket): void {
    socket.on('data', (bytes: Buffer) => this.onData(bytes as unknown as Bytes));
    socket.on('end', () => this.onEnd());
    socket.on('drain', () => this.onDrain());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const said = this.tls === undefined ? undefined : libraryError(error);
      this.error = said === undefined ? (error.code ?? 'EIO') : `ETLS ${said}`;
      // Node would tell of an end first, as if all were well.
      if (said !== undefined) socket.destroy();
    });
    socket.on('close', () => this.onClose(this.error));
  }

  get pending(): number {
    return this.socket.writableLength;
  }
  write(data: Uint8Array | string): boolean {
    // Node would take it for an error of the connection.
    if (this.socket.writableEnded) return false;
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }
  cork(): void {
    this.socket.cork();
  }
  uncork(): void {
    this.socket.uncork();
  }
  end(): void {
    this.socket.end();
  }
  destroy(): void {
    this.socket.destroy();
  }
  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
  start(): void {}
  setNoDelay(): void {
    this.socket.setNoDelay(true);
  }
  askForDrain(): void {
    this.socket.write('', () => this.onDrain());
  }
  ownBytes(): this {
    return this;
  }
  keep(): void {}
  giveBack(_bytes: Uint8Array): void {}
  get localAddress(): string {
    return this.socket.localAddress ?? '';
  }
  get localPort(): number {
    return this.socket.localPort ?? 0;
  }
  get remoteAddress(): string {
    return this.socket.remoteAddress ?? '';
  }
  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }
}

const smallBuffer = 8 * 1024;
const largeBuffer = 64 * 1024;
const pooledBuffers = 64;
const pool: Buffer[] = [];

/**
 * The memory one socket reads into: little until it is filled, then a large piece from a pool that all share. Spares
 * the collector a buffer for each read, which costs more than the read.
 */
export class ReadMemory {
  /** Set by the stream once the socket is connected. */
  onRead: (bytes: Bytes) => void = nothing;
  private isKept = false;
  private next: Buffer | undefined = Buffer.allocUnsafeSlow(smallBuffer);

  /** For `net.connect({ onread })`. */
  readonly onread = {
    // Node keeps the buffer it has when it is given none.
    buffer: (): Uint8Array => {
      const { next } = this;
      this.next = undefined;
      return next as Uint8Array;
    },
    callback: (length: number, buffer: Uint8Array): boolean => {
      this.isKept = false;
      this.onRead((buffer as Buffer).subarray(0, length) as unknown as Bytes);
      if (this.isKept || (length === buffer.length && length < largeBuffer)) {
        this.next = pool.pop() ?? Buffer.allocUnsafeSlow(largeBuffer);
      }
      return true;
    },
  };

  keep(): void {
    this.isKept = true;
  }
}

/** A socket that was connected with `memory.onread`. */
export class ReusingSocketStream extends SocketStream {
  private readonly memory: ReadMemory;

  constructor(socket: Socket, memory: ReadMemory) {
    super(socket);
    this.memory = memory;
    memory.onRead = (bytes) => this.onData(bytes);
    // Without data events nothing would read up to the end.
    socket.resume();
  }
  override keep(): void {
    this.memory.keep();
  }
  override giveBack(bytes: Uint8Array): void {
    if (bytes.buffer.byteLength === largeBuffer && pool.length < pooledBuffers) {
      pool.push(Buffer.from(bytes.buffer as ArrayBuffer));
    }
  }
}

/** Wraps a socket. Its data, end, error and close events belong to the stream from now on. */
export function socketStream(socket: Socket, tls?: TlsPeer): SocketStream {
  return new SocketStream(socket, tls);
}
