import type { ServerRecord } from './2-compile/server-record.ts';
import type { ConnectionRecord } from './3-serve/connection-record.ts';
import type { RequestRecord } from './3-serve/request-record.ts';

/** Levels of the error log, gravest first. httpd: include/http_log.h APLOG_* */
export const LOG_LEVELS = [
  'emerg',
  'alert',
  'crit',
  'error',
  'warn',
  'notice',
  'info',
  'debug',
  'trace1',
  'trace2',
  'trace3',
  'trace4',
  'trace5',
  'trace6',
  'trace7',
  'trace8',
] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** One message on its way to the error log. */
export interface LogEntry {
  /** Short module name as in the log: `core`, `rewrite`, `proxy_http`. */
  readonly module: string;
  readonly level: LogLevel;
  /** With its `AHnnnnn: ` where httpd has one. */
  readonly message: string;
  /** A system error in httpd's form, such as `(111)Connection refused`. */
  readonly error?: string | undefined;
  readonly request?: RequestRecord;
  readonly connection?: ConnectionRecord;
  /** The other side of a connection that this server made: `127.0.0.1:8443`. */
  readonly remote?: string;
  readonly server?: ServerRecord;
}

/** Where messages of a server go; the core module puts its own in place once logs are open. */
export interface ErrorLogger {
  wants(module: string, level: LogLevel, request: RequestRecord | undefined): boolean;
  write(entry: LogEntry): void;
  /** Appends text as it is: what programs write to the log of their own. */
  writeText(text: string): void;
}

/** A logger for the time before logs are open, and for tests that look at none. */
export const silentLogger: ErrorLogger = {
  wants: () => false,
  write: () => {},
  writeText: () => {},
};
