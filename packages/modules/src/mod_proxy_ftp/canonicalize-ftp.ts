import { type HookStatus, type RequestRecord, walkConfig } from '@httpd-ts/kernel';
import { canonicalPath, pathStart, proxyPlanOf } from '../mod_proxy/contract.ts';
import { fitsCommand } from './ftp-text.ts';

/** httpd: modules/proxy/mod_proxy_ftp.c proxy_ftp_canon */
export function canonicalizeFtp(request: RequestRecord, url: string): string | HookStatus {
  const start = pathStart(url);
  const origin = start < 0 ? 'Malformed URL' : proxyPlanOf(request.server).origins.find(url.slice(0, start));
  if (typeof origin === 'string') return 400;
  const authority = url.slice(url.indexOf('://') + 3, start);
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at + 1);
  if (!fitsCommand(user)) return 400;
  const whole = url.slice(start + 1);
  const semicolon = whole.indexOf(';');
  const keepsSlashes = walkConfig.of(request).encodedSlashes === 'keep';
  let path = canonicalPath(semicolon < 0 ? whole : whole.slice(0, semicolon), keepsSlashes);
  if (typeof path === 'number') return path;
  if (!fitsCommand(path)) return 400;
  let parameters = semicolon < 0 ? '' : canonicalPath(whole.slice(semicolon + 1), false);
  if (request.args !== undefined) {
    if (semicolon < 0) path += `?${request.args}`;
    else parameters += `?${request.args}`;
    request.args = undefined;
  }
  return `${origin.canonical.replace('://', `://${user}`)}/${path}${parameters === '' ? '' : `;${parameters}`}`;
}
