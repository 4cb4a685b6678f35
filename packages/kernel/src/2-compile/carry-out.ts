import type { Regex } from '@httpd-ts/regex';
import type { ConfigVector } from '../declare/config-records.ts';
import type { ModuleDefinition } from '../declare/define-module.ts';
import type {
  DirectiveContext,
  DirectiveDeclaration,
  ResolvedNode,
  Settings,
  WalkPlace,
} from '../declare/directive.ts';
import { NOT_IN, OVERRIDE } from '../declare/places.ts';
import type { ProviderRegistry } from '../declare/providers.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type CompileExpression, expressionCompiler } from '../expression/compile-expression.ts';
import type { World } from '../world.ts';
import { compileRegex, type PatternOptions } from './regex-defaults.ts';
import { parseStartMessage, ServerRecord } from './server-record.ts';

/** More open sections than anybody writes, and few enough for the stack. httpd itself ends in a segmentation fault. */
export const maximumNesting = 400;
export const nestedTooDeep = `Sections are nested more than ${maximumNesting} deep`;

/** A directive under the name it is registered by. */
export interface RegisteredDirective {
  readonly name: string;
  /** Without the `<` of a section. */
  readonly bareName: string;
  readonly module: string;
  readonly declaration: DirectiveDeclaration;
}

/** Spellings that are remembered; nobody writes that many, but an author of `.htaccess` files who means harm. */
const rememberedSpellings = 4096;

/** Directives of the loaded modules by name in any case, the last loaded first; a section's name begins with `<`. */
export class DirectiveTable {
  private readonly byName = new Map<string, readonly RegisteredDirective[]>();
  // Folding the same few names in each of many thousand lines costs more than remembering how they are spelled.
  private readonly spelled = new Map<string, readonly RegisteredDirective[]>();
  private readonly spelledSections = new Map<string, readonly RegisteredDirective[]>();

  constructor(modules: readonly ModuleDefinition[]) {
    for (const module of modules) this.add(module);
  }

  /** Adds the directives of a module that was loaded after the others. */
  add({ name: module, directives }: ModuleDefinition): void {
    for (const [name, declaration] of Object.entries(directives)) {
      const key = name.toLowerCase();
      const bareName = name.replace(/^</, '');
      this.byName.set(key, [{ name, bareName, module, declaration }, ...(this.byName.get(key) ?? [])]);
    }
    this.spelled.clear();
    this.spelledSections.clear();
  }

  find(name: string): readonly RegisteredDirective[] | undefined {
    return this.spelled.get(name) ?? this.remember(this.spelled, name, name);
  }

  /** The section of a name without `<`. */
  findSection(name: string): readonly RegisteredDirective[] | undefined {
    return this.spelledSections.get(name) ?? this.remember(this.spelledSections, name, `<${name}`);
  }

  private remember(
    spellings: Map<string, readonly RegisteredDirective[]>,
    spelling: string,
    name: string,
  ): readonly RegisteredDirective[] | undefined {
    const found = this.byName.get(name.toLowerCase());
    if (found !== undefined && spellings.size < rememberedSpellings) spellings.set(spelling, found);
    return found;
  }
}

/** What carrying out a tree needs and gives. */
export interface CarryOut {
  readonly world: World;
  readonly settings: Settings;
  readonly table: DirectiveTable;
  readonly providers: ProviderRegistry;
  readonly mainServer: ServerRecord;
  /** The main server first; `<VirtualHost>` adds to it. */
  readonly servers: ServerRecord[];
  readonly isHtaccess: boolean;
  /** Lower-case names that AllowOverrideList allows whatever their class; with classes unset nothing else is. */
  readonly overrideList: ReadonlySet<string> | undefined;
  readonly overrideOptions: number;
  /** Directives that are declared but do nothing here yet. */
  readonly unsupported: UnsupportedUse[];
  readonly diagnostics: Diagnostic[];
  readonly memory: <T>(key: object, create: () => T) => T;
  readonly planMemory: <T>(key: object, create: () => T) => T;
  readonly hasModule: (name: string) => boolean;
}

/** What AllowOverride and AllowOverrideList leave to a `.htaccess`. */
export interface HtaccessRights {
  readonly override: number;
  /** Lower-case names that are allowed whatever their class. */
  readonly overrideList: ReadonlySet<string> | undefined;
}

export const forbiddenByOverride = (name: string) =>
  `AH02295: ${name} in .htaccess forbidden by AllowOverride`;

/** A directive in use that this server cannot honour. */
export interface UnsupportedUse {
  readonly name: string;
  readonly module: string;
  readonly node: ResolvedNode;
  /** What of the directive is meant, such as `inside a directory section`; all of it when missing. */
  readonly detail?: string | undefined;
}

/**
 * Carries directives out in file order. An error does not end the walk: the first one is httpd's, all are reported.
 * httpd: server/config.c ap_walk_config
 */
export function carryOut(
  run: CarryOut,
  nodes: readonly ResolvedNode[],
  place: WalkPlace,
  enclosing: readonly string[],
): void {
  if (enclosing.length > maximumNesting) {
    if (nodes[0] !== undefined) report(run, nodes[0], nestedTooDeep, nodes[0].name);
    return;
  }
  const around: Surroundings = { place, enclosing, places: placesAround(enclosing, place) };
  for (const node of nodes) {
    const { table } = run;
    const registered = node.children === undefined ? table.find(node.name) : table.findSection(node.name);
    const spelled = registered?.[0]?.name ?? (node.children === undefined ? node.name : `<${node.name}`);
    if (registered === undefined && (place.override & OVERRIDE.nonfatalUnknown) !== 0) {
      const text = `Unknown directive ${spelled.toLowerCase()} perhaps misspelled or defined by a module not included in the server configuration`;
      report(run, node, `AH02296: ${text}`, spelled, 'warning');
      continue;
    }
    const complaint =
      registered === undefined
        ? `Invalid command '${run.isHtaccess ? spelled : escapeName(spelled)}', perhaps misspelled or defined by a module not included in the server configuration`
        : carryOutOne(run, node, registered, around);
    if (complaint !== undefined) report(run, node, complaint, spelled);
  }
}

/** Bytes that are not printable show as `\xHH`, as a log shows them; a backspace has a short form, which what prints it knows. */
function escapeName(name: string): string {
  return name.replace(
    /[^\x20-\x7e\x08]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function report(
  run: CarryOut,
  node: ResolvedNode,
  text: string,
  directive: string,
  severity: 'error' | 'warning' = 'error',
  logLine?: string,
): void {
  run.diagnostics.push({
    severity,
    stage: 'processing',
    text,
    logLine,
    file: node.file,
    line: node.line,
    chain: node.chain,
    directive,
  });
}

function carryOutOne(
  run: CarryOut,
  node: ResolvedNode,
  registered: readonly RegisteredDirective[],
  around: Surroundings,
): string | undefined {
  const { place, enclosing } = around;
  for (const entry of registered) {
    const { declaration, name } = entry;
    const allowed =
      declaration.reading !== undefined ||
      (declaration.requiredOverride & place.override) !== 0 ||
      (run.overrideList?.has(name.toLowerCase()) ?? false);
    if (!allowed && (place.override & OVERRIDE.nonfatalOverride) !== 0) {
      report(run, node, forbiddenByOverride(name), name, 'warning');
      return undefined;
    }
    if (!allowed) {
      const section = enclosing.at(-1);
      return section === undefined
        ? `${name} not allowed here`
        : `${name} not allowed in <${section}> context`;
    }
    if (declaration.support === 'known') run.unsupported.push({ name, module: entry.module, node });
    const complaint = declaration.run(node.args, name, new PlacedDirective(run, node, name, around));
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** Where the directives of a section stand. */
interface Surroundings {
  readonly place: WalkPlace;
  /** Names of the sections around, outermost first. */
  readonly enclosing: readonly string[];
  /** NOT_IN bits of what is around. */
  readonly places: number;
}

/** A directive where it stands; one is made for each that is carried out, so what few ask for is made when asked. */
class PlacedDirective implements DirectiveContext {
  readonly node: ResolvedNode;
  readonly name: string;
  private readonly run: CarryOut;
  private readonly around: Surroundings;
  private readonly place: WalkPlace;

  constructor(run: CarryOut, node: ResolvedNode, name: string, around: Surroundings) {
    this.run = run;
    this.node = node;
    this.name = name;
    this.around = around;
    this.place = around.place;
  }

  get enclosing(): readonly string[] {
    return this.around.enclosing;
  }
  get server(): ServerRecord {
    return this.place.server;
  }
  get mainServer(): ServerRecord {
    return this.run.mainServer;
  }
  get directory(): ConfigVector {
    return this.place.directory;
  }
  get path(): string | undefined {
    return this.place.path;
  }
  get override(): number {
    return this.place.override;
  }
  get overrideOptions(): number {
    return this.run.overrideOptions;
  }
  get limited(): ReadonlySet<string> | undefined {
    return this.place.limited;
  }
  get isHtaccess(): boolean {
    return this.run.isHtaccess;
  }
  get world(): World {
    return this.run.world;
  }
  get settings(): Settings {
    return this.run.settings;
  }
  get providers(): ProviderRegistry {
    return this.run.providers;
  }
  get hasModule(): CarryOut['hasModule'] {
    return this.run.hasModule;
  }
  get memory(): CarryOut['memory'] {
    return this.run.memory;
  }
  get planMemory(): CarryOut['planMemory'] {
    return this.run.planMemory;
  }

  findDirective(name: string): DirectiveDeclaration | undefined {
    return this.run.table.find(name)?.[0]?.declaration;
  }

  refuseIn(notIn: number): string | undefined {
    return refuseIn(this.name, notIn, this.around, this.run.isHtaccess);
  }

  walk(children: readonly ResolvedNode[], inner: Partial<WalkPlace>): void {
    carryOut(this.run, children, { ...this.place, ...inner }, [...this.enclosing, this.node.name]);
  }

  addVirtualHost(): ServerRecord {
    const { servers } = this.run;
    const server = new ServerRecord(servers.length, { file: this.node.file, line: this.node.line });
    servers.push(server);
    return server;
  }

  serverRootRelative(path: string): string {
    return serverRootRelative(this.run.settings.serverRoot, path);
  }

  regex(pattern: string, options?: PatternOptions): Regex | string {
    const { world, planMemory } = this.run;
    return compileRegex({ world, memory: planMemory }, pattern, options);
  }

  get expression(): CompileExpression {
    return expressionCompiler({
      providers: this.run.providers,
      regex: (pattern, options) => this.regex(pattern, options),
      file: this.node.file,
      line: this.node.line,
      isHtaccess: this.run.isHtaccess,
    });
  }

  warn(text: string, always = false): void {
    const message = parseStartMessage(text);
    const { server } = this.place;
    // The log of a virtual host is not open yet, and what goes there is lost.
    const isLost =
      !always &&
      !this.run.isHtaccess &&
      message !== undefined &&
      (server.isVirtual || server.wantsWhileCompiling?.(message.module, message.level) === false);
    if (isLost) return;
    const logLine = message && server.formatWhileCompiling?.(message);
    report(this.run, this.node, text, this.name, 'warning', logLine);
  }

  endWith(text: string): void {
    this.run.diagnostics.push({ severity: 'error', stage: 'checking', text, directive: this.name });
  }

  refuseServing(what: string, module: string, detail?: string): void {
    this.run.unsupported.push({ name: what, module, node: this.node, detail });
  }
}

/** Makes a path absolute by ServerRoot. httpd: server/config.c ap_server_root_relative */
export function serverRootRelative(serverRoot: string, path: string): string {
  if (path.startsWith('/') && !unclean.test(path)) return path;
  const joined = path.startsWith('/') ? path : `${serverRoot.replace(/\/+$/, '')}/${path}`;
  const kept: string[] = [];
  for (const segment of joined.split('/').slice(1)) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(segment);
  }
  return `/${kept.join('/')}${/\/\.{0,2}$/.test(joined) && kept.length > 0 ? '/' : ''}`;
}

/** A segment that is empty, `.` or `..`, or a slash at the end. */
const unclean = /\/\.{0,2}(?:\/|$)/;

/** In the order in which httpd looks for them around a directive. */
const placesBySection: readonly (readonly [name: string, place: number])[] = [
  ['directory', NOT_IN.directory],
  ['directorymatch', NOT_IN.directory],
  ['location', NOT_IN.location],
  ['locationmatch', NOT_IN.location],
  ['files', NOT_IN.files],
  ['filesmatch', NOT_IN.files],
  ['if', NOT_IN.files],
  ['elseif', NOT_IN.files],
  ['else', NOT_IN.files],
  ['proxy', NOT_IN.proxy],
  ['proxymatch', NOT_IN.proxy],
];
const placeOfSection = new Map(placesBySection);

/** The sections of requirements count as limited, as httpd reads them by themselves. */
const requirementSections = new Set(['requireall', 'requireany', 'requirenone']);

/** The NOT_IN places that the sections around a directive make. */
function placesAround(enclosing: readonly string[], place: WalkPlace): number {
  let places = place.limited === undefined ? 0 : NOT_IN.limit;
  for (const [i, name] of enclosing.entries()) {
    const key = name.toLowerCase();
    places |= placeOfSection.get(key) ?? 0;
    if (i === enclosing.length - 1 && requirementSections.has(key)) places |= NOT_IN.limit;
  }
  return places;
}

/** httpd: server/core.c ap_check_cmd_context */
function refuseIn(
  name: string,
  notIn: number,
  { place, enclosing, places }: Surroundings,
  isHtaccess: boolean,
): string | undefined {
  if ((notIn & NOT_IN.htaccess) !== 0 && isHtaccess)
    return `${shown(name)} cannot occur within htaccess files`;
  if ((notIn & NOT_IN.virtualHost) !== 0 && place.server.isVirtual) {
    return `${shown(name)} cannot occur within <VirtualHost> section`;
  }
  const refused = notIn & places;
  if (refused === 0) return undefined;
  if ((refused & NOT_IN.limit) !== 0) {
    return `${shown(name)} cannot occur within <Limit> or <LimitExcept> section`;
  }
  for (const [wanted, kind] of placesBySection) {
    if ((refused & kind) === 0) continue;
    const section = enclosing.findLast((one) => one.toLowerCase() === wanted);
    if (section !== undefined) return `${shown(name)} cannot occur within <${section}> section`;
  }
  return undefined;
}

const shown = (name: string) => (name.startsWith('<') ? `${name}>` : name);
