import { LOG_LEVELS, type LogLevel } from '../log.ts';

/** Whether a message of a level is printed while the server starts; `shown` is what `-e` says. */
export function isShownAtStart(level: LogLevel, shown: LogLevel | undefined): boolean {
  return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(shown ?? 'warn');
}

/** The level of that name in any case. */
export function logLevelOf(name: string): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === name.toLowerCase());
}

/** A message about a configuration. `text` is httpd's own where it has one. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'note';
  /** The stage that found it; httpd words its first line by it. */
  readonly stage: 'reading' | 'processing' | 'checking';
  readonly text: string;
  /** Its level, where `-e` may hide it although httpd prints it without one. */
  readonly level?: LogLevel | undefined;
  /** The line httpd writes of it, where the configuration has a format for these; empty for none. */
  readonly logLine?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** Include lines that led to the file, outermost first, each `file:line`. */
  readonly chain?: readonly string[] | undefined;
  /** Name of the directive it is about, as registered. */
  readonly directive?: string | undefined;
}

/**
 * The message as httpd prints it, without the program name.
 * httpd: server/main.c, server/config.c process_command_config and ap_process_config_tree
 */
export function renderAsHttpd(diagnostic: Diagnostic): string {
  const { stage, severity, text, file, line } = diagnostic;
  if (severity !== 'error' || stage === 'checking' || file === undefined) return text;
  if (stage === 'processing') return `AH00526: Syntax error on line ${line} of ${file}:\n${text}`;
  return text;
}
