import {
  accessCheckerEx,
  authChecker,
  checkConfig,
  defineModule,
  flag,
  NOT_IN,
  rawArguments,
  section,
  take1,
} from '@httpd-ts/kernel';
import { authorizeUser, authorizeWithoutUser } from './authorize.ts';
import { nodeText, onlyNegativeGroup } from './authz-section.ts';
import { authzCoreConfig } from './config.ts';
import { authzProviders } from './contract.ts';
import { requireAll, requireEnv, requireExpr, requireMethod } from './providers.ts';
import { addRequirement, collectedGroups, openProviderAlias, openRequireSection } from './require.ts';
import { summaries } from './summaries.ts';

const { directive } = authzCoreConfig;

/** What the modules of httpd offer to require. */
const requirements = [
  'all',
  'env',
  'method',
  'expr',
  'not',
  'ip',
  'host',
  'forward-dns',
  'local',
  'user',
  'valid-user',
  'group',
  'file-owner',
  'file-group',
  'dbm-group',
  'dbd-group',
  'ldap-user',
  'ldap-group',
  'ldap-filter',
];
const inAuthConfig = { context: 'anywhere', override: 'AuthConfig' } as const;
const grouping = (rule: string) =>
  `container for grouping authorization directives of which ${rule} for a request to succeed`;

/** Who may do what: `Require` and the sections that combine it. */
export const modAuthzCore = defineModule({
  name: 'mod_authz_core',
  identifier: 'authz_core_module',
  httpd: 'modules/aaa/mod_authz_core.c',
  summaries,
  directives: {
    '<AuthzProviderAlias': section({
      context: 'server',
      notIn: NOT_IN.anySection,
      usage: "container for grouping an authorization provider's directives under a provider alias",
      open: openProviderAlias,
    }),
    Require: directive({
      ...inAuthConfig,
      args: rawArguments,
      usage: 'specifies authorization directives which one must pass (or not) for a request to suceeed',
      keywords: requirements,
      set: addRequirement,
    }),
    '<RequireAll': authzCoreConfig.section({
      ...inAuthConfig,
      usage: grouping('none must fail and at least one must pass'),
      open: openRequireSection('and', false),
    }),
    '<RequireAny': authzCoreConfig.section({
      ...inAuthConfig,
      usage: grouping('one must pass'),
      open: openRequireSection('or', false),
    }),
    '<RequireNone': authzCoreConfig.section({
      ...inAuthConfig,
      usage: grouping('none must pass'),
      open: openRequireSection('or', true),
    }),
    AuthMerging: directive({
      ...inAuthConfig,
      args: take1,
      usage:
        "controls how a <Directory>, <Location>, or similar directive's authorization directives are combined with those of its predecessor",
      default: 'Off',
      set(config, word, cmd) {
        const merging = word.toLowerCase();
        if (merging !== 'off' && merging !== 'and' && merging !== 'or') {
          return `${cmd.name} must be one of: Off | And | Or`;
        }
        config.merging = merging;
        return undefined;
      },
    }),
    AuthzSendForbiddenOnFailure: directive({
      ...inAuthConfig,
      args: flag,
      usage:
        "Controls if an authorization failure should result in a '403 FORBIDDEN' response instead of the HTTP-conforming '401 UNAUTHORIZED'",
      default: 'Off',
      set(config, on) {
        config.forbiddenOnFailure = on;
      },
    }),
  },
  hooks: [
    checkConfig((compilation) => {
      for (const group of collectedGroups(compilation)) {
        const useless = onlyNegativeGroup(group);
        if (useless === undefined) continue;
        const name = useless === group ? '<Directory>, <Location>, or similar' : nodeText(useless);
        compilation.refuse(
          `AH01624: ${name} directive contains only negative authorization directives\nAH00014: Configuration check failed`,
        );
      }
    }),
    accessCheckerEx(authorizeWithoutUser, { order: 'last' }),
    authChecker(authorizeUser, { order: 'last' }),
  ],
  providers: [
    authzProviders.provide('all', requireAll),
    authzProviders.provide('env', requireEnv),
    authzProviders.provide('method', requireMethod),
    authzProviders.provide('expr', requireExpr),
  ],
});
