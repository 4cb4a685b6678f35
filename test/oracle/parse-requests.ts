import { expandBytes, expandText, type Part } from './text.ts';

/** An address and port as the configuration of the case knows it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** One step of a case: what is sent, over which connection, and when its answer is complete. */
export interface Exchange {
  readonly title: string;
  readonly to: Endpoint;
  /** The address the client comes from. */
  readonly from: string;
  readonly tls: ClientTls | undefined;
  /** Exchanges that name the same connection share it; without a name each has its own. */
  readonly connection: string | undefined;
  readonly parts: readonly Part[];
  /** How many final answers to wait for; `close` waits until the server closes. */
  readonly answers: number | 'close';
  /** The next exchange starts while this one is under way; its answer is collected at the end. */
  readonly background: boolean;
  /** Ends this side after sending: a FIN at once, or a reset after so many milliseconds. */
  readonly halfClose: boolean;
  readonly abortAfterMs: number | undefined;
  /** Time to wait before sending. */
  readonly waitMs: number;
  /** Wait before sending until a back end has received so many requests since it was started. */
  readonly received: { readonly backEnd: string; readonly count: number } | undefined;
}

/** How a client speaks TLS. */
export interface ClientTls {
  /** The name it asks for (SNI); undefined sends none. */
  readonly serverName: string | undefined;
  /** A file of the case with its certificate and key. */
  readonly certificate: string | undefined;
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers: string | undefined;
  readonly protocols: readonly string[];
}

interface Block {
  readonly title: string;
  readonly options: ReadonlyMap<string, string>;
  readonly each: readonly string[];
  readonly lines: readonly string[];
}

const knownOptions = new Set([
  'to',
  'from',
  'connection',
  'tls',
  'answers',
  'times',
  'raw',
  'background',
  'half-close',
  'abort',
  'wait',
  'received',
]);

/** Reads `requests.http`; the format is described in `README.md`. */
export function parseRequests(text: string): readonly Exchange[] {
  return splitBlocks(text).flatMap(exchangesOf);
}

function splitBlocks(text: string): readonly Block[] {
  const sections = text.split(/^### /m).slice(1);
  return sections.map((section) => {
    const [title = '', ...rest] = section.split('\n');
    const options = new Map<string, string>();
    const each: string[] = [];
    let start = 0;
    for (; rest[start]?.startsWith('@'); start++) {
      const [, name = '', value = ''] = /^@(\S+) ?(.*)$/.exec(rest[start] ?? '') ?? [];
      if (name === 'each') each.push(value);
      else if (knownOptions.has(name)) options.set(name, value);
      else throw new Error(`unknown option @${name} in "${title}"`);
    }
    return { title: title.trim(), options, each, lines: dropTrailingEmpty(rest.slice(start)) };
  });
}

function dropTrailingEmpty(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, last + 1);
}

function exchangesOf(block: Block): readonly Exchange[] {
  const { title, options, each } = block;
  const template = requestText(block);
  const values = each.length === 0 ? [undefined] : each;
  const times = Number(options.get('times') ?? 1);
  return values.flatMap((value) =>
    Array.from({ length: times }, (_, index) => ({
      title: [title, value, times > 1 ? `(${index + 1})` : undefined].filter((word) => word).join(' '),
      to: parseEndpoint(options.get('to') ?? '127.0.0.1:80'),
      from: options.get('from') ?? '127.0.0.1',
      tls: readTls(options.get('tls')),
      connection: options.get('connection'),
      parts: expandText(withLength(template.replaceAll('\\{each}', () => value ?? ''))),
      answers: options.get('answers') === 'close' ? ('close' as const) : Number(options.get('answers') ?? 1),
      background: options.has('background'),
      halfClose: options.has('half-close'),
      abortAfterMs: options.has('abort') ? Number(options.get('abort')) : undefined,
      waitMs: Number(options.get('wait') ?? 0),
      received: readReceived(options.get('received')),
    })),
  );
}

/** A name or `-`, then `certificate=FILE`, `max=VERSION`, `ciphers=LIST`, `protocols=NAME,NAME`. */
function readTls(value: string | undefined): ClientTls | undefined {
  if (value === undefined) return undefined;
  const [serverName, ...settings] = value.split(' ');
  const given = new Map(settings.map((setting) => setting.split('=', 2) as [string, string]));
  return {
    serverName: serverName === '-' ? undefined : serverName,
    certificate: given.get('certificate'),
    maxVersion: given.get('max') === 'TLSv1.2' ? 'TLSv1.2' : 'TLSv1.3',
    ciphers: given.get('ciphers'),
    protocols: given.get('protocols')?.split(',') ?? [],
  };
}

function readReceived(value: string | undefined): Exchange['received'] {
  if (value === undefined) return undefined;
  const [backEnd = '', count = ''] = value.split(' ');
  return { backEnd, count: Number(count) };
}

function requestText({ lines, options }: Block): string {
  if (options.has('raw')) return lines.join('');
  const headEnd = lines.indexOf('');
  const head = headEnd < 0 ? lines : lines.slice(0, headEnd);
  const body = headEnd < 0 ? [] : lines.slice(headEnd + 1);
  return `${joinLines(head)}\r\n\r\n${joinLines(body)}`;
}

/** Lines end with CRLF, unless a line ends with a lone backslash, which joins it to the next. */
function joinLines(lines: readonly string[]): string {
  return lines.join('\r\n').replace(/(?<!\\)((?:\\\\)*)\\\r\n/g, '$1');
}

/** `\{length}` in the head stands for the length of the body. */
function withLength(text: string): string {
  if (!text.includes('\\{length}')) return text;
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  const length = expandText(body).reduce(
    (sum, part) => sum + (part.kind === 'bytes' ? part.bytes.length : 0),
    0,
  );
  return text.replaceAll('\\{length}', String(length));
}

/** Reads `address:port`. */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { address: expandBytes(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}
