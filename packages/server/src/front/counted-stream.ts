import type { Bytes, Stream } from '@httpd-ts/kernel';

const nothing = () => {};

/** The stream of a connection that was taken over; what goes through it counts for the log. */
export class CountedStream implements Stream {
  onData: (bytes: Bytes) => void = nothing;
  onEnd: () => void = nothing;
  onClose: (error: string | undefined) => void = nothing;
  onDrain: () => void = nothing;
  private readonly stream: Stream;
  private readonly counts: { bytesIn: number; bytesOut: number };

  /** `onGone` is told first when the connection ends. */
  constructor(stream: Stream, counts: { bytesIn: number; bytesOut: number }, onGone: () => void) {
    this.stream = stream;
    this.counts = counts;
    stream.onData = (bytes) => {
      counts.bytesIn += bytes.length;
      this.onData(bytes);
    };
    stream.onEnd = () => this.onEnd();
    stream.onClose = (error) => {
      onGone();
      this.onClose(error);
    };
    stream.onDrain = () => this.onDrain();
  }

  write(data: Uint8Array | string): boolean {
    this.counts.bytesOut += data.length;
    return this.stream.write(data);
  }
  get pending(): number {
    return this.stream.pending;
  }
  cork(): void {
    this.stream.cork();
  }
  uncork(): void {
    this.stream.uncork();
  }
  end(): void {
    this.stream.end();
  }
  destroy(): void {
    this.stream.destroy();
  }
  pause(): void {
    this.stream.pause();
  }
  resume(): void {
    this.stream.resume();
  }
  keep(): void {
    this.stream.keep();
  }
  giveBack(bytes: Uint8Array): void {
    this.stream.giveBack(bytes);
  }
  get localAddress(): string {
    return this.stream.localAddress;
  }
  get localPort(): number {
    return this.stream.localPort;
  }
  get remoteAddress(): string {
    return this.stream.remoteAddress;
  }
  get remotePort(): number {
    return this.stream.remotePort;
  }
}
