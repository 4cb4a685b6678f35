import { checkUserId, defineModule, NOT_IN, OK, type RequestRecord, section, take1 } from '@httpd-ts/kernel';
import { authnCoreConfig } from './config.ts';
import { authTypeOf } from './contract.ts';
import { openProviderAlias } from './provider-alias.ts';
import { summaries } from './summaries.ts';

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
  summaries,
  directives: {
    AuthType: authnCoreConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'AuthConfig',
      usage: 'an HTTP authorization type (e.g., "Basic")',
      set(config, text, cmd) {
        const expression = cmd.expression(text, 'string', { module: 'authn_core' });
        if ('error' in expression)
          return `Cannot parse expression '${text}' in AuthType: ${expression.error}`;
        config.authType = expression;
        return undefined;
      },
    }),
    AuthName: authnCoreConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'AuthConfig',
      usage: 'the authentication realm (e.g. "Members Only")',
      set(config, text, cmd) {
        const expression = cmd.expression(text, 'string', { module: 'authn_core' });
        if ('error' in expression)
          return `Cannot parse expression '${text}' in AuthName: ${expression.error}`;
        config.authName = expression;
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
