import { perDirectory } from '@httpd-ts/kernel';

/** What answers for a handler or a type. */
export interface Action {
  readonly script: string;
  /** It answers even where there is no file. */
  readonly isVirtual: boolean;
}

/** httpd: modules/mappers/mod_actions.c action_dir_config */
export interface ActionsConfig {
  /** By handler or type, in lower case. */
  readonly actions: Map<string, Action>;
  /** Scripts by method. */
  readonly scripts: Map<string, string>;
}

/** httpd: merge_action_dir_configs */
export const actionsConfig = perDirectory<ActionsConfig>({
  create: () => ({ actions: new Map(), scripts: new Map() }),
  merge: (outer, inner) => ({
    actions: new Map([...outer.actions, ...inner.actions]),
    scripts: new Map([...outer.scripts, ...inner.scripts]),
  }),
});
