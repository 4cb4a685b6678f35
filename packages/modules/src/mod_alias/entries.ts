import type { ConfigLine, Regex } from '@httpd-ts/kernel';

interface Entry {
  /** URL path, or the pattern as written. */
  readonly fake: string;
  readonly regex: Regex | undefined;
  readonly definedAt: ConfigLine;
}

/** A line of Alias, ScriptAlias or their Match forms. */
export interface AliasEntry extends Entry {
  readonly real: string;
  readonly handler: string | undefined;
}

/** A line of Redirect or one of its forms; without a target for statuses that are no redirections. */
export interface RedirectEntry extends Entry {
  readonly real: string | undefined;
  readonly status: number;
}

/**
 * How much of a path an alias's URL path matches: any number of slashes matches any number, and the match must end
 * at a segment's end. 0 when it does not match. httpd: modules/mappers/mod_alias.c alias_matches
 */
export function matchedLength(uri: string, fake: string): number {
  let at = 0;
  for (let i = 0; i < fake.length; ) {
    if (fake[i] === '/') {
      if (uri[at] !== '/') return 0;
      while (fake[i] === '/') i++;
      while (uri[at] === '/') at++;
    } else if (uri[at++] !== fake[i++]) return 0;
  }
  if (!fake.endsWith('/') && at < uri.length && uri[at] !== '/') return 0;
  return at;
}
