import { getSystemErrorName } from 'node:util';
import type { Bytes } from '@httpd-ts/kernel';
import type { PeerStream } from './socket-stream.ts';
import {
  type SocketName,
  type TcpHandle,
  type TcpHandles,
  tcpHandles,
  type WriteRequest,
} from './tcp-handles.ts';

const nothing = () => {};
const endOfFile = -4095;
const notConnected = -107;

const smallBuffer = 8 * 1024;
const largeBuffer = 64 * 1024;
const pooledBuffers = 64;
/** What may wait in the system's queue before a writer is asked to wait. */
const queueLimit = 64 * 1024;

/** Large pieces that kept bytes lie in, to be used again. */
const pool: Buffer[] = [];
/** All streams of the thread that do not own memory read into this; what they read is valid within `onData` only. */
const shared = Buffer.allocUnsafeSlow(largeBuffer);

/**
 * Whose memory the bytes of `onData` are: `shared` with all streams, so valid until it returns; `own`, valid until it
 * returns unless they are kept; or `copied` for each call.
 */
export type ReadMemory = 'shared' | 'own' | 'copied';

/**
 * A TCP connection on node's handle itself: one system call for a read or write, and nothing that waits for its turn
 * when the system takes everything at once.
 */
export class TcpStream implements PeerStream {
  onData: (bytes: Bytes) => void = nothing;
  onEnd: () => void = nothing;
  onClose: (error: string | undefined) => void = nothing;
  onDrain: () => void = nothing;
  private readonly handle: TcpHandle;
  private readonly node: TcpHandles;
  private memory: ReadMemory;
  private buffer: Buffer;
  private isKept = false;
  private isReading = false;
  private hasEnded = false;
  private isShut = false;
  private isShutDone = false;
  private isGone = false;
  private queued = 0;
  private corks = 0;
  private corked: (string | Uint8Array)[] | undefined = undefined;
  private error: string | undefined = undefined;
  private peer: SocketName | undefined = undefined;
  private own: SocketName | undefined = undefined;
  /** Used for every write that the system takes at once, and so never holds anything. */
  private static spare: WriteRequest | undefined = undefined;

  /** The handle must be connected. Nothing is read before `start`. */
  constructor(handle: TcpHandle, memory: ReadMemory) {
    this.handle = handle;
    this.node = tcpHandles!;
    this.memory = memory;
    this.buffer = memory === 'own' ? Buffer.allocUnsafeSlow(smallBuffer) : shared;
    handle.useUserBuffer(this.buffer);
    handle.onread = () => this.onRead();
  }

  start(): void {
    this.resume();
  }

  /** Gives what was read into the buffer; what it returns is read into next. */
  private onRead(): Uint8Array | undefined {
    const count = this.node.streamBaseState[this.node.kReadBytesOrError]!;
    if (this.isGone || count === 0) return undefined;
    if (count < 0) {
      this.readEnded(count);
      return undefined;
    }
    if (this.memory !== 'own') {
      const read = shared.subarray(0, count);
      this.onData((this.memory === 'copied' ? Buffer.copyBytesFrom(read) : read) as unknown as Bytes);
      return undefined;
    }
    this.isKept = false;
    const { buffer } = this;
    this.onData(buffer.subarray(0, count) as unknown as Bytes);
    if (!this.isKept && (count < buffer.length || buffer.length === largeBuffer)) return undefined;
    this.buffer = pool.pop() ?? Buffer.allocUnsafeSlow(largeBuffer);
    return this.buffer;
  }

  private readEnded(status: number): void {
    this.hasEnded = true;
    this.isReading = false;
    if (status !== endOfFile) {
      this.fail(status);
      return;
    }
    this.onEnd();
    if (this.isShutDone) this.destroy();
  }

  write(data: Uint8Array | string): boolean {
    if (this.isGone || this.isShut) return false;
    if (this.corked !== undefined) {
      this.corked.push(data);
      return this.queued < queueLimit;
    }
    const request = this.request();
    const status =
      typeof data === 'string'
        ? this.handle.writeLatin1String(request, data)
        : this.handle.writeBuffer(request, data);
    return this.written(request, status, data);
  }

  private request(): WriteRequest {
    TcpStream.spare ??= new this.node.WriteWrap();
    return TcpStream.spare;
  }

  private written(request: WriteRequest, status: number, data: unknown): boolean {
    const { streamBaseState: state, kLastWriteWasAsync, kBytesWritten } = this.node;
    if (status !== 0) {
      // The caller is in the middle of something, and learns of it afterwards.
      process.nextTick(() => this.fail(status));
      return false;
    }
    if (state[kLastWriteWasAsync] === 0) return true;
    TcpStream.spare = undefined;
    const bytes = state[kBytesWritten]!;
    this.queued += bytes;
    request.data = data;
    request.oncomplete = (outcome) => this.taken(bytes, outcome);
    return this.queued < queueLimit;
  }

  /** The system has taken what had to wait. */
  private taken(bytes: number, status: number): void {
    this.queued -= bytes;
    if (this.isGone) return;
    if (status < 0) this.fail(status);
    else if (this.queued === 0) this.onDrain();
  }

  cork(): void {
    this.corks++;
    this.corked ??= [];
  }

  uncork(): void {
    if (--this.corks > 0) return;
    const { corked } = this;
    this.corked = undefined;
    if (corked === undefined || corked.length === 0 || this.isGone || this.isShut) return;
    if (corked.length === 1) {
      this.write(corked[0]!);
      return;
    }
    const areAllBytes = corked.every((chunk) => typeof chunk !== 'string');
    const chunks = areAllBytes
      ? corked
      : corked.flatMap((chunk) => [chunk, typeof chunk === 'string' ? 'latin1' : 'buffer']);
    const request = this.request();
    this.written(request, this.handle.writev(request, chunks, areAllBytes), chunks);
  }

  get pending(): number {
    return this.queued;
  }

  end(): void {
    if (this.isGone || this.isShut) return;
    this.isShut = true;
    const request = new this.node.ShutdownWrap();
    request.oncomplete = () => this.shut();
    const status = this.handle.shutdown(request);
    if (status === 1 || status === notConnected) this.shut();
    else if (status < 0) process.nextTick(() => this.fail(status));
  }

  private shut(): void {
    this.isShutDone = true;
    if (this.hasEnded) this.destroy();
  }

  private fail(status: number): void {
    if (this.isGone) return;
    this.error = getSystemErrorName(status);
    this.destroy();
  }

  destroy(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.isReading = false;
    this.corked = undefined;
    this.handle.close(() => {
      this.onClose(this.error);
      this.onDrain();
    });
  }

  pause(): void {
    if (!this.isReading) return;
    this.isReading = false;
    this.handle.readStop();
  }

  resume(): void {
    if (this.isReading || this.isGone || this.hasEnded) return;
    this.isReading = true;
    this.handle.readStart();
  }

  setNoDelay(): void {
    if (!this.isGone) this.handle.setNoDelay(true);
  }

  keep(): void {
    this.isKept = true;
  }

  giveBack(bytes: Uint8Array): void {
    if (this.memory !== 'own') return;
    if (bytes.buffer.byteLength === largeBuffer && pool.length < pooledBuffers) {
      pool.push(Buffer.from(bytes.buffer as ArrayBuffer));
    }
  }

  askForDrain(): void {}

  ownBytes(): this {
    this.memory = 'copied';
    return this;
  }

  get localAddress(): string {
    return this.ownName().address ?? '';
  }
  get localPort(): number {
    return this.ownName().port ?? 0;
  }
  get remoteAddress(): string {
    return this.peerName().address ?? '';
  }
  get remotePort(): number {
    return this.peerName().port ?? 0;
  }

  private ownName(): SocketName {
    if (this.own !== undefined || this.isGone) return this.own ?? {};
    this.own = {};
    this.handle.getsockname(this.own);
    return this.own;
  }

  private peerName(): SocketName {
    if (this.peer !== undefined || this.isGone) return this.peer ?? {};
    this.peer = {};
    this.handle.getpeername(this.peer);
    return this.peer;
  }
}
