import { defineModule, innerWins, perDirectory, type RequestRecord, take1 } from '@httpd-ts/kernel';
import { authzProvider, authzProviders } from '../mod_authz_core/contract.ts';
import { type RequiredNames, readRequiredNames } from '../required-names.ts';
import { unservedRequirement } from '../unserved-requirement.ts';
import { openGroupFile } from './group-file.ts';
import { summaries } from './summaries.ts';

interface AuthzGroupfileConfig {
  path?: string;
}

const groupfileConfig = perDirectory<AuthzGroupfileConfig>({ create: () => ({}), merge: innerWins });

/** `Require group NAME …`: the user belongs to one of them. httpd: modules/aaa/mod_authz_groupfile.c group_check_authorization */
const requireGroup = authzProvider<RequiredNames>({
  parse: (args, cmd) => readRequiredNames(args, cmd, 'authz_groupfile'),
  check(request, required) {
    if (request.user === undefined) return 'denied-no-user';
    const { path } = groupfileConfig.of(request);
    if (path === undefined) return 'denied';
    const file = openGroupFile(request.server.plan.world, path);
    if (typeof file === 'string') {
      request.log('authz_groupfile', 'error', `AH01664: Could not open group file: ${path}`, file);
      return 'denied';
    }
    const groups = file.parsed.get(request.user);
    if (groups === undefined) {
      logFailure(request, 'AH01665', `user doesn't appear in group file (${path}).`);
      return 'denied';
    }
    const names = required.of(request);
    if (names === undefined) return 'denied';
    if (names.some((name) => groups.has(name.toLowerCase()))) return 'granted';
    logFailure(request, 'AH01666', "user is not part of the 'require'ed group(s).");
    return 'denied';
  },
});

function logFailure(request: RequestRecord, number: string, reason: string): void {
  request.log(
    'authz_groupfile',
    'error',
    `${number}: Authorization of user ${request.user} to access ${request.uri} failed, reason: ${reason}`,
  );
}

/** Authorization by groups in a text file. */
export const modAuthzGroupfile = defineModule({
  name: 'mod_authz_groupfile',
  identifier: 'authz_groupfile_module',
  httpd: 'modules/aaa/mod_authz_groupfile.c',
  summaries,
  directives: {
    AuthGroupFile: groupfileConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'AuthConfig',
      usage: 'text file containing group names and member user IDs',
      set(config, path, cmd) {
        config.path = cmd.serverRootRelative(path);
      },
    }),
  },
  providers: [
    authzProviders.provide('group', requireGroup),
    authzProviders.provide('file-group', unservedRequirement('mod_authz_groupfile', 'file-group')),
  ],
});
