import { defineModule, innerWins, perDirectory, type RequestRecord, take1 } from '@httpd-ts/kernel';
import { type AuthnProvider, type AuthnStatus, authnProviders } from '../mod_authn_core/contract.ts';
import { openPasswordFile, type PasswordFile } from './password-file.ts';
import { isPassword } from './password-hash.ts';
import { summaries } from './summaries.ts';

interface AuthnFileConfig {
  path?: string;
}

const authnFileConfig = perDirectory<AuthnFileConfig>({ create: () => ({}), merge: innerWins });

function fileOf(request: RequestRecord, noFile: string, unreadable: string): PasswordFile | undefined {
  const { path } = authnFileConfig.of(request);
  if (path === undefined) {
    request.log('authn_file', 'error', `${noFile}: AuthUserFile not specified in the configuration`);
    return undefined;
  }
  const file = openPasswordFile(request.server.plan.world, path);
  if (typeof file !== 'string') return file.parsed;
  request.log('authn_file', 'error', `${unreadable}: Could not open password file: ${path}`, file);
  return undefined;
}

/** httpd: modules/aaa/mod_authn_file.c */
const fileProvider: AuthnProvider = {
  checkPassword(request, user, password) {
    const file = fileOf(request, 'AH01619', 'AH01620');
    if (file === undefined) return 'general-error';
    const hash = file.passwords.get(user);
    if (hash === undefined) return 'user-not-found';
    const fits = isPassword(request.server.plan.world.digests, password, hash);
    return typeof fits === 'boolean' ? verdict(fits) : fits.then(verdict);
  },
  realmHash(request, user, realm) {
    const file = fileOf(request, 'AH01621', 'AH01622');
    if (file === undefined) return 'general-error';
    const hash = file.realmHashes.get(`${user}:${realm}`);
    return hash === undefined ? 'user-not-found' : { hash };
  },
};

const verdict = (fits: boolean): AuthnStatus => (fits ? 'granted' : 'denied');

/** Users and passwords in a text file. */
export const modAuthnFile = defineModule({
  name: 'mod_authn_file',
  identifier: 'authn_file_module',
  httpd: 'modules/aaa/mod_authn_file.c',
  summaries,
  directives: {
    AuthUserFile: authnFileConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'AuthConfig',
      usage: 'text file containing user IDs and passwords',
      set(config, path, cmd) {
        config.path = cmd.serverRootRelative(path);
      },
    }),
  },
  providers: [authnProviders.provide('file', fileProvider)],
});
