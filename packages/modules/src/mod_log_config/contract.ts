import { providerKind, type RequestRecord } from '@httpd-ts/kernel';
import type { LogMoment } from './log-moment.ts';

export { escapeLogItem } from './escape-log-item.ts';
export type { LogMoment } from './log-moment.ts';

/**
 * Text of one item for a request, already escaped; undefined is shown as `-`. `moment` tells when the request ended.
 */
export type LogValue = (request: RequestRecord, moment: LogMoment) => string | undefined;

/** What stands behind the `%` of a LogFormat. httpd: include/mod_log_config.h ap_log_handler */
export interface LogSpecifier {
  /** Speaks of the request as the client sent it, unless `>` asks for the one that answered. */
  readonly ofOriginal: boolean;
  /** Makes the value for one place in a format; `argument` is what stands in braces there, else empty. */
  compile(argument: string): LogValue;
}

/** Specifiers by what follows the `%`: one character, or `^` and two more. */
export const logSpecifiers = providerKind<LogSpecifier>('log-specifier');
