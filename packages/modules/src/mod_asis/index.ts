import { defineModule, handler } from '@httpd-ts/kernel';
import { sendAsIs } from './send-as-is.ts';

/** Files that bring the head of their response with them. */
export const modAsis = defineModule({
  name: 'mod_asis',
  identifier: 'asis_module',
  httpd: 'modules/generators/mod_asis.c',
  summaries: {},
  directives: {},
  hooks: [handler(sendAsIs)],
});
