import { defineModule, type FileInfo, type RequestRecord, systemErrorText } from '@httpd-ts/kernel';
import { authzProvider, authzProviders } from '../mod_authz_core/contract.ts';
import { fileGroups } from './contract.ts';

/** `Require file-owner`: the user has the name of the system's user who owns the file. httpd: fileowner_check_authorization */
const requireFileOwner = authzProvider<undefined>({
  parse: () => ({ parsed: undefined }),
  check(request) {
    const { user } = request;
    if (user === undefined) return 'denied-no-user';
    const found = fileOf(request, 'AH01634');
    if (found === undefined) return 'denied';
    const owner = request.server.plan.world.system.userName(found.uid);
    if (owner === user) return 'granted';
    if (owner === undefined) logFailure(request, 'AH01636', 'could not get name of file owner', noSuchEntry);
    else logFailure(request, 'AH01637', `file owner ${owner} does not match.`);
    return 'denied';
  },
});

function fileGroupOf(request: RequestRecord): string | undefined {
  const found = fileOf(request, 'AH01639');
  if (found === undefined) return undefined;
  const group = request.server.plan.world.system.groupName(found.gid);
  if (group === undefined) logFailure(request, 'AH01641', 'could not get name of file group', noSuchEntry);
  return group;
}

/** What APR says of a number that no name belongs to. */
const noSuchEntry = '(2)No such file or directory';

function fileOf(request: RequestRecord, number: string): FileInfo | undefined {
  const { filename = '' } = request;
  const found = request.server.plan.world.files.stat(filename);
  if (typeof found !== 'string') return found;
  logFailure(request, number, `could not stat file ${filename}`, systemErrorText(found));
  return undefined;
}

function logFailure(request: RequestRecord, number: string, reason: string, error?: string): void {
  const { user, uri } = request;
  const message = `${number}: Authorization of user ${user} to access ${uri} failed, reason: ${reason}`;
  request.log('authz_owner', 'error', message, error);
}

/** Authorization by the owner of the file that is asked for. */
export const modAuthzOwner = defineModule({
  name: 'mod_authz_owner',
  identifier: 'authz_owner_module',
  httpd: 'modules/aaa/mod_authz_owner.c',
  directives: {},
  providers: [
    authzProviders.provide('file-owner', requireFileOwner),
    fileGroups.provide('default', fileGroupOf),
  ],
});
