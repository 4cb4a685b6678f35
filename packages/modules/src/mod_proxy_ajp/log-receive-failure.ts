import type { RequestRecord } from '@httpd-ts/kernel';
import { type BackendFailure, failureTexts } from '../mod_proxy/contract.ts';

const appError = (code: number) => `(${code})APR does not understand this error code`;

/** Errors that httpd has no words for. httpd: modules/proxy/ajp.h AJP_EOVERFLOW, AJP_ENO_HEADER and those that follow */
export const ajpErrors = {
  overflow: appError(120001),
  noHeader: appError(120006),
  badHeader: appError(120007),
  badMessage: appError(120008),
} as const;

/** A message that is not about a client. */
export function logWithoutClient({ server }: RequestRecord, message: string, error?: string): void {
  if (server.errorLogger.wants('proxy_ajp', 'error', undefined))
    server.errorLogger.write({ module: 'proxy_ajp', level: 'error', message, error, server });
}

/**
 * Says that a message was not received, and gives the error that its reader meets. httpd: modules/proxy/ajp_link.c ajp_ilink_receive
 */
export function logReceiveFailure(
  request: RequestRecord,
  failure: BackendFailure,
  part: 'head' | 'body',
): string {
  const text =
    part === 'head'
      ? "AH01030: ajp_ilink_receive() can't receive header"
      : // The length is that of the head, whatever the message's.
        'AH01032: ajp_ilink_receive() error while receiving message body of length 4';
  logWithoutClient(request, text, failureTexts[failure]);
  if (failure === 'timeout') return failureTexts.timeout;
  return part === 'head' ? ajpErrors.noHeader : ajpErrors.badMessage;
}
