import { loadScenario } from '../load-scenario.ts';
import { connections, staticWork } from '../work.ts';

/** A GET of a file of 100 KiB; kept connections; combined log. */
export const static100k = loadScenario({
  name: 'static-100k',
  title: 'Static file, 100 KiB',
  what: 'A GET of a file of 100 KiB; kept connections; combined log.',
  load: { paths: ['/100k.txt'], bodyBytes: [102_400], connections },
  work: staticWork,
});
