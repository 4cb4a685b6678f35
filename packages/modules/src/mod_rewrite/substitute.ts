import { matchesPattern, type RequestRecord } from '@httpd-ts/kernel';
import { constructUrl, schemeOf } from '../core/contract.ts';
import { absoluteUri } from './absolute-uri.ts';
import { type RewriteContext, rewriteLog } from './rewrite-context.ts';
import type { RuleFlags } from './rule.ts';

const defaultPort = (request: RequestRecord) => (schemeOf(request) === 'https' ? 443 : 80);

/** Moves a query string from the substitution to the request. httpd: modules/mappers/mod_rewrite.c splitout_queryargs */
export function splitQuery(context: RewriteContext, flags: RuleFlags): void {
  const { request, trace } = context;
  const { filename } = request as { filename: string };
  if (flags.noQuery) {
    if (trace >= 2) rewriteLog({ request }, 2, 'discarding query string, no parse from substitution');
    request.args = undefined;
    return;
  }
  if (absoluteUri(filename)?.takesQuery === false) {
    request.args = undefined;
    return;
  }
  if (flags.discardQuery) {
    request.args = undefined;
    if (trace >= 2) rewriteLog({ request }, 2, 'discarding query string');
  }
  const at = flags.splitAtLast ? filename.lastIndexOf('?') : filename.indexOf('?');
  if (at < 0) return;
  request.filename = filename.slice(0, at);
  const own = filename.slice(at + 1);
  const keeps = flags.appendQuery && own === '' && request.args === context.initialArgs;
  request.args = joinQueries(own, request.args, flags.appendQuery);
  // httpd ends the text earlier in place, so that what it compares with later is shorter too.
  if (keeps) context.initialArgs = request.args;
  if (trace >= 3) {
    rewriteLog(
      { request },
      3,
      `split uri=${filename} -> uri=${request.filename}, args=${request.args ?? '<none>'}`,
    );
  }
}

function joinQueries(own: string, before: string | undefined, append: boolean): string | undefined {
  const args = !append ? own : own === '' ? (before ?? '') : `${own}&${before ?? ''}`;
  if (args === '') return undefined;
  return args.endsWith('&') ? args.slice(0, -1) : args;
}

/** Makes a URL on this server of a path. httpd: fully_qualify_uri */
export function fullyQualify(request: RequestRecord): void {
  const { filename } = request as { filename: string };
  if (request.method === 'CONNECT' || absoluteUri(filename) !== undefined) return;
  request.filename = constructUrl(filename.startsWith('/') ? filename : `/${filename}`, request);
}

const reducedNote = 'mod_rewrite_uri_reduced';

/** Strips scheme, host and port where they are this server's own. httpd: reduce_uri */
export function reduceToPath({ request, trace }: RewriteContext, legacyPrefix: boolean): void {
  const { filename } = request as { filename: string };
  const scheme = schemeOf(request);
  if (
    filename.length <= scheme.length + 3 ||
    filename.slice(0, scheme.length + 3).toLowerCase() !== `${scheme}://`
  )
    return;
  const rest = filename.slice(scheme.length + 3);
  const [, host, port, path] = /^([^/:]*)(?::([^/]*))?([\s\S]*)$/.exec(rest)!;
  const portNumber = port === undefined ? defaultPort(request) : Number.parseInt(port, 10) || 0;
  if (!isOwnHost(request, host!, portNumber)) return;
  const url = path === '' ? '/' : path!;
  if (trace >= 3) rewriteLog({ request }, 3, `reduce ${filename} -> ${url}`);
  request.filename = url;
  if (!legacyPrefix) request.notes.set(reducedNote, 'true');
}

/** Whether the path came out of a URL on this server. */
export function isReduced(request: RequestRecord): boolean {
  return request.note(reducedNote) !== undefined;
}

/**
 * Whether a host and port are those that the server's own lines name: the words of `<VirtualHost>`, or a ServerName with
 * that very port. httpd: server/vhost.c ap_matches_request_vhost
 */
function isOwnHost({ server }: RequestRecord, host: string, port: number): boolean {
  const name = host.toLowerCase();
  const isAddress = server.addresses.some(
    (address) =>
      (address.port === 0 || address.port === port) &&
      address.text.replace(/:[^:\]]*$/, '').toLowerCase() === name,
  );
  if (isAddress) return true;
  if (port !== server.port) return false;
  if (server.hostname?.toLowerCase() === name || server.names.includes(name)) return true;
  return server.wildNames.some((pattern) => matchesPattern(pattern, name, { caseless: true }));
}
