import type { RequestRecord } from '@httpd-ts/kernel';

/** The end of a request: the same moment in all its log lines, taken when first asked for. httpd: get_request_end_time */
export class LogMoment {
  private readonly request: RequestRecord;
  private elapsed = -1;

  constructor(request: RequestRecord) {
    this.request = request;
  }

  /** Whole microseconds since the request arrived. */
  get durationMicroseconds(): number {
    if (this.elapsed < 0) {
      const { clock } = this.request.server.plan.world;
      this.elapsed = Math.max(0, Math.floor((clock.monotonic() - this.request.startedAtMs) * 1000));
    }
    return this.elapsed;
  }

  /** Milliseconds since 1970, with fraction. */
  get endedAtMs(): number {
    return this.request.requestTimeMs + this.durationMicroseconds / 1000;
  }
}
