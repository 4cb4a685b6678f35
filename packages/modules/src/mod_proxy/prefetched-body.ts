import type { RequestBody } from '@httpd-ts/kernel';

/** httpd: MAX_MEM_SPOOL of the proxy modules, less the 80 bytes that are left off */
const enough = 16_384 - 80;

/**
 * A request's body of which some, or all, was read before it is passed on, so that its length may be known beforehand.
 * httpd: modules/proxy/proxy_util.c ap_proxy_prefetch_input, ap_proxy_spool_input
 */
export class PrefetchedBody implements RequestBody {
  private readonly body: RequestBody;
  private readonly chunks: Uint8Array[] = [];
  private pending: Promise<Uint8Array | null> | undefined = undefined;
  private isRead = false;
  /** Bytes that were read beforehand. */
  prefetched = 0;

  constructor(body: RequestBody) {
    this.body = body;
    if (body.ended && !body.awaitsContinue) this.isRead = true;
  }

  /** All of the body was read beforehand. */
  get isWhole(): boolean {
    return this.isRead;
  }

  /** Takes what has come already, as long as it is little. */
  readAvailable(): void {
    if (this.body.awaitsContinue && this.body.takeArrived !== undefined) {
      this.takeUntold();
      return;
    }
    while (!this.isRead && this.prefetched < enough) {
      const chunk = this.body.pull();
      if (chunk instanceof Promise) {
        // Whoever goes on reading is told of a failure.
        chunk.catch(() => {});
        this.pending = chunk;
        return;
      }
      this.take(chunk);
    }
    if (this.body.ended) this.isRead = true;
  }

  /** A client that sends its body without waiting to be told needs not be told. */
  private takeUntold(): void {
    while (this.prefetched < enough) {
      const chunk = this.body.takeArrived?.();
      if (chunk === undefined) break;
      this.take(chunk);
    }
    if (this.body.ended) this.isRead = true;
  }

  /** Waits until all has come. Rejects where reading fails. */
  readAll(): Promise<void> {
    return this.readUpTo(Number.POSITIVE_INFINITY);
  }

  /** Takes the beginning of a body that a filter changes, which must be waited for. Rejects where reading fails. */
  readBeginning(): Promise<void> {
    return this.readUpTo(enough);
  }

  private async readUpTo(size: number): Promise<void> {
    while (!this.isRead && this.prefetched < size) {
      const { pending } = this;
      this.pending = undefined;
      this.take(await (pending ?? this.body.pull()));
    }
  }

  private take(chunk: Uint8Array | null): void {
    if (chunk === null) this.isRead = true;
    else if (chunk.length > 0) {
      this.chunks.push(chunk);
      this.prefetched += chunk.length;
    }
  }

  pull(): Uint8Array | null | Promise<Uint8Array | null> {
    const chunk = this.chunks.shift();
    if (chunk !== undefined) return chunk;
    if (this.isRead) return null;
    const { pending } = this;
    this.pending = undefined;
    return pending ?? this.body.pull();
  }

  abort(): void {
    this.chunks.length = 0;
    this.body.abort();
  }
  get isFiltered(): boolean {
    return this.body.isFiltered === true;
  }
  get failedInFilter(): boolean {
    return this.body.failedInFilter === true;
  }
  get length(): number | undefined {
    return this.isRead ? this.prefetched : this.body.length;
  }
  get ended(): boolean {
    return this.chunks.length === 0 && (this.isRead || this.body.ended);
  }
  get failure(): number | undefined {
    return this.body.failure;
  }
  get isCutOff(): boolean | undefined {
    return this.body.isCutOff;
  }
  get trailersFault(): RequestBody['trailersFault'] {
    return this.body.trailersFault;
  }
  get awaitsContinue(): boolean {
    return this.body.awaitsContinue;
  }
  get trailers(): RequestBody['trailers'] {
    return this.body.trailers;
  }
  noteContinued(): void {
    this.body.noteContinued?.();
  }
  limit(bytes: number): void {
    this.body.limit(bytes);
  }
}
