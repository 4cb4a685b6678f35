import { performance } from 'node:perf_hooks';
import {
  chunkEnd,
  formatChunkSize,
  formatLastChunk,
  HeaderTable,
  latin1Text,
  type RequestHead,
  type RequestHeadError,
  RequestHeadReader,
} from '@httpd-ts/http1';
import {
  type Body,
  type Bytes,
  bodyLength,
  type ConnectionRecord,
  type ConnectionStatus,
  discardBody,
  emptyRequestBody,
  type FileBody,
  logRequest,
  type PullSource,
  type RequestRecord,
  type Response,
  type ServerRecord,
  type SourceBody,
  type Stream,
  serve,
  type TimeoutRule,
  type TlsFacts,
} from '@httpd-ts/kernel';
import type { PeerStream } from '../world/socket-stream.ts';
import { CountedStream } from './counted-stream.ts';
import type { Engine, FrontSettings, Watched } from './engine.ts';
import { type BodyCarrier, FrontBody } from './request-body.ts';

type Pulled = ReturnType<PullSource['pull']>;

/** A source of which some may have been sent, and what it gave after that. */
interface BegunSource {
  readonly body: SourceBody;
  readonly first: Pulled;
  readonly sent: number;
}

type State = 'head' | 'serving' | 'lingering' | 'taken over' | 'closed';

/** Bodies up to this size go out in one write together with their head. */
const coalesceLimit = 16 * 1024;
const fileChunk = 64 * 1024;
/** What is known of a request whose first line is incomplete. */
const noHead: Omit<RequestHeadError, 'status' | 'log' | 'headers'> = {
  ...{ kind: 'error', note: undefined, requestLine: '-', method: undefined, target: '/' },
  ...{
    path: undefined,
    query: undefined,
    unparsedTarget: undefined,
    hostname: undefined,
    isWithoutHost: false,
  },
  ...{ protocol: 'HTTP/1.0', protocolNumber: 1000 },
  named: { hostname: undefined, port: undefined },
};
/** Of a client that expects `100 Continue` and has no body to send: it is never told, so the connection is not kept. */
const emptyAwaitedBody = () => ({
  ...emptyRequestBody,
  awaitsContinue: true,
  noteContinued() {
    this.awaitsContinue = false;
  },
});
/** httpd: server/connection.c MAX_SECS_TO_LINGER and SECONDS_TO_LINGER */
const lingerMs = 30_000;
const shortLingerMs = 2_000;

/** Addresses to report in place of the socket's own, where a test stands in for a machine. */
export interface ConnectionAddresses {
  readonly client?: string | undefined;
  readonly local?: { readonly address: string; readonly port: number } | undefined;
  /** The port of the listener. */
  readonly port?: number | undefined;
}

/** What TLS led to; or that the client speaks none where it was to, and is only told so. */
export type SecuredBy = { readonly tls: TlsFacts; readonly server: ServerRecord } | 'plain by mistake';

/**
 * One client connection speaking HTTP/1.x: reads heads, has them answered by the plan, writes responses in order.
 * httpd: modules/http/http_core.c ap_process_http_connection
 */
export class Http1Connection implements ConnectionRecord, Watched, BodyCarrier {
  readonly id: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly localPort: number;
  readonly isTls: boolean;
  readonly tls: TlsFacts | undefined;
  readonly isPlainByMistake: boolean;
  readonly worker: number;
  server: ServerRecord;
  keepalives = 0;
  keepalive: 'unknown' | 'keepalive' | 'close' = 'unknown';
  aborted = false;
  clientHost?: string | undefined;
  deadline: number;
  bytesOut = 0;

  private readonly engine: Engine;
  private readonly client: PeerStream;
  private settings: FrontSettings;
  private reader: RequestHeadReader;
  private state: State = 'head';
  private body: FrontBody | undefined = undefined;
  request: RequestRecord | undefined = undefined;
  private backlog: Buffer | undefined = undefined;
  bytesIn = 0;
  private phaseStartedAt: number;
  private phaseBytes = 0;
  private lastDurationMs = 0;
  private knownAddress: string | undefined;
  private isNoDelay = false;
  private inputEnded = false;
  /** The name by which a client of TLS chose the server. */
  private readonly chosenName: string | undefined;
  /** The answer to a request whose first line is incomplete is logged and not sent. */
  private isMute = false;
  private abortBody: PullSource | undefined = undefined;
  private notesMap: Map<string, unknown> | undefined = undefined;
  private drained: (() => void) | undefined = undefined;

  constructor(engine: Engine, stream: PeerStream, given?: ConnectionAddresses, secured?: SecuredBy) {
    this.engine = engine;
    this.client = stream;
    this.id = engine.connectionId();
    this.worker = engine.thread;
    this.clientAddress = given?.client ?? plainAddress(stream.remoteAddress);
    this.clientPort = stream.remotePort;
    this.knownAddress = given?.local?.address;
    this.localPort = given?.local?.port ?? given?.port ?? stream.localPort;
    const facts = typeof secured === 'object' ? secured : undefined;
    this.isTls = facts !== undefined;
    this.tls = facts?.tls;
    this.isPlainByMistake = secured === 'plain by mistake';
    this.settings = engine.settingsFor(this);
    this.server = facts?.server ?? this.settings.servers.defaultServer;
    this.chosenName =
      this.server === this.settings.servers.defaultServer ? undefined : facts?.tls.serverName?.toLowerCase();
    this.reader = new RequestHeadReader(this.settings.head);
    this.phaseStartedAt = performance.now();
    this.deadline = this.phaseStartedAt + this.headTimeMs();
    stream.onData = (bytes) => this.onData(bytes as unknown as Buffer);
    stream.onEnd = () => this.onEnd();
    stream.onClose = () => this.onGone();
    stream.onDrain = () => this.onDrain();
    engine.watch(this);
    stream.start();
    if (this.isPlainByMistake) this.onData(Buffer.from('GET / HTTP/1.0\r\n\r\n'));
  }

  /** Asks the system only when somebody wants to know. */
  get localAddress(): string {
    this.knownAddress ??= plainAddress(this.client.localAddress);
    return this.knownAddress;
  }

  get notes(): Map<string, unknown> {
    this.notesMap ??= new Map();
    return this.notesMap;
  }

  get isIdle(): boolean {
    return this.state === 'head' && !this.reader.hasBegun;
  }

  closeWhenIdle(): void {
    if (this.isIdle) this.close();
  }

  destroy(): void {
    this.client.destroy();
  }

  status(nowMs: number): ConnectionStatus {
    const { request } = this;
    const state =
      this.state === 'serving'
        ? 'W'
        : this.state === 'lingering'
          ? 'C'
          : this.keepalives > 0 && this.isIdle
            ? 'K'
            : 'R';
    return {
      state,
      client: this.clientAddress,
      virtualHost: `${request?.server.hostname ?? this.server.hostname ?? ''}:${this.localPort}`,
      requestLine: request?.requestLine ?? '',
      protocol: 'http/1.1',
      sinceMs: nowMs - this.phaseStartedAt,
      lastDurationMs: this.lastDurationMs,
      requests: this.keepalives,
      bytes: this.bytesOut,
    };
  }

  /** Hands the raw stream to another protocol; the answer to the request under way is not sent any more. */
  takeOver(run: (client: Stream) => void): void {
    this.state = 'taken over';
    this.deadline = Number.POSITIVE_INFINITY;
    this.sendWithoutDelay();
    const stream = new CountedStream(this.client.ownBytes(), this, () => {
      this.aborted = true;
      this.engine.unwatch(this);
    });
    const early = this.backlog;
    this.backlog = undefined;
    run(stream);
    if (early !== undefined) {
      this.bytesIn += early.length;
      stream.onData(early as unknown as Bytes);
    }
    if (this.inputEnded) stream.onEnd();
    this.client.resume();
  }

  private headTimeMs(): number {
    const rule = this.settings.requestTimeouts?.head;
    return rule !== undefined && rule.initialMs > 0 ? rule.initialMs : this.settings.timeoutMs;
  }

  private onData(bytes: Buffer): void {
    if (this.state === 'head') this.readHeads(bytes);
    else if (this.state === 'serving') this.feedBody(bytes);
    else if (this.state === 'lingering')
      this.deadline = Math.min(this.deadline, performance.now() + shortLingerMs);
  }

  private feedBody(bytes: Buffer): void {
    const { body } = this;
    let at = 0;
    if (body !== undefined && !body.arrived) {
      this.extendBodyDeadline(bytes.length);
      at = body.feed(bytes, 0);
      this.bytesIn += at;
    }
    if (at >= bytes.length) return;
    const rest = at === 0 ? bytes : bytes.subarray(at);
    // The end of a body that was only passed over lets the next request begin at once.
    if (this.state === 'head') this.readHeads(rest);
    else if (this.state === 'serving') this.keepForLater(rest);
  }

  private keepForLater(bytes: Buffer): void {
    this.backlog = this.backlog === undefined ? Buffer.from(bytes) : Buffer.concat([this.backlog, bytes]);
    this.client.pause();
  }

  private extendBodyDeadline(bytes: number): void {
    const rule = this.settings.requestTimeouts?.body;
    if (rule === undefined || rule.initialMs === 0) this.deadline = this.bodyDeadline();
    else {
      this.deadline = this.phaseStartedAt + rule.initialMs;
      this.extend(rule, bytes);
      this.deadline = Math.min(this.deadline, performance.now() + this.settings.timeoutMs);
    }
  }

  private extend(rule: TimeoutRule, bytes: number): void {
    if (rule.minRate === 0) return;
    this.phaseBytes += bytes;
    const extended = rule.initialMs + (this.phaseBytes / rule.minRate) * 1000;
    const limit = rule.maximumMs > 0 ? Math.min(extended, rule.maximumMs) : extended;
    this.deadline = this.phaseStartedAt + limit;
  }

  /** No single read of a body takes longer than Timeout, whatever mod_reqtimeout allows for the whole. */
  private bodyDeadline(): number {
    const rule = this.settings.requestTimeouts?.body;
    const whole = rule !== undefined && rule.initialMs > 0 ? rule.initialMs : Number.POSITIVE_INFINITY;
    return Math.min(this.phaseStartedAt + whole, performance.now() + this.settings.timeoutMs);
  }

  private readHeads(bytes: Buffer): void {
    if (this.isIdle && this.keepalives > 0) this.beginHead();
    const head = this.reader.read(bytes, 0, bytes.length);
    this.bytesIn += head === undefined ? bytes.length : this.reader.end;
    if (head === undefined) {
      const rule = this.settings.requestTimeouts?.head;
      if (rule !== undefined && rule.initialMs > 0) this.extend(rule, bytes.length);
      return;
    }
    const { end } = this.reader;
    this.state = 'serving';
    const rest = end < bytes.length ? bytes.subarray(end) : undefined;
    if (head.kind === 'error') this.refuse(head);
    else this.answer(head, rest);
  }

  /** A request begins on a connection that was idle. */
  private beginHead(): void {
    this.phaseStartedAt = performance.now();
    this.phaseBytes = 0;
    this.deadline = this.phaseStartedAt + this.headTimeMs();
    if (this.server.plan !== this.engine.plan) this.useNewPlan();
  }

  private useNewPlan(): void {
    this.settings = this.engine.settingsFor(this);
    const { servers } = this.settings;
    this.server = this.chosenName === undefined ? servers.defaultServer : servers.byName(this.chosenName);
    this.reader = new RequestHeadReader(this.settings.head);
  }

  private refuse(head: RequestHeadError): void {
    const fault = {
      status: head.status,
      isRequestLineUnread: head.method === undefined,
      unparsedTarget: head.unparsedTarget,
      isWithoutHost: head.isWithoutHost,
      note: head.note,
      log: head.log,
      named: head.named,
    };
    const requested = { ...head, method: head.method ?? 'GET' };
    const response = serve(
      this,
      this.settings.servers,
      requested,
      { name: head.hostname, port: undefined },
      emptyRequestBody,
      fault,
    );
    this.send(response);
  }

  private answer(head: RequestHead, rest: Buffer | undefined): void {
    let body: FrontBody | undefined;
    if (head.isChunked || head.contentLength > 0) {
      body = new FrontBody(head, this.settings.head, this);
      this.body = body;
      this.phaseStartedAt = performance.now();
      this.phaseBytes = 0;
      this.deadline = this.bodyDeadline();
      if (rest !== undefined) this.feedBody(rest);
      if (this.inputEnded) body.cutOff();
    } else {
      this.deadline = Number.POSITIVE_INFINITY;
      if (rest !== undefined) this.keepForLater(rest);
    }
    if (head.mustClose) this.keepalive = 'close';
    if (this.engine.isStopping) this.keepalive = 'close';
    const host = { name: head.hostname, port: head.port === 0 ? undefined : head.port };
    const none = head.expectsContinue ? emptyAwaitedBody() : emptyRequestBody;
    this.send(serve(this, this.settings.servers, head, host, body ?? none));
  }

  /** httpd: modules/http/http_filters.c ap_http_filter */
  onBadChunk(isTooLarge: boolean): void {
    const [text, error] = isTooLarge
      ? ['(overflow)', '(28)No space left on device']
      : ['', '(22)Invalid argument'];
    this.request?.log('http', 'info', `AH01590: Error reading/parsing chunk ${text} `, error);
  }

  beforeFirstRead(): void {
    this.sendWithoutDelay();
    this.write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  sendInterim(head: string): void {
    this.write(head);
  }

  abandon(): void {
    this.client.destroy();
    this.onGone();
  }

  pauseReading(): void {
    this.client.pause();
  }

  resumeReading(): void {
    if (this.backlog === undefined) this.client.resume();
  }

  private send(response: Response | Promise<Response>): void {
    if (!(response instanceof Promise)) {
      this.write1(response);
      return;
    }
    response.then(
      (ready) => this.write1(ready),
      (error: unknown) => this.fail(error),
    );
  }

  /** A fault of our own: nothing sensible can be sent any more. */
  private fail(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.server.errorLogger.write({
      module: 'core',
      level: 'error',
      message: `httpd-ts: internal error: ${text.replaceAll('\n', ' | ')}`,
      connection: this,
      server: this.server,
    });
    this.client.destroy();
  }

  private write1(response: Response): void {
    this.request = response.request;
    if (this.state === 'taken over') {
      discardBody(response.body);
      this.finish(response, 0);
      return;
    }
    if (this.state === 'closed' || this.isMute) {
      discardBody(response.body);
      this.aborted = this.state === 'closed';
      this.finish(response, 0);
      return;
    }
    const { body, answering } = response;
    const head = answering.assBackwards ? '' : headText(response);
    if (body === undefined) {
      this.write(head);
      this.finish(response, 0);
      return;
    }
    switch (body.kind) {
      case 'text':
        this.write(head + body.text);
        this.finish(response, body.text.length);
        return;
      case 'bytes':
        this.writeBytes(head, body.bytes);
        this.finish(response, body.bytes.length);
        return;
      case 'file':
        this.writeFile(response, head, body);
        return;
      case 'source':
        this.writeSource(response, head, body);
        return;
      default:
        this.stream(response, head, body).catch((error: unknown) => this.fail(error));
    }
  }

  /** Sends text; false when the client should be waited for. */
  private write(text: string): boolean {
    this.bytesOut += text.length;
    return this.client.write(text);
  }

  private writeBytes(head: string, bytes: Uint8Array): boolean {
    const total = head.length + bytes.length;
    this.bytesOut += total;
    if (bytes.length <= coalesceLimit) {
      const whole = Buffer.allocUnsafe(total);
      whole.latin1Write(head, 0, head.length);
      whole.set(bytes, head.length);
      return this.client.write(whole);
    }
    if (head.length === 0) return this.client.write(bytes);
    this.client.cork();
    this.client.write(head);
    const flowing = this.client.write(bytes);
    this.client.uncork();
    return flowing;
  }

  private writeFile(response: Response, head: string, body: FileBody): void {
    const whole = this.server.plan.world.files.smallFile(body.path, body.info);
    if (whole === undefined || whole.length < body.offset + body.length) {
      this.stream(response, head, body).catch((error: unknown) => this.fail(error));
      return;
    }
    const part =
      body.length === whole.length ? whole : whole.subarray(body.offset, body.offset + body.length);
    this.writeBytes(head, part);
    this.finish(response, part.length);
  }

  /** A little body that is there as a whole goes out in one write, with its head and its end. */
  private writeSource(response: Response, head: string, body: SourceBody): void {
    const { source, length } = body;
    const first = pullFrom(source);
    if (!(first instanceof Uint8Array) || first.length === 0 || first.length > coalesceLimit) {
      this.streamFrom(response, head, { body, first, sent: 0 });
      return;
    }
    const { isChunked } = response;
    const sent = first.length;
    const text = latin1Text(first, 0, sent);
    const start = isChunked ? `${head}${formatChunkSize(sent)}${text}${chunkEnd}` : head + text;
    const next = pullFrom(source);
    if (next === null && !(length !== undefined && sent < length)) {
      this.write(isChunked ? start + formatLastChunk() : start);
      this.finish(response, sent);
      return;
    }
    this.sendWithoutDelay();
    this.write(start);
    this.streamFrom(response, '', { body, first: next, sent });
  }

  private streamFrom(response: Response, head: string, begun: BegunSource): void {
    this.stream(response, head, begun.body, begun).catch((error: unknown) => this.fail(error));
  }

  /** Needed as soon as a connection carries more than one small response. */
  private sendWithoutDelay(): void {
    if (this.isNoDelay) return;
    this.isNoDelay = true;
    this.client.setNoDelay();
  }

  /** Sends a body piece by piece, waiting for the client where it is slow. */
  private async stream(response: Response, head: string, body: Body, begun?: BegunSource): Promise<void> {
    this.sendWithoutDelay();
    const chunked = response.isChunked;
    const expected = bodyLength(body);
    let pendingHead = head;
    let sent = begun?.sent ?? 0;
    const sendPiece = (bytes: Uint8Array): boolean => {
      if (bytes.length === 0) return true;
      sent += bytes.length;
      const first = pendingHead;
      pendingHead = '';
      if (!chunked) return this.writeBytes(first, bytes);
      this.client.cork();
      this.write(first + formatChunkSize(bytes.length));
      this.writeBytes('', bytes);
      const flowing = this.write(chunkEnd);
      this.client.uncork();
      return flowing;
    };
    let complete = false;
    try {
      const flushHead = () => {
        if (pendingHead === '') return;
        this.write(pendingHead);
        pendingHead = '';
      };
      complete =
        begun === undefined
          ? await this.streamPart(body, sendPiece, flushHead)
          : await this.streamSource(begun.body.source, sendPiece, flushHead, begun.first);
    } catch {
      complete = false;
    }
    this.abortBody = undefined;
    if (this.state === 'closed') {
      this.finish(response, sent);
      return;
    }
    if (pendingHead !== '' && (complete || expected !== 0)) this.write(pendingHead);
    if (complete && chunked) this.write(formatLastChunk());
    if (!complete || (expected !== undefined && sent < expected)) {
      // The peer must see that the body is cut off.
      response.request.sendFailed = true;
      this.keepalive = 'close';
      this.finish(response, sent, true);
      return;
    }
    this.finish(response, sent);
  }

  private async streamPart(
    body: Body,
    send: (bytes: Uint8Array) => boolean,
    flushHead: () => void,
  ): Promise<boolean> {
    switch (body.kind) {
      case 'text':
        return this.flowing(send(Buffer.from(body.text, 'latin1')));
      case 'bytes':
        return this.flowing(send(body.bytes));
      case 'file':
        return this.streamFile(body, send);
      case 'source':
        return this.streamSource(body.source, send, flushHead, pullFrom(body.source));
      case 'sequence':
        for (const part of body.parts) if (!(await this.streamPart(part, send, flushHead))) return false;
        return true;
    }
  }

  private async streamSource(
    source: PullSource,
    send: (bytes: Uint8Array) => boolean,
    flushHead: () => void,
    first: Pulled,
  ): Promise<boolean> {
    this.abortBody = source;
    for (let chunk = first; ; chunk = source.pull()) {
      if (chunk instanceof Promise) {
        flushHead();
        chunk = await chunk;
      }
      if (this.state === 'closed') return false;
      if (chunk === null) return true;
      send(chunk);
      // The next pull may put other bytes where these are.
      if (this.client.pending > 0 && !(await this.flushed())) return false;
    }
  }

  /** True once everything written has been handed to the system; false when the client is gone. */
  private flushed(): Promise<boolean> {
    const flushed = this.drain();
    this.client.askForDrain();
    return flushed;
  }

  private async streamFile(body: FileBody, send: (bytes: Uint8Array) => boolean): Promise<boolean> {
    const file = await this.server.plan.world.files.open(body.path);
    if (typeof file === 'string') return false;
    try {
      let offset = body.offset;
      const end = body.offset + body.length;
      while (offset < end) {
        const bytes = await file.read(offset, Math.min(fileChunk, end - offset));
        if (bytes.length === 0 || this.state === 'closed') return false;
        offset += bytes.length;
        if (!send(bytes) && !(await this.flowing(false))) return false;
      }
      return true;
    } finally {
      file.close();
    }
  }

  /** True once the client takes more; false when it is gone. */
  private flowing(now: boolean): boolean | Promise<boolean> {
    if (this.state === 'closed') return false;
    if (now) return true;
    return this.drain();
  }

  private drain(): Promise<boolean> {
    this.deadline = performance.now() + this.settings.timeoutMs;
    return new Promise((resolve) => {
      this.drained = () => {
        this.drained = undefined;
        this.deadline = Number.POSITIVE_INFINITY;
        resolve(this.state !== 'closed');
      };
    });
  }

  private onDrain(): void {
    this.drained?.();
  }

  private finish(response: Response, bodyBytes: number, cutOff = false): void {
    const { request } = response;
    const now = performance.now();
    request.bytesSent = bodyBytes;
    request.bytesOut = this.bytesOut;
    request.bytesIn = this.bytesIn;
    this.bytesOut = 0;
    this.bytesIn = 0;
    this.lastDurationMs = now - request.startedAtMs;
    this.engine.accesses++;
    this.engine.bytes += bodyBytes;
    this.engine.durationMs += this.lastDurationMs;
    logRequest(request);
    this.request = undefined;
    if (this.state === 'closed' || this.state === 'taken over') return;
    if (cutOff) this.client.destroy();
    // What follows a body that was cut off or malformed is not to be taken for a request.
    else if (response.keepAlive && this.body?.fault === undefined) this.nextRequest(now);
    else this.close();
  }

  private nextRequest(now: number): void {
    this.sendWithoutDelay();
    // httpd looks at the first byte of each further request once more, and counts it.
    this.bytesIn = 1;
    const { body } = this;
    if (body !== undefined && !body.arrived && body.fault === undefined) {
      this.extendBodyDeadline(0);
      body.drop();
      body.whenArrived(() => this.nextRequest(performance.now()));
      return;
    }
    this.body = undefined;
    if (this.engine.isStopping || body?.fault !== undefined) {
      this.close();
      return;
    }
    this.state = 'head';
    this.phaseStartedAt = now;
    this.deadline = now + this.server.plan.keepAliveOf(this.server).timeoutMs;
    const { backlog } = this;
    if (backlog !== undefined) {
      this.backlog = undefined;
      this.client.resume();
      const next = behindBlankLines(backlog);
      if (next === undefined) {
        this.close();
        return;
      }
      if (next < backlog.length) this.onData(next === 0 ? backlog : backlog.subarray(next));
    }
    if (this.inputEnded && this.state === 'head') this.onEnd();
  }

  /** Ends our side, then reads on for a while so that the client sees the response. httpd: ap_lingering_close */
  private close(): void {
    if (this.state === 'closed' || this.state === 'lingering') return;
    this.state = 'lingering';
    this.deadline = performance.now() + (this.inputEnded ? shortLingerMs : lingerMs);
    this.body?.drop();
    this.backlog = undefined;
    this.client.resume();
    this.client.end();
    if (this.inputEnded) return;
    this.deadline = performance.now() + shortLingerMs;
  }

  timeOut(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.state === 'lingering' || this.drained !== undefined) this.client.destroy();
    else if (this.state === 'serving') this.body?.fail(408);
    else if (this.reader.hasBegun) this.giveUpHead(408);
    else this.close();
  }

  /**
   * A head that does not come to its end: answered once its first line is known, else at most logged.
   * httpd: server/protocol.c ap_read_request
   */
  private giveUpHead(status: number): void {
    this.state = 'serving';
    const head = this.reader.giveUp(status);
    this.isMute = head === undefined;
    if (head !== undefined) this.refuse(head);
    else if (status === 408) this.refuse({ ...noHead, log: [], status, headers: new HeaderTable() });
    else this.close();
  }

  private onEnd(): void {
    this.inputEnded = true;
    if (this.state === 'head' && this.reader.hasBegun) this.giveUpHead(400);
    else if (this.state === 'head') this.close();
    else if (this.state === 'serving') this.body?.cutOff();
  }

  private onGone(): void {
    if (this.state === 'closed') return;
    const wasServing = this.state === 'serving';
    this.state = 'closed';
    this.aborted = true;
    this.engine.unwatch(this);
    this.body?.cutOff();
    this.drained?.();
    if (wasServing) this.abortBody?.abort();
    this.onAbort?.();
  }

  /** Set by whoever must know that the client has gone while its request is still being served. */
  onAbort?: (() => void) | undefined = undefined;
}

/** What goes wrong at once goes wrong where it is waited for. */
function pullFrom(source: PullSource): Pulled {
  try {
    return source.pull();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** httpd: include/httpd.h DEFAULT_LIMIT_BLANK_LINES */
const mostBlankLines = 10;

/**
 * Where the first line that is not blank begins, of what came behind a request; undefined where there are too many, at
 * which the connection ends. httpd: modules/http/http_request.c check_pipeline
 */
function behindBlankLines(bytes: Uint8Array): number | undefined {
  let at = 0;
  for (let lines = 0; lines <= mostBlankLines; lines++) {
    const end = bytes[at] === 13 ? at + 1 : at;
    if (bytes[end] !== 10) return at;
    at = end + 1;
  }
  return undefined;
}

function headText(response: Response): string {
  const { answering } = response;
  const protocol =
    answering.protocolNumber === 1000 && answering.env('force-response-1.0') !== undefined
      ? 'HTTP/1.0'
      : 'HTTP/1.1';
  return `${protocol} ${response.statusLine}\r\n${response.headerLines}\r\n`;
}

/** IPv4 addresses mapped into IPv6 are shown as IPv4, as httpd shows them. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
