import { loadScenario } from '../load-scenario.ts';
import { connections, proxyWork } from '../work.ts';

/** A GET of 1 KiB through ProxyPass; kept connections on both sides; combined log. */
export const proxy1k = loadScenario({
  name: 'proxy-1k',
  title: 'Proxy, 1 KiB, keep-alive',
  what: 'A GET of 1 KiB through ProxyPass; kept connections on both sides; combined log.',
  load: { paths: ['/1k.txt'], bodyBytes: [1024], connections },
  work: proxyWork,
});
