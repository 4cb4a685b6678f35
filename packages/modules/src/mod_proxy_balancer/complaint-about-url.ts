import type { RequestRecord } from '@httpd-ts/kernel';
import { type Balancer, findScheme, newMember } from '../mod_proxy/contract.ts';

const mostCharacters = 255;
const portOf = /^(?:unix:[^|]*\|)?[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^/?#:]*):(\d+)/i;

/**
 * Why a URL cannot be that of a new member. Apache's form takes what the first request to it will fail with; whoever
 * adds a member is told at once.
 */
export function complaintAboutUrl(
  request: RequestRecord,
  balancer: Balancer,
  url: string,
): string | undefined {
  if (url.length > mostCharacters) return `The URL must have ${mostCharacters} characters at most.`;
  if (!/^[!-~]*$/.test(url) || /["<>\\]/.test(url))
    return 'The URL must be of printable ASCII without spaces, quotes, angle brackets and backslashes; other characters are written as %XX, in host names as xn--...';
  if (Number(portOf.exec(url)?.[1] ?? 0) > 65_535) return `The port of ${url} must be 65535 at most.`;
  const worker = newMember(url, balancer);
  if (typeof worker === 'string') return worker;
  if (findScheme(request.server.plan.providers, worker.scheme) === undefined)
    return `No module that is loaded serves ${worker.scheme}: (mod_proxy_http serves http: and https:).`;
  return undefined;
}
