import type * as http2 from 'node:http2';
import { Duplex } from 'node:stream';
import type { Bytes, Http2, Http2Session, Http2Stream, Http2Transport } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';

const nothing = () => {};

/** HTTP/2 by Node's own implementation. */
export const nodeHttp2: Http2 = { client: (transport) => new ClientSession(transport) };

/** The connection beneath a session, as Node wants it. */
class Transport extends Duplex {
  private readonly transport: Http2Transport;
  private pending: (() => void) | undefined = undefined;

  constructor(transport: Http2Transport) {
    super();
    this.transport = transport;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.transport.write(chunk)) done();
    else this.pending = done;
  }

  drained(): void {
    const { pending } = this;
    this.pending = undefined;
    pending?.();
  }
}

class ClientSession implements Http2Session {
  private readonly duplex: Transport;
  private readonly session: http2.ClientHttp2Session;
  private error: string | undefined = undefined;

  constructor(transport: Http2Transport) {
    this.duplex = new Transport(transport);
    this.duplex.on('error', nothing);
    this.session = builtins.http2.connect('http://back-end', { createConnection: () => this.duplex });
    this.session.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? 'EIO';
    });
    this.session.on('close', () => transport.onClose(this.error));
  }

  get isClosed(): boolean {
    return this.session.closed || this.session.destroyed;
  }

  receive(bytes: Uint8Array): void {
    this.duplex.push(Buffer.from(bytes));
  }

  receiveEnd(): void {
    this.duplex.push(null);
    if (!this.session.destroyed) this.session.destroy();
  }

  drained(): void {
    this.duplex.drained();
  }

  request(fields: readonly (readonly [string, string])[], isWhole: boolean): Http2Stream {
    const headers: http2.OutgoingHttpHeaders = {};
    for (const [name, value] of fields) {
      const earlier = headers[name];
      if (earlier === undefined) headers[name] = value;
      else headers[name] = Array.isArray(earlier) ? [...earlier, value] : [String(earlier), value];
    }
    return new ClientStream(this.session, this.session.request(headers, { endStream: isWhole }));
  }

  close(): void {
    this.session.close();
  }
}

class ClientStream implements Http2Stream {
  onHead: Http2Stream['onHead'] = nothing;
  onData: (bytes: Bytes) => void = nothing;
  onEnd: () => void = nothing;
  onClose: (error: string | undefined) => void = nothing;
  onDrain: () => void = nothing;
  readonly localAddress = '';
  readonly localPort = 0;
  readonly remoteAddress = '';
  readonly remotePort = 0;
  private readonly session: http2.ClientHttp2Session;
  private readonly stream: http2.ClientHttp2Stream;
  private error: string | undefined = undefined;

  constructor(session: http2.ClientHttp2Session, stream: http2.ClientHttp2Stream) {
    this.session = session;
    this.stream = stream;
    const onHead = (headers: http2.IncomingHttpHeaders, _flags: number, raw?: readonly string[]) =>
      this.onHead(Number(headers[':status']), pairs(raw ?? []));
    stream.on('headers', onHead);
    stream.on('response', (headers, flags, raw) => {
      onHead(headers, flags, raw as readonly string[] | undefined);
      // Data flows once somebody listens, which must not be before the head was told of.
      stream.on('data', (bytes: Buffer) => this.onData(bytes as unknown as Bytes));
    });
    stream.on('end', () => this.onEnd());
    stream.on('drain', () => this.onDrain());
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? 'EIO';
    });
    stream.on('close', () => this.onClose(this.outcome()));
  }

  /** The back end resets a stream; with a session that is over, its streams have no fault of their own. */
  private outcome(): string | undefined {
    const { rstCode } = this.stream;
    if (this.session.destroyed) return this.error ?? (rstCode === 0 ? undefined : 'ESESSION');
    return rstCode === 0 ? this.error : 'ECONNRESET';
  }

  write(data: Uint8Array | string): boolean {
    return typeof data === 'string' ? this.stream.write(data, 'latin1') : this.stream.write(data);
  }
  cork(): void {}
  uncork(): void {}
  end(): void {
    this.stream.end();
  }
  destroy(): void {
    if (!this.stream.closed) this.stream.close(builtins.http2.constants.NGHTTP2_CANCEL);
  }
  pause(): void {
    this.stream.pause();
  }
  resume(): void {
    this.stream.resume();
  }
  keep(): void {}
  giveBack(): void {}
  get pending(): number {
    return this.stream.writableLength;
  }
}

/** Fields but for the pseudo ones. */
function pairs(raw: readonly string[]): [string, string][] {
  const fields: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!raw[i]!.startsWith(':')) fields.push([raw[i]!, raw[i + 1]!]);
  }
  return fields;
}
