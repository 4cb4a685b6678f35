import { type HookStatus, OK, type RequestRecord } from '@httpd-ts/kernel';
import { coreDirectory } from './core-config.ts';

// httpd: include/http_core.h AP_DEFAULT_LIMIT_REQ_BODY
const defaultLimit = 1_073_741_824;

/**
 * Sets LimitRequestBody on the body, where there is one. It does not hold for what is proxied, by a handler too.
 * httpd: modules/http/http_filters.c ap_http_filter
 */
export function limitRequestBody(request: RequestRecord): HookStatus {
  if (request.body.ended || request.main !== undefined || isProxied(request)) return OK;
  request.body.limit(requestBodyLimitOf(request));
  return OK;
}

const isProxied = ({ proxyRequest, handlerName }: RequestRecord) =>
  proxyRequest !== false || handlerName?.startsWith('proxy:') === true;

/** The most bytes that a request body may have; 0 is no limit. httpd: ap_get_limit_req_body */
export function requestBodyLimitOf(request: RequestRecord): number {
  return coreDirectory.of(request).requestBodyLimit ?? defaultLimit;
}

/**
 * OK for a body whose length the client told and that is not too long, for handlers that take no other.
 * httpd: modules/http/http_filters.c ap_setup_client_block, REQUEST_CHUNKED_ERROR
 */
export function acceptSizedBody(request: RequestRecord): HookStatus {
  const { headersIn } = request;
  const coding = headersIn.get('Transfer-Encoding');
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') return 400;
    request.log('http', 'info', `AH01593: chunked Transfer-Encoding forbidden: ${request.uri}`);
    return 411;
  }
  const limit = requestBodyLimitOf(request);
  return limit > 0 && Number(headersIn.get('Content-Length') ?? 0) > limit ? 413 : OK;
}
