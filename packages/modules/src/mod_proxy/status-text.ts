import { WORKER, type Worker } from './worker.ts';

// httpd: modules/proxy/proxy_util.c wstat_tbl
const words: readonly (readonly [bit: number, word: string])[] = [
  [WORKER.initialized, 'Init '],
  [WORKER.ignoreErrors, 'Ign '],
  [WORKER.draining, 'Drn '],
  [WORKER.generic, 'Gen '],
  [WORKER.inShutdown, 'Shut '],
  [WORKER.disabled, 'Dis '],
  [WORKER.stopped, 'Stop '],
  [WORKER.inError, 'Err '],
  [WORKER.hotStandby, 'Stby '],
  [WORKER.hotSpare, 'Spar '],
  [WORKER.freed, 'Free '],
  [WORKER.healthCheckFailed, 'HcFl '],
];

/** The state of a worker as httpd shows it, `Init Ok `. httpd: ap_proxy_parse_wstatus */
export function statusText(worker: Worker): string {
  let text = '';
  for (const [bit, word] of words) if (worker.is(bit)) text += word;
  return worker.isUsable ? `${text}Ok ` : text;
}
