import type { Section } from '../2-compile/section.ts';
import type { ResolvedNode } from '../declare/directive.ts';
import type { RequestHook, RequestPhase } from '../declare/hooks.ts';
import type { RequestRecord } from './request-record.ts';

/** A line of the configuration that decided something: the resolved directive itself. */
export type ConfigLine = Pick<ResolvedNode, 'name' | 'args' | 'file' | 'line'>;

/**
 * What watches requests on their way. It is given to `compile`, which builds it into the plan; the plan of a server
 * that serves has none, and pays nothing for it.
 */
export interface Observer {
  /** The hook to run in place of a module's own, when the plan of a directory configuration is made. */
  watch(phase: RequestPhase, module: string, hook: RequestHook): RequestHook;
  /** A section (or `.htaccess` file) was entered by the request under way. */
  sectionEntered(section: Section): void;
  /** A line was tried or took effect; `outcome` says what came of it. */
  lineDecided(request: RequestRecord, module: string, line: ConfigLine, outcome: string): void;
}
