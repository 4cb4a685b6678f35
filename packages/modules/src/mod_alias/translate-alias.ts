import {
  DECLINED,
  type ExpressionCaptures,
  type HookStatus,
  longestPath,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { setContext } from '../core/contract.ts';
import { substituteGroups } from '../substitute-groups.ts';
import { type AliasDirectoryConfig, aliasDirectory, aliasesOf, aliasServer } from './config.ts';
import { matchedLength } from './entries.ts';
import { redirectBy } from './redirect.ts';

/** Maps a path by redirects, then by aliases. httpd: modules/mappers/mod_alias.c translate_alias_redir */
export function translateAlias(request: RequestRecord): HookStatus {
  const { uri } = request;
  if (!uri.startsWith('/') && uri !== '') return DECLINED;
  const config = aliasServer.of(request);
  const redirected = redirectBy(config, request, { completed: 'AH00673', refused: 'AH00674' });
  if (redirected !== DECLINED) return redirected;
  const { alias, preservePath } = aliasDirectory.of(request);
  if (alias !== undefined) return byLocation(request, alias, preservePath ?? false);
  const index = aliasesOf(config);
  const found = index.isEmpty ? undefined : index.find(uri);
  if (found === undefined) return DECLINED;
  const { entry, length, groups } = found;
  request.observe('mod_alias', entry.definedAt, `matches ${uri}`);
  if (groups === undefined) setContext(request, entry.fake, entry.real);
  return mapTo(
    request,
    groups === undefined ? entry.real + uri.slice(length) : substituteGroups(entry.real, groups),
    entry.handler,
  );
}

/** httpd: try_alias */
function byLocation(
  request: RequestRecord,
  alias: NonNullable<AliasDirectoryConfig['alias']>,
  preservePath: boolean,
): HookStatus {
  const captures: ExpressionCaptures = { match: undefined };
  const target = alias.target.text(request, captures);
  request.observe('mod_alias', alias.definedAt, `gives ${target ?? captures.error}`);
  if (target === undefined) {
    request.log('alias', 'error', `AH02825: Can't evaluate alias expression: ${captures.error}`);
    // httpd: PREGSUB_ERROR is an empty text, which is the root.
    request.filename = '/';
    return OK;
  }
  const length = preservePath ? matchedLength(request.uri, alias.location) : 0;
  if (length > 0) setContext(request, request.uri.slice(0, length), target);
  return mapTo(request, length > 0 ? target + request.uri.slice(length) : target, alias.handler);
}

function mapTo(request: RequestRecord, path: string, handler: string | undefined): HookStatus {
  const { serverRoot } = request.server.plan.settings;
  // httpd: ap_server_root_relative gives nothing for a path that is too long together with the server's root.
  if (serverRoot.length + path.length > longestPath) return DECLINED;
  if (handler !== undefined) {
    request.handlerName = handler;
    request.notes.set('alias-forced-type', handler);
  }
  request.filename = path.startsWith('/') ? path : `${serverRoot.replace(/\/+$/, '')}/${path}`;
  return OK;
}

/** Redirects by the directives of the directory. httpd: fixup_redir */
export function redirectDirectory(request: RequestRecord): HookStatus {
  return redirectBy(aliasDirectory.of(request), request, { completed: 'AH00675', refused: 'AH00676' });
}
