import {
  type Complaint,
  type ConfigView,
  type DirectiveContext,
  defineModule,
  fixups,
  flag,
  handler,
  iterate,
  postConfig,
  rawArguments,
  take1,
  take23,
  translateName,
  words,
} from '@httpd-ts/kernel';
import {
  type RewriteDirectoryConfig,
  type RewriteOption,
  type RewriteServerConfig,
  rewriteDirectory,
  rewriteServer,
} from './config.ts';
import { startPrograms } from './program-map.ts';
import { conditionFlagNames, readCondition } from './read-condition.ts';
import { readRule, ruleFlagNames } from './read-rule.ts';
import { redirectInternally, rewriteInDirectory } from './rewrite-directory.ts';
import { readRewriteMap } from './rewrite-map.ts';
import { summaries } from './summaries.ts';
import { forceType, rewriteUri } from './translate.ts';

const inFileInfo = { context: 'anywhere', override: 'FileInfo' } as const;

/** The server's record where a directive stands outside of sections, which has one for the base directory too. */
function serverDraft(cmd: DirectiveContext): RewriteServerConfig {
  const config = rewriteServer.draft(cmd.server.config);
  config.server = cmd.server;
  return config;
}

type Draft = RewriteServerConfig | RewriteDirectoryConfig;

const draftFor = (config: RewriteDirectoryConfig, cmd: DirectiveContext): Draft =>
  cmd.path === undefined ? serverDraft(cmd) : directoryDraft(config, cmd);

/** The record of a section, which keeps what the section is for. httpd: config_perdir_create */
function directoryDraft(config: RewriteDirectoryConfig, { path }: DirectiveContext): RewriteDirectoryConfig {
  if (path !== undefined) config.directory ??= path.endsWith('/') ? path : `${path}/`;
  return config;
}

const optionNames = [
  'Inherit',
  'InheritBefore',
  'InheritDown',
  'InheritDownBefore',
  'IgnoreInherit',
  'AllowNoSlash',
  'AllowAnyURI',
  'MergeBase',
  'IgnoreContextInfo',
  'LegacyPrefixDocRoot',
  'UnsafePrefixStat',
];

const optionWords: ReadonlySet<string> = new Set(optionNames.map((name) => name.toLowerCase()));

/** httpd: modules/mappers/mod_rewrite.c cmd_rewriteoptions */
function addOption(config: RewriteDirectoryConfig, word: string, cmd: DirectiveContext): string | undefined {
  const option = word.toLowerCase();
  if (option.startsWith('maxredirects=')) {
    cmd.warn(
      '[rewrite:warn] AH00664: RewriteOptions: MaxRedirects option has been removed in favor of the global LimitInternalRecursion directive and will be ignored.',
    );
    return undefined;
  }
  if (!optionWords.has(option)) return `RewriteOptions: unknown option '${word}'`;
  const drafts = cmd.path === undefined ? [config, serverDraft(cmd)] : [directoryDraft(config, cmd)];
  for (const draft of drafts) draft.options = new Set([...(draft.options ?? []), option as RewriteOption]);
  return undefined;
}

function addRule(config: RewriteDirectoryConfig, line: string, cmd: DirectiveContext): string | undefined {
  const draft = draftFor(config, cmd);
  const rule = readRule(line, draft.conditions, cmd);
  if (typeof rule === 'string') return rule;
  draft.rules.push(rule);
  draft.conditions = [];
  return undefined;
}

/** Whether rules of a directory apply. A request that went through them keeps that configuration up to its handler. */
function hasDirectoryRules(view: ConfigView): boolean {
  const { engine, directory } = rewriteDirectory.of(view);
  return engine === true && directory !== undefined;
}

/** Rewrites URLs by rules. */
export const modRewrite = defineModule({
  name: 'mod_rewrite',
  identifier: 'rewrite_module',
  httpd: 'modules/mappers/mod_rewrite.c',
  summaries,
  directives: {
    RewriteEngine: rewriteDirectory.directive({
      ...inFileInfo,
      args: flag,
      usage: 'On or Off to enable or disable (default) the whole rewriting engine',
      default: 'off',
      set(config, on, cmd) {
        directoryDraft(config, cmd).engine = on;
        if (cmd.path === undefined) serverDraft(cmd).engine = on;
      },
    }),
    RewriteOptions: rewriteDirectory.directive({
      ...inFileInfo,
      args: iterate,
      usage: 'List of option strings to set',
      keywords: optionNames,
      // A quoted word may hold several.
      set: (config, word, cmd) =>
        words(word).reduce<Complaint>(
          (complaint, one) => complaint ?? addOption(config, one, cmd),
          undefined,
        ),
    }),
    RewriteBase: rewriteDirectory.directive({
      ...inFileInfo,
      args: take1,
      usage: 'the base URL of the per-directory context',
      set(config, url, cmd) {
        if (cmd.path === undefined) return 'RewriteBase: only valid in per-directory config files';
        if (!url.startsWith('/')) return 'RewriteBase: argument is not a valid URL';
        Object.assign(directoryDraft(config, cmd), { baseUrl: url, ownsBase: true });
        return undefined;
      },
    }),
    RewriteCond: rewriteDirectory.directive({
      ...inFileInfo,
      args: rawArguments,
      usage: 'an input string and a to be applied regexp-pattern',
      keywords: conditionFlagNames,
      set(config, line, cmd) {
        const condition = readCondition(line, cmd);
        if (typeof condition === 'string') return condition;
        const draft = draftFor(config, cmd);
        draft.conditions.push(condition);
        return undefined;
      },
    }),
    RewriteRule: rewriteDirectory.directive({
      ...inFileInfo,
      args: rawArguments,
      usage: 'an URL-applied regexp-pattern and a substitution URL',
      keywords: ruleFlagNames,
      set: addRule,
    }),
    RewriteMap: rewriteServer.directive({
      context: 'server',
      args: take23,
      usage: 'a mapname and a filename and options',
      set(config, [name, source, account], cmd) {
        const map = readRewriteMap(name, source, account, cmd);
        if (typeof map === 'string') return map;
        config.server = cmd.server;
        config.maps = new Map([...config.maps, [name, map]]);
        return undefined;
      },
    }),
  },
  hooks: [
    postConfig(startPrograms),
    translateName(rewriteUri, {
      order: 'first',
      when: (view) => rewriteDirectory.of(view).engine === true,
    }),
    fixups(rewriteInDirectory, { order: 'first', before: ['mod_proxy'], when: hasDirectoryRules }),
    fixups(forceType, {
      order: 'last',
      when: (view) => rewriteServer.of(view).rules.length > 0 || hasDirectoryRules(view),
    }),
    handler(redirectInternally, { when: hasDirectoryRules }),
  ],
});
