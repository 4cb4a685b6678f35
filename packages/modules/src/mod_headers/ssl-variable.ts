import type { DirectiveContext, RequestRecord } from '@httpd-ts/kernel';

/** What mod_ssl tells of a request beside its own variables. */
const ofRequests: ReadonlySet<string> = new Set([
  ...['HTTP_USER_AGENT', 'HTTP_REFERER', 'HTTP_COOKIE', 'HTTP_FORWARDED', 'HTTP_HOST', 'HTTP_ACCEPT'],
  ...['HTTP_PROXY_CONNECTION', 'THE_REQUEST', 'REQUEST_METHOD', 'REQUEST_SCHEME', 'REQUEST_URI'],
  ...['REQUEST_FILENAME', 'SCRIPT_FILENAME', 'PATH_INFO', 'QUERY_STRING', 'REMOTE_ADDR', 'REMOTE_HOST'],
  ...['REMOTE_IDENT', 'REMOTE_USER', 'AUTH_TYPE', 'DOCUMENT_ROOT', 'SERVER_ADMIN', 'SERVER_NAME'],
  ...['SERVER_PORT', 'SERVER_PROTOCOL', 'SERVER_SOFTWARE', 'API_VERSION', 'HTTPS'],
  ...['TIME', 'TIME_YEAR', 'TIME_MON', 'TIME_DAY', 'TIME_HOUR', 'TIME_MIN', 'TIME_SEC', 'TIME_WDAY'],
]);

const none = () => undefined;

/** A variable as mod_ssl finds it; none is there without that module. httpd: modules/ssl/ssl_engine_vars.c ssl_var_lookup */
export function sslVariable(
  name: string,
  cmd: DirectiveContext,
): (request: RequestRecord) => string | undefined {
  if (!cmd.hasModule('mod_ssl')) return none;
  if (/^ENV:/i.test(name)) {
    const variable = name.slice(4);
    return (request) =>
      request.note(variable) ?? request.env(variable) ?? cmd.world.environment.get(variable);
  }
  if (!ofRequests.has(name.toUpperCase())) return ({ connection }) => connection.tls?.variable(name);
  const expression = cmd.expression(`%{${name.toUpperCase()}}`, 'string', { module: 'headers' });
  return 'error' in expression ? none : (request) => expression.text(request, { match: undefined });
}
