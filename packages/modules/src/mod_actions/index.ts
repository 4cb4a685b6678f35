import { defineModule, handler, take2, take23 } from '@httpd-ts/kernel';
import { actionsConfig } from './config.ts';
import { runAction } from './run-action.ts';
import { summaries } from './summaries.ts';

/** Scripts for types, handlers and methods. */
export const modActions = defineModule({
  name: 'mod_actions',
  identifier: 'actions_module',
  httpd: 'modules/mappers/mod_actions.c',
  summaries,
  directives: {
    Action: actionsConfig.directive({
      args: take23,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'a media type followed by a script name',
      set({ actions }, [kind, script, option]) {
        if (option !== undefined && option.toLowerCase() !== 'virtual')
          return `unrecognized option '${option}'`;
        actions.set(kind.toLowerCase(), { script, isVirtual: option !== undefined });
        return undefined;
      },
    }),
    Script: actionsConfig.directive({
      args: take2,
      context: 'server, directory',
      usage: 'a method followed by a script name',
      set({ scripts }, [method, script]) {
        if (method === 'TRACE') return 'TRACE not allowed for Script';
        scripts.set(method === 'HEAD' ? 'GET' : method, script);
        return undefined;
      },
    }),
  },
  hooks: [
    handler(runAction, {
      order: 'last',
      when(view) {
        const { actions, scripts } = actionsConfig.of(view);
        return actions.size > 0 || scripts.size > 0;
      },
    }),
  ],
});
