/** What a filter passes on at once. A piece is one bucket of httpd's. httpd: apr_bucket_brigade */
export interface Passed {
  readonly pieces: readonly string[];
  /** What stands behind the pieces: nothing, word that all before it is to go out, or the end of the body. */
  readonly end: 'more' | 'flush' | 'end';
}

/** httpd: APR_BUCKET_BUFF_SIZE */
const mostHeld = 8000;

/** Takes what is passed on; false when some of it was lost. httpd: ap_pass_brigade */
export type Pass = (passed: Passed) => boolean;

/**
 * Little writes of a filter, one character a byte, held until they fill a buffer. httpd: ap_fwrite, ap_fputs, ap_fputstrs,
 * ap_fflush (apr_brigade_write, apr_brigade_writev)
 */
export class GatheredWrites {
  private readonly next: Pass;
  private held = '';

  constructor(next: Pass) {
    this.next = next;
  }

  /** Passes on what is held together with what does not fit behind it. */
  put(text: string): void {
    if (this.held.length + text.length <= mostHeld) this.held += text;
    else this.pass([this.held, text], 'more');
  }

  /**
   * Several texts as one write: fills the buffer up to the last text that fits, and begins another with the others, which
   * are dropped where the first was not taken.
   */
  putTogether(...texts: readonly string[]): void {
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    if (length > mostHeld) {
      this.pass([this.held, ...texts], 'more');
      return;
    }
    let next = 0;
    if (this.held.length + length > mostHeld) {
      while (this.held.length + texts[next]!.length <= mostHeld) this.held += texts[next++]!;
      if (!this.pass([this.held], 'more')) return;
    }
    this.held += texts.slice(next).join('');
  }

  flush(): void {
    this.pass([this.held], 'flush');
  }

  end(): void {
    this.pass([this.held], 'end');
  }

  private pass(pieces: readonly string[], end: Passed['end']): boolean {
    this.held = '';
    return this.next({ pieces: pieces.filter((piece) => piece !== ''), end });
  }
}
