import type { Regex } from '@httpd-ts/regex';
import type { PatternOptions } from '../2-compile/regex-defaults.ts';
import type { Defines } from './defines.ts';

export type { Regex, RegexMatch } from '@httpd-ts/regex';

import type { ServerRecord } from '../2-compile/server-record.ts';
import type { CompileExpression } from '../expression/compile-expression.ts';
import type { LogLevel } from '../log.ts';
import type { World } from '../world.ts';
import type { ArgumentShape, Complaint } from './arguments.ts';
import type { ConfigVector } from './config-records.ts';
import { type Context, OVERRIDE, type OverrideClass, requiredOverride } from './places.ts';
import type { ProviderRegistry } from './providers.ts';

/** How well a directive works here. `configtest`, the linter and the documentation read it. */
export type Support =
  | 'full'
  /** Works but for what the text says; `bites` tells from the raw arguments whether that touches a use (any use without it). */
  | { readonly partial: string; readonly bites?: (args: string) => boolean }
  /** Parsed, without effect here by design, for the reason given. */
  | { readonly accepted: string }
  /** Declared only: serving refuses a configuration that uses it. */
  | 'known';

interface Common {
  readonly context: Context;
  /** The AllowOverride classes that let it stand in `.htaccess`; needed where the context is `anywhere`. */
  readonly override?: OverrideClass | readonly OverrideClass[];
  /** Places refused all the same (NOT_IN bits). httpd: ap_check_cmd_context */
  readonly notIn?: number;
  /** The text httpd adds to a complaint about the number of arguments. */
  readonly usage?: string;
  /** Words that its arguments may be or begin with: what `configtest` proposes where httpd only says that one is wrong. */
  readonly keywords?: readonly string[];
  readonly default?: string;
  readonly support?: Support;
}

export interface DirectiveSpec<Config, Args> extends Common {
  readonly args: ArgumentShape<Args>;
  /** Writes the arguments into the record; a returned text is the error, in httpd's words. */
  readonly set: (config: Config, args: Args, cmd: DirectiveContext) => Complaint;
  readonly section?: boolean;
}

export interface SectionSpec<Config> extends Common {
  /**
   * Receives the raw text behind the section's name (up to and including what follows the last `>`),
   * and usually ends in `cmd.walk`, which carries out the section's content.
   */
  readonly open: (config: Config, raw: string, cmd: DirectiveContext) => Complaint;
}

/** A directive as the compiler knows it. */
export interface DirectiveDeclaration {
  readonly style: string;
  readonly context: Context;
  readonly overrideClasses: readonly OverrideClass[];
  readonly requiredOverride: number;
  readonly notIn: number;
  readonly usage: string | undefined;
  readonly keywords: readonly string[];
  readonly default: string | undefined;
  readonly support: Support;
  readonly isSection: boolean;
  /** Carries the directive out; the text of an error, or nothing. */
  run(raw: string, name: string, cmd: DirectiveContext): Complaint;
  /** Set for directives that are carried out while the files are being read. httpd: EXEC_ON_READ */
  readonly reading?: ReadingDirective;
}

/** One directive of the resolved tree. Plain data. */
export interface ResolvedNode {
  /** As written, without the `<` of a section. */
  readonly name: string;
  readonly args: string;
  readonly file: string;
  readonly line: number;
  /** Places of the Include lines that led here, outermost first (`file:line`). */
  readonly chain?: readonly string[];
  /** The content of a section. */
  readonly children?: readonly ResolvedNode[];
}

/** What a directive sees while it is carried out. httpd: cmd_parms */
export interface DirectiveContext {
  readonly node: ResolvedNode;
  /** The name as registered, `<` of a section included. */
  readonly name: string;
  readonly server: ServerRecord;
  /** The main server, which `server` is outside of `<VirtualHost>`. */
  readonly mainServer: ServerRecord;
  /** Records of the section this directive stands in (the server's defaults outside of sections). */
  readonly directory: ConfigVector;
  /** Argument of the enclosing directory-like section, undefined outside. httpd: cmd->path */
  readonly path: string | undefined;
  /** Names of the enclosing sections, outermost first, without `<`. */
  readonly enclosing: readonly string[];
  /** Override bits in force (OVERRIDE). */
  readonly override: number;
  /** OPTIONS bits that `AllowOverride Options=…` leaves to a `.htaccess`; all of them elsewhere. httpd: override_opts */
  readonly overrideOptions: number;
  /** Methods of an enclosing `<Limit>`; undefined means all. */
  readonly limited: ReadonlySet<string> | undefined;
  /** True while a `.htaccess` is compiled. */
  readonly isHtaccess: boolean;
  readonly world: World;
  readonly settings: Settings;
  readonly providers: ProviderRegistry;
  /** Whether a module is loaded, by its name (`mod_rewrite`), file (`mod_rewrite.c`) or identifier (`rewrite_module`). */
  hasModule(name: string): boolean;
  /** A directive of a loaded module by name in any case. httpd: ap_find_command_in_modules */
  findDirective(name: string): DirectiveDeclaration | undefined;
  /** The complaint `NAME cannot occur within <SECTION> section` if the directive stands in one of the NOT_IN places. */
  refuseIn(notIn: number): string | undefined;
  /** Carries out the content of the section, in another place if `place` says so. httpd: ap_walk_config */
  walk(children: readonly ResolvedNode[], place: Partial<WalkPlace>): void;
  /** Adds a virtual host, defined at this directive. */
  addVirtualHost(): ServerRecord;
  /** A path made absolute by ServerRoot. httpd: ap_server_root_relative */
  serverRootRelative(path: string): string;
  /** Compiles a regular expression; a string is PCRE2's complaint. */
  regex(pattern: string, options?: PatternOptions): Regex | string;
  /** Compiles a condition (`boolean`) or a text with variables (`string`). httpd: ap_expr_parse_cmd */
  expression: CompileExpression;
  /**
   * A line for the start-up messages, such as `AH00112: Warning: …`. One that begins with a module and a level goes to
   * the log of the server; `always` says that httpd does not log it there.
   */
  warn(text: string, always?: boolean): void;
  /** An error at which httpd ends at once and gives no place. */
  endWith(text: string): void;
  /**
   * Says that serving must refuse this directive (or something it names), wholly or in the way `detail` tells, because
   * nothing implements it; `-t` accepts it, and `--allow-unsupported` with the name passes over it.
   */
  refuseServing(what: string, module: string, detail?: string): void;
  /** State of one compilation, made on first use. `key` is any object of the module's own. */
  memory<T>(key: object, create: () => T): T;
  /** The state of the server's configuration: `memory` itself, but in a .htaccess, whose compilation is its own. */
  planMemory<T>(key: object, create: () => T): T;
}

/** Where `walk` carries directives out. */
export interface WalkPlace {
  readonly server: ServerRecord;
  readonly directory: ConfigVector;
  readonly path: string | undefined;
  readonly override: number;
  readonly limited: ReadonlySet<string> | undefined;
}

/** Facts that hold for the whole configuration. */
export interface Settings {
  serverRoot: string;
  defaultRuntimeDir: string | undefined;
  readonly defines: Defines;
  /** True when only the verdict is wanted (`-t`, `configtest`). */
  readonly checkOnly: boolean;
  /** True after `-T`: a DocumentRoot need not exist. */
  readonly anyDocumentRoot?: boolean;
  /** `-e`: how much is said while the files are read. */
  readonly startupLevel?: LogLevel | undefined;
  /** Arguments of the command line: file given by `-f` and so on. */
  readonly configFile: string;
}

/** A directive carried out while files are read. */
export interface ReadingDirective {
  /** What stands in its place: the nodes it yields, or the text of an error. */
  read(raw: string, reader: Reader): readonly ResolvedNode[] | string;
}

/** What a directive sees that is carried out while files are read. */
export interface Reader {
  /** The name as registered. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly settings: Settings;
  readonly world: World;
  /** True inside `.htaccess`. */
  readonly isHtaccess: boolean;
  /** Names of the enclosing sections, outermost first, without `<`. */
  readonly enclosing: readonly string[];
  hasModule(name: string): boolean;
  /** Whether some loaded module has this directive (`<Name` for a section). */
  hasDirective(name: string): boolean;
  /** Whether there is such a module, loaded or not. */
  isAvailable(identifier: string): boolean;
  /** Makes a module's directives known; a text is the complaint. */
  loadModule(identifier: string, file: string): string | undefined;
  /** Resolves the content of the section that is being read, as if it stood outside. */
  content(): readonly ResolvedNode[] | string;
  /** Reads other files in place of this line. */
  include(pattern: string, options: { readonly optional: boolean }): readonly ResolvedNode[] | string;
  /** Puts lines in place of this one, to be read next; `name` stands for their file in messages (macros). */
  insert(lines: readonly string[], name: string): void;
  /** Takes the next line as it stands, for a section that reads its own content; undefined at the end. */
  nextLine(): string | undefined;
  /** Number of the line that was read last. */
  lineNumber(): number;
  warn(text: string): void;
  memory<T>(key: object, create: () => T): T;
  serverRootRelative(path: string): string;
}

/** Turns a specification into a declaration; `draft` finds the record to write into. */
export function declareDirective<Config, Args>(
  spec: DirectiveSpec<Config, Args>,
  draft: (cmd: DirectiveContext) => Config,
): DirectiveDeclaration {
  const classes = typeof spec.override === 'string' ? [spec.override] : (spec.override ?? []);
  return {
    style: spec.args.style,
    context: spec.context,
    overrideClasses: classes,
    requiredOverride: requiredOverride(spec.context, classes),
    notIn: spec.notIn ?? 0,
    usage: spec.usage,
    keywords: spec.keywords ?? [],
    default: spec.default,
    support: spec.support ?? 'full',
    isSection: spec.section ?? false,
    run: (raw, name, cmd) =>
      spec.args.read(raw, { name, usage: spec.usage }, (args) => {
        const refused = spec.notIn === undefined ? undefined : cmd.refuseIn(spec.notIn);
        return refused ?? spec.set(draft(cmd), args, cmd);
      }),
  };
}

/** Declares a directive (or section) that is carried out while the files are read. */
export function readingDirective(
  spec: Common & ReadingDirective & { readonly style?: string; readonly section?: boolean },
): DirectiveDeclaration {
  const classes = typeof spec.override === 'string' ? [spec.override] : (spec.override ?? []);
  return {
    style: spec.style ?? 'RAW_ARGS',
    context: spec.context,
    overrideClasses: classes,
    requiredOverride: requiredOverride(spec.context, classes),
    notIn: spec.notIn ?? OVERRIDE.none,
    usage: spec.usage,
    keywords: spec.keywords ?? [],
    default: spec.default,
    support: spec.support ?? 'full',
    isSection: spec.section ?? false,
    reading: spec,
    run: () => undefined,
  };
}
