import {
  type ConditionExpression,
  type ExpressionCaptures,
  type RequestRecord,
  words,
} from '@httpd-ts/kernel';
import { type AuthzStatus, authzProvider } from './contract.ts';

/** `Require all granted`, `Require all denied`. */
export const requireAll = authzProvider<boolean>({
  parse(args) {
    const word = args.toLowerCase();
    if (word === 'granted' || word === 'denied') return { parsed: word === 'granted' };
    return { complaint: "Argument for 'Require all' must be 'granted' or 'denied'" };
  },
  check: (_request, granted) => (granted ? 'granted' : 'denied'),
});

/** `Require env NAME …`: one of the variables is set. */
export const requireEnv = authzProvider<readonly string[]>({
  parse: (args) => ({ parsed: words(args) }),
  check: (request, names) => (names.some((name) => request.env(name) !== undefined) ? 'granted' : 'denied'),
});

// httpd: modules/http/http_protocol.c register_one_method
const knownMethods = new Set(
  (
    'GET HEAD PUT POST DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ' +
    'VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE'
  ).split(' '),
);

/** `Require method NAME …`; GET includes HEAD. */
export const requireMethod = authzProvider<ReadonlySet<string>>({
  parse(args) {
    const names = words(args);
    const unknown = names.find((name) => !knownMethods.has(name));
    if (unknown !== undefined) return { complaint: `Invalid Method '${unknown}'` };
    return { parsed: new Set(names.map((name) => (name === 'HEAD' ? 'GET' : name))) };
  },
  check: (request, methods) =>
    methods.has(request.method === 'HEAD' ? 'GET' : request.method) ? 'granted' : 'denied',
});

/** `Require expr EXPRESSION`, around which double quotes may stand. One that asks for
 * REMOTE_USER may turn once the user is known. httpd: modules/aaa/mod_authz_core.c expr_parse_config */
export const requireExpr = authzProvider<ConditionExpression>({
  parse(args, cmd) {
    const text = args.startsWith('"') && args.endsWith('"') ? args.slice(1, -1) : args;
    const parsed = cmd.expression(text, 'boolean', { module: 'authz_core' });
    return 'error' in parsed
      ? { complaint: `Cannot parse expression in require line: ${parsed.error}` }
      : { parsed };
  },
  check(request, expression) {
    const captures: ExpressionCaptures = { match: undefined };
    const holds = expression.evaluate(request, captures);
    return holds instanceof Promise
      ? holds.then((later) => statusOf(later, expression, captures, request))
      : statusOf(holds, expression, captures, request);
  },
});

function statusOf(
  holds: boolean | undefined,
  { variables }: ConditionExpression,
  { error }: ExpressionCaptures,
  request: RequestRecord,
): AuthzStatus {
  if (holds) return 'granted';
  if (holds === false) return variables.has('REMOTE_USER') ? 'denied-no-user' : 'denied';
  request.log('authz_core', 'error', `AH02320: Error evaluating expression in 'Require expr': ${error}`);
  return 'general-error';
}
