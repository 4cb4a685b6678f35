import { HeaderTable } from '@httpd-ts/http1';
import {
  type Bytes,
  formatHttpDate,
  type Http2Stream,
  isError,
  OK,
  parseHttpDate,
  statusLine,
} from '@httpd-ts/kernel';
import {
  BackendExchange,
  type BackendFailure,
  mapCookie,
  mapLocation,
  overridesError,
  proxyServer,
  viaValue,
} from '../mod_proxy/contract.ts';

const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'proxy-authenticate',
]);
/** How long the head of an answer waits for the first of a body whose length is not known. */
const headDelayMs = 5;
const dates = new Set(['date', 'expires', 'last-modified']);
const locations = new Set(['location', 'content-location', 'uri', 'destination']);

/** `content-type` as `Content-Type`. httpd: h2_proxy_util_camel_case_header */
const camelCased = (name: string) => name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());

/** One request to an HTTP/2 back end. httpd: modules/http2/h2_proxy_session.c */
export class Http2Exchange extends BackendExchange {
  private isHanded = false;
  private length: number | undefined = undefined;
  private onRetry: (() => void) | undefined = undefined;

  override get flushesWhenIdle(): boolean {
    return true;
  }

  /** Takes the head of the answer once it is there. `onRetry` is called instead of failing while nothing of either body has passed. */
  begin(stream: Http2Stream, onRetry: (() => void) | undefined): void {
    this.onRetry = onRetry;
    stream.onHead = (status, fields) => this.takeHead(status, fields);
    this.expectData();
  }

  private takeHead(status: number, fields: readonly (readonly [string, string])[]): void {
    this.isUntouched = false;
    if (this.state !== 'head') return;
    const { request } = this;
    if (status < 200) {
      const lines = fields.map(([name, value]) => `${camelCased(name)}: ${value}\r\n`).join('');
      if (status !== 100 && request.protocolNumber >= 1001)
        request.connection.sendInterim?.(`HTTP/1.1 ${statusLine(status)}\r\n${lines}\r\n`);
      return;
    }
    request.notes.set('proxy-status', String(status));
    const originalStatus = request.status;
    request.status = status;
    request.statusLine = undefined;
    this.takeFields(fields);
    if (overridesError(request, status)) {
      const challenge = status === 401 ? request.headersOut.get('WWW-Authenticate') : undefined;
      if (challenge !== undefined) request.errHeadersOut.set('WWW-Authenticate', challenge);
      request.notes.set('proxy-error-override', '1');
      request.status = 200;
      this.fail(status);
      return;
    }
    if (isError(originalStatus) && !isError(status) && overridesError(request, originalStatus))
      request.status = originalStatus;
    const length = request.headersOut.get('Content-Length');
    this.length = length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
    this.startBody();
    if (request.headerOnly || status === 204 || status === 304) {
      this.isHanded = true;
      this.endAnswer();
      this.settle(OK);
      return;
    }
    if (this.length !== undefined) this.give(this.length);
    else request.server.plan.world.clock.after(headDelayMs, () => this.give(undefined));
  }

  /** The head goes to the client with the first of the body, or soon without it. */
  private give(length: number | undefined): void {
    if (this.isHanded || this.state === 'failed') return;
    this.isHanded = true;
    this.hand(length);
    this.settle(OK);
  }

  private takeFields(fields: readonly (readonly [string, string])[]): void {
    const { request } = this;
    const cookies = request.headersOut.getAll('Set-Cookie');
    const headers = new HeaderTable();
    for (const [name, value] of fields) {
      if (dropped.has(name)) continue;
      headers.add(camelCased(name), this.ours(name, value));
    }
    for (const cookie of cookies) headers.add('Set-Cookie', cookie);
    const { via = 'off' } = proxyServer.of(request);
    if (via === 'on' || via === 'full') headers.add('Via', viaValue(request, via));
    request.headersOut = headers;
    const contentType = headers.get('Content-Type');
    if (contentType !== undefined) request.contentType = contentType;
  }

  private ours(name: string, value: string): string {
    if (locations.has(name)) return mapLocation(this.request, value);
    if (name === 'set-cookie') return mapCookie(this.request, value);
    const time = dates.has(name) ? parseHttpDate(value) : undefined;
    return time === undefined ? value : formatHttpDate(time);
  }

  protected onHeadData(_bytes: Bytes): void {}

  protected onBodyData(bytes: Bytes): void {
    this.hold(bytes);
    this.give(undefined);
  }

  onEnd(): void {
    if (this.state === 'head') this.onHeadFailure('end');
    else if (this.state === 'body') {
      this.endAnswer();
      this.give(this.held);
      // Whoever waits for the next piece learns that there is none.
      this.afterBody();
    }
  }

  override onFailure(failure: BackendFailure): void {
    if (this.state === 'body' && !this.isHanded) this.onHeadFailure(failure);
    else super.onFailure(failure);
  }

  protected onHeadFailure(failure: BackendFailure): void {
    const { onRetry, connection } = this;
    if (onRetry !== undefined) {
      this.state = 'failed';
      connection.exchange = undefined;
      connection.destroy();
      onRetry();
      return;
    }
    // A stream that was reset alone tells of the request, all else of the back end.
    this.fail(failure === 'reset' ? 502 : 503);
  }

  /** httpd's log says nothing of it. */
  protected logBrokenBody(): void {}
}
