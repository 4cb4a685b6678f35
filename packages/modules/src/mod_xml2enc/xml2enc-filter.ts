import { latin1Text } from '@httpd-ts/http1';
import { type Body, FILTER_RANK, type OutputFilter, type RequestRecord } from '@httpd-ts/kernel';
import { bodySource, latin1Bytes } from '../body-source.ts';
import { charsetAliases, xml2encConfig } from './config.ts';
import { isConvertible, toUtf8 } from './convert.ts';

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
  const { files, charsets } = request.server.plan.world;
  const source = bodySource(body, files);
  let text = '';
  let isWhole = false;
  let failure: { readonly error: unknown } | undefined;
  while (text.length < enough) {
    let chunk: Uint8Array | null;
    try {
      chunk = await source.pull();
    } catch (error) {
      // What came before it broke off is a page, too.
      failure = { error };
      break;
    }
    if (chunk === null) {
      isWhole = true;
      break;
    }
    text += latin1Text(chunk, 0, chunk.length);
  }
  const { charset, pieces } = sniff(request, text);
  request.setState(sniffed, charset);
  request.headersOut.unset('Content-Length');
  const converter = charset.converts === undefined ? undefined : toUtf8(charset.converts, charsets);
  const converted = (bytes: string) => latin1Bytes(converter === undefined ? bytes : converter.push(bytes));
  const [first = '', ...others] = pieces;
  const ready = [skips ? skipTo(request, first) : first, ...others]
    .filter((bytes) => bytes !== '')
    .map(converted);
  if (isWhole) {
    const rest = converter?.end() ?? '';
    if (rest !== '') ready.push(latin1Bytes(rest));
    return { kind: 'sequence', parts: ready.map((bytes) => ({ kind: 'bytes', bytes })) };
  }
  return {
    kind: 'source',
    length: undefined,
    source: {
      async pull() {
        const held = ready.shift();
        if (held !== undefined) return held;
        if (isWhole) return null;
        if (failure !== undefined) throw failure.error;
        const chunk = await source.pull();
        if (chunk !== null)
          return converter === undefined ? chunk : converted(latin1Text(chunk, 0, chunk.length));
        isWhole = true;
        const rest = converter?.end() ?? '';
        return rest === '' ? null : latin1Bytes(rest);
      },
      abort: () => source.abort(),
    },
  };
}

interface Sniffed extends SniffedCharset {
  /** What is converted here; the rest is left to whoever reads the page. */
  readonly converts: string | undefined;
}

/** The page comes in two pieces where an element between them was taken out. httpd: sniff_encoding */
function sniff(request: RequestRecord, text: string): { charset: Sniffed; pieces: readonly string[] } {
  const { charsets } = request.server.plan.world;
  const { contentType = '' } = request;
  let name = /charset=([^ ;]*)/i.exec(contentType)?.[1];
  const { names } = charsetAliases.at(request.server.plan.mainServer.config);
  const known = (given: string) => {
    const meant = names.get(given.toLowerCase()) ?? given;
    return knownToLibxml.test(meant) ? meant : undefined;
  };
  let encoding = name === undefined ? undefined : known(name);
  if (encoding === undefined && name === undefined) {
    encoding = byFirstBytes(text);
    name = encoding;
  }
  let pieces: readonly string[] = [text];
  const meta = /<meta[^>]*http-equiv[ \t\r\n='"]*content-type[^>]*>/i.exec(text);
  if (meta !== null) {
    pieces = [text.slice(0, meta.index), text.slice(meta.index + meta[0].length)];
    if (name === undefined) {
      name = /charset=([A-Za-z0-9_-]+)/i.exec(meta[0])?.[1];
      if (name !== undefined) encoding = known(name);
    }
  }
  let converts: string | undefined;
  if (encoding === undefined) {
    name ??= xml2encConfig.of(request).defaultCharset ?? 'ISO-8859-1';
    const plain = name.replaceAll(notOfNames, '');
    if (isConvertible(plain, charsets)) {
      converts = plain;
      encoding = 'UTF-8';
    } else {
      request.log('xml2enc', 'error', `AH01435: Charset ${name} not supported.  Consider aliasing it?`);
      request.log('xml2enc', 'warn', 'AH01436: No usable charset information; using configuration default');
      encoding = xml2encConfig.of(request).defaultCharset ?? 'ISO-8859-1';
    }
  }
  if (contentType !== '' && name !== undefined) {
    request.contentType = /charset=[A-Za-z0-9_-]+/i.test(contentType)
      ? contentType.replace(/(charset=)[A-Za-z0-9_-]+/i, '$1utf-8')
      : `${contentType};charset=utf-8`;
  }
  return { charset: { encoding, name, converts }, pieces };
}

/** httpd: xmlDetectCharEncoding */
function byFirstBytes(text: string): string | undefined {
  if (text.startsWith('\xef\xbb\xbf') || text.startsWith('<?xm')) return 'UTF-8';
  if (text.startsWith('\xff\xfe') || text.startsWith('<\0?\0')) return 'UTF-16LE';
  if (text.startsWith('\xfe\xff') || text.startsWith('\0<\0?')) return 'UTF-16BE';
  return undefined;
}

/** Leaves out what stands before the first of the elements that xml2StartParse names. httpd: fix_skipto */
function skipTo(request: RequestRecord, page: string): string {
  const { startElements } = xml2encConfig.of(request);
  if (startElements === undefined) return page;
  for (let at = page.indexOf('<'); at >= 0; at = page.indexOf('<', at + 1)) {
    const rest = page.slice(at + 1).toLowerCase();
    if (startElements.some((name) => rest.startsWith(name.toLowerCase()))) return page.slice(at);
  }
  request.log('xml2enc', 'warn', 'AH01429: Failed to find start of recognised HTML!');
  return page;
}
