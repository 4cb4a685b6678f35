import { escapeUri, type HookStatus, isRedirect } from '@httpd-ts/kernel';
import { type AbsoluteUri, escapeAbsoluteUri } from './absolute-uri.ts';
import type { Outcome } from './apply-rules.ts';
import { type LogSubject, rewriteLog } from './rewrite-context.ts';

/** Answers with a redirection to the URL that the file name has become. httpd: modules/mappers/mod_rewrite.c hook_uri2file, hook_fixup */
export function answerRedirect(
  subject: LogSubject & { readonly trace: number },
  absolute: AbsoluteUri,
  outcome: Outcome,
  originalArgs: string | undefined,
): HookStatus {
  const { request, trace } = subject;
  let location = request.filename!;
  if (outcome !== 'unescaped') {
    if (trace >= 1) rewriteLog(subject, 1, `escaping ${location} for redirect`);
    location = escapeAbsoluteUri(location, absolute);
  }
  const { args } = request;
  if (args !== undefined) {
    const keeps = outcome === 'unescaped' || args === originalArgs;
    const query = keeps ? args : escapeUri(args);
    location = `${location}?${query}`;
    if (trace >= 1) {
      const how = keeps ? 'copying' : 'escaping';
      rewriteLog(subject, 1, `${how} ${args} to query string for redirect ${keeps ? '' : query}`);
    }
  }
  request.filename = location;
  const status = isRedirect(request.status) ? request.status : 302;
  request.status = 200;
  request.headersOut.set('Location', location);
  if (trace >= 1) rewriteLog(subject, 1, `redirect to ${location} [REDIRECT/${status}]`);
  return status;
}
