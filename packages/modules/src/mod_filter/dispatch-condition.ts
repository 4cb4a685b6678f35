import type { ConditionExpression, ExpressionCaptures, RequestRecord } from '@httpd-ts/kernel';

/** Whether a provider is for a response. */
export type Condition = (request: RequestRecord) => boolean | Promise<boolean>;

/** An expression that cannot be answered is not met. httpd: modules/filters/mod_filter.c filter_lookup */
export function answerOf(expression: ConditionExpression): Condition {
  return (request) => {
    const captures: ExpressionCaptures = { match: undefined };
    const answer = expression.evaluate(request, captures);
    return answer instanceof Promise
      ? answer.then((later) => later ?? unanswered(captures, request))
      : (answer ?? unanswered(captures, request));
  };
}

function unanswered({ error }: ExpressionCaptures, request: RequestRecord): boolean {
  request.log('filter', 'error', `AH01379: Error evaluating filter dispatch condition: ${error}`);
  return false;
}
