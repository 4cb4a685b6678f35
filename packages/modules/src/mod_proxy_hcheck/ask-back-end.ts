import { BodyDecoder, isChunked, parseStrictLength, ResponseHeadReader } from '@httpd-ts/http1';
import type { Bytes, ServerRecord, Stream } from '@httpd-ts/kernel';
import { backendTls, type HealthCheckMethod, proxyServer, type Worker } from '../mod_proxy/contract.ts';
import { answerRecord, type CheckAnswer } from './answer-record.ts';

/** Longest body that is kept for conditions. */
const mostBodyBytes = 1024 * 1024;

/** The outcome of a check: an answer, `connected` for TCP, or why there is none. */
export type CheckOutcome = CheckAnswer | 'connected' | { readonly failure: string };

/** Asks a member as its method says. */
export async function askBackEnd(server: ServerRecord, worker: Worker): Promise<CheckOutcome> {
  const { hcMethod = 'NONE' } = worker.parameters;
  const timeoutMs =
    worker.parameters.timeoutMs ?? proxyServer.at(server.config).timeoutMs ?? server.timeoutMs ?? 60_000;
  const stream = await connect(server, worker, worker.parameters.connectionTimeoutMs ?? timeoutMs);
  if (typeof stream === 'string') return { failure: stream };
  if (hcMethod === 'TCP') {
    stream.onClose = () => {};
    stream.destroy();
    return 'connected';
  }
  let giveUp: () => void = () => {};
  const timedOut = new Promise<CheckOutcome>((resolve) => {
    giveUp = () => resolve({ failure: 'ETIMEDOUT' });
  });
  const timer = server.plan.world.clock.after(timeoutMs, giveUp);
  try {
    return await exchange(stream, requestText(worker, hcMethod), hcMethod, timedOut);
  } finally {
    timer.cancel();
    stream.onClose = () => {};
    stream.destroy();
  }
}

async function connect(server: ServerRecord, worker: Worker, timeoutMs: number): Promise<Stream | string> {
  const { network, clock } = server.plan.world;
  const { hostname, port, socketPath } = worker;
  const client =
    worker.scheme === 'https'
      ? server.plan.providers.find(backendTls, 'default')?.(answerRecord(server, 'GET', undefined))
      : undefined;
  if (worker.scheme === 'https' && client === undefined) return 'SSLProxyEngine is off';
  const tls =
    client === undefined
      ? {}
      : { tls: { settings: client.settings, serverName: hostname, handshakeTimeoutMs: timeoutMs } };
  const addresses = socketPath === undefined ? await network.resolve(hostname) : [undefined];
  let failure = 'DNS lookup failure';
  for (const address of addresses ?? []) {
    const target = address === undefined ? { path: socketPath! } : { host: address, port };
    const stream = await network.connect({ ...target, ...tls, timeoutMs });
    if (typeof stream === 'string') {
      failure = stream;
      continue;
    }
    const complaint =
      client === undefined || stream.tls === undefined
        ? undefined
        : client.complaint(stream.tls, hostname, clock.now());
    if (complaint === undefined) return stream;
    stream.destroy();
    failure = complaint;
  }
  return failure;
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

class AnswerReader {
  private readonly heads = new ResponseHeadReader();
  private readonly readsBody: boolean;
  private head: Omit<CheckAnswer, 'body'> | undefined = undefined;
  private decoder: BodyDecoder | undefined = undefined;
  private body = '';

  constructor(readsBody: boolean) {
    this.readsBody = readsBody;
  }

  read(bytes: Bytes): CheckOutcome | undefined {
    let start = 0;
    while (this.head === undefined) {
      const head = this.heads.read(bytes, start, bytes.length);
      if (head === undefined) return undefined;
      if (head.kind === 'error' || head.protocolNumber < 1000) return { failure: 'no HTTP response' };
      start = this.heads.end;
      if (head.status >= 100 && head.status < 200) continue;
      this.head = { status: head.status, headers: head.headers };
      if (!this.readsBody) return this.end();
      this.decoder = decoderFor(this.head);
    }
    return this.readBody(bytes, start);
  }

  private readBody(bytes: Bytes, start: number): CheckOutcome | undefined {
    const decoder = this.decoder!;
    const slices: Uint8Array[] = [];
    const state = decoder.push(bytes, start, bytes.length, slices);
    for (const slice of slices) this.body += (slice as Bytes).latin1Slice();
    if (state === 'error') return { failure: 'Error reading response body' };
    return state === 'done' || this.body.length > mostBodyBytes ? this.end() : undefined;
  }

  /** No more comes. */
  end(): CheckOutcome {
    if (this.head === undefined) return { failure: 'no HTTP response' };
    return { ...this.head, body: this.body };
  }
}

function decoderFor({ status, headers }: Omit<CheckAnswer, 'body'>): BodyDecoder {
  if (status === 204 || status === 304) return new BodyDecoder('none');
  const encoding = headers.get('Transfer-Encoding');
  if (encoding !== undefined && isChunked(encoding)) return new BodyDecoder('chunked');
  const length = parseStrictLength(headers.get('Content-Length') ?? '');
  return length < 0 ? new BodyDecoder('close') : new BodyDecoder('length', length);
}
