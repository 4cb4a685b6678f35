import type { Clock, PullSource, Stream } from '@httpd-ts/kernel';

const holdLimit = 64 * 1024;

/** What comes over a data connection, at the pace of whoever reads it. */
export class DataConnection implements PullSource {
  private readonly stream: Stream;
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly chunks: Uint8Array[] = [];
  private held = 0;
  private isOver = false;
  private failure: Error | undefined = undefined;
  private wake: (() => void) | undefined = undefined;

  constructor(stream: Stream, clock: Clock, timeoutMs: number) {
    this.stream = stream;
    this.clock = clock;
    this.timeoutMs = timeoutMs;
    stream.onData = (bytes) => {
      this.chunks.push(bytes);
      this.held += bytes.length;
      if (this.held > holdLimit) stream.pause();
      this.wake?.();
    };
    stream.onEnd = () => this.end(undefined);
    stream.onClose = (error) => this.end(error);
  }

  private end(error: string | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    if (error !== undefined) this.failure = new Error(`data connection: ${error}`);
    this.stream.destroy();
    this.wake?.();
  }

  async pull(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.chunks.shift();
      if (chunk !== undefined) {
        this.held -= chunk.length;
        if (this.held <= holdLimit) this.stream.resume();
        return chunk;
      }
      if (this.failure !== undefined) throw this.failure;
      if (this.isOver) return null;
      const timer = this.clock.after(this.timeoutMs, () => this.end('timeout'));
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = undefined;
      timer.cancel();
    }
  }

  abort(): void {
    this.stream.destroy();
  }
}
