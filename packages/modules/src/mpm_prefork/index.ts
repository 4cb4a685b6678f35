import { type Compilation, checkConfig, defineModule, preConfig, processSettings } from '@httpd-ts/kernel';
import { chooseMpm, mpmNumber, mpmNumbers, spareWorkers } from '../core/contract.ts';
import { summaries } from './summaries.ts';

/** Brings the numbers in line with each other, saying so as httpd does. httpd: server/mpm/prefork/prefork.c prefork_check_config */
function checkNumbers(compilation: Compilation): void {
  const numbers = mpmNumbers(compilation);
  const warn = (number: string, text: string) => compilation.warn(`${number}: WARNING: ${text}`);
  let serverLimit = numbers.get('serverlimit') ?? 256;
  if (serverLimit > 200_000) {
    warn(
      'AH00175',
      `ServerLimit of ${serverLimit} exceeds compile-time limit of 200000 servers, decreasing to 200000.`,
    );
    serverLimit = 200_000;
  } else if (serverLimit < 1) {
    warn('AH00177', `ServerLimit of ${serverLimit} not allowed, increasing to 1.`);
    serverLimit = 1;
  }
  let workers = numbers.get('maxrequestworkers') ?? 256;
  if (workers > serverLimit) {
    warn(
      'AH00180',
      `MaxRequestWorkers of ${workers} exceeds ServerLimit value of ${serverLimit} servers, decreasing MaxRequestWorkers to ${serverLimit}. To increase, please see the ServerLimit directive.`,
    );
    workers = serverLimit;
  } else if (workers < 1) {
    warn('AH00182', `MaxRequestWorkers of ${workers} not allowed, increasing to 1.`);
    workers = 1;
  }
  const start = numbers.get('startservers') ?? 5;
  if (start < 1) warn('AH00184', `StartServers of ${start} not allowed, increasing to 1.`);
  const spare = numbers.get('minspareservers') ?? 5;
  if (spare < 1) {
    warn(
      'AH00186',
      `MinSpareServers of ${spare} not allowed, increasing to 1 to avoid almost certain server failure. Please read the documentation.`,
    );
  }
  Object.assign(processSettings(compilation), {
    serverLimit,
    maxRequestWorkers: workers,
    startServers: Math.max(start, 1),
    spareWorkers: spareWorkers(spare, numbers.get('maxspareservers') ?? 10, 1),
    threadsPerChild: 1,
  });
}

/** The sizes of Apache's MPM of this name. They are checked as there; processes and threads are managed otherwise here. */
export const mpmPrefork = defineModule({
  name: 'mpm_prefork',
  identifier: 'mpm_prefork_module',
  httpd: 'server/mpm/prefork/prefork.c',
  summaries,
  directives: {
    MinSpareServers: mpmNumber('Minimum number of idle children, to handle request spikes'),
    MaxSpareServers: mpmNumber('Maximum number of idle children'),
  },
  hooks: [preConfig((compilation) => chooseMpm(compilation, 'prefork')), checkConfig(checkNumbers)],
});
