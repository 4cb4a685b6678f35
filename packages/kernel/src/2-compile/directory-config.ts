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
  /** What held before the walk that led here, and the records of that walk's sections merged among themselves. */
  private readonly base: DirectoryConfig;
  private readonly walked: ConfigVector;
  /** Made when first needed: most configurations are entered and never gone on from. */
  private entered: WeakMap<Section, DirectoryConfig> | undefined = undefined;
  private continued: WeakMap<Section, DirectoryConfig> | undefined = undefined;

  constructor(server: ServerRecord, vector: ConfigVector, base?: DirectoryConfig, walked: ConfigVector = []) {
    this.server = server;
    this.vector = vector;
    this.base = base ?? this;
    this.walked = walked;
  }

  /** The configuration inside a section, the first of a walk. */
  enter(section: Section): DirectoryConfig {
    this.server.plan.observer?.sectionEntered(section);
    let inner = this.entered?.get(section);
    if (inner === undefined) {
      const vector = mergeVectors('directory', this.vector, section.records);
      inner = new DirectoryConfig(this.server, vector, this, section.records);
      this.entered ??= new WeakMap();
      this.entered.set(section, inner);
    }
    return inner;
  }

  /**
   * The configuration inside a further section of the walk that led here. As in httpd, the sections of one walk are
   * merged among themselves before they are merged over what held outside.
   */
  private enterFurther(section: Section): DirectoryConfig {
    this.server.plan.observer?.sectionEntered(section);
    let inner = this.continued?.get(section);
    if (inner === undefined) {
      const walked = joinVectors('directory', this.walked, section.records);
      const vector = mergeVectors('directory', this.base.vector, walked);
      inner = new DirectoryConfig(this.server, vector, this.base, walked);
      this.continued ??= new WeakMap();
      this.continued.set(section, inner);
    }
    return inner;
  }

  /** Enters a section in the course of a walk that began at `start`. httpd: server/request.c, now_merged */
  enterInWalk(section: Section, start: DirectoryConfig): DirectoryConfig {
    return this === start ? this.enter(section) : this.enterFurther(section);
  }
}

/** Merges records slot by slot over what held outside, be that the initial record. httpd: server/config.c merge_per_dir_configs */
export function mergeVectors(
  scope: 'server' | 'directory',
  outer: ConfigVector,
  inner: ConfigVector,
): ConfigVector {
  const merged: ConfigVector = outer.slice();
  for (let slot = 0; slot < inner.length; slot++) {
    const own = inner[slot];
    if (own === undefined) continue;
    const key = recordKeys[scope][slot]!;
    merged[slot] = key.merge(key.at(outer), own);
  }
  return merged;
}

/** Merges the records of two sections of a walk; where only one has a record, that record holds. */
function joinVectors(scope: 'server' | 'directory', outer: ConfigVector, inner: ConfigVector): ConfigVector {
  const merged: ConfigVector = outer.slice();
  for (let slot = 0; slot < inner.length; slot++) {
    const own = inner[slot];
    if (own === undefined) continue;
    const enclosing = outer[slot];
    merged[slot] = enclosing === undefined ? own : recordKeys[scope][slot]!.merge(enclosing, own);
  }
  return merged;
}
