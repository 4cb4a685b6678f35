import {
  defineModule,
  directive,
  expressionFunctions,
  expressionVariables,
  NOT_IN,
  nextWord,
  postConfig,
  rawArguments,
  serverExit,
  serverInit,
  take1,
} from '@httpd-ts/kernel';
import { leadingInteger as atoi } from '../core/contract.ts';
import { healthChecks } from '../mod_proxy/contract.ts';
import { bodyOf } from './answer-record.ts';
import { type HealthCheckParameters, healthCheckConfig, mostAtATime } from './config.ts';
import { startChecks, stopChecks } from './run-checks.ts';
import { setParameter } from './set-parameter.ts';
import { summaries } from './summaries.ts';

const inConfigurationFiles = NOT_IN.htaccess;

/** Asks members of balancers whether they are well, and takes those out that are not. */
export const modProxyHcheck = defineModule({
  name: 'mod_proxy_hcheck',
  identifier: 'proxy_hcheck_module',
  httpd: 'modules/proxy/mod_proxy_hcheck.c',
  summaries,
  directives: {
    ProxyHCExpr: directive({
      args: rawArguments,
      context: 'anywhere',
      override: 'FileInfo',
      notIn: inConfigurationFiles,
      usage: 'Define a health check condition ruleset expression',
      set(_config, raw, cmd) {
        const cursor = { text: raw, at: 0 };
        const name = nextWord(cursor);
        if (name === '') return 'Missing expression name for ProxyHCExpr';
        if (name.length > 15) return 'Expression name limited to 15 characters';
        const text = bracedOrWord(cursor);
        if (text === '') return 'Missing expression for ProxyHCExpr';
        const read = cmd.expression(text, 'boolean');
        if ('error' in read) return `Could not parse expression "${text}": ${read.error}`;
        if (nextWord(cursor) !== '') return 'error: extra parameter(s)';
        healthCheckConfig.draft(cmd.server.config).conditions.set(name, { text, expression: read });
        return undefined;
      },
    }),
    ProxyHCTemplate: directive({
      args: rawArguments,
      context: 'anywhere',
      override: 'FileInfo',
      notIn: inConfigurationFiles,
      usage: 'Health check template',
      set(_config, raw, cmd) {
        const cursor = { text: raw, at: 0 };
        const name = nextWord(cursor);
        if (name === '') return 'Missing template name for ProxyHCTemplate';
        const config = healthCheckConfig.draft(cmd.server.config);
        const template: HealthCheckParameters = { hcMethod: 'NONE' };
        while (cursor.at < raw.length) {
          const word = nextWord(cursor);
          const equals = word.indexOf('=');
          if (equals < 0)
            return "Invalid ProxyHCTemplate parameter. Parameter must be in the form 'key=value'";
          const complaint = setParameter(template, word.slice(0, equals), word.slice(equals + 1), config);
          if (complaint !== undefined) return `ProxyHCTemplate: ${complaint} ${word}; ${name}`;
        }
        const key = name.toLowerCase();
        if (!config.templates.has(key)) config.templates.set(key, template);
        return undefined;
      },
    }),
    ProxyHCTPsize: mostAtATime.directive({
      args: take1,
      context: 'server',
      notIn: NOT_IN.virtualHost,
      usage: 'Set size of health check thread pool',
      default: '16',
      set(config, arg) {
        if (atoi(arg) < 0) return 'Invalid ProxyHCTPsize parameter. Parameter must be >= 0';
        config.size = atoi(arg);
        return undefined;
      },
    }),
  },
  hooks: [
    postConfig(
      (compilation) => {
        if (!compilation.hasModule('mod_watchdog')) compilation.refuse('AH03262: mod_watchdog is required');
      },
      { order: 'last' },
    ),
    serverInit(startChecks),
    serverExit(stopChecks),
  ],
  providers: [
    healthChecks.provide('default', {
      setParameter: (parameters, key, value, cmd) =>
        setParameter(parameters, key, value, healthCheckConfig.draft(cmd.server.config)),
      expressions: (server) => {
        const { conditions } = healthCheckConfig.at(server.config);
        return new Map([...conditions].map(([name, { text }]) => [name, text]));
      },
    }),
    expressionVariables.provide('HC_BODY', (request) => bodyOf(request)),
    expressionFunctions.provide('hc', {
      call: (argument, { request }) => (argument.toLowerCase() === 'body' ? bodyOf(request) : undefined),
    }),
  ],
});

/** httpd: server/util.c ap_getword_conf2 */
function bracedOrWord(cursor: { readonly text: string; at: number }): string {
  const rest = cursor.text.slice(cursor.at);
  if (!rest.startsWith('{')) return nextWord(cursor);
  let depth = 0;
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === '{') depth++;
    else if (rest[i] === '}' && --depth === 0) {
      cursor.at += i + 1;
      while (/[\t-\r ]/.test(cursor.text[cursor.at] ?? '')) cursor.at++;
      return rest.slice(1, i);
    }
  }
  // What is not closed goes to the end of the line.
  cursor.at = cursor.text.length;
  return rest.slice(1);
}
