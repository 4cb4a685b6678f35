/** What Apache makes of a host name: the name and port it goes by, or why not. */
export type HostName =
  | { isGood: true; hostname: string | undefined; port: number; isIPv6: boolean }
  | { isGood: false; log: readonly string[] };

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
    return isStrict ? { isGood: false, log: [log] } : good(value, 0, false);
  }
  const address = splitPort(value);
  if (address === undefined) return bad(value);
  const isIPv6 = value.startsWith('[');
  return fixName(address.host, address.port, isIPv6, isStrict, value);
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

function bad(value: string, ...before: string[]): HostName {
  return { isGood: false, log: [...before, `AH00550: Client sent malformed Host header: ${value}`] };
}

function fixName(host: string, port: number, isIPv6: boolean, isStrict: boolean, value: string): HostName {
  if (isIPv6) return /^[0-9A-Fa-f.:]*$/.test(host) ? good(host.toLowerCase(), port, true) : bad(value);
  if (/\.\.|[/\\]/.test(host)) return bad(value);
  const name = lowerCase(host).replace(/\.$/, '');
  if (!isStrict) return good(name, port, false);
  const fault = strictFault(name);
  if (fault < 0) return good(name, port, false);
  const near = fault < name.length ? `, problem near: ${name.slice(fault, fault + 6)}` : '';
  return bad(value, `AH02415: [strict] Invalid host name '${name}'${near}`);
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

/** Splits off a port. httpd: apr_parse_addr_port */
function splitPort(value: string): { host: string; port: number } | undefined {
  const found = /:(\d+)$/.exec(value);
  const host = found === null ? value : value.slice(0, found.index);
  let port = 0;
  if (found !== null) {
    port = atoi(found[1]!);
    if (host === '' || port < 1 || port > 65535) return undefined;
  }
  if (!host.startsWith('[')) return { host, port };
  const address = host.slice(1, -1);
  return host.indexOf(']') === host.length - 1 && isIPv6Address(address)
    ? { host: address, port }
    : undefined;
}

/** What atoi makes of digits: a long, saturated, cut to 32 bits. */
function atoi(digits: string): number {
  const value = BigInt(digits);
  const largest = 2n ** 63n - 1n;
  return Number(BigInt.asIntN(32, value > largest ? largest : value));
}

/** Whether inet_pton takes the text as an IPv6 address. */
export function isIPv6Address(text: string): boolean {
  const dotted = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (dotted !== null && dotted.slice(2).some((part) => Number(part) > 255 || /^0\d/.test(part)))
    return false;
  const plain = dotted === null ? text : `${dotted[1]}0:0`;
  const halves = plain.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
