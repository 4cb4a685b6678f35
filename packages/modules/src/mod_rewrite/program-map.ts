import { type Compilation, commandWords, type DirectiveContext, type LineProgram } from '@httpd-ts/kernel';
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
  const [first = '', ...args] = commandWords(source);
  const path = cmd.serverRootRelative(first);
  if (typeof cmd.world.files.stat(path) === 'string') return missingFile(name, path);
  const [user, group] = account?.split(':', 2) ?? [];
  const program = cmd.world.programs.open({
    name: `${cmd.node.file}:${cmd.node.line} ${name}`,
    argv: [path, ...args],
    user,
    group,
    onExecFailed(error) {
      const { errorLogger } = cmd.server;
      if (!errorLogger.wants('rewrite', 'error', undefined)) return;
      const message = `AH00653: exec of '${path}' failed`;
      errorLogger.write({ module: 'rewrite', level: 'error', message, error, server: cmd.server });
    },
  });
  const state = { runs: false };
  return {
    start: () => startProgram(program, path, state),
    lookup: () => undefined,
    async lookupLater(request, key, trace) {
      const answer = state.runs && !key.includes('\n') ? await program.ask(key) : undefined;
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

function startProgram(program: LineProgram, path: string, state: { runs: boolean }): string | undefined {
  const error = state.runs ? undefined : program.start();
  state.runs = error === undefined;
  return state.runs
    ? undefined
    : `${error}: AH00654: mod_rewrite: could not start RewriteMap program ${path}`;
}

/** Programs run where rewriting is on at the server; elsewhere their maps have no answers. httpd: run_rewritemap_programs */
export function startPrograms({ servers, refuse }: Compilation): void {
  for (const { config } of servers) {
    const { engine, maps } = rewriteServer.at(config);
    if (engine !== true) continue;
    for (const map of maps.values()) {
      const complaint = map.start?.();
      if (complaint === undefined) continue;
      refuse(`${complaint}\nAH00020: Configuration Failed, exiting`);
      return;
    }
  }
}
