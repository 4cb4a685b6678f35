import type { ConfigVector, Section, ServerRecord } from '@httpd-ts/kernel';
import type { Balancer } from './balancer.ts';
import { type ProxyServerConfig, proxyServer } from './config.ts';
import { type AliasIndex, aliasIndex } from './match-alias.ts';
import { OriginTable } from './origin.ts';
import { WORKER, Worker } from './worker.ts';

/** What follows from a server's configuration for every request. */
export interface ProxyPlan {
  readonly config: ProxyServerConfig;
  readonly aliases: AliasIndex;
  /** Aliases that are matched before the path is decoded. */
  readonly encodedAliases: AliasIndex;
  readonly origins: OriginTable;
  /** Balancers by name. */
  readonly balancers: ReadonlyMap<string, Balancer>;
  readonly hasSections: boolean;
  /** The `<Proxy>` sections of a URL, in order. */
  sectionsOf(url: string): readonly Section[];
  /** Sends what no worker is defined for. Keeps no connections. httpd: conf->reverse */
  readonly reverse: Worker;
}

const plans = new WeakMap<ConfigVector, ProxyPlan>();

/** The plan of a server, made when it is first asked for. */
export function proxyPlanOf(server: ServerRecord): ProxyPlan {
  let plan = plans.get(server.config);
  if (plan === undefined) {
    plan = makePlan(proxyServer.at(server.config));
    plans.set(server.config, plan);
  }
  return plan;
}

function makePlan(config: ProxyServerConfig): ProxyPlan {
  const reverse = new Worker({ name: 'proxy:reverse', scheme: '', hostname: '*', port: 0 });
  reverse.parameters.disableReuse = true;
  // It stands for any back end: the failure of one must not keep requests from the others.
  reverse.setStatus(WORKER.ignoreErrors | WORKER.initialized);
  return {
    config,
    aliases: aliasIndex(config.aliases.filter(({ mapping }) => mapping === undefined)),
    encodedAliases: aliasIndex(config.aliases.filter(({ mapping }) => mapping !== undefined)),
    origins: new OriginTable(config.workers),
    // Of two with one name httpd finds the first, which is the main server's.
    balancers: new Map(config.balancers.toReversed().map((balancer) => [balancer.name, balancer])),
    hasSections: config.sections.length > 0,
    sectionsOf: sectionFinder(config.sections),
    reverse,
  };
}

const none: readonly Section[] = [];

/** Literal sections are found by the lengths there are, so that their number does not count. httpd: proxy_walk */
function sectionFinder(sections: readonly Section[]): (url: string) => readonly Section[] {
  if (sections.length === 0) return () => none;
  const literals = new Map<string, { section: Section; order: number }[]>();
  const others: { section: Section; order: number }[] = [];
  for (const [order, section] of sections.entries()) {
    if (section.regex !== undefined || section.isPattern) others.push({ section, order });
    else literals.set(section.path, [...(literals.get(section.path) ?? []), { section, order }]);
  }
  const lengths = [...new Set([...literals.keys()].map(({ length }) => length))];
  return (url) => {
    const found = [...others];
    for (const length of lengths) {
      const list = length <= url.length ? literals.get(url.slice(0, length)) : undefined;
      if (list !== undefined) found.push(...list);
    }
    if (found.length > 1) found.sort((a, b) => a.order - b.order);
    return found.map(({ section }) => section);
  };
}
