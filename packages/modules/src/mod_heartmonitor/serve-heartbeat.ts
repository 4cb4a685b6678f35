import { DECLINED, type HookResult, type HookStatus, OK, type RequestRecord } from '@httpd-ts/kernel';
import { monitorConfig } from './config.ts';
import { longestMessage, messageFields } from './heartbeat.ts';
import { storageOf } from './storage.ts';

/** Takes heartbeats by HTTP. httpd: modules/cluster/mod_heartmonitor.c hm_handler */
export function serveHeartbeat(request: RequestRecord): HookResult {
  if (request.handlerName !== 'heartbeat') return DECLINED;
  if (request.method !== 'POST') return 405;
  const { plan } = request.server;
  if (monitorConfig.at(plan.mainServer.config).address === undefined) {
    request.log('heartmonitor', 'error', 'AH10561: Heartbeat monitoring not active');
    return 503;
  }
  return takeHeartbeat(request);
}

async function takeHeartbeat(request: RequestRecord): Promise<HookStatus> {
  let text = '';
  try {
    for (let chunk = await request.body.pull(); chunk !== null; chunk = await request.body.pull()) {
      if (text.length < longestMessage)
        text += String.fromCharCode(...chunk.subarray(0, longestMessage - text.length));
    }
  } catch {
    return request.body.failure ?? 400;
  }
  const fields = messageFields(text);
  const { plan } = request.server;
  const count = (name: string) => {
    const value = fields.get(name)!;
    if (value === '' || /^[\t-\r ]*[+-]?\d+$/.test(value)) return Number(value) >>> 0;
    const tag = name === 'busy' ? 'AH10565' : 'AH10566';
    request.log('heartmonitor', 'warn', `${tag}: Invalid ${name} value: ${value}, using 0`);
    return 0;
  };
  const portOf = () => {
    const value = fields.get('port');
    if (value === undefined) return 80;
    const port = /^[\t-\r ]*\+?\d+$/.test(value) ? Number(value) : 0;
    if (port >= 1 && port <= 65_535) return port;
    request.log('heartmonitor', 'warn', `AH10564: Invalid port value: ${value}, using default 80`);
    return 80;
  };
  if (!fields.has('busy') || !fields.has('ready')) {
    request.log('heartmonitor', 'error', 'AH10563: Missing required parameters: busy and/or ready');
    return 400;
  }
  const port = portOf();
  const busy = count('busy');
  const ready = count('ready');
  const seenMs = plan.world.clock.now();
  const complaint = storageOf(plan).note({ ip: request.clientAddress, ready, busy, port, seenMs });
  if (complaint !== undefined) request.log('heartmonitor', 'error', complaint);
  request.contentType = 'text/plain';
  request.output = { kind: 'text', text: 'OK' };
  return OK;
}
