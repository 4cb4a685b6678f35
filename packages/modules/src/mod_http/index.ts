import { defineModule, mapToStorage } from '@httpd-ts/kernel';
import { answerWithoutFile } from '../core/contract.ts';

/** HTTP itself: its directives are the core's, its filters the connection's; TRACE and `OPTIONS *` are answered here. */
export const modHttp = defineModule({
  name: 'mod_http',
  identifier: 'http_module',
  httpd: 'modules/http/http_core.c',
  isStatic: true,
  directives: {},
  hooks: [mapToStorage(answerWithoutFile)],
});
