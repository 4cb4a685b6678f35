import { escapeHtml, type HookStatus, type RequestRecord } from '@httpd-ts/kernel';

/** Prepares the error page of a failed exchange and writes to the log. httpd: modules/proxy/proxy_util.c ap_proxyerror */
export function proxyError(
  request: RequestRecord,
  status: HookStatus,
  message: string,
  error?: string,
): HookStatus {
  request.notes.set(
    'error-notes',
    `The proxy server could not handle the request<p>Reason: <strong>${escapeHtml(message)}</strong></p>`,
  );
  request.notes.set('verbose-error-to', '*');
  request.statusLine = `${status} Proxy Error`;
  request.log('proxy', 'error', `AH00898: ${message} returned by ${request.uri}`, error);
  return status;
}
