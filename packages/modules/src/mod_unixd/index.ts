import {
  type Compilation,
  checkConfig,
  type DirectiveContext,
  defineModule,
  directive,
  flag,
  NOT_IN,
  processSettings,
  take1,
} from '@httpd-ts/kernel';
import { programName } from '../core/contract.ts';

const rootRefused =
  'Error:\tApache has not been designed to serve pages while\\n\trunning as root.  There are known race conditions that\\n\twill allow any local user to read any file on the system.\\n\tIf you still desire to serve pages as root then\\n\tadd -DBIG_SECURITY_HOLE to the CFLAGS env variable\\n\tand then rebuild the server.\\n\tIt is strongly suggested that you instead modify the User\\n\tdirective in your httpd.conf file to list a non-root\\n\tuser.\\n';

const userNames = { name: 'User and Group that do not exist' };

/** Names that httpd finds out to be unknown at once; it then ends without a place. httpd: ap_uname2id */
function noteUnknown(cmd: DirectiveContext, message: string): void {
  cmd.memory(userNames, () => [] as string[]).push(message);
}

function checkNames(compilation: Compilation): void {
  const [first] = compilation.memory(userNames, () => [] as string[]);
  if (first !== undefined) compilation.refuse(first);
}

const suexecMissing = "suEXEC isn't supported: Missing suexec binary /usr/lib/apache2/suexec";

/** The account that serves. */
export const modUnixd = defineModule({
  name: 'mod_unixd',
  identifier: 'unixd_module',
  httpd: 'modules/arch/unix/mod_unixd.c',
  isStatic: true,
  directives: {
    User: directive({
      args: take1,
      context: 'server',
      usage: 'Effective user id for this server',
      default: '#-1',
      notIn: NOT_IN.anySection,
      set(_config, name, cmd) {
        const id = name.startsWith('#') ? Number.parseInt(name.slice(1), 10) : cmd.world.system.userId(name);
        if (id === 0) return rootRefused;
        if (id === undefined) noteUnknown(cmd, `AH00543: ${programName}: bad user name ${name}`);
        processSettings(cmd).user = name;
        return undefined;
      },
    }),
    Group: directive({
      args: take1,
      context: 'server',
      usage: 'Effective group id for this server',
      default: '#-1',
      notIn: NOT_IN.anySection,
      set(_config, name, cmd) {
        if (!name.startsWith('#') && cmd.world.system.groupId(name) === undefined) {
          noteUnknown(cmd, `AH00544: ${programName}: bad group name ${name}`);
        }
        processSettings(cmd).group = name;
      },
    }),
    ChrootDir: directive({
      args: take1,
      context: 'server',
      usage: 'The directory to chroot(2) into',
      default: 'none',
      notIn: NOT_IN.anySection,
      support: 'known',
      set(_config, path, cmd) {
        const info = cmd.world.files.stat(cmd.serverRootRelative(path));
        if (typeof info === 'string' || info.type !== 'directory')
          return 'ChrootDir must be a valid directory';
        processSettings(cmd).chroot = path;
        return undefined;
      },
    }),
    Suexec: directive({
      args: flag,
      context: 'server',
      usage: 'Enable or disable suEXEC support',
      notIn: NOT_IN.anySection,
      support: { accepted: 'scripts are not run here' },
      set: (_config, on) => (on ? suexecMissing : undefined),
    }),
  },
  hooks: [checkConfig(checkNames, { order: 'really-first' })],
});
