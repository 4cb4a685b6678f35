import {
  checkUserId,
  defineModule,
  type ExpressionCaptures,
  encodeBase64,
  fixups,
  flag,
  iterate,
  OK,
  type RequestRecord,
  type TextExpression,
  take1,
  take12,
} from '@httpd-ts/kernel';
import { authSchemes, findAuthnProvider } from '../mod_authn_core/contract.ts';
import { authenticateBasic, noteBasicFailure } from './authenticate.ts';
import { authBasicConfig } from './config.ts';
import { summaries } from './summaries.ts';

const inAuthConfig = { context: 'anywhere', override: 'AuthConfig' } as const;

/** Presents a user to what runs behind, who never logged in. httpd: authenticate_basic_fake */
function presentFakeUser(request: RequestRecord): number {
  const { fake } = authBasicConfig.of(request);
  if (fake === undefined || fake === 'off') return OK;
  const user = evaluateFake(fake.user, 'AH02455', 'username', request);
  if (user === undefined) return 500;
  const password = evaluateFake(fake.password, 'AH02456', 'password', request);
  if (password === undefined) return 500;
  if (user === '' || password === '') {
    const [number, what] = user === '' ? ['AH02458', 'username'] : ['AH02459', 'password'];
    request.log(
      'auth_basic',
      'error',
      `${number}: AuthBasicFake: empty ${what} expression for URI '${request.uri}', ignoring`,
    );
    return OK;
  }
  const value = `Basic ${encodeBase64(`${user}:${password}`)}`;
  request.headersIn.set('Authorization', value);
  request.log('auth_basic', 'debug', `AH02457: AuthBasicFake: "Authorization: ${value}"`);
  return OK;
}

function evaluateFake(
  expression: TextExpression,
  number: string,
  what: string,
  request: RequestRecord,
): string | undefined {
  const captures: ExpressionCaptures = { match: undefined };
  const text = expression.text(request, captures);
  if (text === undefined) {
    request.log(
      'auth_basic',
      'error',
      `${number}: AuthBasicFake: could not evaluate ${what} expression for URI '${request.uri}': ${captures.error}`,
    );
  }
  return text;
}

/** User name and password in the clear, as HTTP's Basic scheme has them. */
export const modAuthBasic = defineModule({
  name: 'mod_auth_basic',
  identifier: 'auth_basic_module',
  httpd: 'modules/aaa/mod_auth_basic.c',
  summaries,
  directives: {
    AuthBasicProvider: authBasicConfig.directive({
      ...inAuthConfig,
      args: iterate,
      usage: 'specify the auth providers for a directory or location',
      keywords: ['file', 'anon', 'dbd', 'dbm', 'ldap', 'socache'],
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
      set(config, [userText, passwordText], cmd) {
        if (userText.toLowerCase() === 'off') {
          config.fake = 'off';
          return undefined;
        }
        const user = cmd.expression(userText, 'string', { module: 'auth_basic' });
        if ('error' in user) return `Could not parse fake username expression '${userText}': ${user.error}`;
        const password = cmd.expression(passwordText ?? 'password', 'string', { module: 'auth_basic' });
        if ('error' in password) {
          return `Could not parse fake password expression associated to user '${userText}': ${password.error}`;
        }
        config.fake = { user, password };
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
