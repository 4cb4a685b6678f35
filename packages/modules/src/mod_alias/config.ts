import { type ConfigLine, innerWins, perDirectory, perServer, type TextExpression } from '@httpd-ts/kernel';
import type { AliasEntry, RedirectEntry } from './entries.ts';
import { type EntryIndex, entryIndex } from './entry-index.ts';

export interface AliasServerConfig {
  aliases: AliasEntry[];
  redirects: RedirectEntry[];
  aliasIndex?: EntryIndex<AliasEntry>;
  redirectIndex?: EntryIndex<RedirectEntry>;
}

export interface AliasDirectoryConfig {
  redirects: RedirectEntry[];
  redirectIndex?: EntryIndex<RedirectEntry>;
  /** `Alias` in a `<Location>`. */
  alias?: {
    readonly target: TextExpression;
    readonly location: string;
    readonly handler: string | undefined;
    readonly definedAt: ConfigLine;
  };
  /** `Redirect` in a `<Location>`, without a path of its own. */
  redirect?: {
    readonly target: TextExpression | undefined;
    readonly status: number;
    readonly definedAt: ConfigLine;
  };
  relative?: boolean;
  preservePath?: boolean;
}

/** A virtual host's own entries come before the main server's. httpd: modules/mappers/mod_alias.c merge_alias_config */
export const aliasServer = perServer<AliasServerConfig>({
  create: () => ({ aliases: [], redirects: [] }),
  merge: (outer, inner) => ({
    aliases: [...inner.aliases, ...outer.aliases],
    redirects: [...inner.redirects, ...outer.redirects],
  }),
});

/** httpd: merge_alias_dir_config */
export const aliasDirectory = perDirectory<AliasDirectoryConfig>({
  create: () => ({ redirects: [] }),
  merge(outer, inner) {
    const merged = innerWins(outer, inner);
    merged.redirects = [...inner.redirects, ...outer.redirects];
    delete merged.redirectIndex;
    return merged;
  },
});

/** Aliases of a server in the form that requests ask. */
export function aliasesOf(config: AliasServerConfig): EntryIndex<AliasEntry> {
  config.aliasIndex ??= entryIndex(config.aliases);
  return config.aliasIndex;
}

/** Redirects of a server or directory in the form that requests ask. */
export function redirectsOf(config: AliasServerConfig | AliasDirectoryConfig): EntryIndex<RedirectEntry> {
  config.redirectIndex ??= entryIndex(config.redirects);
  return config.redirectIndex;
}
