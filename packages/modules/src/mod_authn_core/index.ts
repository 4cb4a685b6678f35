import { checkUserId, defineModule, NOT_IN, OK, type RequestRecord, section, take1 } from '@httpd-ts/kernel';
import { readStringExpression } from '../string-expression.ts';
import { authnCoreConfig } from './config.ts';
import { authTypeOf } from './contract.ts';
import { openProviderAlias } from './provider-alias.ts';

/** Nobody took care of the AuthType in force. httpd: modules/aaa/mod_authn_core.c authenticate_no_user */
function refuseUnknownType(request: RequestRecord): number {
  const type = authTypeOf(request);
  if (type === undefined) return OK;
  request.log('authn_core', 'error', `AH01796: AuthType ${type} configured without corresponding module`);
  return 500;
}

/** What every kind of authentication needs: its type, its realm and aliases for providers. */
export const modAuthnCore = defineModule({
  name: 'mod_authn_core',
  identifier: 'authn_core_module',
  httpd: 'modules/aaa/mod_authn_core.c',
  directives: {
    AuthType: authnCoreConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'AuthConfig',
      usage: 'an HTTP authorization type (e.g., "Basic")',
      support: { partial: 'Expressions are read but not served.' },
      set(config, text, cmd) {
        const read = readStringExpression(cmd, text);
        if ('complaint' in read) return read.complaint;
        config.authType = read.value;
        return undefined;
      },
    }),
    AuthName: authnCoreConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'AuthConfig',
      usage: 'the authentication realm (e.g. "Members Only")',
      support: { partial: 'Expressions are read but not served.' },
      set(config, text, cmd) {
        const read = readStringExpression(cmd, text);
        if ('complaint' in read) return read.complaint;
        config.authName = read.value.replaceAll('"', '\\"');
        return undefined;
      },
    }),
    '<AuthnProviderAlias': section({
      context: 'server',
      notIn: NOT_IN.anySection,
      usage: "container for grouping an authentication provider's directives under a provider alias",
      open: openProviderAlias,
    }),
  },
  hooks: [checkUserId(refuseUnknownType, { order: 'last' })],
});
