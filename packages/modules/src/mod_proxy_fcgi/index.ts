import { type DirectiveContext, defineModule, take1, take23 } from '@httpd-ts/kernel';
import { proxySchemes } from '../mod_proxy/contract.ts';
import { canonicalizeFcgi } from './canonicalize-fcgi.ts';
import { type FcgiConfig, fcgiConfig } from './config.ts';
import { handleFcgi } from './handle-fcgi.ts';
import { summaries } from './summaries.ts';

/** FastCGI for mod_proxy, such as PHP-FPM speaks it. */
export const modProxyFcgi = defineModule({
  name: 'mod_proxy_fcgi',
  identifier: 'proxy_fcgi_module',
  httpd: 'modules/proxy/mod_proxy_fcgi.c',
  summaries,
  directives: {
    ProxyFCGIBackendType: fcgiConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'FileInfo',
      usage: "Specify the type of FastCGI server: 'Generic', 'FPM'",
      default: 'FPM',
      set(config, word) {
        const type = word.toUpperCase();
        if (type !== 'FPM' && type !== 'GENERIC') {
          return "ProxyFCGIBackendType requires one of the following arguments: 'GENERIC', 'FPM'";
        }
        config.backendType = type;
        return undefined;
      },
    }),
    ProxyFCGISetEnvIf: fcgiConfig.directive({
      args: take23,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'expr-condition env-name expr-value',
      set: (config, words, cmd) => addFixup(config, words, cmd),
    }),
  },
  hooks: [],
  providers: [proxySchemes.provide('fcgi', { handle: handleFcgi, canonicalize: canonicalizeFcgi })],
});

/** httpd: modules/proxy/mod_proxy_fcgi.c cmd_setenv */
function addFixup(
  config: FcgiConfig,
  [source, name, text]: readonly [string, string, string?],
  cmd: DirectiveContext,
): string | undefined {
  const condition = cmd.expression(source, 'boolean', { module: 'proxy_fcgi' });
  if ('error' in condition) return `Could not parse expression "${source}": ${condition.error}`;
  if (name.startsWith('!')) {
    if (text !== undefined) {
      return `Third argument ("${text}") is not allowed when using ProxyFCGISetEnvIf's unset mode (${name})`;
    }
    if (name === '!') return 'ProxyFCGISetEnvIf: "!" is not a valid variable name';
    config.fixups.push({ condition, name: name.slice(1), value: undefined });
    return undefined;
  }
  const value = cmd.expression(text ?? '', 'string', { module: 'proxy_fcgi' });
  if ('error' in value) return `Could not parse expression "${text ?? ''}": ${value.error}`;
  config.fixups.push({ condition, name, value });
  return undefined;
}
