import { defineModule, type RequestRecord } from '@httpd-ts/kernel';
import { authzProvider, authzProviders } from '../mod_authz_core/contract.ts';
import { type RequiredNames, readRequiredNames } from '../required-names.ts';

/** `Require user NAME …`. httpd: modules/aaa/mod_authz_user.c user_check_authorization */
const requireUser = authzProvider<RequiredNames>({
  parse: (args, cmd) => readRequiredNames(args, cmd, 'authz_user'),
  check(request, required) {
    const { user } = request;
    if (user === undefined) return 'denied-no-user';
    const names = required.of(request);
    if (names === undefined) return 'denied';
    if (names.includes(user)) return 'granted';
    logMismatch(request, user);
    return 'denied';
  },
});

function logMismatch(request: RequestRecord, user: string): void {
  request.log(
    'authz_user',
    'debug',
    `AH01663: access to ${request.uri} failed, reason: user '${user}' does not meet 'require'ments for user to be allowed access`,
  );
}

/** `Require valid-user`. */
const requireValidUser = authzProvider<undefined>({
  parse: () => ({ parsed: undefined }),
  check: (request) => (request.user === undefined ? 'denied-no-user' : 'granted'),
});

/** Authorization by user name. */
export const modAuthzUser = defineModule({
  name: 'mod_authz_user',
  identifier: 'authz_user_module',
  httpd: 'modules/aaa/mod_authz_user.c',
  directives: {},
  providers: [
    authzProviders.provide('user', requireUser),
    authzProviders.provide('valid-user', requireValidUser),
  ],
});
