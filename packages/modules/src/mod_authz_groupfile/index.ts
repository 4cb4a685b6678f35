import {
  defineModule,
  innerWins,
  type LogLevel,
  perDirectory,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import { authzProvider, authzProviders } from '../mod_authz_core/contract.ts';
import { fileGroups } from '../mod_authz_owner/contract.ts';
import { type RequiredNames, readRequiredNames } from '../required-names.ts';
import { openGroupFile } from './group-file.ts';
import { summaries } from './summaries.ts';

interface AuthzGroupfileConfig {
  path?: string;
}

const groupfileConfig = perDirectory<AuthzGroupfileConfig>({ create: () => ({}), merge: innerWins });

/** The groups that the file names for the request's user; undefined where it names none, which has been logged. */
function groupsOf(
  request: RequestRecord,
  user: string,
  numbers: { readonly unreadable: string; readonly unnamed: string },
): ReadonlySet<string> | undefined {
  const { path } = groupfileConfig.of(request);
  if (path === undefined) return undefined;
  const file = openGroupFile(request.server.plan.world, path);
  if (typeof file === 'string') {
    request.log(
      'authz_groupfile',
      'error',
      `${numbers.unreadable}: Could not open group file: ${path}`,
      file,
    );
    return undefined;
  }
  const groups = file.parsed.get(user);
  if (groups === undefined)
    logFailure(request, 'error', numbers.unnamed, `user doesn't appear in group file (${path}).`);
  return groups;
}

/** `Require group NAME …`: the user belongs to one of them. httpd: modules/aaa/mod_authz_groupfile.c group_check_authorization */
const requireGroup = authzProvider<RequiredNames>({
  parse: (args, cmd) => readRequiredNames(args, cmd, 'authz_groupfile'),
  check(request, required) {
    const { user } = request;
    if (user === undefined) return 'denied-no-user';
    const groups = groupsOf(request, user, { unreadable: 'AH01664', unnamed: 'AH01665' });
    if (groups === undefined) return 'denied';
    const names = required.of(request);
    if (names === undefined) return 'denied';
    if (names.some((name) => groups.has(name.toLowerCase()))) return 'granted';
    logFailure(request, 'error', 'AH01666', "user is not part of the 'require'ed group(s).");
    return 'denied';
  },
});

/**
 * `Require file-group`: the user belongs to the group of the file. Where mod_authz_owner is not there to tell it, which
 * Apache's processes die of, nobody does. httpd: filegroup_check_authorization
 */
const requireFileGroup = authzProvider<undefined>({
  parse: () => ({ parsed: undefined }),
  check(request) {
    const { user } = request;
    if (user === undefined) return 'denied-no-user';
    const groups = groupsOf(request, user, { unreadable: 'AH01669', unnamed: 'AH01670' });
    if (groups === undefined) return 'denied';
    const fileGroup = request.server.plan.providers.find(fileGroups, 'default');
    if (fileGroup === undefined) {
      request.log('authz_groupfile', 'error', 'httpd-ts: Require file-group needs mod_authz_owner');
      return 'denied';
    }
    const group = fileGroup(request);
    if (group === undefined) return 'denied';
    if (groups.has(group.toLowerCase())) return 'granted';
    logFailure(request, 'debug', 'AH01671', "user is not part of the 'require'ed file group.");
    return 'denied';
  },
});

function logFailure(request: RequestRecord, level: LogLevel, number: string, reason: string): void {
  request.log(
    'authz_groupfile',
    level,
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
    authzProviders.provide('file-group', requireFileGroup),
  ],
});
