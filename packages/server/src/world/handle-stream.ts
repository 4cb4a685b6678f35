import { getSystemErrorName } from 'node:util';
import type { Bytes } from '@httpd-ts/kernel';
import type { SocketHandle, SocketHandles, SocketName, TcpHandle, WriteRequest } from './socket-handles.ts';
import type { PeerStream } from './socket-stream.ts';

const nothing = () => {};
const endOfFile = -4095;
const notConnected = -107;

const smallBuffer = 8 * 1024;
const largeBuffer = 64 * 1024;
/** What may wait in the system's queue before a writer is asked to wait. */
const queueLimit = 64 * 1024;

/** Pieces of memory to be used again: the collector looks through the whole heap when much was made and left. */
const freeSmall: Buffer[] = [];
const freeLarge: Buffer[] = [];
const mostSmall = 256;
const mostLarge = 64;

const smallPiece = () => freeSmall.pop() ?? Buffer.allocUnsafeSlow(smallBuffer);
const largePiece = () => freeLarge.pop() ?? Buffer.allocUnsafeSlow(largeBuffer);

function setFree(piece: Buffer): void {
  if (piece.length === largeBuffer) {
    if (freeLarge.length < mostLarge) freeLarge.push(piece);
  } else if (freeSmall.length < mostSmall) freeSmall.push(piece);
}

/** All streams of the thread that do not own memory read into this; what they read is valid within `onData` only. */
const shared = Buffer.allocUnsafeSlow(largeBuffer);
/**
 * Those that do own memory read into this while little comes: it is copied into the piece that was used last, so that
 * a connection that waits has no memory, and thousands of them read into what the processor has at hand.
 */
const sharedSmall = Buffer.allocUnsafeSlow(smallBuffer);

/**
 * Whose memory the bytes of `onData` are: `shared` with all streams, so valid until it returns; `own`, valid until it
 * returns unless they are kept; or `copied` for each call.
 */
export type ReadMemory = 'shared' | 'own' | 'copied';

/**
 * A connection on node's handle itself: one system call for a read or write, and nothing that waits for its turn when
 * the system takes everything at once.
 */
export class HandleStream implements PeerStream {
  onData: (bytes: Bytes) => void = nothing;
  onEnd: () => void = nothing;
  onClose: (error: string | undefined) => void = nothing;
  onDrain: () => void = nothing;
  private readonly handle: SocketHandle;
  private readonly node: SocketHandles;
  private memory: ReadMemory;
  /** What is read into: memory of all streams, or a large piece while much comes. */
  private target: Buffer;
  /** The piece that the bytes of the call under way lie in. */
  private given: Buffer | undefined = undefined;
  private isKept = false;
  /** Pieces that bytes were kept in and not yet given back. */
  private readonly kept: Buffer[] = [];
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
  constructor(node: SocketHandles, handle: SocketHandle, memory: ReadMemory) {
    this.handle = handle;
    this.node = node;
    this.memory = memory;
    this.target = memory === 'own' ? sharedSmall : shared;
    handle.useUserBuffer(this.target);
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
      const read = this.target.subarray(0, count);
      this.onData((this.memory === 'copied' ? Buffer.copyBytesFrom(read) : read) as unknown as Bytes);
      return undefined;
    }
    return this.target === sharedSmall ? this.readLittle(count) : this.readMuch(count);
  }

  private readLittle(count: number): Uint8Array | undefined {
    const piece = smallPiece();
    sharedSmall.copy(piece, 0, 0, count);
    this.give(piece, count);
    if (!this.isKept) setFree(piece);
    if (this.isGone || count < smallBuffer) return undefined;
    // Much has come at once, and more may.
    this.target = largePiece();
    return this.target;
  }

  private readMuch(count: number): Uint8Array | undefined {
    const piece = this.target;
    this.give(piece, count);
    if (this.isGone) {
      if (this.isKept) this.target = sharedSmall;
      return undefined;
    }
    if (count < smallBuffer) {
      if (!this.isKept) setFree(piece);
      this.target = sharedSmall;
      return this.target;
    }
    if (!this.isKept) return undefined;
    this.target = largePiece();
    return this.target;
  }

  private give(piece: Buffer, count: number): void {
    this.isKept = false;
    this.given = piece;
    this.onData(piece.subarray(0, count) as unknown as Bytes);
    this.given = undefined;
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
    HandleStream.spare ??= new this.node.WriteWrap();
    return HandleStream.spare;
  }

  private written(request: WriteRequest, status: number, data: unknown): boolean {
    const { streamBaseState: state, kLastWriteWasAsync, kBytesWritten } = this.node;
    if (status !== 0) {
      HandleStream.spare = undefined;
      // The caller is in the middle of something, and learns of it afterwards.
      process.nextTick(() => this.fail(status));
      return false;
    }
    if (state[kLastWriteWasAsync] === 0) return true;
    HandleStream.spare = undefined;
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
    for (let i = 0; i < corked.length; i++) {
      const chunk = corked[i]!;
      if (typeof chunk === 'string') corked[i] = Buffer.from(chunk, 'latin1');
    }
    const chunks = corked as Uint8Array[];
    const request = this.request();
    this.written(request, this.handle.writev(request, chunks, true), chunks);
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
      if (this.target !== shared && this.target !== sharedSmall) setFree(this.target);
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
    if (!this.isGone) (this.handle as Partial<TcpHandle>).setNoDelay?.(true);
  }

  /** The system's own probes. */
  setKeepAlive(): void {
    if (!this.isGone) (this.handle as Partial<TcpHandle>).setKeepAlive?.(true, 0);
  }

  keep(): void {
    if (this.isKept || this.given === undefined) return;
    this.isKept = true;
    this.kept.push(this.given);
  }

  giveBack(bytes: Uint8Array): void {
    const { kept } = this;
    for (let i = 0; i < kept.length; i++) {
      if (kept[i]!.buffer !== bytes.buffer) continue;
      setFree(kept[i]!);
      kept.splice(i, 1);
      return;
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
    (this.handle as Partial<TcpHandle>).getsockname?.(this.own);
    return this.own;
  }

  private peerName(): SocketName {
    if (this.peer !== undefined || this.isGone) return this.peer ?? {};
    this.peer = {};
    (this.handle as Partial<TcpHandle>).getpeername?.(this.peer);
    return this.peer;
  }
}
