import {
  DECLINED,
  type ExpressionCaptures,
  escapePath,
  escapeUri,
  type HookStatus,
  isRedirect,
  isUrl,
  parseUri,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { constructUrl, setContext } from '../core/contract.ts';
import { substituteGroups } from '../substitute-groups.ts';
import { type AliasDirectoryConfig, type AliasServerConfig, aliasDirectory, redirectsOf } from './config.ts';
import type { RedirectEntry } from './entries.ts';
import type { Found } from './entry-index.ts';

interface Target {
  /** Empty for statuses that are no redirections. */
  readonly url: string;
  readonly status: number;
}

/** The log numbers differ by the phase that redirects. */
interface LogNumbers {
  readonly completed: string;
  readonly refused: string;
}

/**
 * Redirects a request if a Redirect of its location or of the list says so.
 * httpd: modules/mappers/mod_alias.c translate_alias_redir, fixup_redir
 */
export function redirectBy(
  config: AliasServerConfig | AliasDirectoryConfig,
  request: RequestRecord,
  numbers: LogNumbers,
): HookStatus {
  const { redirect } = aliasDirectory.of(request);
  const target = redirect === undefined ? listed(config, request) : computed(redirect, request);
  if (typeof target === 'number') return target;
  if (target === undefined) return DECLINED;
  return isRedirect(target.status) ? sendTo(target, request, numbers) : target.status;
}

function computed(
  { target, status, definedAt }: NonNullable<AliasDirectoryConfig['redirect']>,
  request: RequestRecord,
): Target | number {
  request.observe('mod_alias', definedAt, `answers ${status}`);
  if (target === undefined) return { url: '', status };
  const captures: ExpressionCaptures = { match: undefined };
  const url = target.text(request, captures);
  if (url !== undefined) return { url: isNoReference(url) ? '' : escapeTarget(url), status };
  request.log('alias', 'error', `AH02826: Can't evaluate redirect expression: ${captures.error}`);
  return 500;
}

function listed(
  config: AliasServerConfig | AliasDirectoryConfig,
  request: RequestRecord,
): Target | undefined {
  const index = redirectsOf(config);
  const found = index.isEmpty ? undefined : index.find(request.uri);
  if (found === undefined) return undefined;
  const { status, definedAt, fake, real } = found.entry;
  if (found.groups === undefined) setContext(request, fake, real);
  request.observe('mod_alias', definedAt, `matches ${request.uri}`);
  return { url: targetUrl(found, request.uri), status };
}

function targetUrl({ entry, length, groups }: Found<RedirectEntry>, uri: string): string {
  if (entry.real === undefined) return '';
  if (groups === undefined) return entry.real + escapePath(uri.slice(length));
  return escapeTarget(substituteGroups(entry.real, groups));
}

/** Query and fragment are taken as they are. */
function escapeTarget(url: string): string {
  const [, path, query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#[\s\S]*)?$/.exec(url)!;
  return escapeUri(path!) + query + fragment;
}

/** A colon before the first slash, but no scheme in front of it. httpd: apr_uri_parse */
const isNoReference = (text: string) => /^[^/?#]*:/.test(text) && !isUrl(text);

/** A URL with a host must be one that can be read. */
const isTarget = (text: string) =>
  isUrl(text) && (!/^[^:]*:\/\//.test(text) || parseUri(text).scheme !== undefined);

function sendTo(
  { url, status }: Target,
  request: RequestRecord,
  { completed, refused }: LogNumbers,
): HookStatus {
  let location = url;
  if (!(aliasDirectory.of(request).relative && url.startsWith('/'))) {
    if (url.startsWith('/')) {
      location = constructUrl(url, request);
      request.log(
        'alias',
        'debug',
        `${completed}: incomplete redirection target of '${url}' for URI '${request.uri}' modified to '${location}'`,
      );
    }
    if (!isTarget(location)) {
      request.log(
        'alias',
        'error',
        `${refused}: cannot redirect '${request.uri}' to '${location}'; target is not a valid absoluteURI or abs_path`,
      );
      return 500;
    }
  }
  if (request.args !== undefined && !location.includes('?')) location = `${location}?${request.args}`;
  request.headersOut.set('Location', location);
  return status;
}
