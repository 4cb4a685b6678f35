import {
  type ConfigFile,
  type LineStream,
  lines,
  parseConfig,
  readWord,
  streamLines,
} from '@httpd-ts/syntax';
import {
  DirectiveTable,
  forbiddenByOverride,
  type HtaccessRights,
  maximumNesting,
  nestedTooDeep,
  type RegisteredDirective,
  serverRootRelative,
} from '../2-compile/carry-out.ts';
import type { ModuleDefinition } from '../declare/define-module.ts';
import type { DirectiveDeclaration, Reader, ResolvedNode, Settings } from '../declare/directive.ts';
import { OVERRIDE } from '../declare/places.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { World } from '../world.ts';
import { findIncludes, systemErrorText } from './include.ts';
import { type ExpandVariables, type LinePlace, type Source, type SourceLine, sourceOf } from './source.ts';

export interface ResolveInput {
  readonly world: World;
  readonly settings: Settings;
  /** All modules there are; the static ones are loaded, LoadModule loads others. */
  readonly modules: readonly ModuleDefinition[];
  /** Absolute path of the main file. */
  readonly configFile: string;
  /** Lines of `-C` and `-c`. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Modules taken as loaded without LoadModule, by name, for checking files that load none. */
  readonly assumeModules?: readonly string[];
  /** Files read behind the main one, for checking fragments together. */
  readonly furtherFiles?: readonly string[];
  /** Goes on behind an error, to find all of them; httpd ends at the first. */
  readonly findAllErrors?: boolean;
  /** Is given each file after it was parsed. */
  readonly onFile?: (file: ConfigFile) => void;
}

export interface ResolveResult {
  readonly tree: readonly ResolvedNode[];
  readonly diagnostics: readonly Diagnostic[];
  /** Loaded modules, in load order. */
  readonly modules: readonly ModuleDefinition[];
  /** State of directives that were carried out while reading. */
  readonly memory: Map<object, unknown>;
  /** Every file that was read, in order, with the line that included it. */
  readonly files: readonly { readonly file: string; readonly chain: readonly string[] }[];
}

const commandLineFile = '-c/-C directives';
const maximumDepth = 128;
const maximumErrors = 1000;

/** Files that include each other twice over are read for ever by httpd. */
const maximumFiles = 100_000;

/** Text of a reading error; carried up through Include levels, each of which puts its place in front. */
type ReadError = string;

interface Run {
  readonly world: World;
  readonly settings: Settings;
  readonly available: readonly ModuleDefinition[];
  readonly loaded: ModuleDefinition[];
  readonly table: DirectiveTable;
  /** Puts the directives of a loaded module into the table. */
  add(module: ModuleDefinition): void;
  readonly diagnostics: Diagnostic[];
  readonly memory: Map<object, unknown>;
  readonly files: { readonly file: string; readonly chain: readonly string[] }[];
  readonly isHtaccess: boolean;
  /** What an `.htaccess` may hold; undefined for the files of the server. */
  readonly rights: HtaccessRights | undefined;
  /** Whether reading goes on behind an error; no longer after files were found to include each other endlessly. */
  findAllErrors: boolean;
  readonly onFile: ((file: ConfigFile) => void) | undefined;
  /** How many sections are open whose content counts by a condition. */
  contentDepth: number;
  /** Opening line of a block that was not read as configuration and is wrong: httpd reports that line. */
  blockLine: number | undefined;
  /** Place of the innermost error. */
  errorAt: { readonly file: string; readonly line: number; readonly chain: readonly string[] } | undefined;
}

/**
 * Reads a configuration as httpd does: files, sections, Include, Define and whatever else is carried out while
 * reading. Stops at the first error, as httpd must. httpd: server/config.c ap_read_config, ap_build_config
 */
export function resolve(input: ResolveInput): ResolveResult {
  const { world, settings, modules } = input;
  const assumed = new Set(input.assumeModules ?? []);
  const loaded = modules.filter((module) => module.isStatic || assumed.has(module.name));
  const table = new DirectiveTable(loaded);
  const run: Run = {
    world,
    settings,
    available: modules,
    loaded,
    table,
    add: (module) => table.add(module),
    diagnostics: [],
    memory: new Map(),
    files: [],
    isHtaccess: false,
    rights: undefined,
    findAllErrors: input.findAllErrors ?? false,
    onFile: input.onFile,
    contentDepth: 0,
    blockLine: undefined,
    errorAt: undefined,
  };
  const tree: ResolvedNode[] = [];
  const done = (error: string | undefined): ResolveResult => {
    if (error !== undefined) fail(run, error);
    return { tree, diagnostics: run.diagnostics, modules: run.loaded, memory: run.memory, files: run.files };
  };
  const readGiven = (given: readonly string[]): ReadError | undefined => {
    const nodes = readAll(run, commandLineSource(run, given), [], 0);
    if (typeof nodes === 'string')
      return nodes.replace(
        /^Syntax error on line \d+ of -c\/-C directives: /,
        'Syntax error in -C/-c directive: ',
      );
    tree.push(...nodes);
    return undefined;
  };
  if (input.before?.length) {
    const error = readGiven(input.before);
    if (error !== undefined) return done(error);
  }
  for (const file of [input.configFile, ...(input.furtherFiles ?? [])]) {
    const nodes = readFile(run, file, [], [], 0);
    if (typeof nodes === 'string') return done(nodes);
    for (const node of nodes) tree.push(node);
  }
  return done(input.after?.length ? readGiven(input.after) : undefined);
}

/** Reads a `.htaccess` file. Errors carry no place, as in httpd's log. */
export function resolveHtaccess(input: {
  readonly file: ConfigFile;
  readonly settings: Settings;
  readonly world: World;
  readonly modules: readonly ModuleDefinition[];
  readonly table: DirectiveTable;
  /** What AllowOverride and AllowOverrideList leave to the file. */
  readonly rights: HtaccessRights;
  readonly findAllErrors?: boolean;
}): { readonly tree: readonly ResolvedNode[]; readonly diagnostics: readonly Diagnostic[] } {
  const run: Run = {
    world: input.world,
    settings: input.settings,
    available: input.modules,
    loaded: [...input.modules],
    table: input.table,
    add: () => undefined,
    diagnostics: [],
    memory: new Map(),
    files: [],
    isHtaccess: true,
    rights: input.rights,
    findAllErrors: input.findAllErrors ?? false,
    onFile: undefined,
    contentDepth: 0,
    blockLine: undefined,
    errorAt: undefined,
  };
  const nodes = readAll(
    run,
    sourceOf({ file: input.file, lines: lines(input.file) }, [], expander(run), true),
    [],
    0,
  );
  if (typeof nodes !== 'string') return { tree: nodes, diagnostics: run.diagnostics };
  fail(run, withoutPlace(nodes));
  return { tree: [], diagnostics: run.diagnostics };
}

/** An error without the place httpd puts before it. */
const withoutPlace = (text: string) => text.replace(/^Syntax error on line \d+ of [^:]*: /, '');

/**
 * Notes an error of a line, with the places of the Include lines before it, and lets the reading go on; gives it back
 * where reading must end.
 */
function unlessGoingOn(run: Run, source: Source, error: ReadError): ReadError | undefined {
  if (!run.findAllErrors) return error;
  // Behind nesting without end, and among ever more errors, nothing is left to be found.
  const isEnough = error === nestedTooDeep || run.diagnostics.length >= maximumErrors;
  if (isEnough) {
    run.findAllErrors = false;
    return error;
  }
  failIn(run, source, placed(run, source, error));
  return undefined;
}

function failIn(run: Run, source: Source, text: string): void {
  const around = source.chain.map((place) => {
    const [, file, line] = /^(.*):(\d+)$/s.exec(place)!;
    return `Syntax error on line ${line} of ${file}: `;
  });
  fail(run, run.isHtaccess ? withoutPlace(text) : around.join('') + text);
  run.errorAt = undefined;
}

function fail(run: Run, text: string): void {
  run.diagnostics.push({
    severity: 'error',
    stage: 'reading',
    text,
    file: run.errorAt?.file,
    line: run.errorAt?.line,
    chain: run.errorAt?.chain,
  });
}

function commandLineSource(run: Run, given: readonly string[]): Source {
  const text = given.map((line) => line.replaceAll('\n', ' ')).join('\n');
  return sourceOf(streamLines(text, commandLineFile), [], expander(run), false);
}

/** httpd: server/config.c ap_process_resource_config */
function readFile(
  run: Run,
  path: string,
  chain: readonly string[],
  enclosing: readonly string[],
  depth: number,
): ResolvedNode[] | ReadError {
  if (depth > maximumDepth) {
    run.findAllErrors = false;
    return `Exceeded maximum include depth of ${maximumDepth}, There appears to be a recursion.`;
  }
  const info = run.world.files.stat(path);
  if (typeof info === 'object' && info.type !== 'file' && path !== '/dev/null') {
    warn(
      run,
      `[core:error] AH00554: Access to file ${path} denied by server: not a regular file`,
      undefined,
      undefined,
      chain,
    );
    return `Could not open configuration file ${path}: Bad file descriptor`;
  }
  const read = run.world.files.readText(path);
  if (typeof read === 'string') return `Could not open configuration file ${path}: ${systemErrorText(read)}`;
  if (run.files.length >= maximumFiles) {
    run.findAllErrors = false;
    return `More than ${maximumFiles} files were read; some of them include each other again and again.`;
  }
  run.files.push({ file: path, chain });
  const given = linesOf(run, read.text, path);
  return readAll(run, sourceOf(given, chain, expander(run), run.isHtaccess), enclosing, depth);
}

interface Open {
  readonly name: string;
  readonly file: string;
  readonly line: SourceLine;
  readonly children: ResolvedNode[];
  /** After a closing line of another name, which may have been meant for this section. */
  isPerhapsClosed?: boolean;
}

/** The lines of a file, which are kept together only where somebody wants to see the whole of it. */
function linesOf(run: Run, text: string, path: string): LineStream {
  if (run.onFile === undefined) return streamLines(text, path);
  const file = parseConfig(text, path);
  run.onFile(file);
  return { file, lines: lines(file) };
}

/** Reads a source to its end. httpd: server/config.c ap_build_config */
function readAll(
  run: Run,
  source: Source,
  enclosing: readonly string[],
  depth: number,
): ResolvedNode[] | ReadError {
  const top: ResolvedNode[] = [];
  const open: Open[] = [];
  for (;;) {
    const line = source.next();
    if (line === undefined) break;
    const error = readOne(run, source, line, top, open, enclosing, depth);
    if (error === undefined) continue;
    if (unlessGoingOn(run, source, error)) return placed(run, source, error);
    if (line.kind === 'close') closeThrough(source, line, top, open);
  }
  if (source.tooLong !== undefined) {
    return `Error reading ${source.file} at line ${source.tooLong}: Line too long`;
  }
  if (open.every(({ isPerhapsClosed }) => isPerhapsClosed)) {
    closeDownTo(0, source, top, open);
    return top;
  }
  const [outermost] = open as [Open];
  run.errorAt ??= { file: outermost.file, line: outermost.line.line, chain: source.chain };
  const unclosed = open
    .toReversed()
    .map(({ name, file, line }) => `${file}:${line.line}: <${name}> was not closed.`);
  const error = `Syntax error on line ${outermost.line.line} of ${outermost.file}: ${unclosed.join('\n')}`;
  if (!run.findAllErrors) return error;
  failIn(run, source, error);
  if (open.length <= maximumDepth) closeDownTo(0, source, top, open);
  return top;
}

/**
 * Closes the sections down to the innermost of this name, as the author meant, so that what follows is read in its place.
 * Where none has the name it is either misspelt or one line too many: the next closing line tells.
 */
function closeThrough(source: Source, { name }: SourceLine, top: ResolvedNode[], open: Open[]): void {
  const at = open.findLastIndex((one) => one.name.toLowerCase() === name.toLowerCase());
  const innermost = open.at(-1);
  if (at >= 0) closeDownTo(at, source, top, open);
  else if (innermost !== undefined) innermost.isPerhapsClosed = true;
}

function closeDownTo(index: number, source: Source, top: ResolvedNode[], open: Open[]): void {
  while (open.length > index) {
    const { file, line, children, name: opened } = open.pop()!;
    (open.at(-1)?.children ?? top).push(nodeOf(source, file, line, opened, children));
  }
}

function placed(run: Run, source: Source, error: ReadError): ReadError {
  const line = run.blockLine ?? source.line;
  run.blockLine = undefined;
  run.errorAt ??= { file: source.file, line, chain: source.chain };
  return `Syntax error on line ${line} of ${source.file}: ${error}`;
}

/** httpd: server/config.c ap_build_config_sub */
function readOne(
  run: Run,
  source: Source,
  line: SourceLine,
  top: ResolvedNode[],
  open: Open[],
  enclosing: readonly string[],
  depth: number,
): ReadError | undefined {
  const target = open.at(-1)?.children ?? top;
  if (line.kind === 'close') return closeSection(source, line, top, open);
  const { table } = run;
  const [registered] = (line.kind === 'section' ? table.findSection(line.name) : table.find(line.name)) ?? [];
  if (registered?.declaration.reading !== undefined) {
    if (!mayBeHere(run, registered)) {
      if ((run.rights!.override & OVERRIDE.nonfatalOverride) === 0)
        return `${registered.name} not allowed here`;
      warn(run, forbiddenByOverride(registered.name), source.file, line.line, source.chain);
      return undefined;
    }
    const around = [...enclosing, ...open.map(({ name }) => name)];
    const nodes = readNow(run, source, line, registered.name, registered.declaration, around, depth);
    if (typeof nodes === 'string') return nodes;
    target.push(...nodes);
    return undefined;
  }
  const name = registered?.bareName ?? line.name;
  if (line.kind === 'section') open.push({ name, file: source.file, line, children: [] });
  else target.push(nodeOf(source, source.file, line, name));
  return undefined;
}

/** httpd: server/config.c invoke_cmd */
const mayBeHere = ({ rights }: Run, { name, declaration }: RegisteredDirective) =>
  rights === undefined ||
  (declaration.requiredOverride & OVERRIDE.all & rights.override) !== 0 ||
  (rights.overrideList?.has(name.toLowerCase()) ?? false);

function nodeOf(
  source: Source,
  file: string,
  line: SourceLine,
  name: string,
  children?: readonly ResolvedNode[],
): ResolvedNode {
  const node: ResolvedNode = { name, args: line.args, file, line: line.line };
  if (source.chain.length > 0) Object.assign(node, { chain: source.chain });
  if (children !== undefined) Object.assign(node, { children });
  return node;
}

function closeSection(
  source: Source,
  line: SourceLine,
  top: ResolvedNode[],
  open: Open[],
): ReadError | undefined {
  const current = open.at(-1);
  if (current === undefined) return `${line.word} without matching <${line.word.slice(2)} section`;
  if (!line.word.endsWith('>')) return `${line.word}> directive missing closing '>'`;
  if (current.name.toLowerCase() !== line.name.toLowerCase()) {
    if (!current.isPerhapsClosed) return `Expected </${current.name}> but saw ${line.word}`;
    closeDownTo(open.length - 1, source, top, open);
    return closeSection(source, line, top, open);
  }
  open.pop();
  (open.at(-1)?.children ?? top).push(
    nodeOf(source, current.file, current.line, current.name, current.children),
  );
  return undefined;
}

/** Carries out a directive while reading. httpd: server/config.c execute_now */
function readNow(
  run: Run,
  source: Source,
  line: SourceLine,
  name: string,
  declaration: DirectiveDeclaration,
  enclosing: readonly string[],
  depth: number,
): readonly ResolvedNode[] | ReadError {
  let consumed = !declaration.isSection;
  let ownBody = false;
  const sectionName = name.replace(/^</, '');
  const reader: Reader = {
    name,
    file: source.file,
    line: line.line,
    settings: run.settings,
    world: run.world,
    isHtaccess: run.isHtaccess,
    enclosing,
    hasModule: (wanted) => run.loaded.some((module) => isNamed(module, wanted)),
    hasDirective: (wanted) => run.table.find(wanted) !== undefined,
    isAvailable: (identifier) => run.available.some((module) => module.identifier === identifier),
    loadModule: (identifier, file) => loadModule(run, identifier, file),
    content() {
      consumed = true;
      if (run.contentDepth >= maximumNesting) return nestedTooDeep;
      run.contentDepth++;
      const nodes = readContent(run, source, sectionName, enclosing, depth);
      run.contentDepth--;
      return nodes;
    },
    include: (pattern, { optional }) =>
      include(
        run,
        source,
        line.line,
        serverRootRelative(run.settings.serverRoot, pattern),
        optional,
        enclosing,
        depth,
      ),
    insert: (given, as) => source.insert(parseConfig(given.join('\n'), as)),
    nextLine() {
      consumed = true;
      ownBody = true;
      return source.nextText();
    },
    lineNumber: () => source.line,
    warn: (text) => warn(run, text, source.file, line.line, source.chain),
    memory<T>(key: object, create: () => T): T {
      if (!run.memory.has(key)) run.memory.set(key, create());
      return run.memory.get(key) as T;
    },
    serverRootRelative: (path) => serverRootRelative(run.settings.serverRoot, path),
  };
  const nodes = declaration.reading!.read(line.args, reader);
  if (typeof nodes === 'string' && ownBody) run.blockLine = line.line;
  if (typeof nodes === 'string' || consumed) return nodes;
  const error = passOver(source, sectionName);
  if (error !== undefined) run.blockLine = line.line;
  return error ?? nodes;
}

/** Reads the content of a section up to its closing tag. httpd: server/config.c ap_build_cont_config */
function readContent(
  run: Run,
  source: Source,
  sectionName: string,
  enclosing: readonly string[],
  depth: number,
): readonly ResolvedNode[] | ReadError {
  const top: ResolvedNode[] = [];
  const open: Open[] = [];
  for (;;) {
    const line = source.next();
    if (line === undefined) {
      // httpd does not mind: what is open ends with the file.
      closeDownTo(0, source, top, open);
      return top;
    }
    if (open.length === 0 && line.raw?.toLowerCase() === `</${sectionName.toLowerCase()}>`) return top;
    const error = readOne(run, source, line, top, open, enclosing, depth);
    if (error === undefined) continue;
    if (unlessGoingOn(run, source, error)) return error;
    if (line.kind === 'close') closeThrough(source, line, top, open);
  }
}

/** Passes over a section's content. httpd: server/config.c ap_soak_end_container */
function passOver(source: Source, sectionName: string): ReadError | undefined {
  const open = [sectionName];
  for (;;) {
    const text = source.nextText();
    if (text === undefined) return `Expected </${open.at(-1)}> before end of configuration`;
    if (!text.startsWith('<')) continue;
    const { word, next } = readWord(text);
    if (!word.startsWith('</')) {
      const hasArguments = next < text.length;
      open.push(!hasArguments && word.endsWith('>') ? word.slice(1, -1) : word.slice(1));
      continue;
    }
    if (open.at(-1)!.toLowerCase() !== word.slice(2, -1).toLowerCase())
      return `Expected </${open.at(-1)}> but saw ${word.slice(0, -1)}>`;
    open.pop();
    if (open.length === 0) return undefined;
  }
}

function include(
  run: Run,
  source: Source,
  line: number,
  pattern: string,
  optional: boolean,
  enclosing: readonly string[],
  depth: number,
): readonly ResolvedNode[] | ReadError {
  const found = findIncludes(run.world.files, pattern, optional);
  if (typeof found === 'string') return found;
  const chain = [...source.chain, `${source.file}:${line}`];
  const nodes: ResolvedNode[] = [];
  for (const path of found) {
    const more = readFile(run, path, chain, enclosing, depth + 1);
    if (typeof more === 'string') return more;
    for (const node of more) nodes.push(node);
  }
  return nodes;
}

/** By identifier or source file, the only names that IfModule knows. */
const isNamed = ({ identifier, httpd }: ModuleDefinition, wanted: string) =>
  wanted === identifier || wanted === httpd.slice(httpd.lastIndexOf('/') + 1);

function loadModule(run: Run, identifier: string, _file: string): string | undefined {
  const module = run.available.find((one) => one.identifier === identifier);
  if (module === undefined) return `Can't locate API module structure \`${identifier}' in file`;
  if (run.loaded.includes(module)) return undefined;
  run.loaded.push(module);
  run.add(module);
  return undefined;
}

/** A line may grow to this through its variables; values made of each other would fill any memory. */
const maximumExpandedLength = 1 << 26;

/** Replaces `${NAME}` by what Define or the environment says; undefined for a line too long. httpd: server/core.c ap_resolve_env */
function expander(run: Run): ExpandVariables {
  return (text, at) => {
    let length = text.length;
    const expanded = text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
      const value = run.settings.defines.value(name) ?? run.world.environment.get(name);
      if (value === undefined) {
        if (!name.includes(':')) warnOfUndefined(run, name, at);
        return whole;
      }
      length += value.length;
      return length > maximumExpandedLength ? '' : value;
    });
    return length > maximumExpandedLength ? undefined : expanded;
  };
}

function warnOfUndefined(run: Run, name: string, { file, line, chain }: LinePlace): void {
  const text = `[core:warn] AH00111: Config variable \${${name}} is not defined`;
  warn(run, text, file, line, chain);
}

function warn(
  run: Run,
  text: string,
  file: string | undefined,
  line: number | undefined,
  chain: readonly string[],
): void {
  run.diagnostics.push({ severity: 'warning', stage: 'reading', text, file, line, chain });
}
