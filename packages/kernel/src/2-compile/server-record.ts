import { type HeadOptions, registeredMethods } from '@httpd-ts/http1';
import type { ConfigVector } from '../declare/config-records.ts';
import { type ErrorLogger, type LogLevel, silentLogger } from '../log.ts';
import type { DirectoryConfig } from './directory-config.ts';
import type { ServedPlan } from './plan.ts';
import type { Section } from './section.ts';

/** One address of a `<VirtualHost>` line. `address` undefined is a wildcard; port 0 is any port. */
export interface VirtualHostAddress {
  /** As written. */
  readonly text: string;
  readonly address: string | undefined;
  readonly port: number;
}

/** How strictly and how long request heads may be. httpd: server_rec limit_req_*, http_conformance */
export interface RequestLimits {
  line: number;
  fields: number;
  fieldSize: number;
  strict: boolean;
  lenientMethods: boolean;
  /** Methods registered beside httpd's own. */
  methods: readonly string[];
  allow09: boolean;
  mergeTrailers: boolean;
  /** The host asked for must be a name of the server. */
  checksHost: boolean;
}

/** A message that is logged while a configuration is read. */
export interface StartMessage {
  readonly module: string;
  readonly level: LogLevel;
  readonly error: string | undefined;
  readonly message: string;
}

/** The message in `[module:level] (error): text`, the form in which modules warn; undefined for other text. */
export function parseStartMessage(text: string): StartMessage | undefined {
  const match = /^\[(\w+):(\w+)\] (?:(\(.*?): (?=AH\d))?(.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, module, level, error, message] = match;
  return { module: module!, level: level as LogLevel, error, message: message! };
}

/**
 * The main server or a virtual host. Written while the configuration is compiled, constant afterwards.
 * httpd: server_rec
 */
export class ServerRecord {
  /** 0 for the main server, then the virtual hosts in the order of the configuration. */
  readonly index: number;
  readonly isVirtual: boolean;
  /** Where it is defined: the `<VirtualHost>` line. */
  readonly definedAt: { readonly file: string; readonly line: number } | undefined;
  /** Records by slot: those of this server while compiling, merged over the main server's afterwards. */
  config: ConfigVector = [];
  /** Whether a message of a module is logged, as far as the directives read so far say; all are when missing. */
  wantsWhileCompiling?: (module: string, level: LogLevel) => boolean;
  /** The line of a message in the format read so far; without it httpd's own. */
  formatWhileCompiling?: (entry: StartMessage) => string;
  /** Directory records set at server level, likewise. */
  directoryDefaults: ConfigVector = [];
  /** Start of every request's directory configuration; made when compiling ends. httpd: lookup_defaults */
  lookupDefaults!: DirectoryConfig;

  /** ServerName, as given, without scheme and port. */
  hostname: string | undefined = undefined;
  /** Port and scheme of ServerName; 0 and undefined when it names none. Without ServerName, the port of the first address. */
  port = 0;
  scheme: string | undefined = undefined;
  /** Whether URLs to this server begin with `https`, as it speaks TLS. */
  isTls = false;
  admin: string | undefined = undefined;
  /** ServerAlias names, exact and with wildcards, lower case. */
  names: string[] = [];
  wildNames: string[] = [];
  addresses: VirtualHostAddress[] = [];
  /** ServerPath. */
  path: string | undefined = undefined;

  directorySections: Section[] = [];
  locationSections: Section[] = [];

  /** Undefined: the main server's holds. Times in milliseconds. */
  timeoutMs: number | undefined = undefined;
  keepAlive: boolean | undefined = undefined;
  keepAliveTimeoutMs: number | undefined = undefined;
  keepAliveMax: number | undefined = undefined;
  limits: Partial<RequestLimits> = {};
  /** ErrorLog as given; the core module opens it. */
  errorLogName: string | undefined = undefined;
  errorLogger: ErrorLogger = silentLogger;

  /** The plan this server belongs to; set when compiling ends. */
  plan!: ServedPlan;

  constructor(index: number, definedAt: ServerRecord['definedAt']) {
    this.index = index;
    this.isVirtual = index > 0;
    this.definedAt = definedAt;
  }
}

/** How the heads of requests are read that arrive on the address of this server. */
export function headOptionsOf({ limits }: ServerRecord): HeadOptions {
  return {
    isStrict: limits.strict ?? true,
    acceptedMethods: (limits.lenientMethods ?? true) ? undefined : registeredWith(limits.methods),
    allowsHttp09: limits.allow09 ?? true,
    checksHost: limits.checksHost ?? false,
    limitRequestLine: limits.line ?? 8190,
    limitRequestFields: limits.fields ?? 100,
    limitRequestFieldSize: limits.fieldSize ?? 8190,
  };
}

const registeredWith = (methods: readonly string[] = []) => new Set([...registeredMethods, ...methods]);
