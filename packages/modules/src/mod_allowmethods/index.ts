import {
  accessChecker,
  type ConfigView,
  defineModule,
  type HookStatus,
  innerWins,
  OK,
  perDirectory,
  type RequestRecord,
  takeArgv,
} from '@httpd-ts/kernel';
import { isRegisteredMethod } from '../core/contract.ts';
import { summaries } from './summaries.ts';

interface AllowMethodsConfig {
  /** None in it: nothing is refused. */
  methods?: ReadonlySet<string>;
}

const allowMethodsConfig = perDirectory<AllowMethodsConfig>({ create: () => ({}), merge: innerWins });

/** httpd: modules/aaa/mod_allowmethods.c am_check_access */
function checkMethod(request: RequestRecord): HookStatus {
  const { methods } = allowMethodsConfig.of(request);
  if (methods === undefined || methods.size === 0 || methods.has(request.method)) return OK;
  request.log(
    'allowmethods',
    'error',
    `AH01623: client method denied by server configuration: '${request.method}' to ${request.filename ?? ''}`,
  );
  return 405;
}

const isWanted = (view: ConfigView) => (allowMethodsConfig.of(view).methods?.size ?? 0) > 0;

/** GET and HEAD are one. */
const withTwin = (method: string) => (method === 'GET' || method === 'HEAD' ? ['GET', 'HEAD'] : [method]);

/** Which methods a place takes. */
export const modAllowmethods = defineModule({
  name: 'mod_allowmethods',
  identifier: 'allowmethods_module',
  httpd: 'modules/aaa/mod_allowmethods.c',
  summaries,
  directives: {
    AllowMethods: allowMethodsConfig.directive({
      args: takeArgv,
      context: 'directory',
      usage: 'only allow specific methods',
      set(config, words, cmd) {
        if (words.length === 0) return "AllowMethods: No method or 'reset' keyword given";
        if (words.length === 1 && words[0]!.toLowerCase() === 'reset') {
          config.methods = new Set();
          return undefined;
        }
        const wrong = words.find((word) => !isRegisteredMethod(word, cmd));
        if (wrong !== undefined) return `AllowMethods: Invalid Method '${wrong}'`;
        config.methods = new Set([...(config.methods ?? []), ...words.flatMap(withTwin)]);
        return undefined;
      },
    }),
  },
  hooks: [accessChecker(checkMethod, { order: 'really-first', when: isWanted, perUri: true })],
});
