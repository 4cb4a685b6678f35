import { DECLINED, type HookResult, type HookStatus, OK, type RequestRecord } from '@httpd-ts/kernel';
import { authTypeOf, noteAuthFailure } from '../mod_authn_core/contract.ts';
import { checkAuthorization } from './check-authorization.ts';
import { authzCoreConfig } from './config.ts';
import type { AuthzStatus } from './contract.ts';

/** Lets a request pass that needs no user. httpd: authorize_userless */
export function authorizeWithoutUser(request: RequestRecord): HookResult {
  return authorize(request, false);
}

/** Decides with the user known. httpd: authorize_user */
export function authorizeUser(request: RequestRecord): HookResult {
  return authorize(request, true);
}

/** httpd: modules/aaa/mod_authz_core.c authorize_user_core */
function authorize(request: RequestRecord, afterAuthentication: boolean): HookResult {
  const { group } = authzCoreConfig.of(request);
  if (group === undefined) return withoutDirectives(request);
  const status = checkAuthorization(request, group);
  return typeof status === 'string'
    ? answer(request, status, afterAuthentication)
    : status.then((later) => answer(request, later, afterAuthentication));
}

function withoutDirectives(request: RequestRecord): HookStatus {
  if (authTypeOf(request) !== undefined) {
    request.log(
      'authz_core',
      'error',
      'AH01627: AuthType configured with no corresponding authorization directives',
    );
    return 500;
  }
  request.log('authz_core', 'debug', 'AH01628: authorization result: granted (no directives)');
  return OK;
}

function answer(request: RequestRecord, status: AuthzStatus, afterAuthentication: boolean): HookStatus {
  switch (status) {
    case 'granted':
      return OK;
    case 'denied-no-user':
      return afterAuthentication ? withoutUser(request) : DECLINED;
    case 'denied':
    case 'neutral':
      return denied(request, afterAuthentication);
    case 'general-error':
      return 500;
  }
}

function withoutUser(request: RequestRecord): HookStatus {
  request.log(
    'authz_core',
    'error',
    `AH01629: authorization failure (no authenticated user): ${request.uri}`,
  );
  if (request.user !== undefined) noteAuthFailure(request);
  return 401;
}

function denied(request: RequestRecord, afterAuthentication: boolean): HookStatus {
  const { filename, uri } = request;
  if (!afterAuthentication || authTypeOf(request) === undefined) {
    const place = filename === undefined ? `uri ${uri}` : filename;
    request.log('authz_core', 'error', `AH01630: client denied by server configuration: ${place}`);
    return 403;
  }
  request.log('authz_core', 'error', `AH01631: user ${request.user}: authorization failure for "${uri}": `);
  if (authzCoreConfig.of(request).forbiddenOnFailure) return 403;
  noteAuthFailure(request);
  return 401;
}
