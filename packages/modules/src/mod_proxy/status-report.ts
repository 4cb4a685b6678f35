import type { RequestRecord } from '@httpd-ts/kernel';
import type { StatusReport } from '../mod_status/contract.ts';
import { printSize } from '../print-size.ts';
import type { Balancer } from './balancer.ts';
import { proxyServer } from './config.ts';
import { statusText } from './status-text.ts';
import type { Worker } from './worker.ts';

/** The balancers that ProxyStatus has shown, as they are now. */
function shownBalancers(request: RequestRecord): readonly Balancer[] {
  const { status = 'off', balancers } = proxyServer.at(request.server.config);
  if (status === 'off') return [];
  for (const { state } of balancers) state?.sync();
  return balancers;
}

/** What ProxyStatus adds to the status pages. httpd: modules/proxy/mod_proxy.c proxy_status_hook */
export const statusReport: StatusReport = {
  html(request) {
    const balancers = shownBalancers(request);
    return balancers.length === 0 ? '' : balancers.map(balancerTables).join('') + key;
  },
  text: (request) => shownBalancers(request).map(balancerLines).join(''),
};

function balancerTables({ name, parameters, members }: Balancer): string {
  const { stickyCookie, stickyPath = stickyCookie, timeoutMs, lbMethod } = parameters;
  const sticky = stickyCookie || ' - ';
  const shown = stickyPath === stickyCookie ? sticky : `${sticky} | ${stickyPath}`;
  return `<hr />
<h1>Proxy LoadBalancer Status for ${name}</h1>\n\n

<table border="0"><tr><th>SSes</th><th>Timeout</th><th>Method</th></tr>
<tr><td>${shown}</td><td>${Math.floor(timeoutMs / 1000)}</td><td>${lbMethod}</td>
</table>\n

<table border="0"><tr><th>Sch</th><th>Host</th><th>Stat</th><th>Route</th><th>Redir</th><th>F</th><th>Set</th><th>Acc</th><th>Busy</th><th>Wr</th><th>Rd</th></tr>
${members.map(memberRow).join('')}</table>\n`;
}

function memberRow(worker: Worker): string {
  const { scheme, hostname, parameters } = worker;
  const cells = [
    scheme,
    hostname,
    statusText(worker),
    parameters.route ?? '',
    parameters.redirect ?? '',
    (worker.lbFactor / 100).toFixed(2),
    worker.lbSet,
    worker.elected,
    worker.busy,
    printSize(worker.transferred),
    printSize(worker.read),
  ];
  return `<tr>\n${cells.map((cell) => `<td>${cell}</td>`).join('')}\n</tr>\n`;
}

const key = `<hr /><table>
<tr><th>SSes</th><td>Sticky session name</td></tr>
<tr><th>Timeout</th><td>Balancer Timeout</td></tr>
<tr><th>Sch</th><td>Connection scheme</td></tr>
<tr><th>Host</th><td>Backend Hostname</td></tr>
<tr><th>Stat</th><td>Worker status</td></tr>
<tr><th>Route</th><td>Session Route</td></tr>
<tr><th>Redir</th><td>Session Route Redirection</td></tr>
<tr><th>F</th><td>Load Balancer Factor</td></tr>
<tr><th>Acc</th><td>Number of uses</td></tr>
<tr><th>Wr</th><td>Number of bytes transferred</td></tr>
<tr><th>Rd</th><td>Number of bytes read</td></tr>
</table>`;

const kilobytes = (bytes: number) => `${Math.floor(bytes / 1024)}K`;

function balancerLines({ name, members }: Balancer, at: number): string {
  const lines = members.map((worker, i) => {
    const facts = {
      Name: worker.name,
      Status: statusText(worker),
      Elected: worker.elected,
      Busy: worker.busy,
      Sent: kilobytes(worker.transferred),
      Rcvd: kilobytes(worker.read),
    };
    return Object.entries(facts)
      .map(([fact, value]) => `ProxyBalancer[${at}]Worker[${i}]${fact}: ${value}\n`)
      .join('');
  });
  return `ProxyBalancer[${at}]Name: ${name}\n${lines.join('')}`;
}
