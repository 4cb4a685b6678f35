import type { Observer } from '../3-serve/observer.ts';
import type { RequestRecord } from '../3-serve/request-record.ts';
import type { ConfigView } from '../declare/config-records.ts';
import type { ModuleDefinition } from '../declare/define-module.ts';
import type { DirectiveContext, ResolvedNode, Settings } from '../declare/directive.ts';
import type { HookDeclaration, RequestPhase } from '../declare/hooks.ts';
import type { ProviderRegistry } from '../declare/providers.ts';
import type { ResponsePolicy } from '../declare/server-providers.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { LogLevel } from '../log.ts';
import type { World } from '../world.ts';
import type { UnsupportedUse } from './carry-out.ts';
import type { DirectoryConfig } from './directory-config.ts';
import type { HtaccessCache } from './htaccess-cache.ts';
import type { RequestPlan } from './request-plan.ts';
import type { DirectoryIndex, LocationIndex } from './section-index.ts';
import type { ServerRecord } from './server-record.ts';
import type { VirtualHostTable } from './virtual-hosts.ts';

/** One configuration on its way to a plan; modules keep what they collect over all servers in `memory`. */
export interface Compilation {
  readonly world: World;
  readonly settings: Settings;
  readonly providers: ProviderRegistry;
  readonly mainServer: ServerRecord;
  /** The main server first, then the virtual hosts in order. */
  readonly servers: readonly ServerRecord[];
  hasModule(name: string): boolean;
  memory<T>(key: object, create: () => T): T;
  /** A start-up message as httpd prints it, such as `AH00112: Warning: DocumentRoot [/x] does not exist`. */
  warn(text: string, level?: LogLevel): void;
  /** An error of the checking stage: the configuration is refused. */
  refuse(text: string): void;
}

/** Addresses to listen on, as Listen gave them. */
export interface ListenAddress {
  /** Undefined: all addresses. */
  readonly address: string | undefined;
  readonly port: number;
  readonly protocol: string | undefined;
  readonly file: string;
  readonly line: number;
}

/** An immutable configuration in the form that requests are served from. */
export interface Plan {
  readonly world: World;
  readonly settings: Settings;
  readonly providers: ProviderRegistry;
  readonly modules: readonly ModuleDefinition[];
  readonly mainServer: ServerRecord;
  readonly servers: readonly ServerRecord[];
  readonly virtualHosts: VirtualHostTable;
  readonly listen: readonly ListenAddress[];
  /** Facts that modules left for the server process, such as `pidFile`, `user` and `threadsPerChild`. */
  readonly process: ProcessSettings;
  /** Hooks of a request phase in the order they run, with the names of their modules. */
  readonly hooks: { readonly [phase in RequestPhase]: readonly OrderedHook[] };
  /** What watches the requests of this plan; none where it serves. */
  readonly observer: Observer | undefined;
  /** Compiles the text of a `.htaccess` for the directory it stands in. */
  compileHtaccess(input: HtaccessInput): HtaccessResult;
  memory<T>(key: object, create: () => T): T;
}

export interface OrderedHook {
  readonly module: string;
  readonly hook: HookDeclaration;
  readonly when: ((config: ConfigView) => boolean) | undefined;
}

export interface HtaccessInput {
  readonly server: ServerRecord;
  readonly directory: string;
  readonly file: string;
  readonly text: string;
  readonly override: number;
  /** AllowOverrideList: lower-case names allowed whatever their class. */
  readonly overrideList: ReadonlySet<string> | undefined;
  readonly overrideOptions: number;
  /** Goes on behind an error, to find all of them. */
  readonly findAllErrors?: boolean;
}

export interface HtaccessResult {
  readonly records: import('../declare/config-records.ts').ConfigVector;
  readonly diagnostics: readonly Diagnostic[];
  readonly tree: readonly ResolvedNode[];
  /** Directives in use that nothing implements: the file must not be served with. */
  readonly unsupported: readonly UnsupportedUse[];
}

/** What the process around the plan must know. Written by the core, MPM and mod_unixd directives. */
export interface ProcessSettings {
  listen: ListenAddress[];
  pidFile: string;
  user: string | undefined;
  group: string | undefined;
  threadsPerChild: number | undefined;
  maxRequestWorkers: number | undefined;
  startServers: number | undefined;
  /** How few and how many idle workers Apache keeps. */
  spareWorkers: { readonly least: number; readonly most: number } | undefined;
  serverLimit: number | undefined;
  threadLimit: number | undefined;
  listenBacklog: number;
  gracefulShutdownTimeoutSeconds: number;
  sendBufferSize: number;
  receiveBufferSize: number;
  coreDumpDirectory: string | undefined;
  scoreBoardFile: string | undefined;
  /** `event`, `worker` or `prefork`. */
  mpm: string | undefined;
  chroot: string | undefined;
  extendedStatus: boolean | undefined;
  /** Status pages show the end of a long request line instead of its start. */
  seeRequestTail: boolean;
  /** Value of the Server header. */
  serverBanner: string;
}

/** The process settings being written. */
export function processSettings(cmd: DirectiveContext | Compilation): ProcessSettings {
  return cmd.memory(processKey, () => ({
    listen: [],
    pidFile: 'httpd.pid',
    user: undefined,
    group: undefined,
    threadsPerChild: undefined,
    maxRequestWorkers: undefined,
    startServers: undefined,
    spareWorkers: undefined,
    serverLimit: undefined,
    threadLimit: undefined,
    listenBacklog: 511,
    gracefulShutdownTimeoutSeconds: 0,
    sendBufferSize: 0,
    receiveBufferSize: 0,
    coreDumpDirectory: undefined,
    scoreBoardFile: undefined,
    mpm: undefined,
    chroot: undefined,
    extendedStatus: undefined,
    seeRequestTail: false,
    serverBanner: 'Apache/2.4.71',
  }));
}

const processKey = { name: 'process settings' };

export interface KeepAliveSettings {
  readonly on: boolean;
  readonly timeoutMs: number;
  /** 0: no limit. */
  readonly max: number;
}

/** A plan with what serving asks of it at every request, looked up once. */
export interface ServedPlan extends Plan {
  readonly policy: ResponsePolicy;
  satisfies(request: RequestRecord): 'all' | 'any' | 'unspecified';
  /** A loaded module checks access by more than the configuration. httpd: auth_internal_per_conf */
  readonly checksEachUri: boolean;
  /** Indexes of a server's sections, built when first asked for. */
  locations(server: ServerRecord): LocationIndex;
  directories(server: ServerRecord): DirectoryIndex;
  /** Directory configurations that depend on nothing but the path. */
  directoryMemo(server: ServerRecord): Map<string, DirectoryConfig>;
  readonly htaccessCache: HtaccessCache;
  /** Plans of requests by the hooks that take part in them. */
  readonly requestPlans: Map<string, RequestPlan>;
  /** Hooks of the phases that run before any configuration is known, without regard to `when`. */
  readonly everywhere: RequestPlan;
  /** Keep-alive settings of a server, the main server's where it sets none. */
  keepAliveOf(server: ServerRecord): KeepAliveSettings;
}
