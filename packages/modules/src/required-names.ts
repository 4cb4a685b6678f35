import { type DirectiveContext, type ExpressionCaptures, type RequestRecord, words } from '@httpd-ts/kernel';

/** The words of a `Require` line that may hold variables. */
export interface RequiredNames {
  /** As written. */
  readonly text: string;
  /** Undefined when they cannot be found out, which is logged and must deny. */
  of(request: RequestRecord): readonly string[] | undefined;
}

/** Reads the arguments of `Require user`, `Require host` and their like. httpd: user_parse_config, host_parse_config */
export function readRequiredNames(
  args: string,
  cmd: DirectiveContext,
  module: string,
  split: (text: string) => readonly string[] = words,
): { readonly parsed: RequiredNames } | { readonly complaint: string } {
  const expression = cmd.expression(args, 'string', { module });
  if ('error' in expression) {
    return { complaint: `Cannot parse expression in require line: ${expression.error}` };
  }
  const constant = expression.constant === undefined ? undefined : split(expression.constant);
  const of = (request: RequestRecord) => {
    if (constant !== undefined) return constant;
    const captures: ExpressionCaptures = { match: undefined };
    const text = expression.text(request, captures);
    if (text !== undefined) return split(text);
    request.log(module, 'error', `Can't evaluate require expression: ${captures.error}`);
    return undefined;
  };
  return { parsed: { text: args, of } };
}
