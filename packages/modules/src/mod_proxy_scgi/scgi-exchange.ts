import { escapeHtml, OK } from '@httpd-ts/kernel';
import { takeScriptHeaders } from '../core/contract.ts';
import { type BackendFailure, failureTexts, ReadToCloseExchange } from '../mod_proxy/contract.ts';
import { scgiConfig } from './config.ts';

/** What a script wants in the place of its own answer. httpd: scgi_request_config */
export interface ScgiWish {
  readonly kind: 'redirect' | 'file';
  readonly location: string;
}

/** One request to an SCGI back end. httpd: modules/proxy/mod_proxy_scgi.c pass_response */
export class ScgiExchange extends ReadToCloseExchange {
  wish: ScgiWish | undefined = undefined;

  protected override bodyFailed(): void {
    this.request.log('proxy_scgi', 'error', 'AH00859: receiving request body failed');
    this.fail(500);
  }

  protected endOfHead(text: string): number | undefined {
    const match = /(?:^|\n)\r*\n/.exec(text);
    return match === null ? undefined : match.index + match[0].length;
  }

  protected takeHead(head: string, rest: string): boolean {
    const { request } = this;
    const { status } = takeScriptHeaders(request, head, 'proxy_scgi', rest);
    if (status !== OK) {
      this.logHeaders();
      request.statusLine = undefined;
      this.fail(status);
      return false;
    }
    if (request.env('ap_trust_cgilike_cl') === undefined) request.headersOut.unset('Content-Length');
    request.headersOut.unset('Transfer-Encoding');
    this.wish = this.readWish();
    if (this.wish === undefined) return true;
    this.finishEarly();
    return false;
  }

  private readWish(): ScgiWish | undefined {
    const { sendfile = null, internalRedirect = 'Location' } = scgiConfig.of(this.request);
    const file = sendfile === null ? undefined : this.field(sendfile);
    if (file !== undefined) {
      this.unsetField(sendfile!);
      return { kind: 'file', location: file };
    }
    if (this.request.status !== 200 || internalRedirect === null) return undefined;
    const location = this.field(internalRedirect);
    if (location === undefined || !location.startsWith('/')) return undefined;
    if (internalRedirect.toLowerCase() !== 'location') this.unsetField(internalRedirect);
    return { kind: 'redirect', location };
  }

  private field(name: string): string | undefined {
    const { errHeadersOut, headersOut } = this.request;
    return errHeadersOut.get(name) ?? headersOut.get(name);
  }

  private unsetField(name: string): void {
    const { errHeadersOut, headersOut } = this.request;
    (errHeadersOut.has(name) ? errHeadersOut : headersOut).unset(name);
  }

  protected takeIncompleteHead(head: string, failure: BackendFailure): void {
    const { request } = this;
    if (failure === 'timeout') {
      const text = `Script timed out before returning headers: ${this.scriptName}`;
      request.notes.set('error-notes', escapeHtml(text));
      request.log('proxy_scgi', 'error', text);
      this.logHeaders();
      this.fail(504);
      return;
    }
    takeScriptHeaders(request, head, 'proxy_scgi', '');
    this.logHeaders();
    request.statusLine = undefined;
    this.fail(500);
  }

  private get scriptName(): string {
    const { filename = '' } = this.request;
    return filename.slice(filename.lastIndexOf('/') + 1);
  }

  private logHeaders(): void {
    const { hostname, port } = this.connection.pool.target;
    this.request.log(
      'proxy_scgi',
      'error',
      `AH00860: error reading response headers from ${hostname}:${port}`,
    );
  }

  /** httpd: server/protocol.c ap_content_length_filter, which reads what the handler hands on unread */
  protected logBrokenBody(failure: BackendFailure): void {
    const text = 'AH00574: ap_content_length_filter: apr_bucket_read() failed';
    this.request.log('core', 'error', text, failureTexts[failure]);
  }
}
