import { readLineWords } from '@httpd-ts/modules';
import type { Configuration } from './rule.ts';
import { around, type Statement, virtualHostOf } from './statements.ts';

/** A back end that some line names. */
export interface ProxyTarget {
  readonly statement: Statement;
  /** The URL as written. */
  readonly url: string;
  /** In lower case; of `unix:/path|http://x` that of the URL behind. */
  readonly scheme: string;
}

/** A ProxyPass or ProxyPassMatch. */
export interface ProxyPassLine {
  readonly statement: Statement;
  readonly isPattern: boolean;
  /** Undefined where an enclosing `<Location>` has none. */
  readonly path: string | undefined;
  /** `!` for what is not proxied. */
  readonly url: string;
  /** Whether the path is that of an enclosing section. */
  readonly isInSection: boolean;
}

const schemeOf = (url: string) => /(?:^|\|)([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';

/** The lines of ProxyPass and ProxyPassMatch, or of ProxyPassReverse. */
export function proxyPassLines({ statements }: Configuration, ...names: string[]): readonly ProxyPassLine[] {
  return statements.named(...names).flatMap((statement) => {
    const [section] = [...around(statement)].filter(({ name }) => /^location/.test(name));
    const words = statement.args.filter((word, index) => index < 2 || !word.includes('='));
    const isInSection = section !== undefined;
    const usesSection =
      isInSection && (words.length === 1 || !/^[/^]/.test(words[0]!) || words[1]?.includes('=') === true);
    const path = usesSection ? section.args.at(-1) : words[0];
    const url = usesSection ? words[0] : words[1];
    if (url === undefined) return [];
    const isPattern = statement.name === 'proxypassmatch' || section?.name === 'locationmatch';
    return [{ statement, isPattern, path, url, isInSection }];
  });
}

/** Every back end that a configuration sends requests to. */
export function proxyTargets(configuration: Configuration): readonly ProxyTarget[] {
  const { statements } = configuration;
  const targets: ProxyTarget[] = [];
  const add = (statement: Statement, url: string) => {
    if (url !== '!') targets.push({ statement, url, scheme: schemeOf(url) });
  };
  for (const { statement, url } of proxyPassLines(configuration, 'proxypass', 'proxypassmatch'))
    add(statement, url);
  for (const statement of statements.named('balancermember')) {
    const url = statement.args.find((word) => /^[a-z0-9+.-]+:/i.test(word) && !/^balancer:/i.test(word));
    if (url !== undefined) add(statement, url);
  }
  for (const statement of statements.named('rewriterule')) {
    const line = readLineWords(statement.node.args);
    const isProxied = /[[,]\s*(?:p|proxy)\s*[\],]/i.test(line?.third ?? '');
    if (line !== undefined && isProxied && !/^[$%]/.test(line.second)) add(statement, line.second);
  }
  for (const statement of statements.named('sethandler')) {
    const url = /^proxy:(.*)$/i.exec(statement.args[0] ?? '')?.[1];
    if (url !== undefined) add(statement, url);
  }
  return targets;
}

/** The name of a balancer in a URL, in lower case. */
export const balancerName = (url: string) => /^balancer:\/\/([^/\s]+)/i.exec(url)?.[1]?.toLowerCase();

/** A balancer that the configuration defines, with its members. */
export interface DefinedBalancer {
  readonly name: string;
  readonly members: readonly Statement[];
}

/** Balancers by name: sections `<Proxy balancer://name>`, and members that name theirs. */
export function definedBalancers({ statements }: Configuration): ReadonlyMap<string, DefinedBalancer> {
  const found = new Map<string, { name: string; members: Statement[] }>();
  const define = (name: string) => {
    const balancer = found.get(name) ?? { name, members: [] };
    found.set(name, balancer);
    return balancer;
  };
  for (const section of statements.named('proxy')) {
    const name = section.isSection ? balancerName(section.args[0] ?? '') : undefined;
    if (name === undefined) continue;
    define(name).members.push(...section.children.filter((child) => child.name === 'balancermember'));
  }
  for (const member of statements.named('balancermember')) {
    const name = balancerName(member.args[0] ?? '');
    if (name !== undefined) define(name).members.push(member);
  }
  return found;
}

/** Tells whether a flag directive is on for the place of a statement: in an enclosing section, its virtual host or the main server. */
export function flagReader(name: string, { statements }: Configuration): (statement: Statement) => boolean {
  const places = new Set(
    statements.named(name).flatMap(({ args, parent }) => (args[0]?.toLowerCase() === 'on' ? [parent] : [])),
  );
  return (statement) =>
    places.has(undefined) ||
    places.has(virtualHostOf(statement)) ||
    [...around(statement)].some((section) => places.has(section));
}
