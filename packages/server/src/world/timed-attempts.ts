/** Something under way that is given up at its time. */
export interface TimedAttempt {
  readonly giveUp: () => void;
  readonly deadlineMs: number;
}

/**
 * Time-outs of what nearly always ends long before them, such as connecting: one timer serves them all and is left
 * alone when one of them ends, since setting and clearing a timer for each costs more than the rest of it.
 */
export class TimedAttempts {
  private readonly pending = new Set<TimedAttempt>();
  private timer: NodeJS.Timeout | undefined = undefined;
  private timerMs = Number.POSITIVE_INFINITY;

  begin(giveUp: () => void, timeoutMs: number): TimedAttempt {
    const attempt = { giveUp, deadlineMs: performance.now() + timeoutMs };
    this.pending.add(attempt);
    if (attempt.deadlineMs < this.timerMs) this.lookAt(attempt.deadlineMs);
    return attempt;
  }

  end(attempt: TimedAttempt): void {
    this.pending.delete(attempt);
  }

  private lookAt(deadlineMs: number): void {
    clearTimeout(this.timer);
    this.timerMs = deadlineMs;
    this.timer = setTimeout(() => this.look(), Math.max(1, Math.ceil(deadlineMs - performance.now())));
    // What is under way keeps the process alive by itself.
    this.timer.unref();
  }

  private look(): void {
    this.timerMs = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const attempt of [...this.pending]) {
      if (attempt.deadlineMs > now) next = Math.min(next, attempt.deadlineMs);
      else {
        this.pending.delete(attempt);
        attempt.giveUp();
      }
    }
    if (next < this.timerMs) this.lookAt(next);
  }
}
