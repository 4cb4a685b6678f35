import {
  type ExpressionCaptures,
  providerKind,
  type RequestRecord,
  type TextExpression,
} from '@httpd-ts/kernel';
import { authnCoreConfig } from './config.ts';

/** What a provider says of a user and password. httpd: include/mod_auth.h authn_status */
export type AuthnStatus =
  | 'granted'
  | 'denied'
  | 'user-not-found'
  | 'general-error'
  | { readonly handled: number };

/** Where users and passwords are kept. httpd: authn_provider */
export interface AuthnProvider {
  checkPassword?(request: RequestRecord, user: string, password: string): AuthnStatus | Promise<AuthnStatus>;
  /** The hash of `user:realm:password` that is kept for a user. */
  realmHash?(request: RequestRecord, user: string, realm: string): { readonly hash: string } | AuthnStatus;
}

/** Authentication providers by name. httpd: AUTHN_PROVIDER_GROUP */
export const authnProviders = providerKind<AuthnProvider>('authn');

/** A way to authenticate, by its AuthType in lower case: says to the client how to try again. httpd: note_auth_failure */
export interface AuthScheme {
  noteFailure(request: RequestRecord): void;
}

export const authSchemes = providerKind<AuthScheme>('auth-scheme');

/** AuthType in force; undefined when there is none or it is `None`. httpd: ap_auth_type */
export function authTypeOf(request: RequestRecord): string | undefined {
  const authType = evaluate(authnCoreConfig.of(request).authType, request, 'AuthType');
  return authType?.toLowerCase() === 'none' ? undefined : authType;
}

/** AuthName in force, fit to stand between quotes. httpd: ap_auth_name */
export function authNameOf(request: RequestRecord): string | undefined {
  return evaluate(authnCoreConfig.of(request).authName, request, 'AuthName')?.replaceAll('"', '\\"');
}

/** A value that cannot be found out counts as not set. */
function evaluate(
  expression: TextExpression | undefined,
  request: RequestRecord,
  directive: string,
): string | undefined {
  if (expression === undefined) return undefined;
  const captures: ExpressionCaptures = { match: undefined };
  const text = expression.text(request, captures);
  if (text === undefined) {
    const number = directive === 'AuthType' ? 'AH02834' : 'AH02835';
    request.log(
      'authn_core',
      'error',
      `${number}: ${directive} expression could not be evaluated: ${captures.error}`,
    );
  }
  return text;
}

/** Puts into the response how the client can authenticate. httpd: ap_note_auth_failure */
export function noteAuthFailure(request: RequestRecord): void {
  const type = authTypeOf(request);
  if (type === undefined) {
    request.log('core', 'error', `AH00571: need AuthType to note auth failure: ${request.uri}`);
    return;
  }
  request.server.plan.providers.find(authSchemes, type.toLowerCase())?.noteFailure(request);
}

export { declareAuthnProvider, findAuthnProvider } from './provider-alias.ts';
