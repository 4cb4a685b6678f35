import {
  BodyDecoder,
  latin1Text,
  parseStrictLength,
  type ResponseHead,
  type ResponseHeadError,
  type ResponseHeadOptions,
} from '@httpd-ts/http1';
import {
  type Body,
  type Bytes,
  DONE,
  dieWithoutLength,
  formatHttpDate,
  type HookStatus,
  isError,
  OK,
  type PullSource,
  type RequestRecord,
} from '@httpd-ts/kernel';
import {
  type ProxyDirectoryConfig,
  type ProxyServerConfig,
  proxyDirectory,
  proxyError,
  releaseWorkers,
  type Worker,
} from '../mod_proxy/contract.ts';
import type { BackendConnection } from './backend-connection.ts';
import { takeOverHeaders } from './response-headers.ts';
import type { RequestSender } from './send-request.ts';

/** Ways in which a back end fails an exchange. */
export type Failure = 'timeout' | 'reset' | 'broken' | 'end' | 'nonsense';

const errorTexts: Readonly<Record<Failure, string>> = {
  timeout: '(70007)The timeout specified has expired',
  reset: '(104)Connection reset by peer',
  broken: '(32)Broken pipe',
  end: '(70014)End of file found',
  nonsense: '(20014)Internal error (specific information not available)',
};

/** What an exchange takes from the configuration; the same object for all requests of a server. */
export interface ExchangeSettings {
  readonly config: ProxyServerConfig;
  readonly headOptions: ResponseHeadOptions;
  readonly timeoutMs: number;
}

type State = 'head' | 'body' | 'done' | 'failed';

/** Held back for a client that is slower than the back end, before the back end is paused. */
const holdLimit = 64 * 1024;
/** A body up to this size goes out together with its head. */
const copyLimit = 16 * 1024;
/** httpd: AP_MAX_INTERIM_RESPONSES */
const mostInterimResponses = 10;

interface Taker {
  readonly resolve: (chunk: Uint8Array | null) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One request to a back end and its answer. It is the body of the response too, so that a request costs one object.
 * httpd: modules/proxy/mod_proxy_http.c ap_proxy_http_process_response
 */
export class Exchange implements PullSource {
  readonly request: RequestRecord;
  readonly worker: Worker;
  readonly connection: BackendConnection;
  /** Feeds the request's body to the back end while there is some left. */
  sender: RequestSender | undefined = undefined;
  /** The back end's leave to send the body is awaited. */
  awaitsContinue = false;
  /** Nothing has come from the back end yet. */
  isUntouched = true;
  private readonly settings: ExchangeSettings;
  private state: State = 'head';
  private resolveStatus: ((status: HookStatus) => void) | undefined = undefined;
  private status: HookStatus | undefined = undefined;
  /** Set when the exchange may be repeated on another connection. */
  private onStale: (() => void) | undefined = undefined;
  private interimResponses = 0;
  private decoder: BodyDecoder | undefined = undefined;
  /** Bytes of the body that are still to come; -1 when only the end of the connection tells. */
  private remaining = 0;
  private chunks: Uint8Array[] = [];
  private held = 0;
  private taker: Taker | undefined = undefined;
  /** The chunk that was handed out last; its memory is free again at the next pull. */
  private lent: Uint8Array | undefined = undefined;

  constructor(
    request: RequestRecord,
    worker: Worker,
    connection: BackendConnection,
    settings: ExchangeSettings,
  ) {
    this.request = request;
    this.worker = worker;
    this.connection = connection;
    this.settings = settings;
    connection.exchange = this;
  }

  /** The status of the exchange, once the head of the answer is there. */
  wait(onStale: (() => void) | undefined): Promise<HookStatus> {
    this.onStale = onStale;
    return new Promise((resolve) => {
      if (this.status === undefined) this.resolveStatus = resolve;
      else resolve(this.status);
    });
  }

  private settle(status: HookStatus): void {
    this.status = status;
    const { resolveStatus } = this;
    this.resolveStatus = undefined;
    resolveStatus?.(status);
  }

  onDrain(): void {
    this.sender?.onDrain();
  }

  onData(bytes: Bytes): void {
    this.isUntouched = false;
    if (this.state === 'head') this.readHead(bytes, 0);
    else if (this.state === 'body') this.readBody(bytes, 0);
  }

  private readHead(bytes: Bytes, start: number): void {
    const reader = this.connection.headReader(this.settings.headOptions);
    let at = start;
    while (this.state === 'head' && at < bytes.length) {
      const head = reader.read(bytes, at, bytes.length);
      if (head === undefined) {
        this.connection.expectData(this.settings.timeoutMs);
        return;
      }
      at = reader.end;
      if (head.kind === 'error') {
        this.refuse(head);
        return;
      }
      this.worker.countRead(head.statusLine.length + 9);
      if (head.status >= 200 || head.status < 100) this.takeHead(head, bytes, at);
      else if (!this.takeInterim(head)) return;
    }
  }

  /** A `1xx` answer; false when it ends the exchange. */
  private takeInterim(head: ResponseHead): boolean {
    const { request } = this;
    if (head.status === 101) {
      const message = `Unexpected Upgrade: ${head.headers.get('Upgrade') ?? 'n/a'} (expecting n/a)`;
      this.fail(proxyError(request, 502, message));
      return false;
    }
    if (head.status === 100) this.continueBody(head);
    else this.forwardInterim(head);
    if (++this.interimResponses >= mostInterimResponses) {
      const message = `Too many (${this.interimResponses}) interim responses from origin server`;
      this.fail(proxyError(request, 502, message));
      return false;
    }
    this.connection.expectData(this.settings.timeoutMs);
    return true;
  }

  /** The back end wants the body. Reading it tells the client so; a client without one is told here. */
  private continueBody(head: ResponseHead): void {
    if (!this.awaitsContinue) return;
    this.awaitsContinue = false;
    if (this.sender !== undefined) this.sender.proceed();
    else this.forwardInterim(head);
  }

  private forwardInterim(head: ResponseHead): void {
    const { request } = this;
    const policy = request.env('proxy-interim-response')?.toLowerCase() ?? 'rfc';
    if (policy !== 'rfc' || request.protocolNumber < 1001) return;
    for (const name of ['Connection', 'Keep-Alive', 'Transfer-Encoding', 'Upgrade']) head.headers.unset(name);
    request.connection.sendInterim?.(`HTTP/1.1 ${head.statusLine}\r\n${head.headers.toLines()}\r\n`);
  }

  /** A head that cannot be used. */
  private refuse(error: ResponseHeadError): void {
    const { request } = this;
    for (const line of error.log) request.log('proxy_http', 'warn', line);
    if (error.reason === undefined) {
      request.log(
        'proxy_http',
        'warn',
        `AH01106: bad HTTP/1.1 header returned by ${request.uri} (${request.method})`,
      );
      request.statusLine = '502 Bad Gateway';
      this.fail(502);
    } else if (error.reason.startsWith('Corrupt')) this.fail(proxyError(request, 502, error.reason));
    else this.failWithoutHead('nonsense');
  }

  private takeHead(head: ResponseHead, bytes: Bytes, at: number): void {
    const { request, connection } = this;
    const originalStatus = request.status;
    const originalLine = request.statusLine;
    for (const line of head.log)
      request.log('proxy_http', 'warn', `${line} ${request.uri} (${request.method})`);
    const framing = takeOverHeaders(request, head, this.settings.config);
    if (framing.closes || this.awaitsContinue) connection.mustClose = true;
    request.status = head.status;
    request.statusLine = head.statusLine;
    const directory = proxyDirectory.of(request);
    if (directory.errorOverride === true && overrides(directory, head.status)) {
      this.overrideError(head.status);
      return;
    }
    if (directory.errorOverride === true && !isError(head.status) && isError(originalStatus)) {
      request.status = originalStatus;
      request.statusLine = originalLine;
    }
    if (request.headerOnly || head.status === 204 || head.status === 304) {
      this.endExchange(bytes, at);
      this.settle(OK);
      return;
    }
    if (!this.frameBody(framing.transferEncoding, framing.contentLength, head)) return;
    request.headersOut.unset('Transfer-Encoding');
    this.state = 'body';
    if (head.bodyStart === '') this.readBody(bytes, at);
    else this.readBody(bodyStartBytes(head.bodyStart, bytes, at), 0);
    if (this.isBroken && this.chunks.length === 0) {
      this.answerBroken();
      return;
    }
    this.hand();
    this.settle(OK);
  }

  /** Our own error page takes the place of the back end's. */
  private overrideError(status: number): void {
    const { request } = this;
    const challenge = status === 401 ? request.headersOut.get('WWW-Authenticate') : undefined;
    if (challenge !== undefined) request.errHeadersOut.set('WWW-Authenticate', challenge);
    request.status = 200;
    this.fail(status);
  }

  /** False when the length makes no sense. httpd: modules/http/http_filters.c ap_http_filter */
  private frameBody(
    transferEncoding: string | undefined,
    contentLength: string | undefined,
    head: ResponseHead,
  ): boolean {
    if (transferEncoding !== undefined) {
      if (/(?:^|,)[ \t]*chunked[ \t]*$/i.test(transferEncoding)) {
        this.decoder = new BodyDecoder('chunked');
        return true;
      }
      this.request.log(
        'http',
        'info',
        `AH02555: Unknown Transfer-Encoding: ${transferEncoding}; using read-until-close`,
      );
    } else if (contentLength !== undefined) {
      const length = parseStrictLength(contentLength);
      if (length < 0) {
        this.request.log('http', 'info', 'AH01587: Invalid Content-Length');
        this.request.log('proxy_http', 'error', 'AH01110: error reading response', errorTexts.nonsense);
        this.leave('failed');
        this.connection.destroy();
        this.answerBroken();
        return false;
      }
      this.remaining = length;
      return true;
    }
    this.remaining = -1;
    if (head.protocolNumber >= 1000) this.connection.mustClose = true;
    return true;
  }

  /**
   * The body of the answer turned out to be nonsense before any of it was handed on, so there is still time to say so:
   * by a page without a length, not to be cached. httpd: modules/proxy/proxy_util.c ap_proxy_backend_broke
   */
  private answerBroken(): void {
    const { request } = this;
    request.statusLine = undefined;
    request.status = 200;
    request.errHeadersOut.set('Expires', formatHttpDate(request.requestTimeMs));
    dieWithoutLength(502, request).then(
      () => this.settle(DONE),
      () => this.settle(500),
    );
  }

  /** Gives the body to the request: as bytes when all of it is here, else as a source. */
  private hand(): void {
    const { request, chunks } = this;
    const isWhole = this.state === 'done' && this.decoder === undefined && chunks.length <= 1;
    if (isWhole && request.headersOut.has('Content-Length')) {
      const bytes = chunks[0];
      request.output = this.wholeBody(bytes);
      this.chunks = [];
      return;
    }
    const length = this.decoder === undefined && this.remaining >= 0 ? this.held + this.remaining : undefined;
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

  private get isBroken(): boolean {
    return this.state === 'failed';
  }

  private readBody(bytes: Uint8Array, start: number): void {
    if (this.decoder !== undefined) this.readChunks(this.decoder, bytes, start);
    else if (this.remaining < 0) {
      if (start < bytes.length) this.hold(start === 0 ? bytes : bytes.subarray(start));
    } else {
      const end = Math.min(bytes.length, start + this.remaining);
      this.remaining -= end - start;
      if (end > start) this.hold(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
      if (this.remaining === 0) this.endExchange(bytes, end);
    }
    if (this.state === 'body') this.waitForMore();
    this.serveTaker();
  }

  private readChunks(decoder: BodyDecoder, bytes: Uint8Array, start: number): void {
    const slices: Uint8Array[] = [];
    const state = decoder.push(bytes, start, bytes.length, slices);
    for (const slice of slices) this.hold(slice);
    if (state === 'done') this.endExchange(bytes, decoder.end);
    else if (state === 'error') this.breakBody('nonsense');
  }

  private hold(chunk: Uint8Array): void {
    if (this.status !== undefined) this.connection.stream.keep();
    this.worker.countRead(chunk.length);
    this.chunks.push(chunk);
    this.held += chunk.length;
  }

  private waitForMore(): void {
    if (this.held > holdLimit && this.taker === undefined) this.connection.pause();
    else this.connection.expectData(this.settings.timeoutMs);
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
    else taker.reject(new Error('the back end broke off its answer'));
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
    if (this.state === 'failed') return Promise.reject(new Error('the back end broke off its answer'));
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
    this.connection.expectData(this.settings.timeoutMs);
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

  /** The answer is complete; what follows on the connection belongs to nobody. */
  private endExchange(bytes: Uint8Array, at: number): void {
    const { connection } = this;
    this.leave('done');
    if (at < bytes.length && !connection.mustClose) {
      this.request.log(
        'proxy',
        'info',
        'AH03408: http: reusable backend connection is not empty: forcibly closed',
      );
      connection.mustClose = true;
    }
    connection.resume();
    connection.pool.release(connection);
  }

  private leave(state: 'done' | 'failed'): void {
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

  onEnd(): void {
    if (this.state === 'head') {
      const { isUntouched } = this;
      if (isUntouched) {
        this.failWithoutHead('end');
        return;
      }
      const error = this.connection.headReader(this.settings.headOptions).readEnd();
      if (error.reason === undefined) this.refuse(error);
      else this.failWithoutHead('end');
    } else if (this.state === 'body') {
      if (this.decoder === undefined && this.remaining < 0) {
        this.leave('done');
        this.connection.destroy();
        this.serveTaker();
      } else this.breakBody('end');
    }
  }

  onFailure(failure: Failure): void {
    if (this.state === 'head') {
      if (this.awaitsContinue && failure === 'timeout') this.failContinue();
      else this.failWithoutHead(failure);
    } else if (this.state === 'body') this.breakBody(failure);
  }

  /** The back end did not answer `Expect: 100-Continue`. */
  private failContinue(): void {
    const { request, connection } = this;
    const { hostname, port } = connection.pool.target;
    const text = `AH01102: error reading status line from remote server ${hostname}:${port}`;
    request.log('proxy_http', 'error', text, errorTexts.timeout);
    this.fail(proxyError(request, 503, 'Timeout on 100-Continue'));
  }

  private failWithoutHead(failure: Failure): void {
    const { request, connection, onStale } = this;
    if (this.isUntouched && failure !== 'timeout' && onStale !== undefined) {
      this.state = 'failed';
      connection.exchange = undefined;
      connection.destroy();
      onStale();
      return;
    }
    const { hostname, port } = connection.pool.target;
    const text = `AH01102: error reading status line from remote server ${hostname}:${port}`;
    request.log('proxy_http', 'error', text, errorTexts[failure]);
    if (failure === 'timeout') {
      request.notes.set('proxy_timedout', '1');
      request.log('proxy_http', 'debug', 'AH01103: read timeout');
    }
    const client = request.connection;
    if (request.proxyRequest === 'reverse' && client.keepalives > 0 && failure !== 'timeout') {
      request.log(
        'proxy_http',
        'debug',
        `AH01104: Closing connection to client because reading from backend server ${hostname}:${port} failed. Number of keepalives ${client.keepalives}`,
      );
      client.keepalive = 'close';
      this.fail(DONE);
      client.abandon?.();
      return;
    }
    this.fail(proxyError(request, 502, 'Error reading from remote server'));
  }

  /** The answer ends before its end; the client must see it cut off. */
  private breakBody(failure: Failure): void {
    const error =
      failure === 'end'
        ? '(70008)Partial results are valid but processing is incomplete'
        : errorTexts[failure];
    this.request.log('proxy_http', 'error', 'AH01110: error reading response', error);
    this.leave('failed');
    this.connection.destroy();
    this.serveTaker();
  }
}

/** httpd: ap_proxy_should_override */
function overrides({ errorOverrideCodes }: ProxyDirectoryConfig, status: number): boolean {
  if (!isError(status)) return false;
  return errorOverrideCodes.length === 0 || errorOverrideCodes.includes(status);
}

/** What was read as a head and is body, with the rest of the bytes behind it. */
function bodyStartBytes(text: string, bytes: Uint8Array, at: number): Uint8Array {
  const whole = new Uint8Array(text.length + bytes.length - at);
  for (let i = 0; i < text.length; i++) whole[i] = text.charCodeAt(i);
  whole.set(bytes.subarray(at), text.length);
  return whole;
}
