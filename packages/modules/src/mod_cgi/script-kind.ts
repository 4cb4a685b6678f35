import type { RequestRecord } from '@httpd-ts/kernel';
import type { ScriptLogConfig } from './script-log.ts';

/** In what mod_cgi and mod_cgid differ. */
export interface ScriptKind {
  /** Short name of the module for the log. */
  readonly module: string;
  /** Numbers of the messages. */
  readonly numbers: {
    readonly execOff: string;
    readonly includedNph: string;
    readonly notFound: string;
    readonly directory: string;
    readonly pathInfo: string;
    readonly bodyFailed: string;
  };
  /** What a wait for the script may last. */
  timeoutMs(request: RequestRecord): number;
  scriptLog(request: RequestRecord): ScriptLogConfig;
  /** The program could not be started; `error` is httpd's text for the reason. */
  logStartFailure(request: RequestRecord, error: string): void;
  /** Takes what one run of a script writes to standard error. */
  errorOutput(request: RequestRecord): ErrorOutput;
  /** The script was not heard of for too long. */
  logTimeout(request: RequestRecord): void;
  /** A script that has closed its output may go on writing errors. */
  readonly waitsForErrors: boolean;
}

/** Where a script's standard error goes. */
export interface ErrorOutput {
  take(text: string): void;
  end(): void;
}
