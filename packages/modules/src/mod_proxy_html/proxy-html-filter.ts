import { latin1Text } from '@httpd-ts/http1';
import { type Body, FILTER_RANK, type OutputFilter, type RequestRecord } from '@httpd-ts/kernel';
import { bodySource, latin1Bytes } from '../body-source.ts';
import { charsetEncoder, sniffedCharset, toUtf8 } from '../mod_xml2enc/contract.ts';
import { noAnswer } from '../no-answer.ts';
import { joined } from '../transformed-body.ts';
import { proxyHtml } from './config.ts';
import { HtmlParser } from './html-parser.ts';
import { takeMetaHeaders } from './meta-headers.ts';
import { PageWriter } from './page-writer.ts';
import { mapsFor } from './rewrite-links.ts';

/** A page that is shorter is none. */
const leastBytes = 4;
/** httpd: APR_BUCKET_BUFF_SIZE */
const heldBytes = 8000;

/** Rewrites the links of pages. httpd: modules/filters/mod_proxy_html.c proxy_html_filter */
export const proxyHtmlFilter: OutputFilter = {
  name: 'proxy-html',
  rank: FILTER_RANK.resource,
  apply: (request, body) => (isWanted(request) ? rewritePage(request, body) : body),
};

/** httpd: check_filter_init */
function isWanted(request: RequestRecord): boolean {
  if (proxyHtml.of(request).links === undefined) return false;
  if (request.env('PROXY_HTML_FORCE') !== undefined) return true;
  return (
    request.proxyRequest !== false &&
    /^(?:text\/html|application\/xhtml\+xml)/i.test(request.contentType ?? '')
  );
}

async function rewritePage(request: RequestRecord, body: Body | undefined): Promise<Body | undefined> {
  const config = proxyHtml.of(request);
  request.headersOut.unset('Content-Length');
  const source = bodySource(body, request.server.plan.world.files);
  let isBroken = false;
  // Where the back end breaks off, httpd ends the page as if that were all.
  const pull = async (): Promise<Uint8Array | null> => {
    try {
      return await source.pull();
    } catch {
      isBroken = true;
      request.noCache = true;
      return null;
    }
  };
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < leastBytes) {
    const chunk = await pull();
    if (chunk === null) return { kind: 'bytes', bytes: joined(first) };
    first.push(chunk.slice());
    size += chunk.length;
  }
  const maps = await mapsFor(request, config.map, config.interpolates);
  const { charsets } = request.server.plan.world;
  const sniffed = sniffedCharset(request);
  const decode = toUtf8(sniffed?.encoding, charsets);
  const writer = new PageWriter(config, maps);
  const parser = new HtmlParser(writer);
  const charset = outputCharset(request, sniffed?.name);
  const encode = charset === undefined ? undefined : charsetEncoder(charset, charsets);
  request.contentType = `text/html;charset=${encode === undefined ? 'utf-8' : charset}`;
  let head = config.doctype.text;
  let isFirst = true;
  let isDone = false;
  const next = async (): Promise<Uint8Array | null> => {
    while (!isDone) {
      const chunk = isFirst ? joined(first) : await pull();
      if (chunk === null) {
        const rest = decode.end();
        if (rest !== '') parser.push(rest);
        parser.finish();
        isDone = true;
      } else {
        let text = latin1Text(chunk, 0, chunk.length);
        if (isFirst && config.meta) text = takeMetaHeaders(request, text);
        isFirst = false;
        parser.push(decode.push(text));
      }
      const written = head + writer.take();
      head = '';
      if (written === '') continue;
      const encoded = encode === undefined ? written : encode(written);
      if (encoded === undefined) {
        // Said when the character is met, and again when nothing can be made of the rest.
        for (let i = 0; i < 2; i++)
          request.log('xml2enc', 'error', 'AH01444: Skipping invalid byte(s) in input stream!');
        throw new UnencodableError(charset ?? '');
      }
      return latin1Bytes(encoded);
    }
    return null;
  };
  // A page that httpd holds whole before it passes any of it on has a length.
  const ready: Uint8Array[] = [];
  for (let length = 0; length <= heldBytes; length += ready.at(-1)!.length) {
    let written: Uint8Array | null;
    try {
      written = await next();
    } catch (error) {
      if (!(error instanceof UnencodableError)) throw error;
      return noAnswer(request, error);
    }
    if (written === null && !isBroken) return { kind: 'bytes', bytes: joined(ready) };
    if (written === null) break;
    ready.push(written);
  }
  return {
    kind: 'source',
    length: undefined,
    source: { pull: () => ready.shift() ?? next(), abort: () => source.abort() },
  };
}

/** ProxyHTMLCharsetOut names a charset that lacks a character of the page. */
class UnencodableError extends Error {
  constructor(charset: string) {
    super(`the page has a character that ${charset} lacks`);
  }
}

/** ProxyHTMLCharsetOut; `*` is that of the page. */
function outputCharset(request: RequestRecord, sniffed: string | undefined): string | undefined {
  const { charsetOut } = proxyHtml.of(request);
  if (charsetOut === undefined || sniffedCharset(request) === undefined) return undefined;
  return charsetOut.startsWith('*') ? sniffed : charsetOut;
}
