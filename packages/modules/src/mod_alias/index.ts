import { defineModule, fixups, flag, take2, take12, take23, take123, translateName } from '@httpd-ts/kernel';
import { aliasDirectory, aliasServer } from './config.ts';
import { addAlias, addAliasMatch, addRedirect, addRedirectMatch } from './read-directives.ts';
import { summaries } from './summaries.ts';
import { redirectDirectory, translateAlias } from './translate-alias.ts';

const inFileInfo = { context: 'anywhere', override: 'FileInfo' } as const;
const aliasUsage = 'a fakename and a realname, or a realname in a Location';
const matchUsage = 'a regular expression and a filename';

/** Maps URLs to other places of the file system, and sends clients elsewhere. */
export const modAlias = defineModule({
  name: 'mod_alias',
  identifier: 'alias_module',
  httpd: 'modules/mappers/mod_alias.c',
  summaries,
  directives: {
    Alias: aliasDirectory.directive({
      context: 'server, directory',
      args: take12,
      usage: aliasUsage,
      set: addAlias(undefined),
    }),
    ScriptAlias: aliasDirectory.directive({
      context: 'server, directory',
      args: take12,
      usage: aliasUsage,
      set: addAlias('cgi-script'),
    }),
    AliasMatch: aliasServer.directive({
      context: 'server',
      args: take2,
      usage: matchUsage,
      set: addAliasMatch(undefined),
    }),
    ScriptAliasMatch: aliasServer.directive({
      context: 'server',
      args: take2,
      usage: matchUsage,
      set: addAliasMatch('cgi-script'),
    }),
    AliasPreservePath: aliasDirectory.directive({
      ...inFileInfo,
      args: flag,
      usage: 'Set to ON to map the full path after the fakename to the realname.',
      default: 'OFF',
      set(config, on) {
        config.preservePath = on;
      },
    }),
    Redirect: aliasDirectory.directive({
      ...inFileInfo,
      args: take123,
      usage: 'an optional status, then document to be redirected and destination URL',
      set: addRedirect(302),
    }),
    RedirectTemp: aliasDirectory.directive({
      ...inFileInfo,
      args: take2,
      usage: 'a document to be redirected, then the destination URL',
      set: addRedirect(302),
    }),
    RedirectPermanent: aliasDirectory.directive({
      ...inFileInfo,
      args: take2,
      usage: 'a document to be redirected, then the destination URL',
      set: addRedirect(301),
    }),
    RedirectMatch: aliasDirectory.directive({
      ...inFileInfo,
      args: take23,
      usage: 'an optional status, then a regular expression and destination URL',
      set: addRedirectMatch,
    }),
    RedirectRelative: aliasDirectory.directive({
      ...inFileInfo,
      args: flag,
      usage: 'Set to ON to allow relative redirect targets to be issued as-is',
      default: 'Off',
      set(config, on) {
        config.relative = on;
      },
    }),
  },
  hooks: [
    translateName(translateAlias, {
      before: ['mod_userdir', 'mod_vhost_alias'],
      when(view) {
        const { aliases, redirects } = aliasServer.of(view);
        const { alias, redirect } = aliasDirectory.of(view);
        return aliases.length > 0 || redirects.length > 0 || alias !== undefined || redirect !== undefined;
      },
    }),
    fixups(redirectDirectory, {
      when(view) {
        const { redirects, redirect } = aliasDirectory.of(view);
        return redirects.length > 0 || redirect !== undefined;
      },
    }),
  ],
});
