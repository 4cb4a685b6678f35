import { innerWins, type LogLevel, perDirectory, perServer, type TextExpression } from '@httpd-ts/kernel';

/** Levels of the error log set in one place: one for all modules and those of single modules, by short name. */
export interface LogLevels {
  level?: LogLevel;
  modules?: Map<string, LogLevel>;
}

/** What FileETag says; `bits` alone replaces, `add` and `remove` change what the enclosing section has. */
export interface EtagSettings {
  bits?: number;
  add: number;
  remove: number;
}

/** What the core's directives set by directory. A field left out was not set. httpd: core_dir_config */
export interface CoreDirectoryConfig {
  /** ErrorDocument by status; null brings the canned page back. */
  errorDocuments?: Map<number, TextExpression | null>;
  serverSignature?: 'off' | 'on' | 'email';
  useCanonicalName?: 'on' | 'off' | 'dns';
  useCanonicalPhysicalPort?: boolean;
  hostnameLookups?: 'on' | 'off' | 'double';
  contentDigest?: boolean;
  etag?: EtagSettings;
  enableMmap?: boolean;
  enableSendfile?: boolean;
  /** Charset that AddDefaultCharset adds; null for `Off`. */
  defaultCharset?: string | null;
  forceType?: string;
  handler?: string | TextExpression;
  outputFilters?: string;
  inputFilters?: string;
  /** Limits on ranges; 0 refuses all of them, -1 is no limit. */
  maxRanges?: number;
  maxRangeOverlaps?: number;
  maxRangeReversals?: number;
  requestBodyLimit?: number;
  xmlBodyLimit?: number;
  qualifyRedirectUrl?: boolean;
  cgiPassAuth?: boolean;
  cgiRequestUri?: 'current-uri' | 'original-uri';
  readBufferSize?: number;
  logLevels?: LogLevels;
}

/** The core's configuration by directory. httpd: server/core.c merge_core_dir_configs */
export const coreDirectory = perDirectory<CoreDirectoryConfig>({
  create: () => ({}),
  merge(outer, inner) {
    const merged = innerWins(outer, inner);
    if (outer.errorDocuments !== undefined && inner.errorDocuments !== undefined) {
      merged.errorDocuments = new Map([...outer.errorDocuments, ...inner.errorDocuments]);
    }
    if (outer.etag !== undefined && inner.etag !== undefined) merged.etag = mergeEtag(outer.etag, inner.etag);
    if (inner.logLevels !== undefined) merged.logLevels = mergeLogLevels(outer.logLevels, inner.logLevels);
    return merged;
  },
});

function mergeEtag(outer: EtagSettings, inner: EtagSettings): EtagSettings {
  if (inner.bits !== undefined) return inner;
  return {
    ...(outer.bits === undefined ? {} : { bits: (outer.bits & ~inner.remove) | inner.add }),
    add: (outer.add & ~inner.remove) | inner.add,
    remove: (outer.remove & ~inner.add) | inner.remove,
  };
}

/** httpd: server/core.c ap_merge_log_config */
export function mergeLogLevels(outer: LogLevels | undefined, inner: LogLevels): LogLevels {
  const merged: LogLevels = { ...outer, ...inner };
  if (outer?.modules !== undefined && inner.modules !== undefined) {
    merged.modules = new Map([...outer.modules, ...inner.modules]);
  }
  return merged;
}

/** What the core's directives set by server. httpd: core_server_config */
export interface CoreServerConfig {
  documentRoot?: string;
  accessFileNames?: readonly string[];
  trace?: 'on' | 'off' | 'extended';
  mergeSlashes?: boolean;
  strictHostCheck?: boolean;
  redirectLimit?: number;
  subrequestLimit?: number;
  protocols?: readonly string[];
  protocolsHonorOrder?: boolean;
  protocol?: string;
  flushMaxThreshold?: number;
  flushMaxPipelined?: number;
  logLevels?: LogLevels;
  /** ErrorLogFormat texts: for messages, once for a connection, once for a request. */
  errorLogFormat?: string;
  connectionLogFormats?: readonly string[];
  requestLogFormats?: readonly string[];
}

/** The core's configuration by server. httpd: server/core.c merge_core_server_configs */
export const coreServer = perServer<CoreServerConfig>({
  create: () => ({}),
  merge(outer, inner) {
    const merged = innerWins(outer, inner);
    if (inner.logLevels !== undefined) merged.logLevels = mergeLogLevels(outer.logLevels, inner.logLevels);
    return merged;
  },
});
