import { latin1Text } from '@httpd-ts/http1';
import {
  type Body,
  FILTER_RANK,
  type OutputFilter,
  type PullSource,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { type Arrival, arrivalsOf, flushMark } from '../arrivals.ts';
import { bodySource, latin1Bytes } from '../body-source.ts';
import { GatheredWrites, type Pass, type Passed } from '../gathered-writes.ts';
import {
  complainOfBytes,
  converterFromUtf8,
  LostEnd,
  PieceConverter,
  sniffedCharset,
  toUtf8,
  usualRoom,
} from '../mod_xml2enc/contract.ts';
import { noAnswer } from '../no-answer.ts';
import { joined } from '../transformed-body.ts';
import { proxyHtml } from './config.ts';
import { HtmlParser } from './html-parser.ts';
import { takeMetaHeaders } from './meta-headers.ts';
import { PageWriter } from './page-writer.ts';
import { mapsFor } from './rewrite-links.ts';

/** A page that is shorter is none. */
const leastBytes = 4;

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
  request.headersOut.unset('Content-Length');
  const page = new ArrivingPage(request, bodySource(body, request.server.plan.world.files));
  try {
    const isPage = await page.begin();
    if (!isPage) return { kind: 'bytes', bytes: latin1Bytes(page.text) };
    return await rewritten(request, page);
  } catch (error) {
    if (!(error instanceof LostEnd)) throw error;
    return noAnswer(request, error);
  }
}

/** A page as the back end sends it. */
class ArrivingPage {
  readonly source: PullSource;
  /** The back end has broken off; httpd ends the page as if that were all. */
  isBroken = false;
  /** What came first. */
  text = '';
  private readonly request: RequestRecord;
  private readonly arrive: () => Promise<Arrival>;

  constructor(request: RequestRecord, source: PullSource) {
    this.request = request;
    this.source = source;
    this.arrive = arrivalsOf(source, request.server.plan.world.clock);
  }

  /** Reads as much as a page has at least; false when there is less. Flushes before it are passed over. */
  async begin(): Promise<boolean> {
    while (this.text.length < leastBytes) {
      const arrival = await this.next();
      if (arrival === null) return false;
      if (arrival !== 'flush') this.text += arrival;
    }
    return true;
  }

  async next(): Promise<string | 'flush' | null> {
    try {
      const arrival = await this.arrive();
      return arrival === null || arrival === 'flush' ? arrival : latin1Text(arrival, 0, arrival.length);
    } catch (error) {
      if (error instanceof LostEnd) throw error;
      this.isBroken = true;
      this.request.noCache = true;
      return null;
    }
  }
}

/** What is made of a page, as it arrives. */
type Writing = (arrival: string | 'flush' | null) => void;

async function writingOf(request: RequestRecord, page: ArrivingPage, pass: Pass): Promise<Writing> {
  const config = proxyHtml.of(request);
  const sniffed = sniffedCharset(request);
  const decode = toUtf8(sniffed?.encoding, request.server.plan.world.charsets);
  const converting = outputConverter(request, sniffed?.name, pass);
  const writes = new GatheredWrites(
    converting === undefined
      ? pass
      : (passed) => {
          const isTaken = converting.take(passed);
          if (!isTaken && passed.end === 'end') throw new LostEnd();
          return isTaken;
        },
  );
  const maps = await mapsFor(request, config.map, config.interpolates);
  const parser = new HtmlParser(new PageWriter(config, maps, writes));
  if (config.meta) {
    // The parser has been given the first bytes by then.
    const begun = page.text.slice(0, leastBytes);
    page.text = begun + takeMetaHeaders(request, page.text.slice(leastBytes));
  }
  writes.put(config.doctype.text);
  return (arrival) => {
    if (arrival === 'flush') writes.flush();
    else if (arrival !== null) parser.push(decode.push(arrival));
    else {
      const rest = decode.end();
      if (rest !== '') parser.push(rest);
      parser.finish();
      writes.end();
    }
  };
}

/** A page of which all is passed on at once has a length. */
async function rewritten(request: RequestRecord, page: ArrivingPage): Promise<Body> {
  const ready: Uint8Array[] = [];
  const passed: Passed['end'][] = [];
  const write = await writingOf(request, page, ({ pieces, end }) => {
    passed.push(end);
    if (pieces.length > 0) ready.push(latin1Bytes(pieces.join('')));
    if (end === 'flush') ready.push(flushMark);
    return true;
  });
  let failure: LostEnd | undefined;
  const step = async () => {
    try {
      write(await page.next());
    } catch (error) {
      if (!(error instanceof LostEnd)) throw error;
      failure = error;
    }
  };
  write(page.text);
  while (passed.length === 0 && failure === undefined) await step();
  if (passed.length === 0 && failure !== undefined) return noAnswer(request, failure);
  if (passed[0] === 'end' && !page.isBroken) return { kind: 'bytes', bytes: joined(ready) };
  return {
    kind: 'source',
    length: undefined,
    source: {
      marksFlushes: true,
      async pull() {
        while (ready.length === 0 && passed.at(-1) !== 'end') {
          if (failure !== undefined) throw failure;
          await step();
        }
        return ready.shift() ?? null;
      },
      abort: () => page.source.abort(),
    },
  };
}

/** Makes what ProxyHTMLCharsetOut asks for of the page, `*` being the page's own charset. */
function outputConverter(
  request: RequestRecord,
  sniffed: string | undefined,
  pass: Pass,
): PieceConverter | undefined {
  const { charsetOut } = proxyHtml.of(request);
  const charset = charsetOut?.startsWith('*') === true ? sniffed : charsetOut;
  const isAsked = charset !== undefined && sniffedCharset(request) !== undefined;
  request.contentType = `text/html;charset=${isAsked ? charset : 'utf-8'}`;
  if (!isAsked) return undefined;
  const converter = converterFromUtf8(charset, request.server.plan.world.charsets);
  if (converter === undefined) {
    const message = `AH01427: xml2enc: Charset ${charset} not supported.`;
    request.log('xml2enc', 'error', message, '(22)Invalid argument');
    return undefined;
  }
  return new PieceConverter(converter, usualRoom, () => complainOfBytes(request), pass);
}
