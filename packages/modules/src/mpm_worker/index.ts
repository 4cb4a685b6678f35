import { checkConfig, defineModule, preConfig } from '@httpd-ts/kernel';
import { checkThreadedMpm, chooseMpm, threadDirectives } from '../core/contract.ts';
import { summaries } from './summaries.ts';

/** The sizes of Apache's MPM of this name. They are checked as there; processes and threads are managed otherwise here. */
export const mpmWorker = defineModule({
  name: 'mpm_worker',
  identifier: 'mpm_worker_module',
  httpd: 'server/mpm/worker/worker.c',
  summaries,
  directives: {
    ...threadDirectives,
  },
  hooks: [
    preConfig((compilation) => chooseMpm(compilation, 'worker')),
    checkConfig((compilation) => checkThreadedMpm(compilation, messages)),
  ],
});

const messages = {
  serverLimitHigh: 'AH00300',
  serverLimitLow: 'AH00302',
  threadLimitHigh: 'AH00305',
  threadLimitLow: 'AH00307',
  threadsHigh: 'AH00310',
  threadsLow: 'AH00312',
  workersLow: 'AH00314',
  workersOdd: 'AH00316',
  workersHigh: 'AH00318',
  startLow: 'AH00320',
  spareLow: 'AH00322',
  mostThreads: 20000,
};
