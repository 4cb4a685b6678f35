import type { Section } from '../2-compile/section.ts';
import { perDirectory } from '../declare/config-records.ts';
import { OPTIONS, OVERRIDE } from '../declare/places.ts';

/**
 * What the walks through directories and files need of a directory's configuration. The core module's
 * directives write it.
 */
export interface WalkConfig {
  /** Effective Options of this section alone, with what `+` and `-` add and take away. */
  options?: number;
  optionsAdd?: number;
  optionsRemove?: number;
  /** AllowOverride bits, with those of `Nonfatal=…`. */
  override?: number;
  /** Options that `AllowOverride Options=…` lets a `.htaccess` set. */
  overrideOptions?: number;
  /** AllowOverrideList, lower case. */
  overrideList?: ReadonlySet<string>;
  /** AccessFileName is a server's; the walk asks this first when a directory sets it. */
  files: Section[];
  conditions: Section[];
  /** AcceptPathInfo. */
  acceptPathInfo?: 'default' | 'accept' | 'reject';
  /** AllowEncodedSlashes and what NoDecode says. */
  encodedSlashes?: 'refuse' | 'keep' | 'decode';
  /** MergeSlashes is a server's; copied here by the core module for the walks. */
  contentHandler?: string;
}

/** httpd: server/core.c merge_core_dir_configs */
export const walkConfig = perDirectory<WalkConfig>({
  create: () => ({ files: [], conditions: [] }),
  merge(outer, inner) {
    const merged: WalkConfig = {
      ...outer,
      files: inner.files.length === 0 ? outer.files : [...outer.files, ...inner.files],
      conditions:
        inner.conditions.length === 0 ? outer.conditions : [...outer.conditions, ...inner.conditions],
    };
    for (const name of [
      'override',
      'overrideOptions',
      'overrideList',
      'acceptPathInfo',
      'contentHandler',
    ] as const) {
      if (inner[name] !== undefined) Object.assign(merged, { [name]: inner[name] });
    }
    // Not inherited: neither by a virtual host nor inside a section.
    if (inner.encodedSlashes === undefined) delete merged.encodedSlashes;
    else merged.encodedSlashes = inner.encodedSlashes;
    mergeOptions(merged, outer, inner);
    return merged;
  },
});

/** Options with `+` and `-` change what the enclosing section has; others replace it. */
function mergeOptions(merged: WalkConfig, outer: WalkConfig, inner: WalkConfig): void {
  if (inner.options !== undefined) {
    merged.options = inner.options;
    delete merged.optionsAdd;
    delete merged.optionsRemove;
    if (inner.optionsAdd !== undefined) merged.optionsAdd = inner.optionsAdd;
    if (inner.optionsRemove !== undefined) merged.optionsRemove = inner.optionsRemove;
    return;
  }
  if (inner.optionsAdd === undefined && inner.optionsRemove === undefined) return;
  const add = inner.optionsAdd ?? 0;
  const remove = inner.optionsRemove ?? 0;
  merged.optionsAdd = ((outer.optionsAdd ?? 0) & ~remove) | add;
  merged.optionsRemove = ((outer.optionsRemove ?? 0) & ~add) | remove;
  merged.options = ((outer.options ?? defaultOptions) & ~remove) | add;
}

/** `Options FollowSymLinks`, httpd's default. */
export const defaultOptions: number = OPTIONS.symLinks;

/** Options in force. */
export function effectiveOptions(config: WalkConfig): number {
  return config.options ?? defaultOptions;
}

/** Whether a `.htaccess` is read, if only to pass over what is in it. httpd: server/request.c ap_directory_walk */
export function readsHtaccess(config: WalkConfig): boolean {
  return effectiveOverride(config) !== OVERRIDE.none || (config.overrideList?.size ?? 0) > 0;
}

/** AllowOverride in force. */
export function effectiveOverride(config: WalkConfig): number {
  return config.override ?? OVERRIDE.none;
}
