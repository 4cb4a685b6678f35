import {
  BodyDecoder,
  HeaderTable,
  parseStrictLength,
  type ResponseHead,
  type ResponseHeadError,
  type ResponseHeadOptions,
  ResponseHeadReader,
} from '@httpd-ts/http1';
import {
  type Bytes,
  DONE,
  entryOf,
  type HookStatus,
  isError,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import {
  type BackendConnection,
  BackendExchange,
  type BackendFailure,
  failureTexts,
  logLibraryError,
  overridesError,
  type ProxyServerConfig,
  proxyDirectory,
  proxyError,
  type Worker,
} from '../mod_proxy/contract.ts';
import { takeOverHeaders } from './response-headers.ts';

/** What an exchange takes from the configuration; the same object for all requests of a server. */
export interface ExchangeSettings {
  readonly config: ProxyServerConfig;
  readonly headOptions: ResponseHeadOptions;
  readonly timeoutMs: number;
}

/** What httpd's log says beside a field or a chunk that is too large. */
const noSpace = '(28)No space left on device';
/** httpd: AP_MAX_INTERIM_RESPONSES */
const mostInterimResponses = 10;

/** The reader of a connection with the options it was made for. */
interface KeptReader {
  readonly reader: ResponseHeadReader;
  readonly options: ResponseHeadOptions;
}

/** The reader of response heads; kept from one exchange to the next. */
function headReader(connection: BackendConnection, options: ResponseHeadOptions): ResponseHeadReader {
  const kept = connection.protocolState as KeptReader | undefined;
  if (kept !== undefined && kept.options === options) return kept.reader;
  const reader = new ResponseHeadReader(options);
  connection.protocolState = { reader, options } satisfies KeptReader;
  return reader;
}

/** One request to an HTTP back end. httpd: modules/proxy/mod_proxy_http.c ap_proxy_http_process_response */
export class Exchange extends BackendExchange {
  /** The back end's leave to send the body is awaited. */
  awaitsContinue = false;
  /** The protocol that was asked for. */
  upgrade: string | undefined = undefined;
  private readonly settings: ExchangeSettings;
  /** Set when the exchange may be repeated on another connection. */
  private onStale: (() => void) | undefined = undefined;
  private interimResponses = 0;
  private readonly sourcePort: number;
  /** What the back end answered last; 0 before. */
  private answered = 0;
  private decoder: BodyDecoder | undefined = undefined;
  /** Bytes of the body that are still to come; -1 when only the end of the connection tells. */
  private remaining = 0;

  constructor(
    request: RequestRecord,
    worker: Worker,
    connection: BackendConnection,
    settings: ExchangeSettings,
  ) {
    super(request, worker, connection, settings.timeoutMs);
    this.settings = settings;
    connection.sourcePort ??= connection.stream.localPort;
    this.sourcePort = connection.sourcePort;
    request.noteSource = this;
  }

  override get flushesWhenIdle(): boolean {
    return true;
  }

  /** Notes for log formats. httpd: mod_proxy_http, request notes */
  requestNote(name: string): string | undefined {
    if (name === 'proxy-source-port') return String(this.sourcePort);
    return name === 'proxy-status' && this.answered !== 0 ? String(this.answered) : undefined;
  }

  /** As `wait`; `onStale` is called instead when the connection turns out to have been closed before. */
  waitUnlessStale(onStale: () => void): Promise<HookStatus> {
    this.onStale = onStale;
    return this.wait();
  }

  protected onHeadData(bytes: Bytes): void {
    this.readHead(bytes, 0);
  }

  protected onBodyData(bytes: Bytes): void {
    this.readBody(bytes, 0);
  }

  private readHead(bytes: Bytes, start: number): void {
    const reader = headReader(this.connection, this.settings.headOptions);
    let at = start;
    while (this.state === 'head' && at < bytes.length) {
      const head = reader.read(bytes, at, bytes.length);
      if (head === undefined) {
        this.expectData();
        return;
      }
      at = reader.end;
      if (head.kind === 'error') {
        this.refuse(head);
        return;
      }
      this.worker.countRead(head.statusLine.length + 9);
      if (head.protocolNumber >= 1000) this.answered = head.status;
      if (head.status >= 200 || head.status < 100) this.takeHead(head, bytes, at);
      else if (!this.takeInterim(head, bytes, at)) return;
    }
  }

  /** A `1xx` answer; false when it ends the exchange. */
  private takeInterim(head: ResponseHead, bytes: Bytes, at: number): boolean {
    const { request } = this;
    if (head.status === 101) {
      const upgrade = head.headers.get('Upgrade');
      if (upgrade !== undefined && upgrade.toLowerCase() === this.upgrade?.toLowerCase()) {
        this.switchProtocols(head, upgrade, bytes, at);
        return false;
      }
      const message = `Unexpected Upgrade: ${upgrade ?? 'n/a'} (expecting ${this.upgrade ?? 'n/a'})`;
      this.fail(proxyError(request, 502, message));
      return false;
    }
    this.forwardInterim(head);
    if (head.status === 100) this.continueBody();
    if (++this.interimResponses >= mostInterimResponses) {
      const message = `Too many (${this.interimResponses}) interim responses from origin server`;
      this.fail(proxyError(request, 502, message));
      return false;
    }
    this.expectData();
    return true;
  }

  /** Client and back end go on in another protocol. httpd: ap_proxy_http_process_response, ap_proxy_tunnel_run */
  private switchProtocols(head: ResponseHead, upgrade: string, bytes: Bytes, at: number): void {
    const { request } = this;
    takeOverHeaders(request, head, this.settings.config);
    request.status = 101;
    const lines = `${request.headersOut.toLines()}Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
    const statusLine = head.statusLine === '' ? '101 Switching Protocols' : head.statusLine;
    // HTTP/1.0 knows no interim answers, but the tunnel is there.
    const shown = request.protocolNumber < 1001 ? '' : `HTTP/1.1 ${statusLine}\r\n${lines}`;
    this.openTunnel(shown, bytes.slice(at));
  }

  /** The back end wants the body. */
  private continueBody(): void {
    if (!this.awaitsContinue) return;
    this.awaitsContinue = false;
    this.sender?.proceed();
  }

  /**
   * Passes an interim answer on, a `100 Continue` to a client that expects it or where the policy is set to `RFC`. Of one
   * that does not go on, the type and the cookies stay. httpd: ap_send_interim_response
   */
  private forwardInterim(head: ResponseHead): void {
    const { request } = this;
    takeOverHeaders(request, head, this.settings.config);
    const policy = request.env('proxy-interim-response')?.toLowerCase();
    if (policy !== undefined && policy !== 'rfc') {
      if (policy !== 'suppress')
        request.log('proxy_http', 'warn', 'AH01108: undefined proxy interim response policy');
      return;
    }
    if (request.protocolNumber < 1001) return;
    if (head.status === 100) {
      if (policy === undefined && !request.expectingContinue) return;
      request.body.noteContinued?.();
    }
    request.headersOut.unset('Transfer-Encoding');
    request.connection.sendInterim?.(`HTTP/1.1 ${head.statusLine}\r\n${request.headersOut.toLines()}\r\n`);
    request.headersOut = new HeaderTable();
  }

  /** A head that cannot be used. */
  private refuse(error: ResponseHeadError, readError = '(22)Invalid argument'): void {
    this.answered = error.answered;
    const { request } = this;
    const errors: Readonly<Record<string, string>> = { AH10124: noSpace, AH10404: readError };
    for (const line of error.log) request.log('proxy_http', 'warn', line, entryOf(errors, line.slice(0, 7)));
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
    const offered = this.upgrade === undefined ? undefined : head.headers.get('Upgrade');
    const framing = takeOverHeaders(request, head, this.settings.config);
    // The body of a client that is never told to go on is on its way, and goes where the connection is kept.
    const isUnderWay = this.sender !== undefined && request.protocolNumber < 1001;
    if (framing.closes || (this.awaitsContinue && !isUnderWay)) connection.mustClose = true;
    else if (this.awaitsContinue) this.sender?.proceed();
    request.status = head.status;
    request.statusLine = head.statusLine;
    const directory = proxyDirectory.of(request);
    if (directory.errorOverride === true && overridesError(request, head.status)) {
      this.overrideError(head.status);
      return;
    }
    if (!isError(head.status) && overridesError(request, originalStatus)) {
      request.status = originalStatus;
      request.statusLine = originalLine;
    }
    if (request.headerOnly || head.status === 204 || head.status === 304) {
      // What was read in the place of a head is not sent, but counted.
      if (head.bodyStart !== '') request.output = { kind: 'text', text: head.bodyStart };
      this.endExchange(bytes, at);
      this.settle(OK);
      return;
    }
    if (!this.frameBody(framing.transferEncoding, framing.contentLength, head)) return;
    request.headersOut.unset('Transfer-Encoding');
    this.showUpgrade(offered);
    this.startBody();
    if (head.bodyStart === '') this.readBody(bytes, at);
    else this.readBody(bodyStartBytes(head.bodyStart, bytes, at), 0);
    this.afterBody();
    if (this.isBroken && this.chunks.length === 0) {
      this.answerBroken();
      return;
    }
    // A length that the back end meant for this hop alone does not go on.
    const isCounted =
      this.decoder === undefined && this.remaining >= 0 && request.headersOut.has('Content-Length');
    this.hand(isCounted ? this.held + this.remaining : undefined);
    this.settle(OK);
  }

  /** A back end that declined to upgrade may say what it would have taken. */
  private showUpgrade(offered: string | undefined): void {
    if (offered === undefined) return;
    this.request.headersOut.set('Connection', 'Upgrade');
    this.request.headersOut.set('Upgrade', offered);
  }

  /** Our own error page takes the place of the back end's. */
  private overrideError(status: number): void {
    const { request } = this;
    const challenge = status === 401 ? request.headersOut.get('WWW-Authenticate') : undefined;
    if (challenge !== undefined) request.errHeadersOut.set('WWW-Authenticate', challenge);
    request.notes.set('proxy-error-override', '1');
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
      this.logRemote(`AH02555: Unknown Transfer-Encoding: ${transferEncoding}; using read-until-close`);
    } else if (contentLength !== undefined) {
      const length = parseStrictLength(contentLength);
      if (length < 0) {
        this.logRemote('AH01587: Invalid Content-Length');
        this.request.log('proxy_http', 'error', 'AH01110: error reading response', failureTexts.nonsense);
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
  }

  private readChunks(decoder: BodyDecoder, bytes: Uint8Array, start: number): void {
    const slices: Uint8Array[] = [];
    const state = decoder.push(bytes, start, bytes.length, slices);
    for (const slice of slices) this.hold(slice);
    if (state === 'done') this.endExchange(bytes, decoder.end);
    else if (state === 'error') {
      const [text, error] = decoder.status === 413 ? ['(overflow)', noSpace] : ['', '(22)Invalid argument'];
      this.logRemote(`AH01590: Error reading/parsing chunk ${text} `, error);
      this.breakBody('nonsense');
    }
  }

  /** What httpd's input filter says of the back end's connection. httpd: modules/http/http_filters.c ap_http_filter */
  private logRemote(message: string, error?: string): void {
    const { request, connection } = this;
    const { server } = request;
    if (!server.errorLogger.wants('http', 'info', undefined)) return;
    const remote = `${connection.address ?? connection.pool.target.hostname}:${connection.pool.target.port}`;
    server.errorLogger.write({ module: 'http', level: 'info', message, error, server, remote });
  }

  /** The answer is complete; what follows on the connection belongs to nobody. */
  private endExchange(bytes: Uint8Array, at: number): void {
    const { connection } = this;
    if (at < bytes.length && !connection.mustClose) {
      this.request.log(
        'proxy',
        'info',
        'AH03408: http: reusable backend connection is not empty: forcibly closed',
      );
      connection.mustClose = true;
    }
    this.endAnswer();
  }

  onEnd(): void {
    if (this.state === 'head') {
      const { isUntouched } = this;
      if (isUntouched) {
        this.failWithoutHead('end');
        return;
      }
      if (!this.failInFields('end')) this.failWithoutHead('end');
    } else if (this.state === 'body') {
      if (this.decoder === undefined && this.remaining < 0) {
        this.endWithConnection();
      } else this.breakBody('end');
    }
  }

  /** The status line has come and not all of the fields; false where that is not so. */
  private failInFields(failure: BackendFailure): boolean {
    const error = headReader(this.connection, this.settings.headOptions).readEnd();
    if (error.reason !== undefined) return false;
    this.refuse(error, failureTexts[failure]);
    return true;
  }

  protected onHeadFailure(failure: BackendFailure): void {
    if (!this.isUntouched && this.failInFields(failure)) return;
    if (this.awaitsContinue && failure === 'timeout') this.failContinue();
    else this.failWithoutHead(failure);
  }

  /** The back end did not answer `Expect: 100-Continue`. */
  private failContinue(): void {
    const { request, connection } = this;
    const { hostname, port } = connection.pool.target;
    const text = `AH01102: error reading status line from remote server ${hostname}:${port}`;
    request.log('proxy_http', 'error', text, failureTexts.timeout);
    this.fail(proxyError(request, 503, 'Timeout on 100-Continue'));
  }

  private failWithoutHead(failure: BackendFailure): void {
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
    // An end before the first byte is none that httpd has a word for, except over TLS.
    const isSudden = failure === 'end' && this.isUntouched && connection.stream.tls === undefined;
    logLibraryError(connection, request.server);
    request.log('proxy_http', 'error', text, failureTexts[isSudden ? 'nonsense' : failure]);
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

  protected logBrokenBody(failure: BackendFailure): void {
    const isTooLarge = failure === 'nonsense' && this.decoder?.status === 413;
    const error =
      failure === 'end'
        ? '(70008)Partial results are valid but processing is incomplete'
        : isTooLarge
          ? noSpace
          : failureTexts[failure];
    this.request.log('proxy_http', 'error', 'AH01110: error reading response', error);
  }
}

/** What was read as a head and is body, with the rest of the bytes behind it. */
function bodyStartBytes(text: string, bytes: Uint8Array, at: number): Uint8Array {
  const whole = new Uint8Array(text.length + bytes.length - at);
  for (let i = 0; i < text.length; i++) whole[i] = text.charCodeAt(i);
  whole.set(bytes.subarray(at), text.length);
  return whole;
}
