import { defineModule, directive, flag, NOT_IN, processSettings, take1 } from '@httpd-ts/kernel';
import { leadingInteger, programName } from '../core/contract.ts';
import { summaries } from './summaries.ts';

const rootRefused =
  'Error:\tApache has not been designed to serve pages while\n\trunning as root.  There are known race conditions that\n\twill allow any local user to read any file on the system.\n\tIf you still desire to serve pages as root then\n\tadd -DBIG_SECURITY_HOLE to the CFLAGS env variable\n\tand then rebuild the server.\n\tIt is strongly suggested that you instead modify the User\n\tdirective in your httpd.conf file to list a non-root\n\tuser.\n';

const suexecMissing = "suEXEC isn't supported: Missing suexec binary /usr/lib/apache2/suexec";

/** The account that serves. */
export const modUnixd = defineModule({
  name: 'mod_unixd',
  identifier: 'unixd_module',
  httpd: 'modules/arch/unix/mod_unixd.c',
  isStatic: true,
  summaries,
  directives: {
    User: directive({
      args: take1,
      context: 'server',
      usage: 'Effective user id for this server',
      default: '#-1',
      notIn: NOT_IN.anySection,
      set(_config, name, cmd) {
        const id = name.startsWith('#') ? leadingInteger(name.slice(1)) : cmd.world.system.userId(name);
        if (id === 0) return rootRefused;
        // httpd: server/util.c ap_uname2id
        if (id === undefined) cmd.endWith(`AH00543: ${programName}: bad user name ${name}`);
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
          cmd.endWith(`AH00544: ${programName}: bad group name ${name}`);
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
      support: { accepted: 'Off is what happens; On is refused, as there is no suexec program' },
      set: (_config, on) => (on ? suexecMissing : undefined),
    }),
  },
  hooks: [],
});
