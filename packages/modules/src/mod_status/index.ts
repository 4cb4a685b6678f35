import {
  DECLINED,
  defineModule,
  type HookStatus,
  handler,
  OK,
  preConfig,
  processSettings,
  type RequestRecord,
  writtenBody,
} from '@httpd-ts/kernel';
import { leadingInteger, signature } from '../core/contract.ts';
import { type StatusReport, statusReports } from './contract.ts';
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
    ? textPage(state) + reportsOf(request, 'text')
    : htmlPage(state, {
        noTable: query.includes('notable'),
        seeTail: request.server.plan.process.seeRequestTail,
        reports: reportsOf(request, 'html'),
        signature: signature(request, '<hr />\n'),
      });
  request.output = writtenBody(text.split(/(?<=\n)/));
  return OK;
}

/** What other modules have to say. */
function reportsOf(request: RequestRecord, form: keyof StatusReport): string {
  const { providers } = request.server.plan;
  let text = '';
  for (const name of providers.names(statusReports))
    text += providers.find(statusReports, name)?.[form](request) ?? '';
  return text;
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
