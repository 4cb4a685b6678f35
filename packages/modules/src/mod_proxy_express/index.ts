import {
  DECLINED,
  defineModule,
  flag,
  type HookStatus,
  OK,
  perServer,
  type RequestRecord,
  take1,
  translateName,
} from '@httpd-ts/kernel';
import { serverNameOf } from '../core/contract.ts';
import { type DbmTable, dbmTable, dbmTypeNames } from '../dbm-table.ts';
import { summaries } from './summaries.ts';

/** httpd: modules/proxy/mod_proxy_express.c express_server_conf */
interface ExpressConfig {
  enabled?: boolean;
  file?: string;
  type: string;
}

/** A virtual host that sets anything has a type of its own, the default one unless it says so. httpd: merge_config */
const expressConfig = perServer<ExpressConfig>({
  create: () => ({ type: 'default' }),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});

const tables = new WeakMap<ExpressConfig, DbmTable | 'none'>();

function tableOf(config: ExpressConfig, request: RequestRecord): DbmTable | 'none' {
  let table = tables.get(config);
  if (table === undefined) {
    const type = dbmTypeNames.get(config.type.toLowerCase());
    const { files } = request.server.plan.world;
    table = type === undefined || config.file === undefined ? 'none' : dbmTable(files, type, config.file);
    tables.set(config, table);
  }
  return table;
}

/** Sends the request to the back end that the file names for the server's name. httpd: xlate_name */
function translateByName(request: RequestRecord): HookStatus {
  if (request.proxyRequest !== false || request.filename?.startsWith('proxy:')) return DECLINED;
  const table = tableOf(expressConfig.of(request), request);
  const backEnd = table === 'none' ? undefined : table.get(serverNameOf(request));
  if (backEnd === undefined) return DECLINED;
  request.filename = `proxy:${backEnd}${request.uri}`;
  request.handlerName = 'proxy-server';
  request.proxyRequest = 'reverse';
  return OK;
}

const inFileInfo = { context: 'anywhere', override: 'FileInfo' } as const;

/** Back ends by the name of the virtual host, from a DBM file: hosts come and go without a line of configuration. */
export const modProxyExpress = defineModule({
  name: 'mod_proxy_express',
  identifier: 'proxy_express_module',
  httpd: 'modules/proxy/mod_proxy_express.c',
  summaries,
  directives: {
    ProxyExpressDBMFile: expressConfig.directive({
      ...inFileInfo,
      args: take1,
      usage: 'Location of ProxyExpressDBMFile file',
      set(config, path, cmd) {
        config.file = cmd.serverRootRelative(path);
      },
    }),
    ProxyExpressDBMType: expressConfig.directive({
      ...inFileInfo,
      args: take1,
      usage: 'Type of ProxyExpressDBMFile file',
      default: 'default',
      set(config, type) {
        config.type = type;
      },
    }),
    ProxyExpressEnable: expressConfig.directive({
      ...inFileInfo,
      args: flag,
      usage: 'Enable the ProxyExpress functionality',
      default: 'Off',
      set(config, enabled) {
        config.enabled = enabled;
      },
    }),
  },
  hooks: [
    translateName(translateByName, {
      order: 'first',
      after: ['mod_rewrite', 'mod_proxy'],
      when: (view) => {
        const { enabled = false, file } = expressConfig.of(view);
        return enabled && file !== undefined;
      },
    }),
  ],
});
