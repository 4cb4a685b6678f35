import {
  type DirectiveDeclaration,
  directive,
  flag,
  isPattern,
  NOT_IN,
  rawArguments,
  take1,
  words,
} from '@httpd-ts/kernel';
import { coreDirectory, coreServer } from './core-config.ts';
import { leadingInteger } from './parse-number.ts';

const outside = NOT_IN.directorySections | NOT_IN.limit;

/** Splits `[scheme://]host[:port]`; a text is the complaint. httpd: server/core.c set_server_string, server_hostname_port */
export function parseServerName(
  arg: string,
): { readonly scheme: string | undefined; readonly host: string; readonly port: number } | string {
  if (isPattern(arg)) return `Invalid ServerName "${arg}" use ServerAlias to set multiple server names.`;
  const schemeEnd = arg.indexOf('://');
  const scheme = schemeEnd < 0 ? undefined : arg.slice(0, schemeEnd).toLowerCase();
  const rest = schemeEnd < 0 ? arg : arg.slice(schemeEnd + 3);
  const colon = rest.indexOf(':');
  const host = colon < 0 ? rest : rest.slice(0, colon);
  if (colon < 0) return { scheme, host, port: scheme === undefined ? 0 : scheme === 'https' ? 443 : 80 };
  const port = leadingInteger(rest.slice(colon + 1));
  if (port < 1 || port > 65_535) {
    return `The port number "${arg}" is outside the appropriate range (i.e., 1..65535).`;
  }
  return { scheme, host, port };
}

const nameModes = new Map([
  ['on', 'on'],
  ['off', 'off'],
  ['dns', 'dns'],
] as const);

/** Names of servers and what URLs to themselves are made of. */
export const serverNameDirectives = {
  ServerName: directive({
    args: take1,
    context: 'server',
    usage: 'The hostname and port of the server',
    notIn: outside,
    set(_config, arg, cmd) {
      const name = parseServerName(arg);
      if (typeof name === 'string') return name;
      Object.assign(cmd.server, { hostname: name.host, port: name.port, scheme: name.scheme });
      return undefined;
    },
  }),
  ServerAlias: directive({
    args: rawArguments,
    context: 'server',
    usage: 'A name or names alternately used to access the server',
    set(_config, raw, cmd) {
      if (!cmd.server.isVirtual) return 'ServerAlias only used in <VirtualHost>';
      for (const word of words(raw)) {
        const name = word.toLowerCase();
        (/[*?]/.test(name) ? cmd.server.wildNames : cmd.server.names).push(name);
      }
      return undefined;
    },
  }),
  ServerAdmin: directive({
    args: take1,
    context: 'server',
    usage: 'The email address of the server administrator',
    notIn: outside,
    set(_config, admin, cmd) {
      cmd.server.admin = admin;
    },
  }),
  UseCanonicalName: coreDirectory.directive({
    args: take1,
    context: 'server, directory',
    usage: 'How to work out the ServerName : Port when constructing URLs',
    default: 'Off',
    set(config, word) {
      const mode = nameModes.get(word.toLowerCase() as 'on');
      if (mode === undefined) return "parameter must be 'on', 'off', or 'dns'";
      config.useCanonicalName = mode;
      return undefined;
    },
  }),
  UseCanonicalPhysicalPort: coreDirectory.directive({
    args: take1,
    context: 'server, directory',
    usage: 'Whether to use the physical Port when constructing URLs',
    default: 'Off',
    set(config, word) {
      const mode = word.toLowerCase();
      if (mode !== 'on' && mode !== 'off') return "parameter must be 'on' or 'off'";
      config.useCanonicalPhysicalPort = mode === 'on';
      return undefined;
    },
  }),
  HostnameLookups: coreDirectory.directive({
    args: take1,
    context: 'server, directory',
    usage:
      '"on" to enable, "off" to disable reverse DNS lookups, or "double" to enable double-reverse DNS lookups',
    default: 'Off',
    set(config, word) {
      const mode = word.toLowerCase();
      if (mode !== 'on' && mode !== 'off' && mode !== 'double')
        return "parameter must be 'on', 'off', or 'double'";
      config.hostnameLookups = mode;
      return undefined;
    },
  }),
  StrictHostCheck: coreServer.directive({
    args: flag,
    context: 'server',
    usage: 'Controls whether a hostname match is required',
    default: 'Off',
    set(config, on, cmd) {
      config.strictHostCheck = on;
      cmd.server.limits.checksHost = on;
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
