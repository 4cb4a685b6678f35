import {
  type Bytes,
  type HookStatus,
  isError,
  OK,
  type PullSource,
  type RequestRecord,
} from '@httpd-ts/kernel';
import {
  type BackendConnection,
  BackendExchange,
  type BackendFailure,
  overridesError,
  proxyDirectory,
  type Worker,
} from '../mod_proxy/contract.ts';
import { ajpErrors, logReceiveFailure, logWithoutClient } from './log-receive-failure.ts';
import {
  bodyMessageHead,
  bodyPieceSize,
  emptyBodyMessage,
  MESSAGE,
  MessageReader,
  messageHeaderLength,
} from './messages.ts';
import { readHeaders } from './read-headers.ts';

/** httpd: modules/proxy/mod_proxy_ajp.c is_idempotent, without arguments */
const repeatable = new Set(['GET', 'HEAD', 'DELETE', 'PUT', 'OPTIONS', 'TRACE']);

/**
 * One request to an AJP back end, which asks for the request's body piece by piece while it answers.
 * httpd: modules/proxy/mod_proxy_ajp.c ap_proxy_ajp_request
 */
export class AjpExchange extends BackendExchange {
  private readonly body: PullSource;
  private readonly size: number;
  /** What has come of a message that is not complete. */
  private pending: Uint8Array | undefined = undefined;
  private pendingLength = 0;
  private hasHeaders = false;
  private isFlushed = false;
  private isHanded = false;
  /** The back end has sent a message. */
  private hasMessage = false;
  /** What the log says of a message that could not be used. */
  private dialogError: { readonly text: string | undefined } | undefined = undefined;
  /** A part of the request's body is with the back end, so that no other can be tried. */
  private hasSentBody = false;
  private readonly originalStatus: number;
  private readonly originalLine: string | undefined;
  /** What of the body was read and does not fit into one message. */
  private rest: Uint8Array | undefined = undefined;

  constructor(
    request: RequestRecord,
    worker: Worker,
    connection: BackendConnection,
    timeoutMs: number,
    body: PullSource,
    size: number,
  ) {
    super(request, worker, connection, timeoutMs);
    this.body = body;
    this.size = size;
    this.originalStatus = request.status;
    this.originalLine = request.statusLine;
  }

  /** Sends the request, and the first of its body where its length is known. */
  begin(message: string, sendsBody: boolean): void {
    const { stream } = this.connection;
    this.worker.countTransferred(message.length);
    if (!sendsBody) {
      stream.write(message);
      this.expectData();
      return;
    }
    stream.cork();
    stream.write(message);
    this.sendPiece().then(
      () => {
        stream.uncork();
        if (this.state === 'head') this.expectData();
      },
      () => stream.uncork(),
    );
  }

  private async nextPiece(): Promise<Uint8Array | null> {
    if (this.rest !== undefined) return this.rest;
    for (;;) {
      const pulled = this.body.pull();
      const chunk = pulled instanceof Promise ? await pulled : pulled;
      if (chunk === null || chunk.length > 0) return chunk;
    }
  }

  /** Sends the next piece of the request's body. */
  private async sendPiece(): Promise<void> {
    let piece: Uint8Array | null;
    try {
      piece = await this.nextPiece();
    } catch {
      this.failOnClient();
      return;
    }
    if (this.state === 'done' || this.state === 'failed') return;
    const { stream } = this.connection;
    const most = bodyPieceSize(this.size);
    this.rest = piece !== null && piece.length > most ? piece.subarray(most) : undefined;
    const sent = piece === null ? undefined : piece.subarray(0, most);
    if (sent === undefined) stream.write(emptyBodyMessage);
    else {
      this.hasSentBody = true;
      this.worker.countTransferred(sent.length);
      stream.cork();
      stream.write(bodyMessageHead(sent.length));
      stream.write(sent);
      stream.uncork();
    }
    if (this.state === 'head') this.expectData();
  }

  private failOnClient(): void {
    const isCutOff = this.request.body.isCutOff === true;
    const error = isCutOff ? '(70008)Partial results are valid but processing is incomplete' : undefined;
    this.request.log('proxy_ajp', 'error', 'AH02822: dialog with client failed', error);
    if (this.isHanded) this.breakBody('end');
    else if (this.state === 'head' || this.state === 'body') this.fail(this.request.body.failure ?? 400);
  }

  protected onHeadData(bytes: Bytes): void {
    this.readMessages(bytes);
    this.handWhatIsThere();
    if (this.state === 'head') this.expectData();
  }

  protected onBodyData(bytes: Bytes): void {
    this.readMessages(bytes);
    this.handWhatIsThere();
  }

  private handWhatIsThere(): void {
    if (this.isHanded || this.state === 'head' || this.state === 'failed') return;
    if (this.state === 'body' && this.chunks.length === 0 && !this.isFlushed) return;
    this.isHanded = true;
    const isEmpty = this.state === 'done' && this.chunks.length === 0 && !this.isFlushed;
    this.hand(isEmpty ? 0 : undefined);
    this.settle(OK);
  }

  private readMessages(bytes: Bytes): void {
    let at = 0;
    while (at < bytes.length && this.state !== 'done' && this.state !== 'failed') {
      if (this.pending === undefined) {
        const end = at + this.messageEnd(bytes, at, bytes.length);
        if (end === at) return;
        if (end <= bytes.length) {
          this.takeMessage(bytes, at + messageHeaderLength, end);
          at = end;
          continue;
        }
        this.pending = new Uint8Array(this.size);
        this.pendingLength = 0;
      }
      at = this.collect(bytes, at);
    }
  }

  /** Length of the message that begins here; beyond the end when its head is not complete, 0 when it is none. */
  private messageEnd(bytes: Uint8Array, at: number, end: number): number {
    if (end - at < messageHeaderLength) return Number.POSITIVE_INFINITY;
    const isKnown =
      (bytes[at] === 0x41 && bytes[at + 1] === 0x42) || (bytes[at] === 0x12 && bytes[at + 1] === 0x34);
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    if (!isKnown) {
      const signature = [bytes[at]!, bytes[at + 1]!]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('');
      this.refuseMessage(`AH01080: ajp_msg_check_header() got bad signature ${signature}`);
      return 0;
    }
    if (length > this.size - messageHeaderLength) {
      const most = this.size - messageHeaderLength;
      this.refuseMessage(
        `AH01081: ajp_msg_check_header() incoming message is too big ${length}, max is ${most}`,
      );
      return 0;
    }
    return messageHeaderLength + length;
  }

  /** Puts a message together whose parts come one by one; gives where the next one begins. */
  private collect(bytes: Bytes, start: number): number {
    const pending = this.pending!;
    let at = start;
    while (at < bytes.length && this.pendingLength < messageHeaderLength)
      pending[this.pendingLength++] = bytes[at++]!;
    if (this.pendingLength < messageHeaderLength) return at;
    const length = this.messageEnd(pending, 0, messageHeaderLength);
    if (length === 0) return bytes.length;
    const end = Math.min(bytes.length, at + length - this.pendingLength);
    pending.set(bytes.subarray(at, end), this.pendingLength);
    this.pendingLength += end - at;
    if (this.pendingLength === length) {
      this.pending = undefined;
      this.takeMessage(pending, messageHeaderLength, length);
    }
    return end;
  }

  /** The content of one message lies from `start` on. */
  private takeMessage(bytes: Uint8Array, start: number, end: number): void {
    const type = bytes[start];
    this.hasMessage = true;
    if (type === MESSAGE.sendBodyChunk) this.takeChunk(bytes, start + 1, end);
    else if (type === MESSAGE.sendHeaders && !this.hasHeaders) this.takeHeaders(bytes, start + 1, end);
    else if (type === MESSAGE.endResponse) this.endResponse(this.readReuse(bytes, start + 1, end));
    else if (type === MESSAGE.getBodyChunk) void this.sendPiece();
    else this.failDialog('nonsense', undefined);
  }

  /** Whether the connection may be used again. httpd: ajp_parse_reuse */
  private readReuse(bytes: Uint8Array, start: number, end: number): boolean {
    if (end > start) return bytes[start] !== 0;
    new MessageReader('', (text) => logWithoutClient(this.request, text)).byte();
    this.logDialog(ajpErrors.overflow);
    return false;
  }

  private takeHeaders(bytes: Uint8Array, start: number, end: number): void {
    const { request } = this;
    this.hasHeaders = true;
    let text = '';
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
    const fault = readHeaders(
      request,
      new MessageReader(text, (message) => logWithoutClient(request, message)),
    );
    if (fault !== undefined) {
      if (fault.complaint !== undefined) request.log('proxy_ajp', 'error', fault.complaint);
      this.failDialog('nonsense', fault.error);
      return;
    }
    const challenge = request.headersOut.get('WWW-Authenticate');
    if (
      request.status === 401 &&
      challenge !== undefined &&
      proxyDirectory.of(request).errorOverride === true
    )
      request.errHeadersOut.set('WWW-Authenticate', challenge);
    this.startBody();
  }

  private takeChunk(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start < 2 ? -1 : bytes[start]! * 256 + bytes[start + 1]!;
    const expected = end - start - 3;
    if (expected < 0 || length !== expected) {
      this.complain(
        expected < 0
          ? 'AH10546: ajp_parse_data: Message too small'
          : `AH00998: ajp_parse_data: Wrong chunk length. Length of chunk is ${length}, expected length is ${expected}.`,
      );
      return;
    }
    if (overridesError(this.request, this.request.status)) return;
    if (length === 0) this.isFlushed ||= this.hasHeaders;
    else {
      this.keepErrorStatus();
      this.hold(bytes.subarray(start + 2, start + 2 + length));
    }
  }

  /** A page for an error that itself comes from a back end must not turn it into a success. */
  private keepErrorStatus(): void {
    const { request, originalStatus } = this;
    if (!isError(originalStatus) || !overridesError(request, originalStatus)) return;
    request.status = originalStatus;
    request.statusLine = this.originalLine;
  }

  private endResponse(mayReuse: boolean): void {
    const { request } = this;
    if (!mayReuse || request.env('proxy-nokeepalive') !== undefined) this.connection.mustClose = true;
    if (!this.isBodyReadUp()) this.connection.mustClose = true;
    const isOverridden = overridesError(request, request.status) && !this.isHanded;
    this.endAnswer();
    if (!isOverridden || !mayReuse) return;
    const { status } = request;
    request.status = 200;
    this.isHanded = true;
    this.settle(status);
  }

  /** A back end that has not asked for the whole body is given the connection up, as what is left has no place in it. */
  private isBodyReadUp(): boolean {
    return this.request.body.ended || !this.hasSentBody;
  }

  private complain(message: string): void {
    this.request.log('proxy_ajp', 'error', message);
    this.failDialog('nonsense', ajpErrors.badHeader);
  }

  /** What came is no message. */
  private refuseMessage(message: string): void {
    const { request } = this;
    logWithoutClient(request, message);
    logWithoutClient(request, 'AH01031: ajp_ilink_receive() received bad header');
    request.log('proxy_ajp', 'error', receiveFailed);
    if (this.hasMessage) {
      this.failDialog('nonsense', ajpErrors.badHeader);
      return;
    }
    this.logNoAnswer(ajpErrors.badHeader);
    this.fail(this.failureStatus('nonsense'));
  }

  /** The connection failed while a message was awaited. */
  private readFailure(failure: BackendFailure): string {
    const hasHead = this.pending !== undefined && this.pendingLength >= messageHeaderLength;
    const error = logReceiveFailure(this.request, failure, hasHead ? 'body' : 'head');
    this.request.log('proxy_ajp', 'error', receiveFailed);
    return error;
  }

  onEnd(): void {
    this.onFailure('end');
  }

  protected onHeadFailure(failure: BackendFailure): void {
    this.logNoAnswer(this.readFailure(failure));
    this.fail(this.failureStatus(failure));
  }

  private logNoAnswer(error: string): void {
    this.request.log('proxy_ajp', 'error', `AH00878: read response failed from ${this.place}`, error);
  }

  private get place(): string {
    const { pool, address } = this.connection;
    const { hostname, port } = pool.target;
    return `${address ?? hostname}:${port} (${hostname}:${port})`;
  }

  private failDialog(failure: BackendFailure, error: string | undefined): void {
    this.dialogError = { text: error };
    if (this.state === 'head' || !this.isHanded) this.failHead(failure);
    else this.breakBody(failure);
  }

  private failHead(failure: BackendFailure): void {
    if (this.state === 'done' || this.state === 'failed') return;
    if (this.chunks.length > 0) {
      // What was received goes out, and the client sees that the rest is missing.
      this.isHanded = true;
      this.hand(undefined);
      this.settle(OK);
      this.breakBody(failure);
      return;
    }
    this.logBrokenBody(failure);
    this.fail(this.failureStatus(failure));
  }

  override onFailure(failure: BackendFailure): void {
    if (this.state === 'body' && !this.isHanded) this.failHead(failure);
    else super.onFailure(failure);
  }

  /** Whether another member may be asked: nothing of a body was sent, and asking twice does no harm. */
  private failureStatus(failure: BackendFailure): HookStatus {
    const { request, worker } = this;
    if (failure === 'timeout' && worker.parameters.pingMs !== undefined && !this.hasHeaders) return 504;
    const isRepeatable = repeatable.has(request.method) && request.args === undefined;
    return isRepeatable && !this.hasSentBody ? 503 : 500;
  }

  protected logBrokenBody(failure: BackendFailure): void {
    this.logDialog(this.dialogError === undefined ? this.readFailure(failure) : this.dialogError.text);
  }

  private logDialog(error: string | undefined): void {
    this.request.log('proxy_ajp', 'error', `AH00893: dialog to ${this.place} failed`, error);
  }
}

const receiveFailed = 'AH00992: ajp_read_header: ajp_ilink_receive failed';
