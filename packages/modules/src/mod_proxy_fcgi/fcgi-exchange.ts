import { latin1Text } from '@httpd-ts/http1';
import { type Bytes, DONE, die, OK, type RequestRecord } from '@httpd-ts/kernel';
import { takeScriptHeaders } from '../core/contract.ts';
import {
  BackendExchange,
  type BackendFailure,
  failureTexts,
  logUnreadBody,
  overridesError,
} from '../mod_proxy/contract.ts';
import { headerLength, RECORD, requestId } from './records.ts';

/** What becomes of the answer's body. */
type BodyUse = 'pass on' | 'ignore' | 'replace by an error page';

/**
 * One request to a FastCGI back end: reads its records until the one that ends the request.
 * httpd: modules/proxy/mod_proxy_fcgi.c dispatch
 */
export class FcgiExchange extends BackendExchange {
  /** The head of a record of which only a part has come. */
  private partialHeader = '';
  private type = 0;
  /** What is still to come of the record's content, and of its padding. */
  private remaining = 0;
  private padding = 0;
  /** What the script wrote before its head was complete. */
  private head = '';
  private headState: HeadState = 'line';
  private bodyUse: BodyUse = 'pass on';
  private isHanded = false;
  private errors = '';
  /** The script has closed its output before it wrote a head. */
  private isHeadless = false;

  /** The request goes out and the wait for its answer begins. */
  begin(): void {
    this.expectData();
  }

  /** httpd has read the beginning of the body, and complained, before it connected. */
  protected override bodyFailed(body: RequestRecord['body']): void {
    const { address, pool } = this.connection;
    const place = address === undefined ? undefined : `${address}:${pool.target.port}`;
    logUnreadBody(this.request, this.worker, place);
    super.bodyFailed(body);
  }

  protected onHeadData(bytes: Bytes): void {
    this.readRecords(bytes);
    this.handWhatIsThere();
    if (this.state === 'head') this.expectData();
  }

  protected onBodyData(bytes: Bytes): void {
    this.readRecords(bytes);
    this.handWhatIsThere();
  }

  /** httpd sends the head together with the first of the body, or when it knows that there is none. */
  private handWhatIsThere(): void {
    if (this.isHanded || this.bodyUse === 'replace by an error page') return;
    if (this.state === 'body' ? this.chunks.length > 0 || this.bodyUse === 'ignore' : this.state === 'done') {
      this.isHanded = true;
      this.hand(this.isHeadless || this.chunks.length === 0 ? this.held : undefined);
      this.settle(OK);
    }
  }

  private readRecords(bytes: Bytes): void {
    let at = 0;
    while (at < bytes.length && this.state !== 'done' && this.state !== 'failed') {
      if (this.remaining > 0) {
        const end = Math.min(at + this.remaining, bytes.length);
        this.remaining -= end - at;
        this.takeContent(bytes, at, end);
        at = end;
      } else if (this.padding > 0) {
        const passed = Math.min(this.padding, bytes.length - at);
        this.padding -= passed;
        at += passed;
      } else at = this.readHeader(bytes, at);
    }
  }

  private readHeader(bytes: Bytes, start: number): number {
    const end = Math.min(bytes.length, start + headerLength - this.partialHeader.length);
    const header = this.partialHeader + bytes.latin1Slice(start, end);
    if (header.length < headerLength) {
      this.partialHeader = header;
      return end;
    }
    this.partialHeader = '';
    const byte = (at: number) => header.charCodeAt(at);
    const id = byte(2) * 256 + byte(3);
    if (byte(0) !== 1) {
      this.breakOff(`AH01068: Got bogus version ${byte(0)}`);
      return bytes.length;
    }
    if (id !== requestId) {
      this.breakOff(`AH01069: Got bogus rid ${id}, expected ${requestId}`);
      return bytes.length;
    }
    this.type = byte(1);
    this.remaining = byte(4) * 256 + byte(5);
    this.padding = byte(6);
    if (this.type === RECORD.end && this.remaining === 0) this.endRequest();
    else if (this.type === RECORD.stdout && this.remaining === 0) this.endOutput();
    else if (this.type < RECORD.end || this.type > RECORD.stderr)
      this.log(`AH01072: Got bogus record ${this.type}`);
    return end;
  }

  private takeContent(bytes: Bytes, start: number, end: number): void {
    if (this.type === RECORD.stdout) this.takeOutput(bytes, start, end);
    else if (this.type === RECORD.stderr) {
      this.errors += bytes.latin1Slice(start, end);
      if (this.remaining === 0) {
        this.log(`AH01071: Got error '${this.errors}'`);
        this.errors = '';
      }
    } else if (this.type === RECORD.end && this.remaining === 0) this.endRequest();
  }

  private takeOutput(bytes: Bytes, start: number, end: number): void {
    if (this.state === 'body') {
      if (this.bodyUse === 'pass on') this.hold(bytes.subarray(start, end));
      return;
    }
    for (let at = start; at < end; at++) {
      this.headState = nextHeadState(this.headState, bytes[at]!);
      if (this.headState !== 'ended') continue;
      const { head } = this;
      this.head = '';
      this.takeHead(head + bytes.latin1Slice(start, at + 1), bytes.subarray(at + 1, end));
      return;
    }
    this.head += bytes.latin1Slice(start, end);
  }

  private takeHead(head: string, rest: Uint8Array): void {
    const { request } = this;
    const { status, bodyStart } = takeScriptHeaders(
      request,
      head,
      'proxy_fcgi',
      latin1Text(rest, 0, rest.length),
    );
    if (request.env('ap_trust_cgilike_cl') === undefined) request.headersOut.unset('Content-Length');
    request.headersOut.unset('Transfer-Encoding');
    this.startBody();
    if (status === 304 || status === 412) {
      request.status = status;
      this.bodyUse = 'ignore';
    } else if (status !== OK) {
      request.status = status;
      this.log('AH01070: Error parsing script headers');
      this.answerEmpty();
      return;
    } else if (
      request.prev === undefined &&
      request.main === undefined &&
      overridesError(request, request.status)
    ) {
      this.bodyUse = 'replace by an error page';
      return;
    }
    if (this.bodyUse !== 'pass on') return;
    const start = head.slice(bodyStart);
    if (start !== '') this.hold(joined(start, rest));
    else if (rest.length > 0) this.hold(rest);
  }

  /** httpd has answered with the head alone by the time it finds that it does not want the rest. */
  private answerEmpty(): void {
    const { request } = this;
    this.logDispatchError('(22)Invalid argument');
    request.connection.keepalive = 'close';
    request.output = { kind: 'text', text: '' };
    this.isHanded = true;
    this.leave('failed');
    this.connection.destroy();
    this.settle(OK);
  }

  /** The script has closed its output. Without a head all that it wrote is body. */
  private endOutput(): void {
    if (this.state !== 'head' || this.isHeadless) return;
    this.isHeadless = true;
  }

  private endRequest(): void {
    const { request } = this;
    const { bodyUse, state } = this;
    this.endAnswer();
    if (state === 'head') {
      if (this.isHeadless && this.head !== '') this.hold(joined(this.head, nothing));
    } else if (bodyUse === 'replace by an error page') {
      const { status } = request;
      request.status = 200;
      die(status, request).then(
        () => this.settle(DONE),
        () => this.settle(500),
      );
    }
  }

  private log(message: string): void {
    this.request.log('proxy_fcgi', 'error', message);
  }

  private logDispatchError(error: string, reason = ''): void {
    const at = serverPort(this.request);
    this.request.log(
      'proxy_fcgi',
      'error',
      `AH01075: Error dispatching request to ${at}: ${reason === '' ? '' : `(${reason})`}`,
      error,
    );
  }

  /** The back end does not keep to the protocol. */
  private breakOff(message: string): void {
    this.log(message);
    if (this.state === 'head') {
      this.logDispatchError('(22)Invalid argument');
      this.fail(503);
    } else this.breakBody('nonsense');
  }

  onEnd(): void {
    this.onFailure('end');
  }

  protected onHeadFailure(failure: BackendFailure): void {
    if (failure === 'timeout') this.logDispatchError(failureTexts.timeout, 'polling');
    else this.logReadError(failureTexts[failure]);
    this.fail(failure === 'timeout' ? 504 : 503);
  }

  protected logBrokenBody(failure: BackendFailure): void {
    if (failure === 'timeout') this.logDispatchError(failureTexts.timeout, 'polling');
    else if (failure === 'nonsense') this.logDispatchError('(22)Invalid argument');
    else this.logReadError(failureTexts[failure]);
  }

  /** The connection broke off, within a record or between two. */
  private logReadError(error: string): void {
    if (this.remaining > 0) {
      this.logDispatchError(error, 'reading response body');
      return;
    }
    this.log('AH01067: Failed to read FastCGI header');
    this.logDispatchError(error);
  }
}

/** What httpd's log names the back end by: our own port. httpd: ap_proxy_determine_connection, server_portstr */
const serverPort = ({ connection }: RequestRecord) =>
  connection.localPort === 80 ? '' : `:${connection.localPort}`;

type HeadState = 'line' | 'CR' | 'CR LF' | 'CR LF CR' | 'LF' | 'ended';

/** httpd: handle_headers */
function nextHeadState(state: HeadState, byte: number): HeadState {
  if (byte === 13) return state === 'CR LF' ? 'CR LF CR' : 'CR';
  if (byte !== 10) return 'line';
  if (state === 'LF' || state === 'CR LF CR') return 'ended';
  return state === 'CR' ? 'CR LF' : 'LF';
}

const nothing = new Uint8Array(0);

function joined(text: string, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(text.length + bytes.length);
  for (let i = 0; i < text.length; i++) whole[i] = text.charCodeAt(i);
  whole.set(bytes, text.length);
  return whole;
}
