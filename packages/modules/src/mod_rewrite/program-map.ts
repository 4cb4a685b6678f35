import type { DirectiveContext } from '@httpd-ts/kernel';
import { rewriteServer } from './config.ts';
import { missingFile } from './file-map.ts';
import { rewriteLog } from './rewrite-context.ts';
import type { RewriteMap } from './rewrite-map.ts';

/** `prg:program arguments`, run as `user:group` if given. httpd: lookup_map_program */
export function programMap(
  name: string,
  source: string,
  account: string | undefined,
  cmd: DirectiveContext,
): RewriteMap | string {
  const [first = '', ...args] = source.split(/[\t ]+/).filter((word) => word !== '');
  const path = cmd.serverRootRelative(first);
  if (typeof cmd.world.files.stat(path) === 'string') return missingFile(name, path);
  const [user, group] = account?.split(':', 2) ?? [];
  const program = cmd.world.programs.open({ argv: [path, ...args], user, group });
  const own = rewriteServer.draft(cmd.server.config);
  return {
    lookup: () => undefined,
    async lookupLater(request, key, trace) {
      // Without RewriteEngine On at the server httpd does not start its programs.
      const runs = own.engine === true || rewriteServer.of(request).engine === true;
      const answer = runs && !key.includes('\n') ? await program.ask(key) : undefined;
      const value = answer?.toUpperCase() === 'NULL' ? undefined : answer;
      if (trace >= 5) {
        const found = value === undefined ? 'FAILED' : 'OK';
        const shown = value === undefined ? '' : ` -> val=${value}`;
        rewriteLog({ request }, 5, `map lookup ${found}: map=${name} key=${key}${shown}`);
      }
      return value;
    },
  };
}
