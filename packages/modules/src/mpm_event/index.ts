import { checkConfig, defineModule, directive, NOT_IN, preConfig, take1 } from '@httpd-ts/kernel';
import { checkThreadedMpm, chooseMpm, threadDirectives } from '../core/contract.ts';
import { summaries } from './summaries.ts';

/** The sizes of Apache's MPM of this name. They are checked as there; processes and threads are managed otherwise here. */
export const mpmEvent = defineModule({
  name: 'mpm_event',
  identifier: 'mpm_event_module',
  httpd: 'server/mpm/event/event.c',
  summaries,
  directives: {
    ...threadDirectives,
    AsyncRequestWorkerFactor: directive({
      args: take1,
      context: 'server',
      usage: 'How many additional connects will be accepted per idle worker thread',
      default: '2',
      notIn: NOT_IN.anySection,
      support: { accepted: 'one thread serves any number of connections' },
      set(_config, word) {
        if (/^[\t-\r ]*\+?(?:inf|nan)$/i.test(word)) return undefined;
        const [, hexadecimal] = /^[\t-\r ]*\+?0x([\da-f]+)$/i.exec(word) ?? [];
        if (hexadecimal === undefined && !/^[\t-\r ]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word))
          return 'error parsing value';
        const factor = hexadecimal === undefined ? Number.parseFloat(word) : Number.parseInt(hexadecimal, 16);
        return factor > 0 ? undefined : 'AsyncRequestWorkerFactor argument must be a positive number';
      },
    }),
  },
  hooks: [
    preConfig((compilation) => chooseMpm(compilation, 'event')),
    checkConfig((compilation) => checkThreadedMpm(compilation, messages)),
  ],
});

const messages = {
  serverLimitHigh: 'AH00497',
  serverLimitLow: 'AH00499',
  threadLimitHigh: 'AH00502',
  threadLimitLow: 'AH00504',
  threadsHigh: 'AH00507',
  threadsLow: 'AH00509',
  workersLow: 'AH00511',
  workersOdd: 'AH00513',
  workersHigh: 'AH00515',
  startLow: 'AH00517',
  spareLow: 'AH00519',
  mostThreads: 100000,
};
