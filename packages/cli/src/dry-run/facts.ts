import type { Diagnostic, ListenAddress } from '@httpd-ts/kernel';

/** A line of the configuration. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** How a directive or a module fares here. */
export type State = 'full' | 'accepted' | 'partial' | 'not-supported' | 'third-party' | 'unknown';

/** One use of a directive. */
export interface DirectiveUse extends Place {
  /** Whether what is missing touches this use: the server does not start with it, or behaves otherwise. */
  readonly bites: boolean;
  /** What of this use is not supported, where that is less than all of it. */
  readonly detail?: string;
}

export interface DirectiveReport {
  readonly name: string;
  readonly module: string;
  readonly state: State;
  /** What is missing (partial), or why it has no effect (accepted). */
  readonly why?: string;
  readonly uses: readonly DirectiveUse[];
}

export interface ModuleReport {
  readonly name: string;
  /** As LoadModule names it. */
  readonly identifier: string;
  readonly state: State;
  /** How many of its directives the configuration uses. */
  readonly directivesInUse: number;
  readonly loadedAt?: Place;
  /** For a module of others: what to do without it. */
  readonly instead?: string;
}

export interface VirtualHostReport extends Place {
  readonly name: string | undefined;
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
}

/** What a configuration needs, and whether it finds that here. */
export interface Survey {
  readonly configFile: string;
  readonly verdict: 'runs' | 'runs-with-exceptions' | 'does-not-run';
  /** The verdict in one sentence. */
  readonly summary: string;
  readonly listen: readonly ListenAddress[];
  readonly virtualHosts: readonly VirtualHostReport[];
  readonly modules: readonly ModuleReport[];
  readonly directives: readonly DirectiveReport[];
  readonly diagnostics: readonly Diagnostic[];
}
