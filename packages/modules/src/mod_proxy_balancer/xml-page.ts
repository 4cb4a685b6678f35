import { escapeHtml, formatHttpDate, type ServerRecord } from '@httpd-ts/kernel';
import type { Balancer, ProxyServerConfig, Worker } from '../mod_proxy/contract.ts';
import { statusText } from '../mod_proxy/contract.ts';

/** What workers have from their server where their own parameters say nothing. */
export interface XmlDefaults {
  readonly config: ProxyServerConfig;
  readonly threadsPerChild: number;
}

/** The state of balancers as XML, as scripts know it. httpd: modules/proxy/mod_proxy_balancer.c balancer_display_page */
export function xmlPage(balancers: readonly Balancer[], defaults: XmlDefaults): string {
  return `<?xml version='1.0' encoding='UTF-8' ?>
<httpd:manager xmlns:httpd='http://httpd.apache.org'>
  <httpd:balancers>
${balancers.map((balancer) => balancerElement(balancer, defaults)).join('')}  </httpd:balancers>
</httpd:manager>`;
}

const element = (name: string, value: string | number, indent = 10) =>
  `${' '.repeat(indent)}<httpd:${name}>${value}</httpd:${name}>\n`;

const onOff = (on: boolean) => (on ? 'On' : 'Off');

function balancerElement(balancer: Balancer, defaults: XmlDefaults): string {
  const { parameters, members } = balancer;
  const { stickyCookie, maxAttempts } = parameters;
  const timeout = element('timeout', Math.trunc(parameters.timeoutMs / 1000), 6).trimEnd();
  return [
    '    <httpd:balancer>\n',
    element('name', balancer.name, 6),
    element('nonce', balancer.state?.nonce ?? '', 6),
    ...(stickyCookie
      ? [
          element('stickysession', escapeHtml(stickyCookie), 6),
          element('nofailover', onOff(parameters.stickyForce), 6),
        ]
      : []),
    // httpd ends no line here.
    timeout,
    maxAttempts === undefined ? '' : element('maxattempts', maxAttempts, 6),
    element('lbmethod', parameters.lbMethod, 6),
    ...(stickyCookie ? [element('scolonpathdelim', onOff(parameters.semicolonPathDelimiter), 6)] : []),
    '      <httpd:workers>\n',
    ...members.map((worker) => workerElement(worker, defaults)),
    '      </httpd:workers>\n    </httpd:balancer>\n',
  ].join('');
}

function workerElement(worker: Worker, { config, threadsPerChild }: XmlDefaults): string {
  const { parameters } = worker;
  const seconds = (ms: number) => Math.trunc(ms / 1000);
  const factor = (worker.lbFactor / 100).toFixed(2);
  const limits = connectionLimits(worker, threadsPerChild);
  const timeoutMs = parameters.timeoutMs ?? config.timeoutMs;
  const receiveBufferSize = parameters.receiveBufferSize ?? config.receiveBufferSize;
  const ioBufferSize = parameters.ioBufferSize ?? config.ioBufferSize;
  const optional = (name: string, value: string | number | undefined, indent?: number) =>
    value === undefined ? '' : element(name, value, indent);
  // Milliseconds of these are shown without their whole seconds.
  const part = (ms: number | undefined) => (ms === undefined ? undefined : ms % 1000);
  return [
    '        <httpd:worker>\n',
    element('name', shownName(worker)),
    element('scheme', worker.scheme),
    element('hostname', worker.hostname),
    element('loadfactor', factor),
    element('port', worker.port),
    element('min', limits.min),
    element('smax', limits.softMax),
    element('max', limits.max),
    element('ttl', seconds(parameters.ttlMs ?? 0)),
    optional('timeout', timeoutMs === undefined ? undefined : seconds(timeoutMs)),
    optional('acquire', part(parameters.acquireMs)),
    optional('recv_buffer_size', receiveBufferSize),
    optional('io_buffer_size', ioBufferSize),
    optional('keepalive', parameters.keepAlive === undefined ? undefined : onOff(parameters.keepAlive)),
    element('status', statusText(worker)),
    worker.errorTimeMs > 0 ? element('error_time', formatHttpDate(worker.errorTimeMs)) : '',
    element('retries', worker.retries),
    element('lbstatus', worker.lbStatus),
    element('loadfactor', factor),
    element('transferred', worker.transferred),
    element('read', worker.read),
    element('elected', worker.elected),
    element('route', escapeHtml(parameters.route ?? '')),
    element('redirect', escapeHtml(parameters.redirect ?? '')),
    element('busy', worker.busy),
    element('lbset', worker.lbSet),
    worker.scheme === 'ajp' ? ajpElements(worker) : '',
    optional(
      'disablereuse',
      parameters.disableReuse === undefined ? undefined : onOff(parameters.disableReuse),
      6,
    ),
    optional('connectiontimeout', part(parameters.connectionTimeoutMs)),
    optional('retry', parameters.retryMs === undefined ? undefined : seconds(parameters.retryMs)),
    '        </httpd:worker>\n',
  ].join('');
}

function ajpElements({ parameters }: Worker): string {
  const { flushPackets = 'off', flushWaitMs = 10, pingMs } = parameters;
  const word = { on: 'On', off: 'Off', auto: 'Auto' }[flushPackets];
  const wait = flushPackets === 'auto' ? element('flushwait', flushWaitMs * 1000) : '';
  const ping = pingMs === undefined ? '' : element('ping', pingMs % 1000).trimEnd();
  return element('flushpackets', word) + wait + ping;
}

/** A worker with its unix socket, if it has one. httpd: ap_proxy_worker_name */
export function shownName({ name, socketPath }: Worker): string {
  return socketPath === undefined ? name : `unix:${socketPath}|${name}`;
}

/** httpd: modules/proxy/proxy_util.c ap_proxy_initialize_worker */
function connectionLimits({ parameters }: Worker, threads: number) {
  if (threads <= 1) return { min: 1, softMax: 1, max: 1 };
  const { max = 0, softMax = -1, min = 0 } = parameters;
  const hardMax = max === 0 || max > threads ? threads : max;
  const soft = softMax === -1 || softMax > hardMax ? hardMax : softMax;
  return { min: Math.min(min, soft), softMax: soft, max: hardMax };
}

/** httpd: modules/proxy/mod_proxy.c PROXY_COPY_CONF_PARAMS */
export function xmlDefaults(server: ServerRecord, config: ProxyServerConfig): XmlDefaults {
  return { config, threadsPerChild: server.plan.process.threadsPerChild ?? 25 };
}
