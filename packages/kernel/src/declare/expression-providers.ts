import type { RequestRecord } from '../3-serve/request-record.ts';
import type { Evaluation } from '../expression/evaluation.ts';
import { providerKind } from './providers.ts';

/** The value of `%{NAME}` for a request; undefined is empty. httpd: ap_expr_var_func_t */
export type ExpressionVariable = (
  request: RequestRecord,
  evaluation: Evaluation,
  /** In upper case, for those that answer to many names. */
  name: string,
) => string | undefined;

/** Variables of expressions by name, in upper case; `X_*` stands for all that begin with `X_`. */
export const expressionVariables = providerKind<ExpressionVariable>('expression-variable');

/** What `name(word)` and `%{name:word}` give; undefined is empty. httpd: ap_expr_string_func_t */
export interface ExpressionFunction {
  readonly call: (argument: string, evaluation: Evaluation) => string | undefined;
  /** Not to be had where expressions come from strangers. httpd: AP_EXPR_FLAG_RESTRICTED */
  readonly restricted?: boolean;
}

/** Functions of expressions by name, in lower case. */
export const expressionFunctions = providerKind<ExpressionFunction>('expression-function');

/** The words of `in name(word)`. httpd: ap_expr_list_func_t */
export type ExpressionListFunction = (
  argument: string,
  evaluation: Evaluation,
) => readonly string[] | undefined;

/** List-valued functions by name, in lower case. */
export const expressionListFunctions = providerKind<ExpressionListFunction>('expression-list-function');
