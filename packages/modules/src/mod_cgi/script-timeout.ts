import { innerWins, type RecordKey, type RequestRecord, take1 } from '@httpd-ts/kernel';
import { parseTimeout } from '../core/contract.ts';

/** A field left out was not set in this section. httpd: cgi_dirconf */
export interface ScriptTimeoutConfig {
  timeoutMs?: number;
}

export const scriptTimeoutRecord = {
  create: (): ScriptTimeoutConfig => ({}),
  merge: innerWins<ScriptTimeoutConfig>,
};

/** The directive that says how long a script may be silent. */
export function scriptTimeoutDirective(key: RecordKey<ScriptTimeoutConfig>, name: string) {
  return key.directive({
    args: take1,
    context: 'server, directory',
    usage: 'The amount of time to wait between successful reads from the CGI script, in seconds.',
    set(config, word) {
      const timeout = parseTimeout(word);
      if (timeout === undefined || timeout < 0) return `${name} has wrong format`;
      config.timeoutMs = timeout;
      return undefined;
    },
  });
}

/** Zero stands for the server's own Timeout. */
export function scriptTimeoutOf(key: RecordKey<ScriptTimeoutConfig>, request: RequestRecord): number {
  const { timeoutMs = 0 } = key.of(request);
  return timeoutMs > 0 ? timeoutMs : (request.server.timeoutMs ?? 60_000);
}
