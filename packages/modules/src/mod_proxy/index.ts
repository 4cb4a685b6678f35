import {
  type Compilation,
  type ConfigView,
  childExit,
  defineModule,
  directive,
  fixups,
  handler,
  mapToStorage,
  NOT_IN,
  type Plan,
  postConfig,
  postReadRequest,
  preTranslateName,
  rawArguments,
  section,
  translateName,
} from '@httpd-ts/kernel';
import { statusReports } from '../mod_status/contract.ts';
import { closeConnections } from './acquire-connection.ts';
import { balancerParameterNames } from './balancer-parameters.ts';
import { type ProxyAlias, proxyDirectory, proxyServer, proxyServerOf } from './config.ts';
import { directoryDirectives } from './directory-directives.ts';
import { detectForward } from './forward.ts';
import { handleRequest } from './handle-request.ts';
import { addMember, addPass, proxySet } from './proxy-pass.ts';
import { proxyPlanOf } from './proxy-plan.ts';
import { proxySection } from './proxy-section.ts';
import { serverDirectives } from './server-directives.ts';
import { shareWorkers } from './share-workers.ts';
import { statusReport } from './status-report.ts';
import { summaries } from './summaries.ts';
import { canonicalize, enterProxySections, preTranslate, translate } from './translate.ts';
import { workerParameterNames } from './worker-parameters.ts';

const parameterNames = [...new Set([...workerParameterNames, ...balancerParameterNames])];

const inLocations = NOT_IN.directory | NOT_IN.files | NOT_IN.limit;

/** Passes requests on to other servers. */
export const modProxy = defineModule({
  name: 'mod_proxy',
  identifier: 'proxy_module',
  httpd: 'modules/proxy/mod_proxy.c',
  summaries,
  directives: {
    '<Proxy': section({
      context: 'server',
      usage: 'Container for directives affecting resources located in the proxied location',
      notIn: NOT_IN.directorySections | NOT_IN.limit,
      open: (_config, raw, cmd) => proxySection(raw, cmd, false),
    }),
    '<ProxyMatch': section({
      context: 'server',
      usage:
        'Container for directives affecting resources located in the proxied location, in regular expression syntax',
      notIn: NOT_IN.directorySections | NOT_IN.limit,
      open: (_config, raw, cmd) => proxySection(raw, cmd, true),
    }),
    ProxyPass: directive({
      args: rawArguments,
      context: 'server, directory',
      notIn: inLocations,
      usage: 'a virtual path and a URL',
      keywords: parameterNames,
      set: (_config, raw, cmd) => addPass(raw, cmd, false),
    }),
    ProxyPassMatch: directive({
      args: rawArguments,
      context: 'server, directory',
      notIn: inLocations,
      usage: 'a virtual path and a URL',
      keywords: parameterNames,
      set: (_config, raw, cmd) => addPass(raw, cmd, true),
    }),
    BalancerMember: directive({
      args: rawArguments,
      context: 'server, directory',
      usage: 'A balancer name and scheme with list of params',
      keywords: parameterNames,
      set: (_config, raw, cmd) => addMember(raw, cmd),
    }),
    ProxySet: directive({
      args: rawArguments,
      context: 'server, directory',
      usage: 'A balancer or worker name with list of params',
      keywords: parameterNames,
      set: (_config, raw, cmd) => proxySet(raw, cmd),
    }),
    ...directoryDirectives,
    ...serverDirectives,
  },
  hooks: [
    postReadRequest(detectForward, { order: 'first', when: isForward }),
    preTranslateName(preTranslate, {
      when: (view) => isForward(view) || aliasesOf(view).some(({ mapping }) => mapping !== undefined),
    }),
    translateName(translate, { order: 'first', after: ['mod_rewrite'], when: (view) => mayBeProxied(view) }),
    mapToStorage(enterProxySections, { order: 'first' }),
    // The rules of directories, which may make the request a proxy's, come before by their own order.
    fixups(canonicalize, { order: 'first' }),
    handler(handleRequest, { order: 'first' }),
    postConfig(prepare),
    childExit((_compilation, plan) => closeIdleConnections(plan)),
  ],
  providers: [statusReports.provide('mod_proxy', statusReport)],
});

/** All ProxyPass lines that hold in a place. */
function aliasesOf(view: ConfigView): readonly ProxyAlias[] {
  const { alias } = proxyDirectory.of(view);
  const { aliases } = proxyServer.of(view);
  return alias === undefined ? aliases : [...aliases, alias];
}

/** Hooks of other modules make a request a proxy's before this one's turn, so nothing is lost without lines. */
function mayBeProxied(view: ConfigView): boolean {
  return isForward(view) || aliasesOf(view).length > 0;
}

function isForward(view: ConfigView): boolean {
  return proxyServer.of(view).requests === true;
}

/** Refuses what must not be served, binds methods to balancers, and puts worker state where all threads see it. */
function prepare(compilation: Compilation): void {
  for (const server of compilation.servers) {
    shareWorkers(server, compilation.world, compilation.providers);
    proxyPlanOf(server);
  }
}

/** A plan that is no longer served needs no connections. */
function closeIdleConnections(plan: Plan): void {
  for (const server of plan.servers) {
    const { workers, balancers } = proxyServerOf(server);
    for (const worker of [...workers, ...balancers.flatMap(({ members }) => members)])
      closeConnections(worker);
  }
}
