import { BodyDecoder, isChunked, parseStrictLength, ResponseHeadReader } from '@httpd-ts/http1';
import type { Bytes, ServerRecord, Stream } from '@httpd-ts/kernel';
import {
  backendTls,
  failureTexts,
  type HealthCheckMethod,
  proxySchemes,
  proxyServer,
  type TlsFailure,
  tlsFailure,
  type Worker,
} from '../mod_proxy/contract.ts';
import { answerRecord, type CheckAnswer } from './answer-record.ts';

/** Longest body that is kept for conditions. */
const mostBodyBytes = 1024 * 1024;

/** The outcome of a check: an answer, that it lives for TCP and CPING, or why there is none. */
export type CheckOutcome = CheckAnswer | 'alive' | CheckFailure;

/** Why there is no answer; with an address, it could not be connected to. */
export interface CheckFailure {
  readonly failure: string;
  readonly address?: string;
  /** What mod_proxy_ajp says of a ping. */
  readonly log?: readonly { readonly message: string; readonly error?: string; readonly remote?: string }[];
}

/** Asks a member as its method says. */
export async function askBackEnd(server: ServerRecord, worker: Worker): Promise<CheckOutcome> {
  const { hcMethod = 'NONE', pingMs, connectionTimeoutMs } = worker.parameters;
  // httpd leaves pings to mod_proxy_ajp.
  if (hcMethod === 'CPING' && server.plan.providers.find(proxySchemes, 'ajp') === undefined)
    return { failure: 'mod_proxy_ajp is not loaded' };
  const timeoutMs =
    worker.parameters.timeoutMs ?? proxyServer.at(server.config).timeoutMs ?? server.timeoutMs ?? 60_000;
  const stream = await connect(server, worker, connectionTimeoutMs ?? timeoutMs);
  if ('failure' in stream) return stream;
  if (hcMethod === 'TCP') {
    stream.onClose = () => {};
    stream.destroy();
    return 'alive';
  }
  let giveUp: () => void = () => {};
  const timedOut = new Promise<CheckOutcome>((resolve) => {
    giveUp = () => resolve({ failure: 'ETIMEDOUT' });
  });
  const isPing = hcMethod === 'CPING';
  const waitMs = isPing ? (pingMs ?? connectionTimeoutMs ?? timeoutMs) : timeoutMs;
  const timer = server.plan.world.clock.after(waitMs, giveUp);
  try {
    if (isPing) return await ping(stream, timedOut);
    return await exchange(stream, requestText(worker, hcMethod), hcMethod, timedOut);
  } finally {
    timer.cancel();
    stream.onClose = () => {};
    stream.destroy();
  }
}

async function connect(
  server: ServerRecord,
  worker: Worker,
  timeoutMs: number,
): Promise<Stream | CheckFailure> {
  const { network, clock } = server.plan.world;
  const { hostname, port, socketPath } = worker;
  const client =
    worker.scheme === 'https'
      ? server.plan.providers.find(backendTls, 'default')?.(answerRecord(server, 'GET', undefined))
      : undefined;
  if (worker.scheme === 'https' && client === undefined) return { failure: 'SSLProxyEngine is off' };
  const tls =
    client === undefined
      ? {}
      : { tls: { settings: client.settings, serverName: hostname, handshakeTimeoutMs: timeoutMs } };
  const addresses = socketPath === undefined ? await network.resolve(hostname) : [undefined];
  const untrusted = (refused: TlsFailure, remote: string): CheckFailure => {
    client?.log(server, remote, refused.peer, refused);
    return { failure: 'ETLS' };
  };
  let failure: CheckFailure = { failure: 'DNS lookup failure' };
  for (const address of addresses ?? []) {
    const target = address === undefined ? { path: socketPath! } : { host: address, port };
    const stream = await network.connect({ ...target, ...tls, timeoutMs });
    const remote = `${address ?? socketPath}:${port}`;
    if (typeof stream === 'string') {
      const refused = tlsFailure(stream, client);
      if (refused === undefined) failure = { failure: stream, address: address ?? socketPath! };
      else failure = untrusted(refused, remote);
      continue;
    }
    const refused = stream.tls === undefined ? undefined : client?.judge(stream.tls, hostname, clock.now());
    if (refused === undefined) {
      client?.log(server, remote, stream.tls);
      return stream;
    }
    stream.destroy();
    failure = untrusted(refused, remote);
  }
  return failure;
}

/** Messages of AJP. httpd: modules/proxy/ajp.h CMD_AJP13_CPING, CMD_AJP13_CPONG */
const cping = '\x12\x34\0\x01\x0a';
const cpong = 'AB\0\x01\x09';

/** httpd: modules/proxy/mod_proxy_hcheck.c hc_check_cping, ajp_handle_cping_cpong */
async function ping(stream: Stream, timedOut: Promise<unknown>): Promise<CheckOutcome> {
  const remote = `${stream.remoteAddress}:${stream.remotePort}`;
  let received = '';
  const answered = new Promise<string | undefined>((resolve) => {
    stream.onData = (bytes) => {
      received += bytes.latin1Slice();
      if (received.length >= cpong.length) resolve(undefined);
    };
    stream.onEnd = () => resolve(failureTexts.end);
    stream.onClose = () => resolve(failureTexts.reset);
    stream.write(cping);
  });
  const error = await Promise.race([answered, timedOut.then(() => failureTexts.timeout)]);
  if (error !== undefined) {
    const log = [
      { message: "AH01030: ajp_ilink_receive() can't receive header", error },
      { message: 'AH01012: ajp_handle_cping_cpong: ajp_ilink_receive failed', remote },
    ];
    return { failure: 'no CPONG', log };
  }
  if (received.startsWith(cpong)) return 'alive';
  const kind = received.charCodeAt(4);
  const message = `AH01014: ajp_handle_cping_cpong: awaited CPONG, received ${kind} `;
  return { failure: 'no CPONG', log: [{ message, remote }] };
}

/** httpd: modules/proxy/mod_proxy_hcheck.c create_hcheck_req */
function requestText({ name, hostname, port, parameters }: Worker, method: HealthCheckMethod): string {
  const { hcUri = '' } = parameters;
  const version = method.endsWith('11') ? '1.1' : '1.0';
  const verb = method.replace('11', '');
  const path = /^[^:]+:\/\/[^/]*(\/.*)?$/s.exec(name)?.[1] ?? '';
  // httpd puts a slash between the path of the member and the URI, and asks for nothing where both are empty.
  const target = `${path}${path !== '' && hcUri !== '' ? '/' : ''}${hcUri}` || '/';
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${verb} ${verb === 'OPTIONS' ? '*' : target} HTTP/${version}\r\nHost: ${host}:${port}\r\n\r\n`;
}

/** Sends the request and reads the answer. httpd: hc_check_http */
function exchange(
  stream: Stream,
  request: string,
  method: HealthCheckMethod,
  timedOut: Promise<CheckOutcome>,
): Promise<CheckOutcome> {
  const answered = new Promise<CheckOutcome>((resolve) => {
    const reader = new AnswerReader(method.startsWith('GET'));
    const take = (outcome: CheckOutcome | undefined) => outcome !== undefined && resolve(outcome);
    stream.onData = (bytes) => take(reader.read(bytes));
    stream.onEnd = () => take(reader.end());
    stream.onClose = (error) => resolve(error === undefined ? reader.end() : { failure: error });
    stream.write(request);
  });
  return Promise.race([answered, timedOut]);
}

const CR = 13;
const LF = 10;
const emptyLine = Uint8Array.of(CR, LF);
/** httpd takes fields of any length here. */
const headOptions = { badHeader: 'IsError', responseFieldSize: 1024 * 1024 } as const;

class AnswerReader {
  private readonly heads = new ResponseHeadReader(headOptions);
  private lastByte: number | undefined = undefined;
  private readonly readsBody: boolean;
  private head: Omit<CheckAnswer, 'body'> | undefined = undefined;
  private decoder: BodyDecoder | undefined = undefined;
  private body = '';

  constructor(readsBody: boolean) {
    this.readsBody = readsBody;
  }

  read(bytes: Bytes): CheckOutcome | undefined {
    if (this.head !== undefined) return this.readBody(bytes, 0);
    const failure = this.readHead(bytes);
    if (failure !== undefined) return failure;
    if (this.head === undefined) return undefined;
    return this.readsBody ? this.readBody(bytes, this.heads.end) : this.answer();
  }

  /** An interim answer is the answer: httpd reads no further. */
  private readHead(bytes: Uint8Array): CheckFailure | undefined {
    if (bytes.length === 0) return undefined;
    if (this.lastByte === undefined && (bytes[0] === CR || bytes[0] === LF))
      return { failure: 'no HTTP response' };
    this.lastByte = bytes.at(-1);
    const head = this.heads.read(bytes, 0, bytes.length);
    if (head === undefined) return undefined;
    if (head.kind === 'error' || head.protocolNumber < 1000) return { failure: 'no HTTP response' };
    this.head = { status: head.status, headers: head.headers };
    return undefined;
  }

  private readBody(bytes: Bytes, start: number): CheckOutcome | undefined {
    this.decoder ??= decoderFor(this.head!);
    if (this.decoder === undefined) return { failure: 'Error reading response body' };
    const slices: Uint8Array[] = [];
    const state = this.decoder.push(bytes, start, bytes.length, slices);
    for (const slice of slices) this.body += (slice as Bytes).latin1Slice();
    if (state === 'error') return { failure: 'Error reading response body' };
    return state === 'done' || this.body.length > mostBodyBytes ? this.answer() : undefined;
  }

  /** No more comes. A head that is cut off after one of its lines is taken for whole. httpd: hc_read_headers */
  end(): CheckOutcome {
    if (this.head === undefined && this.lastByte === LF) this.readHead(emptyLine);
    if (this.head === undefined) return { failure: 'no HTTP response' };
    if (this.readsBody && this.decoder?.state !== 'done' && !endsWithConnection(this.head))
      return { failure: 'Error reading response body' };
    return this.answer();
  }

  private answer(): CheckOutcome {
    return { ...this.head!, body: this.body };
  }
}

/** What reads the body, if its length makes sense. httpd: modules/http/http_filters.c ap_http_filter */
function decoderFor({ headers }: Omit<CheckAnswer, 'body'>): BodyDecoder | undefined {
  const encoding = headers.get('Transfer-Encoding');
  if (encoding !== undefined) return new BodyDecoder(isChunked(encoding) ? 'chunked' : 'close');
  const given = headers.get('Content-Length');
  if (given === undefined) return new BodyDecoder('close');
  const length = parseStrictLength(given);
  return length < 0 ? undefined : new BodyDecoder('length', length);
}

function endsWithConnection({ headers }: Omit<CheckAnswer, 'body'>): boolean {
  const encoding = headers.get('Transfer-Encoding');
  return encoding === undefined ? headers.get('Content-Length') === undefined : !isChunked(encoding);
}
