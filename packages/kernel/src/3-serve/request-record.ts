import { HeaderTable, type LogLine } from '@httpd-ts/http1';
import type { DirectoryConfig } from '../2-compile/directory-config.ts';
import type { ServerRecord } from '../2-compile/server-record.ts';
import type { OutputFilter } from '../declare/filters.ts';
import type { LogLevel } from '../log.ts';
import { type Body, emptyRequestBody, type RequestBody } from '../response.ts';
import type { FileInfo } from '../world.ts';
import type { ConnectionRecord } from './connection-record.ts';
import { requestLogId } from './log-id.ts';
import type { ConfigLine } from './observer.ts';

/** What a codec hands over when the head of a request is complete. Text is latin1, as received. */
export interface RequestHead {
  readonly method: string;
  /** The request target exactly as sent. httpd: unparsed_uri */
  readonly target: string;
  readonly protocol: string;
  /** 1000 × major + minor; 9 for HTTP/0.9. */
  readonly protocolNumber: number;
  readonly headers: HeaderTable;
  /** The request line as sent. httpd: the_request */
  readonly requestLine: string;
  /** What is said of it in the error log. */
  readonly log?: readonly LogLine[];
  /** It is answered with an error although it is whole, so that its body is read as any other. */
  readonly fault?: { readonly status: number; readonly log: LogLine } | undefined;
}

/** Parts of a request target, still escaped. httpd: apr_uri_t */
export interface ParsedUri {
  readonly scheme: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly path: string | undefined;
  readonly query: string | undefined;
}

/** How a request came to be a proxy request. httpd: PROXYREQ_* */
export type ProxyRequest = false | 'proxy' | 'reverse' | 'response';

/**
 * One request on its way through the phases. Names are httpd's (request_rec) in camelCase; strings hold one
 * character a byte. Module state that belongs to a request goes into `state`.
 */
export class RequestRecord {
  readonly connection: ConnectionRecord;
  /** The virtual host that answers. */
  server: ServerRecord;
  /** The merged directory configuration in force. httpd: per_dir_config */
  directory: DirectoryConfig;

  requestLine: string;
  method: string;
  protocol: string;
  protocolNumber: number;
  /** The response carries no body (HEAD). */
  headerOnly: boolean;
  /** The first line could not be read, so that nothing is known of method and target. */
  isRequestLineUnread = false;
  /** HTTP/0.9: no head is sent. */
  assBackwards: boolean;
  /** Milliseconds since 1970 when the head had arrived. */
  requestTimeMs = 0;
  /** Monotonic milliseconds at the same moment. */
  startedAtMs = 0;

  /** Target as sent. */
  unparsedUri: string;
  parsedUri: ParsedUri;
  /** Decoded and cleaned path. */
  uri: string;
  /** Query string without `?`; undefined when there is none. */
  args: string | undefined;
  /** Host asked for, lower case, without port. */
  hostname: string | undefined;

  filename: string | undefined = undefined;
  canonicalFilename: string | undefined = undefined;
  pathInfo = '';
  usedPathInfo: 'default' | 'accept' | 'reject' = 'default';
  /** What stands on `filename`; undefined when nothing does. */
  finfo: FileInfo | undefined = undefined;
  /** The last directory that was found on the way to a file that is missing; httpd leaves its owner in finfo. */
  lastFound: FileInfo | undefined = undefined;

  proxyRequest: ProxyRequest = false;
  /** A balancer or proxy worker's URL decides about a proxied request; see mod_proxy. */
  handlerName: string | undefined = undefined;
  /** The name or type by which the handler was found, while what it gave passes the output filters. */
  answeredBy: string | undefined = undefined;
  contentType: string | undefined = undefined;
  contentEncoding: string | undefined = undefined;
  contentLanguages: readonly string[] | undefined = undefined;
  /** Authenticated user and how. */
  user: string | undefined = undefined;
  authType: string | undefined = undefined;
  /** `<Location>` sections hold for it. */
  hasLocations = false;
  /** The client as modules see it (mod_remoteip changes it). httpd: useragent_ip */
  clientAddress: string;
  /** Its port; 0 when only the address is known. */
  clientPort: number;

  readonly headersIn: HeaderTable;
  headersOut: HeaderTable = new HeaderTable();
  /** Headers that also go out with an error or redirect. */
  errHeadersOut: HeaderTable = new HeaderTable();
  /** Set together with `status` by hooks that want another reason phrase: the whole `404 Gone fishing`. */
  statusLine: string | undefined = undefined;
  status = 200;
  noCache = false;
  noLocalCopy = false;
  /** Time to show as Last-Modified, milliseconds since 1970. */
  mtimeMs = 0;

  /** The response body, set by a handler. */
  output: Body | undefined = undefined;
  /** Bytes of the response body that were sent. */
  bytesSent = 0;
  /** Bytes of a body that was made and gave way to the page of a malformed request body; logs count them. */
  bytesReplaced = 0;
  /** All bytes sent and received for this request, heads included. */
  bytesOut = 0;
  bytesIn = 0;
  body: RequestBody;
  /** The response ended early or the client was gone. */
  sendFailed = false;

  /** Request this one is a sub-request of. httpd: main */
  main: RequestRecord | undefined = undefined;
  /** Request this one was redirected from internally. httpd: prev */
  prev: RequestRecord | undefined = undefined;
  next: RequestRecord | undefined = undefined;
  /** `%L`, unique id of the request's error log lines. */
  logId: string | undefined = undefined;
  /** Variables that a hook made; see also `state`. */
  private envTable: HeaderTable | undefined = undefined;
  private notesTable: HeaderTable | undefined = undefined;
  /** Gives notes that are only made when somebody asks for them; names come in lower case. */
  noteSource: { requestNote(name: string): string | undefined } | undefined = undefined;
  private stateMap: Map<object, unknown> | undefined = undefined;
  /** Output filters in the order they apply. */
  outputFilters: OutputFilter[] | undefined = undefined;

  constructor(
    connection: ConnectionRecord,
    server: ServerRecord,
    head: RequestHead,
    body: RequestBody = emptyRequestBody,
  ) {
    this.connection = connection;
    this.server = server;
    this.directory = server.lookupDefaults;
    this.requestLine = head.requestLine;
    this.method = head.method;
    this.protocol = head.protocol;
    this.protocolNumber = head.protocolNumber;
    // Who asks in HTTP/0.9 gets a body and nothing else.
    this.headerOnly = head.method === 'HEAD' && head.protocolNumber >= 1000;
    this.assBackwards = head.protocolNumber < 1000;
    this.unparsedUri = head.target;
    this.parsedUri = noUri;
    this.uri = head.target;
    this.args = undefined;
    this.hostname = undefined;
    this.headersIn = head.headers;
    this.clientAddress = connection.clientAddress;
    this.clientPort = connection.clientPort;
    this.body = body;
  }

  /** Environment of scripts, SetEnv and log formats. httpd: subprocess_env */
  get subprocessEnv(): HeaderTable {
    this.envTable ??= new HeaderTable();
    return this.envTable;
  }
  set subprocessEnv(table: HeaderTable) {
    this.envTable = table;
  }

  /** A variable without making the table first. */
  env(name: string): string | undefined {
    return this.envTable?.get(name);
  }

  /** Messages between modules, such as `error-notes`. */
  get notes(): HeaderTable {
    this.notesTable ??= new HeaderTable();
    return this.notesTable;
  }
  set notes(table: HeaderTable) {
    this.notesTable = table;
  }

  note(name: string): string | undefined {
    return this.notesTable?.get(name) ?? this.noteSource?.requestNote(name.toLowerCase());
  }

  /** State of a module for this request; `key` is an object of the module's own. httpd: request_config */
  state<T>(key: object): T | undefined {
    return this.stateMap?.get(key) as T | undefined;
  }
  setState<T>(key: object, value: T): T {
    this.stateMap ??= new Map();
    this.stateMap.set(key, value);
    return value;
  }

  /** Adds an output filter behind those of the same or a lower rank. */
  addOutputFilter(filter: OutputFilter): void {
    this.outputFilters ??= [];
    let at = this.outputFilters.length;
    while (at > 0 && this.outputFilters[at - 1]!.rank > filter.rank) at--;
    this.outputFilters.splice(at, 0, filter);
  }

  /** The client waits for `100 Continue`. httpd: expecting_100 */
  get expectingContinue(): boolean {
    return this.body.awaitsContinue || this.body.isNeverTold === true;
  }

  /** First request of a chain of internal redirects. */
  get initial(): RequestRecord {
    let first: RequestRecord = this;
    while (first.prev !== undefined) first = first.prev;
    return first;
  }

  get isSubrequest(): boolean {
    return this.main !== undefined;
  }

  /** Whether a message of this module and level would be written. Ask before building a costly one. */
  logs(module: string, level: LogLevel): boolean {
    return this.server.errorLogger.wants(module, level, this);
  }

  /** Tells whoever watches this request what came of a line of the configuration. */
  observe(module: string, line: ConfigLine, outcome: string): void {
    this.server.plan.observer?.lineDecided(this, module, line, outcome);
  }

  /** Writes to the error log, if the level is wanted. `error` is a system error as `(111)Connection refused`. */
  log(module: string, level: LogLevel, message: string, error?: string): void {
    const { errorLogger } = this.server;
    if (!errorLogger.wants(module, level, this)) return;
    requestLogId(this);
    errorLogger.write({
      module,
      level,
      message,
      error,
      request: this,
      connection: this.connection,
      server: this.server,
    });
  }
}

const noUri: ParsedUri = {
  scheme: undefined,
  host: undefined,
  port: undefined,
  path: undefined,
  query: undefined,
};
