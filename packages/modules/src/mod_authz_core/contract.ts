import { type DirectiveContext, providerKind, type RequestRecord } from '@httpd-ts/kernel';

/**
 * What an authorization provider says of a request. `denied-no-user` is a denial that a user name may turn.
 * httpd: include/mod_auth.h authz_status
 */
export type AuthzStatus = 'granted' | 'denied' | 'denied-no-user' | 'neutral' | 'general-error';

/** A `Require` line's name for something to be met. httpd: authz_provider */
export interface AuthzProvider<Parsed = unknown> {
  /** Reads what follows the provider's name. */
  parse(args: string, cmd: DirectiveContext): { readonly parsed: Parsed } | { readonly complaint: string };
  /** Answers at once, or by a promise when it must look something up. */
  check(request: RequestRecord, parsed: Parsed): AuthzStatus | Promise<AuthzStatus>;
}

/** Authorization providers by name. httpd: AUTHZ_PROVIDER_GROUP */
export const authzProviders = providerKind<AuthzProvider>('authz');

/** Declares a provider whose parsed form has a type of its own. */
export function authzProvider<Parsed>(provider: AuthzProvider<Parsed>): AuthzProvider {
  return provider as AuthzProvider<unknown>;
}

const aliasKey = { name: 'authz provider aliases' };

type Remember = DirectiveContext['memory'];

const namedProviders = (remember: Remember) => remember(aliasKey, () => new Map<string, AuthzProvider>());

/** A provider by its name, or by one that the configuration itself gave. */
export function findAuthzProvider(name: string, cmd: DirectiveContext): AuthzProvider | undefined {
  return namedProviders(cmd.planMemory).get(name) ?? cmd.providers.find(authzProviders, name);
}

/** Gives a provider a name from here on. */
export function declareAuthzProvider(
  { memory }: Pick<DirectiveContext, 'memory'>,
  name: string,
  provider: AuthzProvider,
): void {
  namedProviders(memory).set(name, provider);
}
