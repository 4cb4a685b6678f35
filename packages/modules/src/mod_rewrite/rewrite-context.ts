import type { RegexMatch, RequestRecord } from '@httpd-ts/kernel';
import { serverNameOf } from '../core/contract.ts';
import type { RewriteMap } from './rewrite-map.ts';
import type { Rule } from './rule.ts';

/** Rules at work on one request. httpd: rewrite_ctx */
export interface RewriteContext {
  request: RequestRecord;
  /** The directory (or what stands for it) whose rules these are; undefined for a server's. */
  readonly perdir: string | undefined;
  readonly maps: ReadonlyMap<string, RewriteMap>;
  /** What patterns are matched against. */
  uri: string;
  /** Groups of the rule's pattern (`$N`) and of the last matching condition (`%N`). */
  ruleMatch: RegexMatch | undefined;
  conditionMatch: RegexMatch | undefined;
  /** Headers that decided: those of the condition at hand, and of the rule. */
  varyThis: string | undefined;
  vary: string | undefined;
  /** Values that had to be waited for, by the text of their variable. */
  readonly awaited: Map<string, string>;
  /** How talkative the log is: 0 for not at all, else up to 8. */
  readonly trace: number;
  /** The rule that substituted last. */
  lastSubstitution: Rule | undefined;
  /** The query string that rules started with, less the `&` that a rule without one of its own took off its end. */
  initialArgs: string | undefined;
}

/** What rules start from. */
export function rewriteContext(
  request: RequestRecord,
  maps: RewriteContext['maps'],
  trace: number,
  perdir?: string,
): RewriteContext {
  return {
    request,
    perdir,
    maps,
    uri: request.filename ?? '',
    ruleMatch: undefined,
    conditionMatch: undefined,
    varyThis: undefined,
    vary: undefined,
    awaited: new Map(),
    trace,
    lastSubstitution: undefined,
    initialArgs: request.args,
  };
}

/** How much of rewriting the log wants to see. */
export function traceLevel(request: RequestRecord): number {
  let level = 0;
  while (level < 8 && request.logs('rewrite', traceNames[level]!)) level++;
  return level;
}

const traceNames = ['trace1', 'trace2', 'trace3', 'trace4', 'trace5', 'trace6', 'trace7', 'trace8'] as const;

/** What a line of the log is about. */
export interface LogSubject {
  readonly request: RequestRecord;
  readonly perdir?: string | undefined;
}

/** Writes a line to the log in mod_rewrite's form. httpd: modules/mappers/mod_rewrite.c do_rewritelog */
export function rewriteLog({ request, perdir }: LogSubject, level: number, text: string): void {
  const { connection, user, server } = request;
  const host = serverNameOf(request);
  let redirects = 0;
  for (let r = request.prev; r !== undefined; r = r.prev) redirects++;
  const kind = `${request.main === undefined ? 'initial' : 'subreq'}${redirects > 0 ? `/redir#${redirects}` : ''}`;
  const who = `${connection.clientHost ?? request.clientAddress} - ${user === undefined || user === '' ? (user === '' ? '""' : '-') : user}`;
  const ids = `[${host}/sid#${server.index.toString(16)}][rid#${connection.id.toString(16)}/${kind}]`;
  const place = perdir === undefined ? '' : `[perdir ${perdir}] `;
  request.log('rewrite', traceNames[level - 1]!, `${who} ${ids} ${place}${text}`);
}
