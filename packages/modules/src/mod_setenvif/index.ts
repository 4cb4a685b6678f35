import {
  DECLINED,
  type DirectiveContext,
  defineModule,
  directive,
  headerParser,
  perDirectory,
  perServer,
  postReadRequest,
  type RecordKey,
  type RequestRecord,
  rawArguments,
} from '@httpd-ts/kernel';
import { substituteGroups } from '../substitute-groups.ts';
import { type Attribute, type EnvRule, readBrowserMatch, readSetEnvIf } from './read-rule.ts';

interface SetEnvIfConfig {
  readonly rules: EnvRule[];
}

const spec = {
  create: (): SetEnvIfConfig => ({ rules: [] }),
  merge: (outer: SetEnvIfConfig, inner: SetEnvIfConfig): SetEnvIfConfig => ({
    rules: [...outer.rules, ...inner.rules],
  }),
};
const serverConfig = perServer<SetEnvIfConfig>(spec);
const directoryConfig = perDirectory<SetEnvIfConfig>(spec);

/** Sets the variables whose patterns meet the request. httpd: modules/metadata/mod_setenvif.c match_headers */
function setVariables(key: RecordKey<SetEnvIfConfig>) {
  return (request: RequestRecord): number => {
    let lastName: string | undefined;
    let value = '';
    for (const { attributeName, attribute, regex, variables } of key.of(request).rules) {
      if (attributeName !== lastName) {
        lastName = attributeName;
        value = readValue(attribute, request) ?? '';
      }
      const groups = regex.exec(value);
      if (groups === null) continue;
      for (const [name, text] of variables) {
        if (text === undefined) request.subprocessEnv.unset(name);
        else request.subprocessEnv.set(name, substituteGroups(text, groups));
        request.log('setenvif', 'trace2', `Setting ${name}`);
      }
    }
    return DECLINED;
  };
}

function readValue(attribute: Attribute, request: RequestRecord): string | undefined {
  switch (attribute.kind) {
    case 'special':
      return attribute.read(request);
    case 'header':
      return request.headersIn.get(attribute.name) ?? request.env(attribute.name);
    case 'header-pattern':
      return request.headersIn.entries().find(([name]) => attribute.regex.test(name))?.[1];
  }
}

type Read = (raw: string, caseless: boolean, cmd: DirectiveContext) => EnvRule | string;

const ruleDirective = (read: Read, caseless: boolean, usage: string) =>
  directive({
    args: rawArguments,
    context: 'anywhere',
    override: 'FileInfo',
    usage,
    set(_config, raw, cmd) {
      const rule = read(raw, caseless, cmd);
      if (typeof rule === 'string') return rule;
      const config =
        cmd.path === undefined ? serverConfig.draft(cmd.server.config) : directoryConfig.draft(cmd.directory);
      config.rules.push(rule);
      return undefined;
    },
  });

/** Sets variables by what a request looks like. */
export const modSetenvif = defineModule({
  name: 'mod_setenvif',
  identifier: 'setenvif_module',
  httpd: 'modules/metadata/mod_setenvif.c',
  directives: {
    SetEnvIf: ruleDirective(readSetEnvIf, false, 'A header-name, regex and a list of variables.'),
    SetEnvIfNoCase: ruleDirective(readSetEnvIf, true, 'a header-name, regex and a list of variables.'),
    SetEnvIfExpr: directive({
      args: rawArguments,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'an expression and a list of variables.',
      support: 'known',
      set(_config, raw, cmd) {
        return /^\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\S+)\s*$/.test(raw)
          ? `Missing envariable expression for ${cmd.name}`
          : undefined;
      },
    }),
    BrowserMatch: ruleDirective(readBrowserMatch, false, 'A browser regex and a list of variables.'),
    BrowserMatchNoCase: ruleDirective(readBrowserMatch, true, 'A browser regex and a list of variables.'),
  },
  hooks: [
    postReadRequest(setVariables(serverConfig), { when: (view) => serverConfig.of(view).rules.length > 0 }),
    headerParser(setVariables(directoryConfig), {
      when: (view) => directoryConfig.of(view).rules.length > 0,
    }),
  ],
});
