import { latin1Text } from '@httpd-ts/http1';
import {
  type Body,
  BrokenBody,
  type Bytes,
  DONE,
  dieWithoutLength,
  type HookStatus,
  headMadeTwice,
  isError,
  type PullSource,
  type RequestRecord,
} from '@httpd-ts/kernel';
import type { BackendConnection, BackendFailure, ConnectionUser } from './backend-connection.ts';
import { proxyDirectory } from './config.ts';
import { releaseWorkers } from './release-workers.ts';
import { type BodyFraming, RequestSender } from './request-sender.ts';
import { runTunnel } from './tunnel.ts';
import type { Worker } from './worker.ts';

/** What httpd's log says of each way to fail. */
export const failureTexts: Readonly<Record<BackendFailure, string>> = {
  timeout: '(70007)The timeout specified has expired',
  reset: '(104)Connection reset by peer',
  broken: '(32)Broken pipe',
  end: '(70014)End of file found',
  nonsense: '(20014)Internal error (specific information not available)',
};

/** Held back for a client that is slower than the back end, before the back end is paused. */
const holdLimit = 64 * 1024;
/** A body up to this size goes out together with its head. */
const copyLimit = 16 * 1024;

interface Taker {
  readonly resolve: (chunk: Uint8Array | null) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One request to a back end and its answer, whatever the protocol. It is the body of the response too, so that a
 * request costs one object. A protocol says how bytes are read (`onHeadData`, `onBodyData`) and calls:
 *
 * - `sendBody` to pass the request's body on at the pace of the back end;
 * - when the head of the answer is complete: `startBody`, then `hold` for each piece of body and `endAnswer` at its
 *   end, then once `hand` (which gives the body to the request) and `settle(OK)`;
 * - `fail(status)` when nothing can be answered, `breakBody` when the body ends before its end.
 *
 * `wait` is what the scheme's handler returns. Pausing a back end that is faster than the client, time-outs, the
 * client's going away, counting of bytes and of busy workers, and giving the connection back are done here.
 */
export abstract class BackendExchange implements PullSource, ConnectionUser {
  readonly request: RequestRecord;
  readonly worker: Worker;
  readonly connection: BackendConnection;
  /** Nothing has come from the back end yet. */
  isUntouched = true;
  /** Feeds the request's body to the back end while there is some left. */
  protected sender: RequestSender | undefined = undefined;
  /** What a wait for the back end may last. */
  protected readonly timeoutMs: number;
  protected state: 'head' | 'body' | 'done' | 'failed' = 'head';
  /** The body that was read and is not taken yet. */
  protected chunks: Uint8Array[] = [];
  protected held = 0;
  private status: HookStatus | undefined = undefined;
  private resolveStatus: ((status: HookStatus) => void) | undefined = undefined;
  private isFlushedBroken = false;
  private taker: Taker | undefined = undefined;
  /** The chunk that was handed out last; its memory is free again at the next pull. */
  private lent: Uint8Array | undefined = undefined;

  constructor(request: RequestRecord, worker: Worker, connection: BackendConnection, timeoutMs: number) {
    this.request = request;
    this.worker = worker;
    this.connection = connection;
    this.timeoutMs = timeoutMs;
    connection.exchange = this;
    request.connection.onAbort = () => this.abort();
  }

  /** Bytes while the head is read. They are valid during the call only, but for what `hold` was given. */
  protected abstract onHeadData(bytes: Bytes): void;
  /** Bytes while the body is read; calls `hold`, and `endAnswer` at the end of the body. */
  protected abstract onBodyData(bytes: Bytes): void;
  /** The back end has ended its side before the answer was complete. */
  abstract onEnd(): void;
  /** The connection failed, or the back end took too long, before the head of the answer was complete. */
  protected abstract onHeadFailure(failure: BackendFailure): void;

  /** The status of the exchange, once the head of the answer is there. */
  wait(): Promise<HookStatus> {
    return new Promise((resolve) => {
      if (this.status === undefined) this.resolveStatus = resolve;
      else resolve(this.status);
    });
  }

  protected settle(status: HookStatus): void {
    this.status = status;
    const { resolveStatus } = this;
    this.resolveStatus = undefined;
    resolveStatus?.(status);
  }

  /** Passes the request's body on. `begins: false` waits for `sender.proceed()`. */
  sendBody(
    framing: BodyFraming,
    options: { readonly body?: RequestRecord['body']; readonly begins?: boolean } = {},
  ): void {
    this.sender = new RequestSender(
      this.connection,
      options.body ?? this.request.body,
      framing,
      (bytes) => this.worker.countTransferred(bytes),
      (body) => this.bodyFailed(body),
    );
    if (options.begins !== false) this.sender.proceed();
  }

  /** The request's body did not come to its end. */
  protected bodyFailed(body: RequestRecord['body']): void {
    this.fail(body.failure ?? 400);
  }

  onDrain(): void {
    this.sender?.onDrain();
  }

  onData(bytes: Bytes): void {
    this.isUntouched = false;
    if (this.state === 'head') this.onHeadData(bytes);
    else if (this.state === 'body') this.takeBody(bytes);
  }

  /** Bytes of the body have come. */
  protected takeBody(bytes: Bytes): void {
    this.onBodyData(bytes);
    this.afterBody();
  }

  /** Passes on what `hold` was given. */
  protected afterBody(): void {
    if (this.state === 'body') this.waitForMore();
    this.serveTaker();
  }

  /** A wait for the back end begins. */
  protected expectData(): void {
    this.connection.expectData(this.timeoutMs);
  }

  /** The head is complete and a body follows. */
  protected startBody(): void {
    this.state = 'body';
  }

  /** A piece of the answer's body; it may lie in the bytes of the call under way. */
  protected hold(chunk: Uint8Array): void {
    if (this.status !== undefined) this.connection.stream.keep();
    this.worker.countRead(chunk.length);
    this.chunks.push(chunk);
    this.held += chunk.length;
  }

  /** Gives the body to the request: as bytes when all of it is here, else as a source. */
  protected hand(length: number | undefined): void {
    const { request, chunks } = this;
    if (this.state === 'done' && length !== undefined && chunks.length <= 1) {
      request.output = this.wholeBody(chunks[0]);
      this.chunks = [];
      return;
    }
    if (chunks.length > 0) this.connection.stream.keep();
    request.output = { kind: 'source', source: this, length };
  }

  /** A little body is copied, so that the connection's memory can be used again at once. */
  private wholeBody(bytes: Uint8Array | undefined): Body {
    if (bytes === undefined) return { kind: 'text', text: '' };
    if (bytes.length <= copyLimit) return { kind: 'text', text: latin1Text(bytes, 0, bytes.length) };
    this.connection.stream.keep();
    return { kind: 'bytes', bytes };
  }

  /** Where a protocol says nothing else, `flushpackets=` does. */
  get flushesWhenIdle(): boolean {
    const { flushPackets = 'off' } = this.worker.parameters;
    return flushPackets !== 'off';
  }

  /** All of the answer has come. */
  get isWhole(): boolean {
    return this.state === 'done';
  }

  /** The answer has broken off before its end. */
  protected get isBroken(): boolean {
    return this.state === 'failed';
  }

  private waitForMore(): void {
    if (this.held > holdLimit && this.taker === undefined) this.connection.pause();
    else this.expectData();
  }

  private serveTaker(): void {
    const { taker } = this;
    if (taker === undefined) return;
    const chunk = this.chunks.shift();
    if (chunk === undefined && this.state === 'body') return;
    this.taker = undefined;
    if (chunk !== undefined) {
      this.held -= chunk.length;
      this.lent = chunk;
      taker.resolve(chunk);
    } else if (this.state === 'done') taker.resolve(null);
    else taker.reject(new BrokenBody(this.isFlushedBroken));
  }

  pull(): Uint8Array | null | Promise<Uint8Array | null> {
    this.takeBack();
    const chunk = this.chunks.shift();
    if (chunk !== undefined) {
      this.held -= chunk.length;
      this.lent = chunk;
      if (this.state === 'body' && this.held <= holdLimit) this.goOn();
      return chunk;
    }
    if (this.state === 'done') return null;
    if (this.state === 'failed') return Promise.reject(new BrokenBody(this.isFlushedBroken));
    this.goOn();
    return new Promise((resolve, reject) => {
      this.taker = { resolve, reject };
    });
  }

  /** The reader is done with the last chunk; its memory goes back unless another chunk lies in it. */
  private takeBack(): void {
    const { lent } = this;
    this.lent = undefined;
    if (lent !== undefined && !this.chunks.some(({ buffer }) => buffer === lent.buffer)) {
      this.connection.stream.giveBack(lent);
    }
  }

  private goOn(): void {
    this.connection.resume();
    this.expectData();
  }

  /** Nobody reads on: the client is gone, or the body is not wanted. */
  abort(): void {
    this.chunks = [];
    this.held = 0;
    if (this.state === 'done' || this.state === 'failed') return;
    this.leave('failed');
    this.connection.destroy();
    this.settle(DONE);
  }

  /** The answer is complete; the connection may serve again unless `mustClose` says otherwise. */
  protected endAnswer(): void {
    const { connection } = this;
    this.leave('done');
    connection.resume();
    connection.pool.release(connection);
  }

  /**
   * The head of the answer opens a tunnel: what comes from either side goes to the other, until both have ended. The
   * exchange, and the worker's being busy, last as long. `early` came from the back end behind its head.
   */
  protected openTunnel(head: string, early: Uint8Array): void {
    const { request, connection } = this;
    if (request.connection.takeOver === undefined) {
      this.fail(501);
      return;
    }
    this.state = 'done';
    request.connection.keepalive = 'close';
    this.sender?.stop();
    request.connection.onAbort = undefined;
    connection.exchange = undefined;
    connection.mustClose = true;
    connection.expectNothing();
    request.connection.takeOver((client) => {
      if (head !== '') client.write(head);
      if (early.length > 0) client.write(early);
      const { clock } = request.server.plan.world;
      runTunnel(client, connection.stream, {
        clock,
        onRead: (bytes) => this.worker.countRead(bytes),
        onWritten: (bytes) => this.worker.countTransferred(bytes),
      }).then(() => {
        connection.letGo();
        releaseWorkers(request);
        this.settle(DONE);
      });
    });
  }

  /** The answer ends with the connection. */
  protected endWithConnection(): void {
    this.leave('done');
    this.connection.destroy();
    this.serveTaker();
  }

  protected leave(state: 'done' | 'failed'): void {
    this.state = state;
    this.connection.exchange = undefined;
    this.connection.expectNothing();
    if (this.sender !== undefined) {
      // What is left of the request's body would be taken for another request.
      if (!this.sender.isDone) this.connection.mustClose = true;
      this.sender.stop();
    }
    const { connection } = this.request;
    if (connection.onAbort !== undefined) connection.onAbort = undefined;
    releaseWorkers(this.request);
  }

  /** Ends the exchange with a status, before anything was handed on. */
  fail(status: HookStatus): void {
    this.leave('failed');
    this.connection.destroy();
    this.settle(status);
  }

  onFailure(failure: BackendFailure): void {
    if (this.state === 'head') this.onHeadFailure(failure);
    else if (this.state === 'body') this.breakBody(failure);
  }

  /** The answer ends before its end; the client must see it cut off. */
  protected breakBody(failure: BackendFailure): void {
    // What is seen to be nonsense came along with what is good.
    this.isFlushedBroken = failure !== 'nonsense';
    this.logBrokenBody(failure);
    this.leave('failed');
    this.connection.destroy();
    this.serveTaker();
  }

  protected abstract logBrokenBody(failure: BackendFailure): void;

  /**
   * The body of the answer turned out to be nonsense before any of it was handed on, so there is still time to say so:
   * by a page without a length, not to be cached. httpd: modules/proxy/proxy_util.c ap_proxy_backend_broke
   */
  protected answerBroken(): void {
    const { request } = this;
    request.statusLine = undefined;
    request.status = 200;
    request.noCache = true;
    request.setState(headMadeTwice, true);
    dieWithoutLength(502, request).then(
      () => {
        request.next?.setState(headMadeTwice, true);
        this.settle(DONE);
      },
      () => this.settle(500),
    );
  }
}

/** Whether ProxyErrorOverride puts a page of ours in the place of an answer of this status. httpd: ap_proxy_should_override */
export function overridesError(request: RequestRecord, status: number): boolean {
  const { errorOverride = false, errorOverrideCodes } = proxyDirectory.of(request);
  if (!errorOverride || !isError(status)) return false;
  return errorOverrideCodes.length === 0 || errorOverrideCodes.includes(status);
}
