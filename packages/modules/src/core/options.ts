import {
  type DirectiveContext,
  type DirectiveDeclaration,
  entryOf,
  NOT_IN,
  nextWord,
  OPTIONS,
  OVERRIDE,
  rawArguments,
  takeArgv,
  type WalkConfig,
  walkConfig,
  withLowerNames,
  words,
} from '@httpd-ts/kernel';
import { coreServer } from './core-config.ts';

const options: Readonly<Record<string, number>> = {
  Indexes: OPTIONS.indexes,
  Includes: OPTIONS.includes | OPTIONS.includesWithExec,
  IncludesNOEXEC: OPTIONS.includes,
  FollowSymLinks: OPTIONS.symLinks,
  SymLinksIfOwnerMatch: OPTIONS.symLinksIfOwner,
  ExecCGI: OPTIONS.execCgi,
  MultiViews: OPTIONS.multiViews,
  RunScripts: OPTIONS.multiViews | OPTIONS.execCgi,
};

const optionBits = withLowerNames(options);

const mixed = 'Either all Options must start with + or -, or no Option may.';

/** httpd: server/core.c set_options */
function setOptions(config: WalkConfig, raw: string, cmd: DirectiveContext): string | undefined {
  const cursor = { text: raw, at: 0 };
  let isChange = false;
  let wholeSet = false;
  for (let first = true; cursor.at < raw.length; first = false) {
    const word = nextWord(cursor);
    const sign = word[0] === '+' || word[0] === '-' ? word[0] : '';
    if (sign !== '') {
      if (!isChange && !first && !wholeSet) return mixed;
      isChange = true;
    } else if (first) config.options = OPTIONS.none;
    else if (isChange) return mixed;
    const name = word.slice(sign.length);
    const bits = readOption(name, first, isChange);
    if (typeof bits === 'string') return bits;
    wholeSet ||= /^(?:all|none)$/i.test(name);
    if ((cmd.overrideOptions & bits) !== bits) return `Option ${name} not allowed here`;
    applyOption(config, sign, bits);
  }
  return undefined;
}

function readOption(name: string, first: boolean, isChange: boolean): number | string {
  const lower = name.toLowerCase();
  if (lower === 'none' || lower === 'all') {
    const shown = lower === 'none' ? 'None' : 'All';
    if (!first) return `'Options ${shown}' must be the first ${shown === 'All' ? 'option' : 'Option'} given.`;
    if (isChange) return `You may not use 'Options +${shown}' or 'Options -${shown}'.`;
    return lower === 'none' ? OPTIONS.none : OPTIONS.all;
  }
  return entryOf(optionBits, lower) ?? `Illegal option ${name}`;
}

function applyOption(config: WalkConfig, sign: string, bits: number): void {
  if (sign === '-') {
    config.optionsRemove = (config.optionsRemove ?? 0) | bits;
    config.optionsAdd = (config.optionsAdd ?? 0) & ~bits;
    if (config.options !== undefined) config.options &= ~bits;
  } else if (sign === '+') {
    config.optionsAdd = (config.optionsAdd ?? 0) | bits;
    config.optionsRemove = (config.optionsRemove ?? 0) & ~bits;
    if (config.options !== undefined) config.options |= bits;
  } else config.options = (config.options ?? 0) | bits;
}

/** The bits of `Options=a,b`; a text is the complaint. httpd: server/core.c set_allow_opts */
function readAllowedOptions(list: string): number | string {
  let allowed = 0;
  for (const name of list.split(',')) {
    if (name === '') continue;
    const lower = name.toLowerCase();
    const bits = lower === 'none' ? 0 : lower === 'all' ? OPTIONS.all : entryOf(optionBits, lower);
    if (bits === undefined) return `Illegal option ${name}`;
    allowed |= bits;
  }
  return allowed;
}

const classes: Readonly<Record<string, number>> = {
  AuthConfig: OVERRIDE.AuthConfig,
  FileInfo: OVERRIDE.FileInfo,
  Indexes: OVERRIDE.Indexes,
  Limit: OVERRIDE.Limit,
  Options: OVERRIDE.Options,
};

const overrideClasses = withLowerNames(classes);

/** What `Nonfatal=` adds; other words add nothing. */
const nonfatalKinds: Readonly<Record<string, number>> = {
  override: OVERRIDE.nonfatalOverride,
  unknown: OVERRIDE.nonfatalUnknown,
  all: OVERRIDE.nonfatalOverride | OVERRIDE.nonfatalUnknown,
};

/** httpd: server/core.c set_override */
function setOverride(config: WalkConfig, raw: string, cmd: DirectiveContext): string | undefined {
  if (cmd.refuseIn(NOT_IN.location | NOT_IN.files) !== undefined) {
    const { line, file } = cmd.node;
    cmd.warn(`[core:warn] AH00114: Useless use of AllowOverride in line ${line} of ${file}.`);
  }
  let override: number = OVERRIDE.none;
  for (const word of words(raw)) {
    const equals = word.indexOf('=');
    const name = (equals < 0 ? word : word.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? undefined : word.slice(equals + 1);
    if (name === 'none') override = OVERRIDE.none;
    else if (name === 'all') override = OVERRIDE.all;
    else if (name === 'nonfatal') {
      if (value === undefined) return '=Override, =Unknown or =All expected after Nonfatal';
      override |= entryOf(nonfatalKinds, value.toLowerCase()) ?? 0;
    } else {
      const bits = entryOf(overrideClasses, name);
      if (bits === undefined) return `Illegal override option ${equals < 0 ? word : word.slice(0, equals)}`;
      override |= bits;
      if (name !== 'options') continue;
      const allowed = value === undefined ? OPTIONS.all : readAllowedOptions(value);
      if (typeof allowed === 'string') return allowed;
      config.overrideOptions = allowed;
    }
  }
  config.override = override;
  return undefined;
}

/** httpd: server/core.c set_override_list */
function setOverrideList(
  config: WalkConfig,
  names: readonly string[],
  cmd: DirectiveContext,
): string | undefined {
  const place = `${cmd.node.file}:${cmd.node.line}`;
  if (cmd.refuseIn(NOT_IN.location | NOT_IN.files) !== undefined) {
    cmd.warn(`[core:warn] AH00115: Useless use of AllowOverrideList at ${place}`);
  }
  const allowed = new Set<string>();
  config.overrideList = allowed;
  for (const name of names) {
    if (name.toLowerCase() === 'none') {
      return names.length === 1 ? undefined : "'None' not allowed with other directives in AllowOverrideList";
    }
    const found = cmd.findDirective(name);
    if (found === undefined) {
      cmd.warn(
        `[core:warn] AH00116: Discarding unrecognized directive \`${name}' in AllowOverrideList at ${place}`,
      );
    } else if ((found.requiredOverride & (OVERRIDE.all | OVERRIDE.accessConf)) === 0) {
      cmd.warn(
        `[core:warn] AH02304: Discarding directive \`${name}' not allowed in AllowOverrideList at ${place}`,
      );
    } else allowed.add(name.toLowerCase());
  }
  return undefined;
}

/** Options and what `.htaccess` files may say. */
export const optionDirectives = {
  Options: walkConfig.directive({
    args: rawArguments,
    context: 'anywhere',
    override: 'Options',
    usage: 'Set a number of attributes for a given directory',
    keywords: ['None', 'All', ...Object.keys(options)],
    default: 'FollowSymLinks',
    set: setOptions,
  }),
  AllowOverride: walkConfig.directive({
    args: rawArguments,
    context: 'directory',
    usage: 'Controls what groups of directives can be configured by per-directory config files',
    keywords: ['None', 'All', ...Object.keys(classes), 'Nonfatal'],
    default: 'None',
    notIn: NOT_IN.htaccess,
    set: setOverride,
  }),
  AllowOverrideList: walkConfig.directive({
    args: takeArgv,
    context: 'directory',
    usage: 'Controls what individual directives can be configured by per-directory config files',
    default: 'None',
    notIn: NOT_IN.htaccess,
    set: setOverrideList,
  }),
  AccessFileName: coreServer.directive({
    args: rawArguments,
    context: 'server',
    usage: 'Name(s) of per-directory config files (default: .htaccess)',
    default: '.htaccess',
    notIn: NOT_IN.directorySections | NOT_IN.limit,
    set(config, raw) {
      config.accessFileNames = words(raw).filter((name) => name !== '');
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
