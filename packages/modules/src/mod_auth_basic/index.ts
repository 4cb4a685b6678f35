import {
  checkUserId,
  defineModule,
  encodeBase64,
  fixups,
  flag,
  iterate,
  OK,
  type RequestRecord,
  take1,
  take12,
} from '@httpd-ts/kernel';
import { authSchemes, findAuthnProvider } from '../mod_authn_core/contract.ts';
import { readStringExpression } from '../string-expression.ts';
import { authenticateBasic, noteBasicFailure } from './authenticate.ts';
import { authBasicConfig } from './config.ts';

const inAuthConfig = { context: 'anywhere', override: 'AuthConfig' } as const;

/** Presents a user to what runs behind, who never logged in. httpd: authenticate_basic_fake */
function presentFakeUser(request: RequestRecord): number {
  const { fake } = authBasicConfig.of(request);
  if (fake === undefined || fake === 'off') return OK;
  if (fake.user === '' || fake.password === '') {
    const [number, what] = fake.user === '' ? ['AH02458', 'username'] : ['AH02459', 'password'];
    request.log(
      'auth_basic',
      'error',
      `${number}: AuthBasicFake: empty ${what} expression for URI '${request.uri}', ignoring`,
    );
    return OK;
  }
  const value = `Basic ${encodeBase64(`${fake.user}:${fake.password}`)}`;
  request.headersIn.set('Authorization', value);
  request.log('auth_basic', 'debug', `AH02457: AuthBasicFake: "Authorization: ${value}"`);
  return OK;
}

/** User name and password in the clear, as HTTP's Basic scheme has them. */
export const modAuthBasic = defineModule({
  name: 'mod_auth_basic',
  identifier: 'auth_basic_module',
  httpd: 'modules/aaa/mod_auth_basic.c',
  directives: {
    AuthBasicProvider: authBasicConfig.directive({
      ...inAuthConfig,
      args: iterate,
      usage: 'specify the auth providers for a directory or location',
      default: 'file',
      set(config, name, cmd) {
        const provider = findAuthnProvider(name, cmd);
        if (provider === undefined) return `Unknown Authn provider: ${name}`;
        if (provider.checkPassword === undefined) {
          return `The '${name}' Authn provider doesn't support Basic Authentication`;
        }
        config.providers ??= [];
        config.providers.push(provider);
        return undefined;
      },
    }),
    AuthBasicAuthoritative: authBasicConfig.directive({
      ...inAuthConfig,
      args: flag,
      usage:
        "Set to 'Off' to allow access control to be passed along to lower modules if the UserID is not known to this module",
      default: 'On',
      set(config, on) {
        config.authoritative = on;
      },
    }),
    AuthBasicFake: authBasicConfig.directive({
      ...inAuthConfig,
      args: take12,
      usage:
        "Fake basic authentication using the given expressions for username and password, 'off' to disable. Password defaults to 'password' if missing.",
      support: { partial: 'Expressions are read but not served.' },
      set(config, [userText, passwordText], cmd) {
        if (userText.toLowerCase() === 'off') {
          config.fake = 'off';
          return undefined;
        }
        const user = readStringExpression(cmd, userText);
        if ('complaint' in user) return user.complaint;
        const password = readStringExpression(cmd, passwordText ?? 'password');
        if ('complaint' in password) return password.complaint;
        config.fake = { user: user.value, password: password.value };
        return undefined;
      },
    }),
    AuthBasicUseDigestAlgorithm: authBasicConfig.directive({
      ...inAuthConfig,
      args: take1,
      usage:
        "Set to 'MD5' to use the auth provider's authentication check for digest auth, using a hash of 'user:realm:pass'",
      default: 'Off',
      set(config, word) {
        const algorithm = word.toLowerCase();
        if (algorithm !== 'off' && algorithm !== 'md5') {
          return `Invalid algorithm in AuthBasicUseDigestAlgorithm: ${word}`;
        }
        config.usesDigest = algorithm === 'md5';
        return undefined;
      },
    }),
  },
  hooks: [
    checkUserId(authenticateBasic),
    fixups(presentFakeUser, {
      order: 'last',
      when: (view) => typeof authBasicConfig.of(view).fake === 'object',
    }),
  ],
  providers: [authSchemes.provide('basic', { noteFailure: noteBasicFailure })],
});
