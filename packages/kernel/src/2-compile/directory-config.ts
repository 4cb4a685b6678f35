import { type ConfigVector, recordKeys } from '../declare/config-records.ts';
import type { RequestPlan } from './request-plan.ts';
import type { Section } from './section.ts';
import type { ServerRecord } from './server-record.ts';

/**
 * The directory records that hold after a sequence of sections was entered on a server. Each distinct sequence
 * exists once: entering the same section again gives the same object, so merges are done once, not per request.
 */
export class DirectoryConfig {
  readonly server: ServerRecord;
  readonly vector: ConfigVector;
  /** The steps of a request under this configuration; made when first asked for. */
  plan: RequestPlan | undefined = undefined;
  private readonly entered = new Map<Section, DirectoryConfig>();

  constructor(server: ServerRecord, vector: ConfigVector) {
    this.server = server;
    this.vector = vector;
  }

  /** The configuration inside a section. */
  enter(section: Section): DirectoryConfig {
    let inner = this.entered.get(section);
    if (inner === undefined) {
      inner = new DirectoryConfig(this.server, mergeVectors('directory', this.vector, section.records));
      this.entered.set(section, inner);
    }
    return inner;
  }

  /** Forgets what was entered through a section that is no longer used (a `.htaccess` that changed). */
  forget(section: Section): void {
    this.entered.delete(section);
  }
}

/** Merges records slot by slot; where only one side has a record, that record holds. */
export function mergeVectors(
  scope: 'server' | 'directory',
  outer: ConfigVector,
  inner: ConfigVector,
): ConfigVector {
  const merged: ConfigVector = outer.slice();
  for (let slot = 0; slot < inner.length; slot++) {
    const own = inner[slot];
    if (own === undefined) continue;
    const enclosing = outer[slot];
    merged[slot] = enclosing === undefined ? own : recordKeys[scope][slot]!.merge(enclosing, own);
  }
  return merged;
}
