import { loadScenario } from '../load-scenario.ts';
import { connections, proxyWork } from '../work.ts';

/** A GET of 1 KiB through ProxyPass with Connection: close from the client; kept connections to the back end; combined log. */
export const proxy1kNewConnection = loadScenario({
  name: 'proxy-1k-new-connection',
  title: 'Proxy, 1 KiB, a new connection for each request',
  what: 'A GET of 1 KiB through ProxyPass with Connection: close from the client; kept connections to the back end; combined log.',
  load: { paths: ['/1k.txt'], bodyBytes: [1024], connections, headers: { Connection: 'close' } },
  work: proxyWork,
});
