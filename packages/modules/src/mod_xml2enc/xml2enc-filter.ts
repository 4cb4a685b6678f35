import {
  type Body,
  bodyLength,
  FILTER_RANK,
  type OutputFilter,
  type PullSource,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { arrivalsOf, flushMark } from '../arrivals.ts';
import { bodySource, latin1Bytes } from '../body-source.ts';
import type { Passed } from '../gathered-writes.ts';
import { noAnswer } from '../no-answer.ts';
import { joined } from '../transformed-body.ts';
import { charsetAliases, xml2encConfig } from './config.ts';
import { type Converter, converterToUtf8, isConvertible } from './convert.ts';
import { PieceConverter } from './convert-pieces.ts';
import { LostEnd } from './lost-end.ts';
import { type NextRead, type Read, readsOf } from './reads.ts';

/** What was found out about the charset of a page. */
export interface SniffedCharset {
  /** What whoever reads the page has to convert from. */
  readonly encoding: string;
  /** The charset as the page names it. */
  readonly name: string | undefined;
}

const sniffed = { name: 'charset of the page' };

export function sniffedCharset(request: RequestRecord): SniffedCharset | undefined {
  return request.state<SniffedCharset>(sniffed);
}

/** What is looked at to find the charset. httpd: BUF_MIN */
const enough = 4096;

// httpd: xmlParseCharEncoding
const knownToLibxml =
  /^(?:utf-?8|utf-?16|iso-10646-ucs-[24]|ucs-?[24]|iso[-_ ](?:8859-[1-9]|latin-[12])|iso-2022-jp|shift_jis|euc-jp)$/i;

/** What iconv leaves out of a name, such as quotes around it. */
const notOfNames = /[^A-Za-z0-9_/.,:-]/g;

/** Finds out the charset of a page and converts it to UTF-8. httpd: modules/filters/mod_xml2enc.c xml2enc_ffunc */
export const xml2encFilter: OutputFilter = {
  name: 'xml2enc',
  rank: FILTER_RANK.resource,
  apply: (request, body) => (isText(request.contentType) ? convert(request, body, true) : body),
};

/** The same for mod_proxy_html, where xml2StartParse does not hold. httpd: xml2enc_filter with ENCIO_INPUT_CHECKS */
export const sniffingFilter: OutputFilter = {
  ...xml2encFilter,
  apply: (request, body) => (isText(request.contentType) ? convert(request, body, false) : body),
};

function isText(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';', 1)[0]!.toLowerCase();
  return type.startsWith('text/') || type === 'application/xml' || /.\/.*\+xml$/.test(type);
}

async function convert(request: RequestRecord, body: Body | undefined, skips: boolean): Promise<Body> {
  const { clock, files, charsets } = request.server.plan.world;
  const source = bodySource(body, files);
  const length = bodyLength(body);
  const begin = await beginningOf(readsOf(arrivalsOf(source, clock), body), length);
  const text = begin.arrived.filter((piece) => piece !== flush).join('');
  // httpd looks through it as a C string.
  const nul = text.indexOf('\0');
  const seen = nul < 0 ? text : text.slice(0, nul);
  const { charset, cut } = sniff(request, text, seen);
  request.setState(sniffed, charset);
  request.headersOut.unset('Content-Length');
  const skipped = skips ? skippedLength(request, seen.slice(0, cut?.from)) : 0;
  const arrived = withoutRange(withoutRange(begin.arrived, cut), { from: 0, to: skipped });
  if (charset.converts === undefined) {
    const removed = skipped + (cut === undefined ? 0 : cut.to - cut.from);
    const size = lengthOf(request, begin, length);
    return passedOn({ ...begin, arrived }, source, size === undefined ? undefined : size - removed);
  }
  return converted(
    request,
    source,
    { ...begin, arrived },
    {
      converter: converterToUtf8(charset.converts, charsets),
      room: text.length - skipped,
      length,
    },
  );
}

/** Stands among pieces for a flush. */
const flush = null;

interface Beginning {
  /** What came, with the flushes in between. */
  readonly arrived: readonly (string | typeof flush)[];
  /** Nothing follows. */
  readonly isWhole: boolean;
  /** Why nothing more came. */
  readonly failure: { readonly error: unknown } | undefined;
  readonly next: NextRead;
}

/** Reads until there is enough to find the charset in. */
async function beginningOf(next: NextRead, length: number | undefined): Promise<Beginning> {
  const arrived: (string | typeof flush)[] = [];
  let size = 0;
  let isWhole = false;
  let failure: Beginning['failure'];
  while (size < enough && !isWhole && failure === undefined) {
    try {
      const read = await next();
      if (read === null) isWhole = true;
      else if (read === 'flush') arrived.push(flush);
      else {
        arrived.push(read);
        size += read.length;
        // A body of known length ends with its last piece.
        isWhole = size === length;
      }
    } catch (error) {
      // What came before it broke off is a page, too.
      failure = { error };
    }
  }
  return { arrived, isWhole, failure, next };
}

/** The pieces without what stands between two places. */
function withoutRange(arrived: Beginning['arrived'], range: Range | undefined): Beginning['arrived'] {
  if (range === undefined || range.from === range.to) return arrived;
  let at = 0;
  return arrived.flatMap((piece) => {
    if (piece === flush) return [flush];
    const start = at;
    at += piece.length;
    return [
      piece.slice(0, Math.max(0, range.from - start)),
      piece.slice(Math.max(0, range.to - start)),
    ].filter((part) => part !== '');
  });
}

/** A page has a length where all of it goes on at once, as what no back end sends always does. */
function lengthOf(request: RequestRecord, begin: Beginning, length: number | undefined): number | undefined {
  if (begin.arrived.includes(flush)) return undefined;
  const isProxied = request.proxyRequest !== false;
  if (!begin.isWhole) return isProxied ? undefined : length;
  return begin.arrived.reduce((sum, piece) => sum + (piece?.length ?? 0), 0);
}

/** The page as it comes. */
function passedOn(begin: Beginning, source: PullSource, length: number | undefined): Body {
  const ready = begin.arrived.map((piece) => (piece === flush ? flushMark : latin1Bytes(piece)));
  if (begin.isWhole && length !== undefined)
    return { kind: 'sequence', parts: ready.map((bytes) => ({ kind: 'bytes', bytes })) };
  return {
    kind: 'source',
    length,
    source: {
      marksFlushes: true,
      async pull() {
        const held = ready.shift();
        if (held !== undefined) return held;
        if (begin.failure !== undefined) throw begin.failure.error;
        if (begin.isWhole) return null;
        const read = await begin.next();
        return read === null ? null : read === 'flush' ? flushMark : latin1Bytes(read);
      },
      abort: () => source.abort(),
    },
  };
}

interface Conversion {
  readonly converter: Converter;
  readonly room: number;
  /** That of the page before it is converted. */
  readonly length: number | undefined;
}

/** The page in UTF-8; it has a length where all of it fits into one buffer. */
async function converted(
  request: RequestRecord,
  source: PullSource,
  begin: Beginning,
  { converter, room, length }: Conversion,
): Promise<Body> {
  const ready: Uint8Array[] = [];
  const passed: Passed['end'][] = [];
  const complain = () => complainOfBytes(request);
  const converting = new PieceConverter(converter, room, complain, ({ pieces, end }) => {
    passed.push(end);
    if (pieces.length > 0) ready.push(latin1Bytes(pieces.join('')));
    if (end === 'flush') ready.push(flushMark);
    return true;
  });
  let size = begin.arrived.reduce((sum, piece) => sum + (piece?.length ?? 0), 0);
  let failure = begin.failure?.error;
  /** Where some is lost, nothing more is asked for. */
  const take = (pieces: readonly Passed[], isLast: boolean) => {
    if (pieces.every((piece) => converting.take(piece))) return;
    source.abort();
    if (isLast) failure = new LostEnd();
    else converting.writes.end();
  };
  const step = async () => {
    let read: Read;
    try {
      read = await begin.next();
    } catch (error) {
      take([{ pieces: [], end: 'flush' }], false);
      failure = error;
      return;
    }
    if (read === null || read === 'flush') {
      take([{ pieces: [], end: read ?? 'end' }], read === null);
      return;
    }
    size += read.length;
    const end = size === length ? 'end' : 'more';
    take([{ pieces: halves(read), end }], end === 'end');
  };
  take(brigadesOf(begin), begin.isWhole);
  while (passed.length === 0 && failure === undefined) await step();
  if (passed[0] === 'end') return { kind: 'bytes', bytes: joined(ready) };
  if (passed.length === 0 && failure instanceof LostEnd) return noAnswer(request, failure);
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
      abort: () => source.abort(),
    },
  };
}

/** What is read at once lies in two buckets, as those of a connection hold less than a read. */
const halves = (read: string) =>
  read.length <= enough ? [read] : [read.slice(0, enough), read.slice(enough)];

/** What came first, parted at its flushes. */
function brigadesOf({ arrived, isWhole, failure }: Beginning): readonly Passed[] {
  const brigades: Passed[] = [];
  let pieces: string[] = [];
  for (const piece of arrived) {
    if (piece !== flush) pieces.push(...halves(piece));
    else {
      brigades.push({ pieces, end: 'flush' });
      pieces = [];
    }
  }
  const end = isWhole ? 'end' : failure === undefined ? 'more' : 'flush';
  return [...brigades, { pieces, end }];
}

/** A byte stands for nothing in its charset, or has no place in another. */
export function complainOfBytes(request: RequestRecord): void {
  request.log('xml2enc', 'error', 'AH01444: Skipping invalid byte(s) in input stream!');
}

interface Sniffed extends SniffedCharset {
  /** What is converted here; the rest is left to whoever reads the page. */
  readonly converts: string | undefined;
}

/** From one place up to another. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The charset, and the element of the page that says it and is cut out. httpd: sniff_encoding */
function sniff(
  request: RequestRecord,
  text: string,
  seen: string,
): { charset: Sniffed; cut: Range | undefined } {
  const { charsets } = request.server.plan.world;
  const { contentType = '' } = request;
  let name = /charset=([^ ;]*)/i.exec(contentType)?.[1];
  const { names } = charsetAliases.at(request.server.plan.mainServer.config);
  const known = (given: string) => {
    const meant = names.get(given.toLowerCase()) ?? given;
    return knownToLibxml.test(meant) ? meant : undefined;
  };
  let encoding = name === undefined ? undefined : known(name);
  if (encoding === undefined && (name === undefined || name === '')) {
    encoding = byFirstBytes(text);
    name = encoding ?? name;
  }
  const meta = /<meta[^>]*http-equiv[ \t\r\n='"]*content-type[^>]*>/i.exec(seen);
  const cut = meta === null ? undefined : { from: meta.index, to: meta.index + meta[0].length };
  if (meta !== null && name === undefined) {
    name = /charset=([A-Za-z0-9_-]+)/i.exec(meta[0])?.[1];
    if (name !== undefined) encoding = known(name);
  }
  let converts: string | undefined;
  if (encoding === undefined) {
    name ??= xml2encConfig.of(request).defaultCharset?.given ?? 'ISO-8859-1';
    const plain = name.replaceAll(notOfNames, '');
    if (isConvertible(plain, charsets)) {
      converts = plain;
      encoding = 'UTF-8';
    } else {
      request.log('xml2enc', 'error', `AH01435: Charset ${name} not supported.  Consider aliasing it?`);
      request.log('xml2enc', 'warn', 'AH01436: No usable charset information; using configuration default');
      encoding = xml2encConfig.of(request).defaultCharset?.known ?? 'ISO-8859-1';
    }
  }
  if (contentType !== '' && name !== undefined) {
    request.contentType = /charset=[A-Za-z0-9_-]+/i.test(contentType)
      ? contentType.replace(/(charset=)[A-Za-z0-9_-]+/i, '$1utf-8')
      : `${contentType};charset=utf-8`;
  }
  return { charset: { encoding, name, converts }, cut };
}

/** httpd: xmlDetectCharEncoding */
function byFirstBytes(text: string): string | undefined {
  if (text.startsWith('\xef\xbb\xbf') || text.startsWith('<?xm')) return 'UTF-8';
  if (text.startsWith('\xff\xfe') || text.startsWith('<\0?\0')) return 'UTF-16LE';
  if (text.startsWith('\xfe\xff') || text.startsWith('\0<\0?')) return 'UTF-16BE';
  return undefined;
}

/** What stands before the first of the elements that xml2StartParse names. httpd: fix_skipto */
function skippedLength(request: RequestRecord, page: string): number {
  const { startElements } = xml2encConfig.of(request);
  if (startElements === undefined) return 0;
  let skipped: number | undefined;
  let at = page.indexOf('<');
  while (at >= 0 && skipped === undefined) {
    const rest = page.slice(at + 1).toLowerCase();
    if (startElements.some((name) => rest.startsWith(name.toLowerCase()))) skipped = at;
    at = page.indexOf('<', at + 1);
  }
  // httpd looks on behind the one it found, too.
  if (at < 0) request.log('xml2enc', 'warn', 'AH01429: Failed to find start of recognised HTML!');
  return skipped ?? 0;
}
