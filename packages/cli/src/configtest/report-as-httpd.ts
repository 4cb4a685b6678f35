import { startUpMessage } from '../start-up-message.ts';
import type { Verdict } from './verdict.ts';

/** Messages as httpd words them, and nothing else: all of them, where httpd ends at the first error. */
export function reportAsHttpd(verdicts: readonly Verdict[], program: string): string {
  return verdicts
    .map(({ findings }) => {
      const own = findings.filter(
        ({ severity, origin, code }) =>
          origin === 'apache' &&
          (severity !== 'note' || code === 'no-server-name') &&
          code !== 'unsupported-directive',
      );
      const isGood = own.every(({ severity }) => severity !== 'error');
      return own.map((one) => startUpMessage(one, program)).join('') + (isGood ? 'Syntax OK\n' : '');
    })
    .join('');
}
