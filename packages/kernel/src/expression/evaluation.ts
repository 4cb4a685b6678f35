import type { RegexMatch } from '@httpd-ts/regex';
import type { RequestRecord } from '../3-serve/request-record.ts';

/**
 * The groups of the last successful match with groups, `$0` to `$9`. Handed in by somebody who goes on to
 * use them, such as the lines behind a condition.
 */
export interface ExpressionCaptures {
  match: RegexMatch | undefined;
  /** What the last pattern with groups was matched against; undefined where it did not match. httpd: re_source */
  subject?: string | undefined;
  /** Set when there was no answer: why. */
  error?: string | undefined;
}

/** One evaluation of an expression for a request. httpd: ap_expr_eval_ctx_t */
export class Evaluation implements ExpressionCaptures {
  readonly request: RequestRecord;
  match: RegexMatch | undefined;
  subject: string | undefined;
  /** Headers the answer depends on. */
  vary: string | undefined = undefined;
  /** Why there is no answer; the last reason counts. */
  error: string | undefined = undefined;

  constructor(request: RequestRecord, captures: ExpressionCaptures | undefined) {
    this.request = request;
    this.match = captures?.match;
    this.subject = captures?.subject;
  }

  /** A request header, noted for `Vary` unless it is Host. httpd: req_table_func, add_vary */
  header(name: string): string | undefined {
    if (name.toLowerCase() !== 'host') this.vary = this.vary === undefined ? name : `${this.vary}, ${name}`;
    return this.request.headersIn.get(name);
  }
}
