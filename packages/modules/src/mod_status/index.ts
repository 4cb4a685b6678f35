import {
  DECLINED,
  defineModule,
  type HookStatus,
  handler,
  OK,
  preConfig,
  processSettings,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { leadingInteger, signature } from '../core/contract.ts';
import { htmlPage } from './html-page.ts';
import { collectState } from './server-state.ts';
import { textPage } from './text-page.ts';

const handlerNames: ReadonlySet<string> = new Set(['server-status', 'application/x-httpd-status']);

function serveStatus(request: RequestRecord): HookStatus | Promise<HookStatus> {
  if (!handlerNames.has(request.handlerName ?? '')) return DECLINED;
  if (request.method !== 'GET' && request.method !== 'HEAD') return DECLINED;
  const query = request.args ?? '';
  const refresh = query.indexOf('refresh');
  if (refresh >= 0)
    request.headersOut.set('Refresh', refreshSeconds(query.slice(refresh + 'refresh'.length)));
  return answer(request, query);
}

/** `=n` from 1 on, else ten seconds. */
function refreshSeconds(rest: string): string {
  const seconds = rest.startsWith('=') ? leadingInteger(rest.slice(1)) : 0;
  return String(seconds < 1 ? 10 : seconds);
}

/** httpd: modules/generators/mod_status.c status_handler */
async function answer(request: RequestRecord, query: string): Promise<HookStatus> {
  const state = await collectState(request);
  const isText = query.includes('auto');
  request.contentType = `text/${isText ? 'plain' : 'html'}; charset=ISO-8859-1`;
  const text = isText
    ? textPage(state)
    : htmlPage(state, {
        noTable: query.includes('notable'),
        seeTail: request.server.plan.process.seeRequestTail,
        signature: signature(request, '<hr />\n'),
      });
  request.output = { kind: 'text', text };
  return OK;
}

/** Pages about what the server is doing. */
export const modStatus = defineModule({
  name: 'mod_status',
  identifier: 'status_module',
  httpd: 'modules/generators/mod_status.c',
  directives: {},
  hooks: [
    preConfig((compilation) => {
      processSettings(compilation).extendedStatus = true;
    }),
    handler(serveStatus),
  ],
});
