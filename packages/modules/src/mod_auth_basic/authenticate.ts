import {
  DECLINED,
  decodeBase64,
  encodeHex,
  type HookResult,
  type HookStatus,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import {
  type AuthnProvider,
  type AuthnStatus,
  authNameOf,
  authnProviders,
  authTypeOf,
} from '../mod_authn_core/contract.ts';
import { type AuthBasicConfig, authBasicConfig } from './config.ts';

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Tells the client to send user and password. httpd: note_basic_auth_failure */
export function noteBasicFailure(request: RequestRecord): void {
  const header = request.proxyRequest === 'proxy' ? 'Proxy-Authenticate' : 'WWW-Authenticate';
  request.errHeadersOut.set(header, `Basic realm="${authNameOf(request)}"`);
}

/** Finds out who the user is. httpd: modules/aaa/mod_auth_basic.c authenticate_basic_user */
export function authenticateBasic(request: RequestRecord): HookResult {
  const type = authTypeOf(request);
  if (type?.toLowerCase() !== 'basic') return DECLINED;
  if (authNameOf(request) === undefined) {
    request.log('auth_basic', 'error', `AH01615: need AuthName: ${request.uri}`);
    return 500;
  }
  request.authType = type;
  const credentials = readCredentials(request);
  if (credentials === undefined) {
    noteBasicFailure(request);
    return 401;
  }
  request.user = credentials.user;
  const config = authBasicConfig.of(request);
  const status = askProviders(request, config, credentials);
  return status instanceof Promise
    ? status.then((later) => conclude(request, config, later))
    : conclude(request, config, status);
}

/** httpd: get_basic_auth */
function readCredentials(request: RequestRecord): Credentials | undefined {
  const header = request.proxyRequest === 'proxy' ? 'Proxy-Authorization' : 'Authorization';
  const line = request.headersIn.get(header);
  if (line === undefined) return undefined;
  const [, scheme, encoded] = /^([^ ]*) *[ \t]*([\s\S]*)$/.exec(line)!;
  if (scheme!.toLowerCase() !== 'basic') {
    request.log('auth_basic', 'error', `AH01614: client used wrong authentication scheme: ${request.uri}`);
    return undefined;
  }
  const decoded = decodeBase64(encoded!).split('\0', 1)[0]!;
  const colon = decoded.indexOf(':');
  return colon < 0
    ? { user: decoded, password: '' }
    : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function askProviders(
  request: RequestRecord,
  config: AuthBasicConfig,
  credentials: Credentials,
): AuthnStatus | Promise<AuthnStatus> {
  const fallback = request.server.plan.providers.find(authnProviders, 'file');
  const providers = config.providers ?? (fallback?.checkPassword === undefined ? [] : [fallback]);
  if (providers.length === 0) {
    request.log('auth_basic', 'error', 'AH01616: No Authn provider configured');
    return 'general-error';
  }
  const check = config.usesDigest ? checkDigest : checkPassword;
  return askFrom(0, providers, (provider) => check(request, provider, credentials));
}

/** The first provider that knows the user decides. */
function askFrom(
  from: number,
  providers: readonly AuthnProvider[],
  check: (provider: AuthnProvider) => AuthnStatus | Promise<AuthnStatus>,
): AuthnStatus | Promise<AuthnStatus> {
  for (let i = from; i < providers.length; i++) {
    const status = check(providers[i]!);
    if (status instanceof Promise) {
      return status.then((later) => (later === 'user-not-found' ? askFrom(i + 1, providers, check) : later));
    }
    if (status !== 'user-not-found') return status;
  }
  return 'user-not-found';
}

function checkPassword(request: RequestRecord, provider: AuthnProvider, { user, password }: Credentials) {
  return provider.checkPassword!(request, user, password);
}

/** AuthBasicUseDigestAlgorithm: the provider keeps a hash of user, realm and password. */
function checkDigest(
  request: RequestRecord,
  provider: AuthnProvider,
  { user, password }: Credentials,
): AuthnStatus {
  if (provider.realmHash === undefined) {
    request.log(
      'auth_basic',
      'error',
      'AH02493: Authn provider does not support AuthBasicUseDigestAlgorithm',
    );
    return 'general-error';
  }
  const realm = authNameOf(request)!;
  const found = provider.realmHash(request, user, realm);
  if (typeof found === 'string' || 'handled' in found) return found;
  const digest = request.server.plan.world.digests.hash('md5', `${user}:${realm}:${password}`);
  return encodeHex(digest) === found.hash ? 'granted' : 'denied';
}

function conclude(request: RequestRecord, config: AuthBasicConfig, status: AuthnStatus): HookStatus {
  if (status === 'granted') return OK;
  if (config.authoritative === false && status !== 'denied') return DECLINED;
  if (status === 'denied') {
    request.log(
      'auth_basic',
      'error',
      `AH01617: user ${request.user}: authentication failure for "${request.uri}": Password Mismatch`,
    );
  } else if (status === 'user-not-found') {
    request.log('auth_basic', 'error', `AH01618: user ${request.user} not found: ${request.uri}`);
  } else return typeof status === 'string' ? 500 : status.handled;
  noteBasicFailure(request);
  return 401;
}
