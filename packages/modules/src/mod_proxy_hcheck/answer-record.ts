import { HeaderTable } from '@httpd-ts/http1';
import { type ConnectionRecord, RequestRecord, type ServerRecord } from '@httpd-ts/kernel';

const bodyKey = { name: 'body of a health check' };

/** What a back end has answered to a check. */
export interface CheckAnswer {
  readonly status: number;
  readonly headers: HeaderTable;
  readonly body: string;
}

/** The answer as a request that conditions can look at. httpd: modules/proxy/mod_proxy_hcheck.c create_request_rec */
export function answerRecord(
  server: ServerRecord,
  method: string,
  answer: CheckAnswer | undefined,
): RequestRecord {
  const connection: ConnectionRecord = {
    id: 0,
    clientAddress: '127.0.0.1',
    clientPort: 0,
    localAddress: '127.0.0.1',
    localPort: 0,
    server,
    isTls: false,
    keepalives: 0,
    keepalive: 'close',
    aborted: false,
    notes: new Map(),
    worker: 0,
  };
  const request = new RequestRecord(connection, server, {
    method,
    target: '',
    protocol: 'HTTP/1.0',
    protocolNumber: 1000,
    headers: new HeaderTable(),
    requestLine: '',
  });
  if (answer !== undefined) {
    request.status = answer.status;
    request.headersOut = answer.headers;
    request.setState(bodyKey, answer.body);
  }
  return request;
}

/** The body of the answer that a condition looks at. httpd: hc_get_body */
export function bodyOf(request: RequestRecord): string | undefined {
  return request.state<string>(bodyKey);
}
