import { defineModule } from '@httpd-ts/kernel';
import { knownDirectives, summariesOf } from '../known-directives.ts';
import { undoneTls } from '../known-modules.ts';
import { provisionsOf } from '../known-provisions.ts';
import { backendTls } from '../mod_proxy/contract.ts';
import { backendTlsOf } from './backend-tls.ts';
import { proxyDirectives } from './proxy-directives.ts';
import { summaries } from './summaries.ts';

const { hooks = [], providers = [] } = provisionsOf('mod_ssl');

/** TLS. What is done is TLS to back ends; a server that is to speak TLS to its clients is refused. */
export const modSsl = defineModule({
  name: 'mod_ssl',
  identifier: 'ssl_module',
  httpd: 'modules/ssl/mod_ssl.c',
  summaries: { ...summariesOf(undoneTls), ...summaries },
  directives: { ...knownDirectives(undoneTls), ...proxyDirectives },
  hooks,
  providers: [...providers, backendTls.provide('default', backendTlsOf)],
});
