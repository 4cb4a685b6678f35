import { type DirectiveDeclaration, flag, iterate, NOT_IN, take23, take123 } from '@httpd-ts/kernel';
import { leadingInteger as atoi } from '../core/contract.ts';
import { type ProxyDirectoryConfig, proxyDirectory } from './config.ts';

type FlagName = 'preserveHost' | 'addHeaders' | 'interpolateEnv' | 'forward100Continue';

function flagDirective(name: FlagName, usage: string, standard: 'On' | 'Off'): DirectiveDeclaration {
  return proxyDirectory.directive({
    args: flag,
    context: 'server, directory',
    usage,
    default: standard,
    set: (config, on) => {
      config[name] = on;
    },
  });
}

function cookieDirective(field: 'cookiePaths' | 'cookieDomains', usage: string): DirectiveDeclaration {
  return proxyDirectory.directive({
    args: take23,
    context: 'server, directory',
    usage,
    set: (config, [fake, real, third]) => {
      config[field].push({ fake, real, interpolate: third !== undefined });
    },
  });
}

/** httpd: modules/proxy/mod_proxy.c set_proxy_error_override */
function setErrorOverride(config: ProxyDirectoryConfig, arg: string): string | undefined {
  const word = arg.toLowerCase();
  if (word === 'on' || word === 'off') {
    config.errorOverride = word === 'on';
    config.errorOverrideCodes = [];
    return undefined;
  }
  if (config.errorOverride === undefined) {
    return 'ProxyErrorOverride first parameter must be one of: off | on';
  }
  if (!/^\d/.test(arg)) return 'ProxyErrorOverride: status codes to intercept must be numeric';
  if (!config.errorOverride) return "ProxyErrorOverride: status codes must follow a value of 'on'";
  const code = atoi(arg);
  if (code < 400 || code > 599) {
    return 'ProxyErrorOverride: status codes to intercept must be valid HTTP Status Codes >=400 && <600';
  }
  config.errorOverrideCodes.push(code);
  config.errorOverrideCodes.sort((a, b) => a - b);
  return undefined;
}

/** Directives that stand in servers and directory sections alike. */
export const directoryDirectives: Readonly<Record<string, DirectiveDeclaration>> = {
  ProxyPassReverse: proxyDirectory.directive({
    args: take123,
    context: 'server, directory',
    notIn: NOT_IN.directory | NOT_IN.files | NOT_IN.limit,
    usage: 'a virtual path and a URL for reverse proxy behaviour',
    set(config, [first, second, third], cmd) {
      const hasInterpolate = second?.toLowerCase() === 'interpolate';
      if (cmd.path === undefined) {
        if (second === undefined || hasInterpolate)
          return 'ProxyPassReverse needs a path when not defined in a location';
        config.reverse.push({ fake: first, real: second, interpolate: third !== undefined });
        return undefined;
      }
      if (second !== undefined && !hasInterpolate) {
        return 'ProxyPassReverse can not have a path when defined in a location';
      }
      config.reverse.push({ fake: cmd.path, real: first, interpolate: hasInterpolate });
      return undefined;
    },
  }),
  ProxyPassReverseCookieDomain: cookieDirective('cookieDomains', 'Domain rewrite rule for proxying cookies'),
  ProxyPassReverseCookiePath: cookieDirective('cookiePaths', 'Path rewrite rule for proxying cookies'),
  ProxyPreserveHost: flagDirective(
    'preserveHost',
    'on if we should preserve host header while proxying',
    'Off',
  ),
  ProxyAddHeaders: flagDirective(
    'addHeaders',
    'on if X-Forwarded-* headers should be added or completed',
    'On',
  ),
  ProxyPassInterpolateEnv: flagDirective('interpolateEnv', 'Interpolate Env Vars in reverse Proxy', 'Off'),
  Proxy100Continue: flagDirective(
    'forward100Continue',
    'on if 100-Continue should be forwarded to the origin server, off if the proxy should handle it by itself',
    'On',
  ),
  ProxyErrorOverride: proxyDirectory.directive({
    args: iterate,
    context: 'server, directory',
    usage: "use our error handling pages instead of the servers' we are proxying",
    default: 'Off',
    set: setErrorOverride,
  }),
};
