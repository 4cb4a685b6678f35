import { BodyDecoder, type HeadOptions, type RequestHead } from '@httpd-ts/http1';
import type { RequestBody } from '@httpd-ts/kernel';

/** What the body needs of the connection it arrives on. */
export interface BodyCarrier {
  pauseReading(): void;
  resumeReading(): void;
  /** Called before the first byte is waited for when the client expects `100 Continue`. */
  beforeFirstRead(): void;
  /** Called when a reader is told that the chunks are malformed, or of a size beyond counting. */
  onBadChunk(isTooLarge: boolean): void;
}

/** Bytes held back for a reader that is slower than the client, before the client is paused. */
const holdLimit = 64 * 1024;

/** Thrown to readers of a body that will not come. */
export class BodyFailure extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`request body failed with status ${status}`);
    this.status = status;
  }
}

/**
 * The body of one request: the connection feeds it, a module pulls from it. Holds back the client when nobody pulls.
 */
export class FrontBody implements RequestBody {
  readonly length: number | undefined;
  /** What is wrong with the body, whether or not somebody has read so far. */
  fault: number | undefined = undefined;
  /** The same once a reader was told. */
  failure: number | undefined = undefined;
  isCutOff = false;
  /** Body bytes received. */
  received = 0;
  private readonly decoder: BodyDecoder;
  private readonly carrier: BodyCarrier;
  private readonly waiting: Uint8Array[] = [];
  private held = 0;
  private started = false;
  /** Some of it was taken before the client was told to go on, which it then need not be. */
  private tookUntold = false;
  private readonly expectsContinue: boolean;
  /** HTTP/1.0 knows no interim responses. */
  private readonly mayContinue: boolean;
  private paused = false;
  private dropping = false;
  private limitBytes = 0;
  private taker: { resolve: (chunk: Uint8Array | null) => void; reject: (error: Error) => void } | undefined =
    undefined;
  private onEnded: (() => void) | undefined = undefined;

  constructor(head: RequestHead, options: HeadOptions, carrier: BodyCarrier) {
    this.length = head.isChunked ? undefined : head.contentLength;
    this.decoder = new BodyDecoder(head.isChunked ? 'chunked' : 'length', head.contentLength, options);
    this.carrier = carrier;
    this.expectsContinue = head.expectsContinue;
    this.mayContinue = head.expectsContinue && head.protocolNumber >= 1001;
  }

  /** A body that failed has not ended: the next pull says so. */
  get ended(): boolean {
    return this.decoder.state === 'done' && this.waiting.length === 0 && this.fault === undefined;
  }

  /** All of it has arrived, or it has failed. */
  get arrived(): boolean {
    return this.decoder.state !== 'more';
  }

  get awaitsContinue(): boolean {
    return this.expectsContinue && !this.started;
  }

  noteContinued(): void {
    this.started = true;
  }

  get isNeverTold(): boolean {
    return this.expectsContinue && !this.mayContinue;
  }

  get trailers() {
    return this.decoder.trailers;
  }

  get trailersFault(): RequestBody['trailersFault'] {
    return this.decoder.trailersFault;
  }

  limit(bytes: number): void {
    this.limitBytes = bytes;
    if (bytes > 0 && Math.max(this.length ?? 0, this.received) > bytes) this.fail(413);
  }

  pull(): Uint8Array | null | Promise<Uint8Array | null> {
    if (!this.started) this.start();
    const chunk = this.takeWaiting();
    if (chunk !== undefined) return chunk;
    if (this.fault !== undefined) return Promise.reject(this.tell(this.fault));
    if (this.decoder.state === 'done') return null;
    return new Promise((resolve, reject) => {
      this.taker = { resolve, reject };
    });
  }

  takeArrived(): Uint8Array | undefined {
    const chunk = this.takeWaiting();
    if (chunk !== undefined) this.tookUntold = true;
    if (chunk === undefined && this.fault !== undefined) throw this.tell(this.fault);
    return chunk;
  }

  private takeWaiting(): Uint8Array | undefined {
    const chunk = this.waiting.shift();
    if (chunk === undefined) return undefined;
    this.held -= chunk.length;
    if (this.paused && this.held < holdLimit) {
      this.paused = false;
      this.carrier.resumeReading();
    }
    return chunk;
  }

  /** The client is told to go on even if it did not wait for that, as httpd does. */
  private start(): void {
    this.started = true;
    const isMalformed = this.decoder.state === 'error';
    if (this.mayContinue && !this.tookUntold && (this.fault === undefined || isMalformed))
      this.carrier.beforeFirstRead();
  }

  abort(): void {
    this.drop();
  }

  /** Lets go of what has come and will come. */
  drop(): void {
    this.dropping = true;
    this.waiting.length = 0;
    this.held = 0;
    if (this.paused) {
      this.paused = false;
      this.carrier.resumeReading();
    }
  }

  /** Calls back once everything has arrived, or will not come any more. */
  whenArrived(run: () => void): void {
    if (this.arrived || this.fault !== undefined) run();
    else this.onEnded = run;
  }

  /** Takes bytes off the wire; gives the offset behind those that belong to the body. */
  feed(bytes: Uint8Array, start: number): number {
    const slices: Uint8Array[] = [];
    this.decoder.push(bytes, start, bytes.length, slices);
    const { end } = this.decoder;
    for (const slice of slices) this.take(slice);
    if (this.decoder.state === 'error') this.fail(this.decoder.status);
    else if (this.decoder.state === 'done') this.finish();
    return end;
  }

  /** The client has ended its side, or is gone. */
  cutOff(): void {
    if (this.arrived) return;
    this.isCutOff = this.fault === undefined;
    this.fail(400);
  }

  /** The body is malformed, too long, or took too long. */
  fail(status: number): void {
    if (this.fault !== undefined) return;
    this.fault = status;
    const { taker, onEnded } = this;
    this.taker = undefined;
    taker?.reject(this.tell(status));
    this.onEnded = undefined;
    onEnded?.();
  }

  private tell(fault: number): BodyFailure {
    const { state, status, trailersFault } = this.decoder;
    if (this.failure === undefined && state === 'error' && trailersFault === undefined)
      this.carrier.onBadChunk(status === 413);
    this.failure = fault;
    return new BodyFailure(fault);
  }

  private take(slice: Uint8Array): void {
    this.received += slice.length;
    if (this.limitBytes > 0 && this.received > this.limitBytes) {
      this.fail(413);
      return;
    }
    if (this.dropping) return;
    // The connection reads the next bytes to where these are.
    const kept = Buffer.copyBytesFrom(slice);
    const { taker } = this;
    if (taker !== undefined) {
      this.taker = undefined;
      taker.resolve(kept);
      return;
    }
    this.waiting.push(kept);
    this.held += slice.length;
    if (this.held >= holdLimit && !this.paused) {
      this.paused = true;
      this.carrier.pauseReading();
    }
  }

  private finish(): void {
    const { taker, onEnded } = this;
    if (taker !== undefined && this.waiting.length === 0) {
      this.taker = undefined;
      taker.resolve(null);
    }
    this.onEnded = undefined;
    onEnded?.();
  }
}
