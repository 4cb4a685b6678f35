import { parseConfig } from '@httpd-ts/syntax';
import { resolveHtaccess } from '../1-resolve/resolve.ts';
import type { Observer } from '../3-serve/observer.ts';
import type { ModuleDefinition } from '../declare/define-module.ts';
import type { ResolvedNode, Settings } from '../declare/directive.ts';
import type { RequestPhase } from '../declare/hooks.ts';
import { everyOption, OVERRIDE } from '../declare/places.ts';
import { type ProviderRegistry, providerRegistry } from '../declare/providers.ts';
import { type ResponsePolicy, responsePolicies, satisfyPolicies } from '../declare/server-providers.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { DECLINED } from '../status.ts';
import type { World } from '../world.ts';
import { type CarryOut, carryOut, DirectiveTable, type UnsupportedUse } from './carry-out.ts';
import { DirectoryConfig, mergeVectors } from './directory-config.ts';
import { HtaccessCache } from './htaccess-cache.ts';
import { orderRequestHooks, runLifecycle } from './order-hooks.ts';
import {
  type Compilation,
  type HtaccessInput,
  type HtaccessResult,
  type KeepAliveSettings,
  processSettings,
  type ServedPlan,
} from './plan.ts';
import type { RequestPlan } from './request-plan.ts';
import { directoryIndex, locationIndex } from './section-index.ts';
import { parseStartMessage, ServerRecord } from './server-record.ts';
import { virtualHostTable } from './virtual-hosts.ts';

export interface CompileInput {
  readonly tree: readonly ResolvedNode[];
  readonly settings: Settings;
  readonly world: World;
  /** Files as directives find them, where they differ from what requests find. */
  readonly filesAtStart?: World['files'] | undefined;
  /** The loaded modules in load order. */
  readonly modules: readonly ModuleDefinition[];
  /** State that directives carried out while reading have left. */
  readonly memory?: Map<object, unknown>;
  /** Names of directives that may be skipped although nothing implements them; `all` for every one. */
  readonly allowUnsupported?: readonly string[];
  /** Watches the requests of the plan, for explaining what it does with one. */
  readonly observer?: Observer;
}

export interface CompileResult {
  /** Missing when there is an error. */
  readonly plan: ServedPlan | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Directives in use that are declared only. Serving refuses them unless allowed. */
  readonly unsupported: readonly UnsupportedUse[];
  /** For the lifecycle phases that follow in each worker thread. */
  readonly compilation: Compilation;
}

/**
 * Makes a plan of a resolved tree. Never throws for a bad configuration: every error is in `diagnostics`, the first
 * is the one httpd would print.
 */
export function compile(input: CompileInput): CompileResult {
  const { world, settings, modules } = input;
  const table = new DirectiveTable(modules);
  const providers = providerRegistry(modules.flatMap((module) => module.providers ?? []));
  const mainServer = new ServerRecord(0, undefined);
  const servers = [mainServer];
  const memoryMap = input.memory ?? new Map<object, unknown>();
  const memory = <T>(key: object, create: () => T): T => {
    if (!memoryMap.has(key)) memoryMap.set(key, create());
    return memoryMap.get(key) as T;
  };
  const hasModule = moduleFinder(modules);
  const diagnostics: Diagnostic[] = [];
  const compilation: Compilation = {
    world,
    settings,
    providers,
    mainServer,
    servers,
    hasModule,
    memory,
    warn(text, level) {
      const message = parseStartMessage(text);
      const logLine = message && mainServer.formatWhileCompiling?.(message);
      diagnostics.push({ severity: 'warning', stage: 'checking', text, level, logLine });
    },
    refuse: (text) => diagnostics.push({ severity: 'error', stage: 'checking', text }),
  };
  const run: CarryOut = {
    world: input.filesAtStart === undefined ? world : { ...world, files: input.filesAtStart },
    settings,
    table,
    providers,
    mainServer,
    servers,
    isHtaccess: false,
    overrideList: undefined,
    overrideOptions: everyOption,
    unsupported: [],
    diagnostics,
    memory,
    planMemory: memory,
    hasModule,
  };
  const allowed = new Set((input.allowUnsupported ?? []).map((name) => name.toLowerCase()));
  const plan = draftPlan(compilation, modules, table, allowed, input.observer);
  runLifecycle(modules, 'preConfig', compilation, plan);
  carryOut(
    run,
    input.tree,
    {
      server: mainServer,
      directory: mainServer.directoryDefaults,
      path: undefined,
      override: OVERRIDE.rsrcConf | (OVERRIDE.all & ~(OVERRIDE.AuthConfig | OVERRIDE.Limit)),
      limited: undefined,
    },
    [],
  );
  const failed = () => diagnostics.some(({ severity }) => severity === 'error');
  if (!failed()) {
    inheritFromMain(mainServer, servers, plan);
    runLifecycle(modules, 'checkConfig', compilation, plan);
  }
  if (!failed() && !settings.checkOnly) refuseUnsupported(run.unsupported, allowed, diagnostics);
  if (!failed() && !settings.checkOnly) {
    runLifecycle(modules, 'openLogs', compilation, plan);
    runLifecycle(modules, 'postConfig', compilation, plan);
  }
  return { plan: failed() ? undefined : plan, diagnostics, unsupported: run.unsupported, compilation };
}

/** Whether `--allow-unsupported` names a directive, or all. */
const isAllowed = ({ name }: UnsupportedUse, allowed: ReadonlySet<string>) =>
  allowed.has('all') || allowed.has(name.toLowerCase());

/** Fails closed: a server must not skip a directive that it cannot honour. */
function refuseUnsupported(
  uses: readonly UnsupportedUse[],
  allowed: ReadonlySet<string>,
  diagnostics: Diagnostic[],
): void {
  for (const use of uses) {
    if (isAllowed(use, allowed)) continue;
    const { name, module, node, detail } = use;
    diagnostics.push({
      severity: 'error',
      stage: 'processing',
      text: `${name}${detail === undefined ? '' : ` ${detail}`} (${module}) is not supported by httpd-ts yet, and leaving it out could change what is served or to whom. Remove the line, or start with --allow-unsupported=${name.replace('<', '')} to go on without it.`,
      file: node.file,
      line: node.line,
      chain: node.chain,
      directive: name,
    });
  }
}

/** Tells whether a module is loaded by any of the names configuration uses for it. */
function moduleFinder(modules: readonly ModuleDefinition[]): (name: string) => boolean {
  const names = new Set(
    modules.flatMap(({ name, identifier, httpd }) => [
      name,
      identifier,
      httpd.slice(httpd.lastIndexOf('/') + 1),
    ]),
  );
  return (name) => names.has(name);
}

/**
 * Merges the main server's records into each virtual host's and gives every server its start.
 * httpd: server/config.c ap_fixup_virtual_hosts
 */
function inheritFromMain(mainServer: ServerRecord, servers: readonly ServerRecord[], plan: ServedPlan): void {
  for (const server of servers) {
    server.plan = plan;
    if (server === mainServer) continue;
    server.config = mergeVectors('server', mainServer.config, server.config);
    server.directoryDefaults = mergeVectors(
      'directory',
      mainServer.directoryDefaults,
      server.directoryDefaults,
    );
    server.directorySections = [...mainServer.directorySections, ...server.directorySections];
    server.locationSections = [...mainServer.locationSections, ...server.locationSections];
    server.admin ??= mainServer.admin;
    server.timeoutMs ??= mainServer.timeoutMs;
    server.keepAlive ??= mainServer.keepAlive;
    server.keepAliveTimeoutMs ??= mainServer.keepAliveTimeoutMs;
    server.keepAliveMax ??= mainServer.keepAliveMax;
    server.errorLogName ??= mainServer.errorLogName;
    server.limits = { ...mainServer.limits, ...server.limits };
  }
  for (const server of servers) server.lookupDefaults = new DirectoryConfig(server, server.directoryDefaults);
}

/** What is computed once for a server, when it is first used. */
function perServerOnce<T>(make: (server: ServerRecord) => T): (server: ServerRecord) => T {
  const made: T[] = [];
  return (server) => {
    made[server.index] ??= make(server);
    return made[server.index]!;
  };
}

function draftPlan(
  compilation: Compilation,
  modules: readonly ModuleDefinition[],
  table: DirectiveTable,
  allowed: ReadonlySet<string>,
  observer: Observer | undefined,
): ServedPlan {
  const { world, settings, providers, mainServer, servers, memory } = compilation;
  const hooks = orderRequestHooks(modules);
  const satisfy = providers.find(satisfyPolicies, 'default');
  let virtualHosts: ServedPlan['virtualHosts'] | undefined;
  const plan: ServedPlan = {
    world,
    settings,
    providers,
    modules,
    mainServer,
    servers,
    get virtualHosts() {
      virtualHosts ??= virtualHostTable(mainServer, servers);
      return virtualHosts;
    },
    get listen() {
      return plan.process.listen;
    },
    process: processSettings(compilation),
    hooks,
    observer,
    everywhere: everyHook(hooks),
    policy: responsePolicy(providers),
    satisfies: satisfy === undefined ? () => 'unspecified' : satisfy.satisfies,
    checksEachUri: modules.some((module) => module.hooks?.some(({ perUri }) => perUri === true) ?? false),
    locations: perServerOnce((server) => locationIndex(server.locationSections)),
    directories: perServerOnce((server) => directoryIndex(server.directorySections)),
    // Who watches wants to see every walk.
    directoryMemo: observer === undefined ? perServerOnce(() => new Map()) : () => new Map(),
    keepAliveOf: perServerOnce(keepAliveOf),
    htaccessCache: new HtaccessCache(world.shared.threads),
    requestPlans: new Map(),
    compileHtaccess: (input) => compileHtaccess(input, compilation, modules, table, allowed),
    memory,
  };
  return plan;
}

function keepAliveOf(server: ServerRecord): KeepAliveSettings {
  return {
    on: server.keepAlive ?? true,
    timeoutMs: server.keepAliveTimeoutMs ?? 5000,
    max: server.keepAliveMax ?? 100,
  };
}

function everyHook(hooks: ServedPlan['hooks']): RequestPlan {
  const entries = Object.entries(hooks).map(([phase, list]) => [
    phase as RequestPhase,
    list.map(({ hook }) => (hook as { run: RequestPlan[RequestPhase][number] }).run),
  ]);
  return Object.fromEntries(entries) as RequestPlan;
}

/** Bare answers, for a server without the module that words them. */
const bareResponses: ResponsePolicy = {
  customResponse: () => undefined,
  errorPage: (request) => ({ kind: 'text', text: `${request.status}\n` }),
  allow: () => 'GET,POST,OPTIONS,HEAD',
  contentType: (_request, type) => type,
  recursionLimit: () => ({ redirects: 10, subrequests: 10 }),
  limitRequestBody: () => {},
  checkHost: () => DECLINED,
  mergesSlashes: () => true,
  accessFileNames: () => ['.htaccess'],
};

function responsePolicy(providers: ProviderRegistry): ResponsePolicy {
  return providers.find(responsePolicies, 'default') ?? bareResponses;
}

function compileHtaccess(
  input: HtaccessInput,
  compilation: Compilation,
  modules: readonly ModuleDefinition[],
  table: DirectiveTable,
  allowed: ReadonlySet<string>,
): HtaccessResult {
  const { world, settings, providers, mainServer, hasModule } = compilation;
  const local = new Map<object, unknown>();
  const memory = <T>(key: object, create: () => T): T => {
    if (!local.has(key)) local.set(key, create());
    return local.get(key) as T;
  };
  const { findAllErrors = false } = input;
  const file = parseConfig(input.text, input.file);
  const { tree, diagnostics: found } = resolveHtaccess({
    file,
    settings,
    world,
    modules,
    table,
    rights: input,
    findAllErrors,
  });
  const diagnostics: Diagnostic[] = [...found];
  const records: HtaccessResult['records'] = [];
  const isWrong = diagnostics.some(({ severity }) => severity === 'error');
  if (isWrong && !findAllErrors) return { records, diagnostics, tree, unsupported: [] };
  const run: CarryOut = {
    world,
    settings,
    table,
    providers,
    mainServer,
    servers: [mainServer],
    isHtaccess: true,
    overrideList: input.overrideList,
    overrideOptions: input.overrideOptions,
    unsupported: [],
    diagnostics,
    memory,
    planMemory: compilation.memory,
    hasModule,
  };
  carryOut(
    run,
    tree,
    {
      server: input.server,
      directory: records,
      path: input.directory,
      override: input.override,
      limited: undefined,
    },
    [],
  );
  const unsupported = run.unsupported.filter((use) => !isAllowed(use, allowed));
  return { records, diagnostics, tree, unsupported };
}
