import type { KeptText, KeptTexts, ResolvedNode, ThreadStatus } from '@httpd-ts/kernel';
import type { FileAnswers } from '../world/files-at-start.ts';
import type { SharedRegion } from './shared-memory.ts';

/** A configuration as plain data, which every worker thread compiles for itself. */
export interface PlainConfiguration {
  readonly generation: number;
  readonly tree: readonly ResolvedNode[];
  readonly serverRoot: string;
  readonly defaultRuntimeDir: string | undefined;
  readonly defines: readonly (readonly [name: string, value: string | undefined])[];
  readonly configFile: string;
  /** Names of the loaded modules in load order, and what to import them from. */
  readonly modules: readonly string[];
  /** Whether one of them has something to do on the main thread of the serving process. */
  readonly hasMainThreadWork: boolean;
  readonly modulesSource: string;
  readonly allowUnsupported: readonly string[];
  /** Logs that the supervisor has open; a thread names them by their place here. */
  readonly logTargets: readonly string[];
  readonly startedAtMs: number;
  /** What files said to directives, where the serving process may not ask them. */
  readonly fileAnswers: FileAnswers;
}

/** Texts for a process that starts: those of this server by name, and those of servers before it. */
export interface TextsAtStart {
  readonly own: ReadonlyMap<string, string>;
  readonly earlier: ReadonlyMap<string, string>;
}

export const readerOf =
  ({ own, earlier }: TextsAtStart): KeptTexts['read'] =>
  (name, orEarlier) =>
    own.get(name) ?? (orEarlier ? earlier.get(name) : undefined);

/** A text that is to outlive its process. */
export interface KeepMessage extends KeptText {
  readonly kind: 'keep';
  readonly name: string;
}

/** What another process has written. */
export interface KeptMessage {
  readonly kind: 'kept';
  readonly name: string;
  readonly text: string;
}

/** Whom the serving process turns into. Undefined: it stays who it is. */
export interface Identity {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Descriptors of one worker thread. */
export interface Slot {
  readonly log: number;
  readonly listeners: readonly number[];
}

export type ToServingProcess =
  | {
      readonly kind: 'start';
      readonly configuration: PlainConfiguration;
      readonly identity: Identity | undefined;
      readonly threads: number;
      readonly slots: readonly Slot[];
      /** Descriptor for the log lines of the main thread. */
      readonly mainLog: number;
      readonly backlog: number;
      readonly regions: readonly SharedRegion[];
      readonly kept: TextsAtStart;
    }
  | { readonly kind: 'reload'; readonly configuration: PlainConfiguration }
  /** Sends the content of the shared memory, for the process that takes over. */
  | { readonly kind: 'regions' }
  | KeptMessage
  | { readonly kind: 'drain'; readonly closeIdle: boolean }
  | {
      readonly kind: 'answer';
      readonly thread: number;
      readonly id: number;
      readonly line: string | undefined;
    }
  | { readonly kind: 'stop' };

export type FromServingProcess =
  /** A line for a program, which only the supervisor may start, and only if its own configuration names it. */
  | {
      readonly kind: 'ask';
      readonly thread: number;
      readonly id: number;
      readonly program: string;
      readonly line: string;
    }
  | { readonly kind: 'ready' }
  | { readonly kind: 'reloaded'; readonly generation: number }
  | { readonly kind: 'regions'; readonly regions: readonly SharedRegion[] }
  | KeepMessage
  | {
      readonly kind: 'thread ended';
      readonly thread: number;
      readonly reason: string;
      readonly replaced: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly text: string;
      readonly generation: number;
      readonly atReload: boolean;
    };

export type ToThread =
  | { readonly kind: 'reload'; readonly configuration: PlainConfiguration }
  | { readonly kind: 'report'; readonly id: number }
  | { readonly kind: 'collected'; readonly id: number; readonly threads: readonly ThreadStatus[] }
  | KeptMessage
  | { readonly kind: 'drain'; readonly closeIdle: boolean }
  | { readonly kind: 'answer'; readonly id: number; readonly line: string | undefined }
  | { readonly kind: 'stop' };

export type FromThread =
  | { readonly kind: 'ask'; readonly id: number; readonly program: string; readonly line: string }
  | KeepMessage
  | { readonly kind: 'ready' }
  | { readonly kind: 'reloaded'; readonly generation: number }
  | {
      readonly kind: 'failed';
      readonly text: string;
      readonly generation: number;
      readonly atReload: boolean;
    }
  | { readonly kind: 'collect'; readonly id: number }
  | { readonly kind: 'report'; readonly id: number; readonly status: ThreadStatus };

/** What a worker thread is created with. */
export interface ThreadStart {
  readonly thread: number;
  readonly threads: number;
  readonly slot: Slot;
  readonly backlog: number;
  readonly configuration: PlainConfiguration;
  readonly shared: import('node:worker_threads').MessagePort;
  readonly signal: SharedArrayBuffer;
  readonly kept: TextsAtStart;
}
