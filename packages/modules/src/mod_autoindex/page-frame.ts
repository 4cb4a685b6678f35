import { type Body, entryOf, lookupUri, type RequestRecord, runSubrequest } from '@httpd-ts/kernel';
import { signature } from '../core/contract.ts';
import type { IndexSettings } from './config.ts';
import { isHtml } from './index-entry.ts';
import { INDEX } from './index-options.ts';

/** Head or tail of a page. */
export interface PagePart {
  readonly bodies: readonly Body[];
  /** Another handler made some of it, so httpd does not know its length when the page begins to leave. */
  readonly isForeign: boolean;
}

const text = (content: string): Body => ({ kind: 'text', text: content });

/** Start of the document, up to the body. httpd: modules/generators/mod_autoindex.c emit_preamble */
function preamble(title: string, settings: IndexSettings, isXhtml: boolean): string {
  const start = isXhtml
    ? '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml">\n'
    : '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html>\n';
  const style =
    settings.styleSheet === undefined
      ? ''
      : `  <link rel="stylesheet" href="${settings.styleSheet}" type="text/css"${isXhtml ? ' /' : ''}>\n`;
  return `${start} <head>\n  <title>Index of ${title}</title>\n${style}${settings.headInsert ?? ''} </head>\n <body>\n`;
}

/** The head of the page, with the file of HeaderName in place of the title if it can be shown. httpd: emit_head */
export async function pageHead(
  request: RequestRecord,
  settings: IndexSettings,
  options: number,
  title: string,
): Promise<PagePart> {
  const start = preamble(title, settings, (options & INDEX.xhtml) !== 0);
  const suppressed = (options & INDEX.suppressPreamble) !== 0;
  const file = await withoutNegotiation(request, () => includedFile(headerUri(settings, request), request));
  if (file?.kind === 'html') {
    return { bodies: suppressed ? [file.body] : [text(start), file.body], isForeign: true };
  }
  if (file?.kind === 'text') return { bodies: [text(start), file.body], isForeign: false };
  const heading =
    settings.styleSheet === undefined
      ? `<h1>Index of ${title}</h1>\n`
      : `  <h1 id="indextitle">Index of ${title}</h1>\n`;
  return { bodies: [text(start + heading)], isForeign: false };
}

function headerUri({ header }: IndexSettings, { args }: RequestRecord): string | undefined {
  return header !== undefined && args !== undefined ? `${header}?${args}` : header;
}

/** The tail of the page, with the file of ReadmeName or else the server's signature. httpd: emit_tail */
export async function pageTail(
  request: RequestRecord,
  settings: IndexSettings,
  options: number,
): Promise<PagePart> {
  const file = await includedFile(settings.readme, request);
  const end = '</body></html>\n';
  if (file === undefined) return { bodies: [text(signature(request, '') + end)], isForeign: false };
  const isForeign = file.kind === 'html';
  const suppressed = isForeign && (options & INDEX.suppressPreamble) !== 0;
  return { bodies: suppressed ? [file.body] : [file.body, text(end)], isForeign };
}

/** Runs with the Accept headers that ask for plain files. */
async function withoutNegotiation<T>(request: RequestRecord, run: () => Promise<T>): Promise<T> {
  const { headersIn } = request;
  const accept = headersIn.get('Accept');
  const acceptEncoding = headersIn.get('Accept-Encoding');
  headersIn.set('Accept', 'text/html, text/plain');
  headersIn.unset('Accept-Encoding');
  try {
    return await run();
  } finally {
    if (accept === undefined) headersIn.unset('Accept');
    else headersIn.set('Accept', accept);
    if (acceptEncoding !== undefined) headersIn.set('Accept-Encoding', acceptEncoding);
  }
}

interface IncludedFile {
  readonly kind: 'html' | 'text';
  readonly body: Body;
}

/** The content of a file found by a sub-request: HTML as its handler gives it, other text as it stands. */
async function includedFile(
  uri: string | undefined,
  request: RequestRecord,
): Promise<IncludedFile | undefined> {
  if (uri === undefined) return undefined;
  const found = await lookupUri(uri, request);
  const { contentType, filename, finfo } = found;
  if (found.status !== 200 || finfo?.type !== 'file' || contentType === undefined) return undefined;
  if (isHtml(contentType)) {
    const { status, body } = await runSubrequest(found);
    return status === 0 && body !== undefined ? { kind: 'html', body } : undefined;
  }
  if (!/^text\//i.test(contentType)) return undefined;
  const read = found.server.plan.world.files.readText(filename!);
  if (typeof read === 'string') return undefined;
  return { kind: 'text', body: text(`<pre>\n${escapeMarkup(read.text)}</pre>\n`) };
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

const escapeMarkup = (content: string) => content.replace(/[<>&]/g, (char) => entryOf(entities, char)!);
