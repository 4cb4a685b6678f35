import { portNumber, readUri, type Uri } from '@httpd-ts/http1';
import { type DirectiveContext, entryOf } from '@httpd-ts/kernel';
import { clampedLong, leadingInteger } from './core/contract.ts';
import type { ArgumentCheck } from './known-arguments.ts';

// httpd: modules/md/mod_md_config.c

const onOff: ArgumentCheck = ([word = '']) =>
  /^(?:on|off)$/i.test(word) ? undefined : `unknown '${word}', supported parameter values are 'on' and 'off'`;

const microseconds = {
  d: 86_400_000_000n,
  h: 3_600_000_000n,
  mi: 60_000_000n,
  ms: 1000n,
  s: 1_000_000n,
} as const;

/** Microseconds within 64 bits; a unit may be longer than it is read. httpd: modules/md/md_util.c md_duration_parse */
function durationOf(word: string): bigint | undefined {
  const [, digits, unit = 's'] = /^[\t-\r ]*([+-]?\d+)(?:$|([dhs]|mi|ms))/i.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const count = BigInt(digits.replace('+', ''));
  if (BigInt.asIntN(64, count) !== count) return undefined;
  return BigInt.asIntN(64, count * microseconds[unit.toLowerCase() as keyof typeof microseconds]);
}

const isDuration = (word: string) => durationOf(word) !== undefined;

const duration: ArgumentCheck = ([word = '']) =>
  isDuration(word) ? undefined : 'unrecognized duration format';

const atLeast =
  (least: bigint, complaint: string): ArgumentCheck =>
  ([word = '']) => {
    const time = durationOf(word);
    if (time === undefined) return 'unrecognized duration format';
    return time < least ? complaint : undefined;
  };

/** A part of a time, in percent, or a duration. httpd: modules/md/md_util.c md_timeslice_parse */
const slice: ArgumentCheck = ([word = ''], { name }) => {
  if (isDuration(word)) return undefined;
  const [, digits] = /^((?:[\t-\r ]*[+-]?\d+)?)%/.exec(word) ?? [];
  if (digits === undefined) return `${name} has unrecognized format`;
  if (clampedLong(digits) < 0) return `${name} percent must be less than 100`;
  return leadingInteger(digits) >= 100 ? `${name} a length of 100% or more is not allowed.` : undefined;
};

const renewMode: ArgumentCheck = ([word = '']) =>
  /^(?:auto|automatic|always|manual|stick)$/i.test(word) ? undefined : `unknown MDDriveMode ${word}`;

const isInDomainSet = ({ enclosing }: DirectiveContext) =>
  enclosing.at(-1)?.toLowerCase().startsWith('mdomain') ?? false;

const domainSetOnly: ArgumentCheck = (_words, cmd) =>
  isInDomainSet(cmd) ? undefined : `${cmd.name} is only valid inside a '<MDomainSet' context, not here`;

const members: ArgumentCheck = (given, cmd) => {
  if (isInDomainSet(cmd) || given.length !== 1) return domainSetOnly(given, cmd);
  return /^(?:auto|manual)$/i.test(given[0]!) ? undefined : 'unknown value, use "auto|manual"';
};

/** A number of 64 bits at the beginning of a text, cut to 32 as C does, and how far it goes; undefined when it is too large. */
function leadingPort(text: string): { readonly port: number; readonly end: number } | undefined {
  const [number = ''] = /^[\t-\r ]*[+-]?\d+/.exec(text) ?? [];
  const value = BigInt(number.replace(/^[\t-\r ]*\+?/, ''));
  if (value !== BigInt.asIntN(64, value)) return undefined;
  return { port: Number(BigInt.asIntN(32, value)), end: number.length };
}

/** httpd: modules/md/mod_md_config.c set_port_map */
function portMapComplaint(word: string): string | undefined {
  const numbers = word.replace(/^http:/, '80:').replace(/^https:/, '443:');
  const first = leadingPort(numbers);
  if (first === undefined) return 'unable to parse first port number';
  if (numbers[first.end] !== ':') return "no ':' after first port number";
  const behind = numbers.slice(first.end + 1);
  if (!behind.startsWith('-')) {
    const second = leadingPort(behind);
    if (second === undefined) return 'unable to parse second port number';
    if (second.port < 1 || second.port > 65535) return 'invalid number for port map, must be in ]0,65535]';
  }
  return first.port === 80 || first.port === 443 ? undefined : 'mapped port number must be 80 or 443';
}

const portMap: ArgumentCheck = (given) =>
  given.reduce<string | undefined>((complaint, word) => complaint ?? portMapComplaint(word), undefined);

const tooShort = 'must be 2048 or higher in order to be considered safe.';

const privateKeys: ArgumentCheck = ([kind = '', bits]) => {
  if (kind === '' && bits === undefined) return 'needs to specify the private key type';
  if (/^default$/i.test(kind)) return bits === undefined ? undefined : "'Default' allows no other parameter";
  const size = /^rsa(\d+)/i.exec(bits ?? '')?.[1];
  if (size !== undefined && Number(size) < 2048) return tooShort;
  const isShort =
    /^rsa$/i.test(kind) && bits !== undefined && /^\d/.test(bits) && leadingInteger(bits) < 2048;
  return isShort ? tooShort : undefined;
};

const authorities = /^(?:LetsEncrypt|LetsEncrypt-Test|Buypass|Buypass-Test)$/i;

/** httpd: modules/md/md_util.c uri_check */
function uriComplaint(text: string): string | undefined {
  if (/[\t-\r ]/.test(text)) return 'whitespace in uri';
  const uri = readUri(text);
  if (uri === undefined) return 'not an uri';
  if (uri.scheme === undefined) return 'missing uri scheme';
  if (text.length <= uri.scheme.length + 1) return 'missing uri identifier';
  if (uri.scheme.startsWith('http')) return webComplaint(uri);
  return uri.scheme === 'mailto' ? mailComplaint(text.slice('mailto:'.length)) : undefined;
}

function webComplaint({ hostname, portText }: Uri): string | undefined {
  const isBadPort =
    portText !== undefined &&
    (!/^\d/.test(portText) || portNumber(portText) === 0 || portNumber(portText) > 65_353);
  if (isBadPort) return 'invalid port';
  if (hostname === undefined) return 'missing hostname';
  return isDnsName(hostname) ? undefined : 'invalid hostname';
}

/** Labels of letters, digits and hyphens. httpd: modules/md/md_util.c md_util_is_dns_name */
const isDnsName = (name: string): boolean => /^(?!.*\.\.)[A-Za-z0-9-.]*$/.test(name);

function mailComplaint(address: string): string | undefined {
  const at = address.indexOf('@');
  if (at < 0) return 'missing @';
  if (address.includes('@', at + 1)) return 'duplicate @';
  if (at === 0) return 'missing local part';
  if (at === address.length - 1) return 'missing hostname';
  return address.includes('..') ? 'double period' : undefined;
}

/** What is of the whole server. httpd: modules/md/mod_md_config.c md_conf_check_location, MD_LOC_NOT_MD */
const outsideOfSets = [
  'MDActivationDelay',
  'MDBaseServer',
  'MDChallengeDns01Version',
  'MDCheckInterval',
  'MDInitialDelay',
  'MDMatchNames',
  'MDMessageCmd',
  'MDNotifyCmd',
  'MDomain',
  'MDPortMap',
  'MDRetryDelay',
  'MDRetryFailover',
  'MDStoreDir',
  'MDStoreLocks',
];

const notInSet =
  (check: ArgumentCheck | undefined): ArgumentCheck =>
  (words, cmd) =>
    isInDomainSet(cmd) ? `${cmd.name} is not allowed inside an '<MDomainSet' context` : check?.(words, cmd);

const argumentChecks: Readonly<Record<string, ArgumentCheck>> = {
  MDActivationDelay: duration,
  MDBaseServer: onOff,
  MDCertificateAuthority: (given) => {
    const complaints = given.map((word) => {
      const why = authorities.test(word) ? undefined : uriComplaint(word);
      return why === undefined
        ? undefined
        : `The CA name '${word}' is not known and it is not a URL either (${why}). Known CA names are: LetsEncrypt LetsEncrypt-Test Buypass Buypass-Test.`;
    });
    return complaints.find((one) => one !== undefined);
  },
  MDCertificateFile: domainSetOnly,
  MDCertificateKeyFile: domainSetOnly,
  MDCertificateStatus: onOff,
  MDChallengeDns01Version: ([word = '']) =>
    /^[12]$/.test(word) ? undefined : 'Only versions `1` and `2` are supported',
  MDCheckInterval: atLeast(1_000_000n, 'check interval cannot be less than one second'),
  MDDriveMode: renewMode,
  MDExternalAccountBinding: ([first = '', second], cmd) => {
    if (second !== undefined || /^none$/i.test(first)) return undefined;
    const path = cmd.serverRootRelative(first);
    return cmd.world.files.stat(path) === 'ENOENT' ? `${cmd.name}: file not found: ${path}` : undefined;
  },
  MDHttpProxy: ([word = '']) => {
    const complaint = uriComplaint(word);
    if (complaint !== undefined) return complaint;
    return /^https?:/i.test(word) ? undefined : 'uri scheme must be http or https';
  },
  MDInitialDelay: atLeast(0n, 'initial delay must not be negative'),
  MDMatchNames: ([word = '']) =>
    /^(?:all|servernames)$/i.test(word) ? undefined : "invalid argument, must be a 'all' or 'servernames'",
  MDMember: members,
  MDMembers: members,
  MDMustStaple: onOff,
  MDomain: (given) =>
    given.every((word) => /^(?:auto|manual)$/i.test(word)) ? 'needs at least one domain name' : undefined,
  MDPortMap: portMap,
  MDPrivateKeys: privateKeys,
  MDProfileMandatory: onOff,
  MDRenewMode: renewMode,
  MDRenewViaARI: onOff,
  MDRenewWindow: slice,
  MDRequireHttps: ([word = '']) =>
    /^(?:off|temporary|permanent)$/i.test(word)
      ? undefined
      : `unknown '${word}', supported parameter values are 'temporary' and 'permanent'`,
  MDRetryDelay: atLeast(1n, 'minimum delay must be greater than 0'),
  MDRetryFailover: ([word = '']) =>
    leadingInteger(word) > 0 ? undefined : 'invalid argument, must be a number > 0',
  MDServerStatus: onOff,
  MDStapleOthers: onOff,
  MDStapling: onOff,
  MDStaplingKeepResponse: slice,
  MDStaplingRenewWindow: slice,
  MDStoreLocks: ([word = '']) =>
    /^(?:on|off)$/i.test(word) || isDuration(word)
      ? undefined
      : "neither 'on', 'off' or a duration specified",
  MDWarnWindow: slice,
};

/** What mod_md says of arguments. */
export const domainArguments: Readonly<Record<string, ArgumentCheck>> = {
  ...argumentChecks,
  ...Object.fromEntries(outsideOfSets.map((name) => [name, notInSet(entryOf(argumentChecks, name))])),
};
