import type { RequestBody, Stream } from '@httpd-ts/kernel';
import type { BackendConnection } from './backend-connection.ts';

/** How a protocol puts the bytes of a request's body on the wire. */
export interface BodyFraming {
  /** False asks to wait until the back end takes more. */
  write(stream: Stream, chunk: Uint8Array): boolean;
  end(stream: Stream): void;
}

/** The bytes as they are, and nothing behind them. */
export const unframed: BodyFraming = {
  write: (stream, chunk) => stream.write(chunk),
  end: () => {},
};

/** Sends a body at the pace of the back end: the client is not read from while the back end takes nothing. */
export class RequestSender {
  isDone = false;
  private readonly connection: BackendConnection;
  private readonly body: RequestBody;
  private readonly framing: BodyFraming;
  private readonly onError: (body: RequestBody) => void;
  private readonly count: (bytes: number) => void;
  private isStopped = false;
  private resume: (() => void) | undefined = undefined;

  constructor(
    connection: BackendConnection,
    body: RequestBody,
    framing: BodyFraming,
    count: (bytes: number) => void,
    onError: (body: RequestBody) => void,
  ) {
    this.connection = connection;
    this.body = body;
    this.framing = framing;
    this.count = count;
    this.onError = onError;
  }

  /** Begins, or goes on after the back end's leave. */
  proceed(): void {
    this.pump().catch(() => {
      if (!this.isStopped) this.onError(this.body);
    });
  }

  stop(): void {
    this.isStopped = true;
    this.resume?.();
  }

  onDrain(): void {
    this.resume?.();
  }

  private async pump(): Promise<void> {
    while (!this.isStopped) {
      const pulled = this.body.pull();
      const chunk = pulled instanceof Promise ? await pulled : pulled;
      if (this.isStopped) return;
      if (chunk === null) {
        this.isDone = true;
        this.framing.end(this.connection.stream);
        return;
      }
      if (chunk.length > 0 && !this.write(chunk)) await this.drained();
    }
  }

  private write(chunk: Uint8Array): boolean {
    this.count(chunk.length);
    return this.framing.write(this.connection.stream, chunk);
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      this.resume = () => {
        this.resume = undefined;
        resolve();
      };
    });
  }
}
