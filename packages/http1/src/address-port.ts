/** An address with its port, as a configuration or a Host field writes it. */
export interface AddressPort {
  /** A name, or numbers without brackets; undefined when there is a port alone. */
  readonly address: string | undefined;
  /** The interface behind the `%` of an address in brackets. */
  readonly scope: string | undefined;
  /** 0 when there is none. */
  readonly port: number;
}

/** Splits `host`, `host:port`, `[v6%scope]:port` and `port`; undefined when it is neither. httpd: apr_parse_addr_port */
export function readAddressPort(text: string): AddressPort | undefined {
  const digits = /\d*$/.exec(text)![0];
  if (digits.length === text.length) {
    const port = atoi(digits);
    return isPort(port) ? { address: undefined, scope: undefined, port } : undefined;
  }
  let host = text;
  let port = 0;
  if (digits !== '' && text[text.length - digits.length - 1] === ':') {
    host = text.slice(0, -digits.length - 1);
    port = atoi(digits);
    if (host === '' || !isPort(port)) return undefined;
  }
  return host.startsWith('[') ? inBrackets(host, port) : { address: host, scope: undefined, port };
}

function inBrackets(host: string, port: number): AddressPort | undefined {
  if (host.indexOf(']') !== host.length - 1) return undefined;
  const inside = host.slice(1, -1);
  const percent = inside.indexOf('%');
  const address = percent < 0 ? inside : inside.slice(0, percent);
  const scope = percent < 0 ? undefined : inside.slice(percent + 1);
  return scope === '' || !isIPv6Address(address) ? undefined : { address, scope, port };
}

const isPort = (port: number) => port >= 1 && port <= 65_535;

/** What atoi makes of digits: a long, saturated, cut to 32 bits. */
function atoi(digits: string): number {
  if (digits.length < 10) return Number(digits);
  const value = BigInt(digits);
  const largest = 2n ** 63n - 1n;
  return Number(BigInt.asIntN(32, value > largest ? largest : value));
}

/** Whether inet_pton takes the text as an IPv6 address. */
export function isIPv6Address(text: string): boolean {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted?.slice(2).some((part) => Number(part) > 255)) return false;
  const plain = dotted === null ? text : `${dotted[1]}0:0`;
  const halves = plain.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^0*[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
