import { loadScenario } from '../load-scenario.ts';
import { connections, staticWork } from '../work.ts';

/** A GET of a file of 1 KiB; kept connections; combined log. */
export const static1k = loadScenario({
  name: 'static-1k',
  title: 'Static file, 1 KiB',
  what: 'A GET of a file of 1 KiB; kept connections; combined log.',
  load: { paths: ['/1k.txt'], bodyBytes: [1024], connections },
  work: staticWork,
});
