import { HeaderTable } from '@httpd-ts/http1';
import { overridesError, ReadToCloseExchange } from '../mod_proxy/contract.ts';

/** httpd: include/httpd.h HUGE_STRING_LEN */
const longestLine = 8191;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldContent = /^[\t\x20-\x7e\x80-\xff]*$/;

/** One request to a uwsgi back end. httpd: modules/proxy/mod_proxy_uwsgi.c uwsgi_response */
export class UwsgiExchange extends ReadToCloseExchange {
  override get flushesWhenIdle(): boolean {
    return true;
  }

  protected override bodyFailed(): void {
    this.request.log('proxy_uwsgi', 'error', 'AH10099: receiving request body failed');
    this.fail(500);
  }

  protected endOfHead(text: string): number | undefined {
    const firstEnd = text.indexOf('\n');
    if (firstEnd < 0) return text.length > longestLine ? text.length : undefined;
    if (text.slice(0, firstEnd).replace(/\r$/, '') === '') return firstEnd + 1;
    const match = /\n\r?\n/.exec(text);
    return match === null ? undefined : match.index + match[0].length;
  }

  protected takeHead(head: string): boolean {
    const { request } = this;
    const [statusLine = '', ...lines] = unfolded(head);
    const status = this.readStatusLine(statusLine);
    if (status !== undefined) {
      this.fail(status);
      return false;
    }
    for (const line of lines) {
      if (line === '') break;
      if (this.addField(line)) continue;
      request.headersOut = new HeaderTable();
      this.fail(502);
      return false;
    }
    const { headersOut } = request;
    if (headersOut.has('Transfer-Encoding')) headersOut.unset('Content-Length');
    const contentType = headersOut.get('Content-Type');
    if (contentType !== undefined) request.contentType = contentType;
    if (!overridesError(request, request.status)) return true;
    const overridden = request.status;
    request.status = 200;
    request.statusLine = undefined;
    request.notes.set('proxy-error-override', '1');
    this.fail(overridden);
    return false;
  }

  /** A status to answer says that the line is none of HTTP's. */
  private readStatusLine(line: string): number | undefined {
    if (line === '' || line.length > longestLine) return 500;
    const match = /^HTTP\/\d(?:\.\d)? (\d{3})(?: (.*))?/.exec(line);
    if (match === null || !/^HTTP\/(?:\d\.\d \d{3}|\d \d{3})/.test(line)) return 502;
    const { request } = this;
    request.status = Number(match[1]);
    request.statusLine = `${match[1]} ${match[2] ?? ''}`;
    return undefined;
  }

  private addField(line: string): boolean {
    const colon = line.indexOf(':');
    if (colon < 0 || line.length > longestLine) return false;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^[\t-\r ]+|[\t-\r ]+$/g, '');
    if (!token.test(name) || !fieldContent.test(value)) return false;
    this.request.headersOut.add(name, value);
    return true;
  }

  /** httpd's log says nothing of it, nor of a body that breaks off. */
  protected takeIncompleteHead(head: string): void {
    const line = head.indexOf('\n');
    this.fail(line < 0 ? 500 : (this.readStatusLine(head.slice(0, line).replace(/\r$/, '')) ?? 502));
  }

  protected logBrokenBody(): void {}
}

/** Lines of a head, those that continue another joined to it. */
function unfolded(head: string): readonly string[] {
  const lines: string[] = [];
  for (const raw of head.split('\n')) {
    const line = raw.replace(/[\r\t ]+$/, '');
    if (/^[ \t]/.test(line) && lines.length > 1) lines[lines.length - 1] += line.replace(/^[ \t]+/, ' ');
    else lines.push(line);
  }
  return lines;
}
