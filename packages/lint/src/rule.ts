import type {
  CompileResult,
  DirectiveDeclaration,
  ModuleDefinition,
  ServedPlan,
  World,
} from '@httpd-ts/kernel';
import type { MemoryFile } from '@httpd-ts/kernel/memory-world';
import type { ConfigFile } from '@httpd-ts/syntax';
import type { Severity } from './finding.ts';
import type { SourceFiles } from './source-files.ts';
import type { Statement, Statements } from './statements.ts';

/** What a rule is asked to look at. */
export interface Configuration {
  /** What the files say once Include, `<IfModule>`, `${…}` and their like are carried out. */
  readonly statements: Statements;
  /** The files as they were written. */
  readonly sources: SourceFiles;
  readonly world: World;
  readonly serverRoot: string;
  /** `.htaccess`, a part of a configuration that loads no module, or all of one. */
  readonly kind: 'htaccess' | 'fragment' | 'whole';
  /** Names of all rules, for comments that name them. */
  readonly ruleNames: readonly string[];
  /** All modules there are, loaded or not. */
  readonly available: readonly ModuleDefinition[];
  isLoaded(identifier: string): boolean;
  /** Compiles a pattern as Apache does by default, each text once. */
  compilePattern(pattern: string): ReturnType<World['regex']['compile']>;
  /** Whether nothing can be said of what is missing at a path, since only a part of the machine's files is at hand. */
  isUnknown(path: string): boolean;
  declarationOf(statement: Statement): DirectiveDeclaration | undefined;
  /** What the configuration was compiled to; undefined where it has errors or is a `.htaccess`. */
  readonly compiled: CompileResult | undefined;
  /** The plan that answers requests in memory, where there is one; of a `.htaccess` one made around it. */
  readonly plan: ServedPlan | undefined;
}

/** A mistake at a directive, or at characters of a file. */
export type Mistake = {
  /** What is wrong here. */
  readonly text: string;
  /** What to write here; the rule's general advice where left out. */
  readonly instead?: string;
  readonly didYouMean?: string | undefined;
} & (
  | { readonly at: Statement; readonly word?: string | undefined }
  | { readonly file: ConfigFile; readonly offset: number; readonly length: number; readonly line: number }
);

export type Report = (mistake: Mistake) => void;

/** A configuration that shows a rule at work. */
export interface Example {
  readonly config: string;
  /** The line of the mistake, from 1; of a good example there is none. */
  readonly line?: number;
  /** Read as `.htaccess`. */
  readonly isHtaccess?: true;
  /** Further files, by absolute path. */
  readonly files?: Readonly<Record<string, MemoryFile>>;
  /** Modes of files, by absolute path, for rules that ask for them. */
  readonly modes?: Readonly<Record<string, number>>;
  /** Modules taken as loaded; all where left out. */
  readonly modules?: readonly string[];
}

/** A lint rule: one mistake that httpd lets pass. */
export interface Rule {
  /** Names the mistake. */
  readonly name: string;
  readonly severity: Severity | 'off';
  readonly what: string;
  readonly why: string;
  readonly instead: string;
  readonly bad: Example;
  readonly good: Example;
  check(configuration: Configuration, report: Report): void | Promise<void>;
}

/** Declares a rule. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
