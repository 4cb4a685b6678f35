import { proxyTargets } from '../proxying.ts';
import { defineRule } from '../rule.ts';

/** The modules that speak a scheme, any of which will do. */
const speakers: Readonly<Record<string, readonly string[]>> = {
  http: ['proxy_http_module'],
  https: ['proxy_http_module'],
  ws: ['proxy_http_module', 'proxy_wstunnel_module'],
  wss: ['proxy_http_module', 'proxy_wstunnel_module'],
  ajp: ['proxy_ajp_module'],
  fcgi: ['proxy_fcgi_module'],
  scgi: ['proxy_scgi_module'],
  uwsgi: ['proxy_uwsgi_module'],
  ftp: ['proxy_ftp_module'],
  h2: ['proxy_http2_module'],
  h2c: ['proxy_http2_module'],
  balancer: ['proxy_balancer_module'],
};

export const missingSchemeModule = defineRule({
  name: 'missing-scheme-module',
  severity: 'warning',
  what: 'A back end is named by a scheme that no loaded module speaks.',
  why: 'Every request to it is answered 500: no protocol handler was valid for the URL.',
  instead:
    'Load the module of the scheme: proxy_ajp_module for ajp://, proxy_fcgi_module for fcgi://, and so on.',
  bad: {
    config: 'ProxyPass /app/ ajp://127.0.0.1:8009/\n',
    line: 1,
    modules: ['mpm_event', 'mod_proxy', 'mod_proxy_http'],
  },
  good: {
    config: 'ProxyPass /app/ http://127.0.0.1:8080/\nProxyPassReverse /app/ http://127.0.0.1:8080/\n',
    modules: ['mpm_event', 'mod_proxy', 'mod_proxy_http'],
  },
  check(configuration, report) {
    for (const { statement, url, scheme } of proxyTargets(configuration)) {
      const modules = Object.hasOwn(speakers, scheme) ? speakers[scheme]! : [];
      if (modules.length === 0 || modules.some((name) => configuration.isLoaded(name))) continue;
      const [first] = modules as [string];
      report({
        at: statement,
        word: url,
        text: `no module that speaks ${scheme}:// is loaded`,
        instead: `Load ${first} (on Debian: a2enmod ${first.replace(/_module$/, '')}).`,
      });
    }
  },
});
