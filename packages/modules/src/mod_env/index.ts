import { DECLINED, defineModule, fixups, iterate, OK, perDirectory, take12 } from '@httpd-ts/kernel';
import { summaries } from './summaries.ts';

interface EnvConfig {
  readonly variables: Map<string, string>;
  readonly removed: Set<string>;
}

/** UnsetEnv takes away what the enclosing section has set, and what its own has by then. httpd: modules/metadata/mod_env.c merge_env_dir_configs */
const envConfig = perDirectory<EnvConfig>({
  create: () => ({ variables: new Map(), removed: new Set() }),
  merge(outer, inner) {
    const variables = new Map([...outer.variables, ...inner.variables]);
    for (const name of inner.removed) variables.delete(name);
    return { variables, removed: new Set() };
  },
});

const inFileInfo = { context: 'anywhere', override: 'FileInfo' } as const;

/** Variables for scripts and logs. */
export const modEnv = defineModule({
  name: 'mod_env',
  identifier: 'env_module',
  httpd: 'modules/metadata/mod_env.c',
  summaries,
  directives: {
    PassEnv: envConfig.directive({
      ...inFileInfo,
      args: iterate,
      usage: 'a list of environment variables to pass to CGI.',
      set({ variables }, name, cmd) {
        const value = cmd.world.environment.get(name);
        if (value !== undefined) variables.set(name, value);
        else cmd.warn(`[env:warn] AH01506: PassEnv variable ${name} was undefined`);
      },
    }),
    SetEnv: envConfig.directive({
      ...inFileInfo,
      args: take12,
      usage: 'an environment variable name and optional value to pass to CGI.',
      set({ variables }, [name, value = ''], cmd) {
        const equals = name.indexOf('=');
        if (equals >= 0) {
          const expected = `${cmd.name} ${name.slice(0, equals)} ${name.slice(equals + 1)}`;
          cmd.warn(
            `[env:warn] AH10032: Spurious usage of '=' in an environment variable name. '${expected}' expected instead?`,
          );
        }
        variables.set(name, value);
      },
    }),
    UnsetEnv: envConfig.directive({
      ...inFileInfo,
      args: iterate,
      usage: 'a list of variables to remove from the CGI environment.',
      set({ variables, removed }, name) {
        variables.delete(name);
        removed.add(name);
      },
    }),
  },
  hooks: [
    fixups(
      (request) => {
        const { variables } = envConfig.of(request);
        if (variables.size === 0) return DECLINED;
        const env = request.subprocessEnv;
        // What other modules have set stays in front: httpd lays their table over this one.
        for (const [name, value] of variables) env.add(name, value);
        return OK;
      },
      { when: (view) => envConfig.of(view).variables.size > 0 },
    ),
  ],
});
