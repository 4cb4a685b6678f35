import type { RegexMatch } from '@httpd-ts/regex';
import type { RequestRecord } from '../3-serve/request-record.ts';
import type { HookStatus } from '../status.ts';

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

/** Where an expression stands, and the module that asks. */
export interface ExpressionPlace {
  readonly module?: string;
  readonly file: string;
  readonly line: number;
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

  private readonly place: ExpressionPlace;

  constructor(request: RequestRecord, captures: ExpressionCaptures | undefined, place: ExpressionPlace) {
    this.request = request;
    this.place = place;
    this.match = captures?.match;
    this.subject = captures?.subject;
  }

  /** Says what came of a sub-request. */
  traceSubrequest(operator: string, operand: string, status: HookStatus): void {
    const { module = 'core', file, line } = this.place;
    if (!this.request.logs(module, 'trace5')) return;
    this.request.log(
      module,
      'trace5',
      `Subrequest for -${operator} ${operand} at ${file}:${line} gave status: ${status}`,
    );
  }

  /** A request header, noted for `Vary` unless it is Host. httpd: req_table_func, add_vary */
  header(name: string): string | undefined {
    if (name.toLowerCase() !== 'host') this.vary = this.vary === undefined ? name : `${this.vary}, ${name}`;
    return this.request.headersIn.get(name);
  }
}
