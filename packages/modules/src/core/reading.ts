import {
  type ArgumentShape,
  type DirectiveDeclaration,
  nextWord,
  type OverrideClass,
  type Reader,
  type ResolvedNode,
  readingDirective,
  take1,
  take12,
} from '@httpd-ts/kernel';

type Reading = readonly ResolvedNode[] | string;

const nothing: readonly ResolvedNode[] = [];

/** Applies an argument shape to raw text; what does not fit is the complaint. */
export function readArguments<Args>(
  shape: ArgumentShape<Args>,
  raw: string,
  usage: { readonly name: string; readonly usage: string | undefined },
  each: (args: Args) => Reading,
): Reading {
  let result: Reading = nothing;
  const complaint = shape.read(raw, usage, (args) => {
    result = each(args);
    return typeof result === 'string' ? result : undefined;
  });
  return complaint ?? result;
}

/** Argument of a section up to the last `>`; undefined when that is missing. */
export function sectionArgument(raw: string): string | undefined {
  const end = raw.lastIndexOf('>');
  return end < 0 ? undefined : raw.slice(0, end);
}

/** A complaint about a section line without its `>`. httpd: server/core.c unclosed_directive */
export const unclosedSection = (name: string) => `${name}> directive missing closing '>'`;

/** A complaint about a section line without argument. httpd: server/core.c missing_container_arg */
export const missingSectionArgument = (name: string) => `${name}> directive requires additional arguments`;

const everyClass: readonly OverrideClass[] = ['All'];

/** A section whose content counts if `holds` says so of its argument. */
function conditionalSection(
  usage: string,
  holds: (argument: string, reader: Reader) => boolean,
): DirectiveDeclaration {
  return readingDirective({
    context: 'anywhere',
    override: everyClass,
    usage,
    section: true,
    read(raw, reader) {
      const whole = sectionArgument(raw);
      if (whole === undefined) return unclosedSection(reader.name);
      const negated = whole.startsWith('!');
      const argument = nextWord({ text: negated ? whole.slice(1) : whole, at: 0 });
      if (argument === '') return missingSectionArgument(reader.name);
      return holds(argument, reader) === negated ? nothing : reader.content();
    },
  });
}

const colonInName = "Variable name must not contain ':'";

function define(raw: string, reader: Reader): Reading {
  return readArguments(take12, raw, { name: reader.name, usage: defineUsage }, ([name, value]) => {
    if (name.includes(':')) return colonInName;
    reader.settings.defines.define(name, value);
    return nothing;
  });
}

function unDefine(raw: string, reader: Reader): Reading {
  return readArguments(take1, raw, { name: reader.name, usage: unDefineUsage }, (name) => {
    if (name.includes(':')) return colonInName;
    reader.settings.defines.undefine(name);
    return nothing;
  });
}

function serverRoot(raw: string, reader: Reader): Reading {
  return readArguments(take1, raw, { name: reader.name, usage: serverRootUsage }, (path) => {
    const { files } = reader.world;
    const real = files.realPath(path);
    const info = typeof real === 'string' ? files.stat(path) : 'ENOENT';
    if (typeof info === 'string' || info.type !== 'directory') return 'ServerRoot must be a valid directory';
    reader.settings.serverRoot = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    return nothing;
  });
}

function defaultRuntimeDir(raw: string, reader: Reader): Reading {
  return readArguments(take1, raw, { name: reader.name, usage: runtimeUsage }, (path) => {
    const absolute = reader.serverRootRelative(path);
    const info = reader.world.files.stat(absolute);
    if (typeof info === 'string' || info.type !== 'directory') {
      return 'DefaultRuntimeDir must be a valid directory, absolute or relative to ServerRoot';
    }
    reader.settings.defaultRuntimeDir = absolute;
    return nothing;
  });
}

const include = (optional: boolean, usage: string) => (raw: string, reader: Reader) =>
  readArguments(take1, raw, { name: reader.name, usage }, (pattern) => reader.include(pattern, { optional }));

const defineUsage = 'Define a variable, optionally to a value.  Same as passing -D to the command line.';
const unDefineUsage = 'Undefine the existence of a variable. Undo a Define.';
const serverRootUsage = 'Common directory of server-related files (logs, confs, etc.)';
const runtimeUsage = 'Common directory for run-time files (shared memory, locks, etc.)';
const includeUsage =
  'Name(s) of the config file(s) to be included; fails if the wildcard does not match at least one file';
const includeOptionalUsage =
  'Name or pattern of the config file(s) to be included; ignored if the file does not exist or the pattern does not match any files';

/** Directives that are carried out while the configuration files are read. httpd: server/core.c, EXEC_ON_READ */
export const readingDirectives = {
  Define: readingDirective({
    context: 'server, directory',
    style: 'TAKE12',
    usage: defineUsage,
    read: define,
  }),
  UnDefine: readingDirective({
    context: 'server, directory',
    style: 'TAKE1',
    usage: unDefineUsage,
    read: unDefine,
  }),
  Include: readingDirective({
    context: 'server, directory',
    style: 'TAKE1',
    usage: includeUsage,
    read: include(false, includeUsage),
  }),
  IncludeOptional: readingDirective({
    context: 'server, directory',
    style: 'TAKE1',
    usage: includeOptionalUsage,
    read: include(true, includeOptionalUsage),
  }),
  ServerRoot: readingDirective({
    context: 'server',
    style: 'TAKE1',
    usage: serverRootUsage,
    read: serverRoot,
  }),
  DefaultRuntimeDir: readingDirective({
    context: 'server',
    style: 'TAKE1',
    usage: runtimeUsage,
    read: defaultRuntimeDir,
  }),
  '<IfModule': conditionalSection(
    'Container for directives based on existence of specified modules',
    (argument, reader) => reader.hasModule(argument),
  ),
  '<IfDefine': conditionalSection(
    'Container for directives based on existence of command line defines',
    (argument, reader) => reader.settings.defines.has(argument),
  ),
  '<IfFile': conditionalSection(
    'Container for directives based on existence of files on disk',
    (argument, reader) => typeof reader.world.files.stat(reader.serverRootRelative(argument)) !== 'string',
  ),
  '<IfDirective': conditionalSection(
    'Container for directives based on existence of named directive',
    (argument, reader) => reader.hasDirective(argument),
  ),
  '<IfSection': conditionalSection(
    'Container for directives based on existence of named section',
    (argument, reader) => reader.hasDirective(`<${argument}`),
  ),
} satisfies Record<string, DirectiveDeclaration>;
