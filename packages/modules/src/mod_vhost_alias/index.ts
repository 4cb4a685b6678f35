import {
  type Complaint,
  DECLINED,
  defineModule,
  type HookStatus,
  innerWins,
  OK,
  perServer,
  type RequestRecord,
  take1,
  translateName,
} from '@httpd-ts/kernel';
import { serverNameOf, serverPortOf, setContext, setDocumentRoot } from '../core/contract.ts';
import { directoryOfHost, type HostPattern, readHostPattern } from './host-pattern.ts';
import { summaries } from './summaries.ts';

/** Where a directory comes from: the name or the address that was asked; `none` is nowhere. */
type HostDirectory = 'none' | { readonly by: 'name' | 'address'; readonly pattern: HostPattern };

interface VhostAliasConfig {
  documents?: HostDirectory;
  scripts?: HostDirectory;
}

/** httpd: modules/mappers/mod_vhost_alias.c mva_merge_server_config */
const vhostAliasConfig = perServer<VhostAliasConfig>({ create: () => ({}), merge: innerWins });

/** httpd: vhost_alias_set */
const setDirectory =
  (field: keyof VhostAliasConfig, by: 'name' | 'address') =>
  (config: VhostAliasConfig, format: string): Complaint => {
    if (!format.startsWith('/')) {
      if (format.toLowerCase() !== 'none') return "format string must be an absolute path, or 'none'";
      config[field] = 'none';
      return undefined;
    }
    const pattern = readHostPattern(format);
    if (typeof pattern === 'string') return pattern;
    config[field] = { by, pattern };
    return undefined;
  };

const scriptPath = /^\/*cgi-bin(?=\/)/;

/** httpd: mva_translate */
function translateByHost(request: RequestRecord): HookStatus {
  const { documents, scripts } = vhostAliasConfig.of(request);
  const script = isPlace(scripts) ? scriptPath.exec(request.uri)?.[0] : undefined;
  const place = script === undefined ? documents : scripts;
  if (!isPlace(place) || !request.uri.startsWith('/')) return DECLINED;
  const name = place.by === 'name' ? serverNameOf(request) : request.connection.localAddress;
  const root = directoryOfHost(place.pattern, name, serverPortOf(request));
  request.filename = root + request.uri.slice(script?.length ?? 0);
  request.canonicalFilename = request.filename;
  setDocumentRoot(request, root);
  if (script !== undefined) {
    setContext(request, '/cgi-bin', root);
    request.handlerName = 'cgi-script';
    request.notes.set('alias-forced-type', 'cgi-script');
  }
  return OK;
}

const isPlace = (directory: HostDirectory | undefined) => directory !== undefined && directory !== 'none';

const inServer = { context: 'server', args: take1 } as const;

/** Document roots that follow from the host asked for. */
export const modVhostAlias = defineModule({
  name: 'mod_vhost_alias',
  identifier: 'vhost_alias_module',
  httpd: 'modules/mappers/mod_vhost_alias.c',
  summaries,
  directives: {
    VirtualDocumentRoot: vhostAliasConfig.directive({
      ...inServer,
      usage: 'how to create the DocumentRoot based on the host',
      set: setDirectory('documents', 'name'),
    }),
    VirtualDocumentRootIP: vhostAliasConfig.directive({
      ...inServer,
      usage: 'how to create the DocumentRoot based on the host',
      set: setDirectory('documents', 'address'),
    }),
    VirtualScriptAlias: vhostAliasConfig.directive({
      ...inServer,
      usage: 'how to create a ScriptAlias based on the host',
      set: setDirectory('scripts', 'name'),
    }),
    VirtualScriptAliasIP: vhostAliasConfig.directive({
      ...inServer,
      usage: 'how to create a ScriptAlias based on the host',
      set: setDirectory('scripts', 'address'),
    }),
  },
  hooks: [
    translateName(translateByHost, {
      after: ['mod_userdir'],
      when(view) {
        const { documents, scripts } = vhostAliasConfig.of(view);
        return documents !== undefined || scripts !== undefined;
      },
    }),
  ],
});
