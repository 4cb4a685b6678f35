import type { Configuration } from './rule.ts';
import type { Statement } from './statements.ts';

/** A virtual host as its lines say. */
export interface Host {
  readonly statement: Statement;
  readonly addresses: readonly HostAddress[];
  /** ServerName without scheme and port, in lower case. */
  readonly name: string | undefined;
  readonly nameStatement: Statement | undefined;
  /** ServerAlias words in lower case. */
  readonly aliases: readonly string[];
}

/** One address of a `<VirtualHost>` line. */
export interface HostAddress {
  readonly text: string;
  /** `*` for any. */
  readonly host: string;
  /** `*` for any. */
  readonly port: string;
}

/** Splits `host:port`, `[v6]:port`, `*`, `_default_:80`. */
export function readAddress(text: string): HostAddress {
  const [, bracketed, plain, port] = /^(?:(\[[^\]]*\])|([^:]*))(?::(\d+|\*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  const isAny = host === '' || host === '*' || /^_default_$/i.test(host);
  return { text, host: isAny ? '*' : host.toLowerCase(), port: port ?? '*' };
}

/** The virtual hosts in file order. */
export function hostsOf({ statements }: Configuration): readonly Host[] {
  return statements
    .named('virtualhost')
    .filter(({ isSection }) => isSection)
    .map((statement) => {
      const nameStatement = statement.children.findLast(({ name }) => name === 'servername');
      const aliases = statement.children.filter(({ name }) => name === 'serveralias');
      return {
        statement,
        addresses: statement.args.map(readAddress),
        name: nameStatement?.args[0]
          ?.replace(/^[a-z]+:\/\//i, '')
          .replace(/:\d+$/, '')
          .toLowerCase(),
        nameStatement,
        aliases: aliases.flatMap(({ args }) => args.map((alias) => alias.toLowerCase())),
      };
    });
}

/** The hosts of each address, in the order in which they are asked. */
export function hostsByAddress(hosts: readonly Host[]): ReadonlyMap<string, readonly Host[]> {
  const groups = new Map<string, Host[]>();
  for (const host of hosts) {
    for (const key of new Set(host.addresses.map(({ host: name, port }) => `${name}:${port}`))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [host]);
      else group.push(host);
    }
  }
  return groups;
}

/** Whether a name is one that a wildcard alias means. */
export function matchesAlias(name: string, alias: string): boolean {
  if (!/[*?]/.test(alias)) return name === alias;
  const source = alias
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
