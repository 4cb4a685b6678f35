import { latin1Text } from '@httpd-ts/http1';
import {
  DECLINED,
  type HookResult,
  type HookStatus,
  internalRedirectOfHandler,
  isRedirect,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { allowMethods, takeScriptHeaders } from '../core/contract.ts';

const handlerNames = new Set(['send-as-is', 'httpd/send-as-is']);
const chunkSize = 8192;
const headLimit = 1 << 20;
const endOfHead = /(?:^|\n)\r?\n/;

/** httpd: modules/generators/mod_asis.c asis_handler */
export function sendAsIs(request: RequestRecord): HookResult {
  const { filename = '' } = request;
  if (!handlerNames.has(request.handlerName ?? request.contentType ?? '')) return DECLINED;
  allowMethods(request, 'GET');
  if (request.method !== 'GET' && request.method !== 'HEAD') return DECLINED;
  if (request.finfo === undefined) {
    request.log('asis', 'info', `AH01233: File does not exist: ${filename}`);
    return 404;
  }
  return send(request, filename);
}

async function send(request: RequestRecord, path: string): Promise<HookStatus> {
  const { files } = request.server.plan.world;
  const opened = await files.open(path);
  if (typeof opened === 'string') {
    request.log('asis', 'error', `AH01234: file permissions deny server access: ${path}`, opened);
    return 403;
  }
  const info = request.finfo!;
  let head = '';
  while (!endOfHead.test(head) && head.length < headLimit) {
    const chunk = await opened.read(head.length, chunkSize);
    if (chunk.length === 0) break;
    head += latin1Text(chunk, 0, chunk.length);
  }
  opened.close();
  const { status, bodyStart } = takeScriptHeaders(request, head, 'asis', '\n');
  const location = request.headersOut.get('Location');
  if (location?.startsWith('/') && (request.status === 200 || isRedirect(request.status))) {
    request.status = 200;
    return internalRedirectOfHandler(location, request);
  }
  if (request.headerOnly) return OK;
  // A head that cannot be understood was read to the end.
  const offset = status === 500 ? info.size : bodyStart;
  request.output = { kind: 'file', path, info, offset, length: info.size - offset };
  return OK;
}
