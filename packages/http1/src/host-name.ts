import { readAddressPort } from './address-port.ts';

/** What Apache makes of a host name: the name and port it goes by, or why not. */
export type HostName =
  | { isGood: true; hostname: string | undefined; port: number; isIPv6: boolean }
  | { isGood: false; log: readonly string[]; port: number };

let lastField: { readonly value: string; readonly isStrict: boolean; readonly name: HostName } | undefined;

/** Checks and folds the value of a Host field; the last one is remembered. httpd: server/vhost.c fix_hostname */
export function fixHostField(value: string, isStrict: boolean): HostName {
  if (lastField?.value === value && lastField.isStrict === isStrict) return lastField.name;
  const name = fixField(value, isStrict);
  lastField = { value, isStrict, name };
  return name;
}

function fixField(value: string, isStrict: boolean): HostName {
  if (value === '') return { isGood: true, hostname: undefined, port: 0, isIPv6: false };
  if (/^\d+$/.test(value)) {
    const log = `AH02416: [strict] purely numeric host names not allowed: ${value}`;
    return isStrict ? { isGood: false, log: [log], port: 0 } : good(value, 0, false);
  }
  const found = readAddressPort(value);
  if (found?.address === undefined || found.scope !== undefined) return bad(value, found?.port);
  const isIPv6 = value.startsWith('[');
  return fixName(found.address, found.port, isIPv6, isStrict, value);
}

/** Checks and folds a host name that came in the request target. */
export function fixTargetHost(hostname: string, port: number, isStrict: boolean): HostName {
  if (hostname === '') return good('', port, false);
  if (/^\d+$/.test(hostname)) return fixHostField(hostname, isStrict);
  return fixName(hostname, port, hostname.includes(':'), isStrict, hostname);
}

function good(hostname: string, port: number, isIPv6: boolean): HostName {
  return { isGood: true, hostname, port, isIPv6 };
}

function bad(value: string, port = 0, ...before: string[]): HostName {
  return { isGood: false, log: [...before, `AH00550: Client sent malformed Host header: ${value}`], port };
}

function fixName(host: string, port: number, isIPv6: boolean, isStrict: boolean, value: string): HostName {
  if (isIPv6) return /^[0-9A-Fa-f.:]*$/.test(host) ? good(host.toLowerCase(), port, true) : bad(value, port);
  if (/\.\.|[/\\]/.test(host)) return bad(value, port);
  const name = lowerCase(host).replace(/\.$/, '');
  if (!isStrict) return good(name, port, false);
  const fault = strictFault(name);
  if (fault < 0) return good(name, port, false);
  const near = fault < name.length ? `, problem near: ${name.slice(fault, fault + 6)}` : '';
  return bad(value, port, `AH02415: [strict] Invalid host name '${name}'${near}`);
}

/** Letters of ASCII alone: `toLowerCase` would change high bytes. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Where a name is at fault, or -1. httpd: server/vhost.c strict_hostname_check */
function strictFault(name: string): number {
  const odd = name.search(/[^A-Za-z0-9_.-]/);
  if (odd >= 0) return odd;
  if (/[A-Za-z_-]/.test(name)) {
    const lastDot = name.lastIndexOf('.');
    return lastDot >= 0 && lastDot + 1 < name.length && !/[A-Za-z]/.test(name[lastDot + 1]!) ? lastDot : -1;
  }
  return /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*|(?=\.|$))){3}$/.test(name) ? -1 : name.length;
}
