import { loadScenario } from '../load-scenario.ts';
import { connections, proxyWork } from '../work.ts';

/** A GET of 100 KiB through ProxyPass; kept connections on both sides; combined log. */
export const proxy100k = loadScenario({
  name: 'proxy-100k',
  title: 'Proxy, 100 KiB, keep-alive',
  what: 'A GET of 100 KiB through ProxyPass; kept connections on both sides; combined log.',
  load: { paths: ['/100k.txt'], bodyBytes: [102_400], connections },
  work: proxyWork,
});
