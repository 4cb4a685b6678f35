import { defineModule, type RequestRecord, words } from '@httpd-ts/kernel';
import { authzProvider, authzProviders } from '../mod_authz_core/contract.ts';
import { readStringExpression } from '../string-expression.ts';

/** `Require user NAME …`. httpd: modules/aaa/mod_authz_user.c user_check_authorization */
const requireUser = authzProvider<{ readonly text: string; readonly names: readonly string[] }>({
  parse(args, cmd) {
    const read = readStringExpression(cmd, args);
    if ('value' in read) return { parsed: { text: args, names: words(read.value) } };
    return read.complaint === undefined
      ? { parsed: { text: args, names: [] } }
      : { complaint: read.complaint };
  },
  check(request, { names }) {
    const { user } = request;
    if (user === undefined) return 'denied-no-user';
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
