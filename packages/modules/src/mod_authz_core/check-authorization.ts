import type { RequestRecord } from '@httpd-ts/kernel';
import { type AuthzNode, holdsFor, nodeText, type RequireGroup } from './authz-section.ts';
import type { AuthzStatus } from './contract.ts';

type Answer = AuthzStatus | Promise<AuthzStatus>;

/**
 * What a tree of requirements says of a request. Waits only where a provider had to look something up.
 * httpd: modules/aaa/mod_authz_core.c apply_authz_sections
 */
export function checkAuthorization(request: RequestRecord, group: RequireGroup): Answer {
  return checkNode(request, group, 'and');
}

function checkNode(request: RequestRecord, node: AuthzNode, parent: 'and' | 'or'): Answer {
  if (!holdsFor(node.limits, request.method)) {
    const status = parent === 'and' ? 'granted' : 'neutral';
    if (request.logs('authz_core', 'debug')) {
      request.log(
        'authz_core',
        'debug',
        `AH01625: authorization result of ${nodeText(node)}: ${status} (directive limited to other methods)`,
      );
    }
    return status;
  }
  const answer =
    node.kind === 'require'
      ? node.provider.check(request, node.parsed)
      : checkChildren(request, node, 0, 'neutral');
  return typeof answer === 'string'
    ? conclude(request, node, answer)
    : answer.then((status) => conclude(request, node, status));
}

function checkChildren(
  request: RequestRecord,
  group: RequireGroup,
  from: number,
  sofar: AuthzStatus,
): Answer {
  let result = sofar;
  for (let i = from; i < group.children.length; i++) {
    const answer = checkNode(request, group.children[i]!, group.operator);
    if (typeof answer !== 'string') return restAfter(answer, request, group, i, result);
    const combined = combine(group.operator, result, answer);
    if (combined.final) return combined.status;
    result = combined.status;
  }
  return result;
}

async function restAfter(
  pending: Promise<AuthzStatus>,
  request: RequestRecord,
  group: RequireGroup,
  at: number,
  sofar: AuthzStatus,
): Promise<AuthzStatus> {
  const combined = combine(group.operator, sofar, await pending);
  return combined.final ? combined.status : checkChildren(request, group, at + 1, combined.status);
}

/** Denied without a user stays only while a user name may still change the outcome. */
function combine(
  operator: 'and' | 'or',
  sofar: AuthzStatus,
  child: AuthzStatus,
): { readonly status: AuthzStatus; readonly final: boolean } {
  if (child === 'general-error') return { status: child, final: true };
  if (child === 'neutral') return { status: sofar, final: false };
  const decides = operator === 'and' ? 'denied' : 'granted';
  if (child === decides) return { status: child, final: true };
  const replaces = operator === 'and' ? sofar !== 'denied' : sofar === 'denied';
  const status = sofar === 'neutral' || (child === 'denied-no-user' && replaces) ? child : sofar;
  return { status, final: false };
}

function conclude(request: RequestRecord, node: AuthzNode, status: AuthzStatus): AuthzStatus {
  const result = node.negate ? negated(status) : status;
  if (status !== 'general-error' && request.logs('authz_core', 'debug')) {
    request.log(
      'authz_core',
      'debug',
      `AH01626: authorization result of ${nodeText(node)}: ${logWords[result]}`,
    );
  }
  if (node.definedAt !== undefined) request.observe('mod_authz_core', node.definedAt, logWords[result]);
  return result;
}

/** Not being denied grants nothing. */
function negated(status: AuthzStatus): AuthzStatus {
  if (status === 'granted') return 'denied';
  return status === 'denied' || status === 'denied-no-user' ? 'neutral' : status;
}

const logWords: Readonly<Record<AuthzStatus, string>> = {
  granted: 'granted',
  denied: 'denied',
  'denied-no-user': 'denied (no authenticated user yet)',
  neutral: 'neutral',
  'general-error': 'general error',
};
