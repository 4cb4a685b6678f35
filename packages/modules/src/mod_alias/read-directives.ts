import { type DirectiveContext, entryOf, isRedirect, NOT_IN, type Regex } from '@httpd-ts/kernel';
import { type AliasDirectoryConfig, type AliasServerConfig, aliasServer } from './config.ts';
import { type AliasEntry, matchedLength, type RedirectEntry } from './entries.ts';

/** Alias and ScriptAlias. httpd: modules/mappers/mod_alias.c add_alias */
export function addAlias(handler: string | undefined) {
  return (config: AliasDirectoryConfig, [fake, real]: readonly [string, string?], cmd: DirectiveContext) => {
    const refused = cmd.refuseIn(NOT_IN.limit);
    if (refused !== undefined) return refused;
    if (real === undefined) return addOneWord(config, fake, handler, cmd);
    if (cmd.path !== undefined) return `${cmd.name} cannot occur within directory context`;
    addEntry(
      aliasServer.draft(cmd.server.config),
      { fake, real, regex: undefined, handler, definedAt: cmd.node },
      cmd,
    );
    return undefined;
  };
}

/** One word is the target of the `<Location>` around it. */
function addOneWord(
  config: AliasDirectoryConfig,
  target: string,
  handler: string | undefined,
  cmd: DirectiveContext,
): string | undefined {
  const refused = cmd.refuseIn(NOT_IN.directory | NOT_IN.files | NOT_IN.htaccess);
  if (refused !== undefined) return refused;
  if (cmd.path === undefined) return 'Alias must have two arguments when used globally';
  return addLocationAlias(config, target, cmd.path, handler, cmd);
}

function addLocationAlias(
  config: AliasDirectoryConfig,
  text: string,
  location: string,
  handler: string | undefined,
  cmd: DirectiveContext,
): string | undefined {
  const target = cmd.expression(text, 'string', { module: 'alias' });
  if ('error' in target) return `Cannot parse alias expression '${text}': ${target.error}`;
  config.alias = { target, location, handler, definedAt: cmd.node };
  return undefined;
}

/** AliasMatch and ScriptAliasMatch. */
export function addAliasMatch(handler: string | undefined) {
  return (config: AliasServerConfig, [pattern, real]: readonly [string, string], cmd: DirectiveContext) => {
    const regex = cmd.regex(pattern);
    if (typeof regex === 'string') return 'Regular expression could not be compiled.';
    config.aliases.push({ fake: pattern, real, regex, handler, definedAt: cmd.node });
    return undefined;
  };
}

function addEntry(config: AliasServerConfig, entry: AliasEntry, cmd: DirectiveContext): void {
  const { byPath, patterns } =
    cmd.memory(seenKey, () => new Map<AliasServerConfig, Seen>()).get(config) ?? newSeen(config, cmd);
  while (patterns.next < config.aliases.length) {
    const known = config.aliases[patterns.next++]!;
    if (known.regex !== undefined) patterns.entries.push(known);
  }
  const earlier =
    overlapping(entry.fake, byPath) ?? patterns.entries.find(({ regex }) => regex!.test(entry.fake));
  if (earlier !== undefined) {
    const kind = `${earlier.handler === undefined ? '' : 'Script'}Alias${earlier.regex === undefined ? '' : 'Match'}`;
    cmd.warn(
      `[alias:warn] AH00671: The ${cmd.name} directive in ${cmd.node.file} at line ${cmd.node.line} will probably never match because it overlaps an earlier ${kind}.`,
    );
  }
  config.aliases.push(entry);
  const key = entry.fake.replace(/\/{2,}/g, '/');
  if (!byPath.has(key)) byPath.set(key, entry);
}

/** Aliases seen so far by path, so that looking for overlaps costs no more with many of them. */
interface Seen {
  readonly byPath: Map<string, AliasEntry>;
  readonly patterns: { next: number; readonly entries: AliasEntry[] };
}

const seenKey = { name: 'aliases by path' };

function newSeen(config: AliasServerConfig, cmd: DirectiveContext): Seen {
  const seen: Seen = { byPath: new Map(), patterns: { next: 0, entries: [] } };
  cmd.memory(seenKey, () => new Map<AliasServerConfig, Seen>()).set(config, seen);
  return seen;
}

function overlapping(fake: string, byPath: ReadonlyMap<string, AliasEntry>): AliasEntry | undefined {
  const path = fake.replace(/\/{2,}/g, '/');
  for (let end = 1; end <= path.length; end++) {
    if (end < path.length && path[end] !== '/' && path[end - 1] !== '/') continue;
    const earlier = byPath.get(path.slice(0, end));
    if (earlier !== undefined && matchedLength(fake, earlier.fake) > 0) return earlier;
  }
  return undefined;
}

const statusWords: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303, gone: 410 };

function readStatus(word: string): number | undefined {
  const named = entryOf(statusWords, word.toLowerCase());
  return named ?? (/^\d/.test(word) ? Number.parseInt(word, 10) : undefined);
}

/** Redirect, RedirectPermanent and RedirectTemp. httpd: add_redirect_internal */
export function addRedirect(usual: number) {
  return (config: AliasDirectoryConfig, args: readonly [string, string?, string?], cmd: DirectiveContext) => {
    const [first, second, third] = args;
    const given = readStatus(first);
    if (third !== undefined && given === undefined) return 'Redirect: invalid first argument (of three)';
    const status = given ?? usual;
    const [fake, real] = given === undefined ? [first, second] : [second, third];
    if (
      cmd.path !== undefined &&
      real === undefined &&
      (given === undefined || isRedirect(status) || fake === undefined)
    ) {
      return setLocationRedirect(config, fake, status, cmd);
    }
    return addListed(
      config,
      { fake: fake ?? '', real, regex: undefined, status, definedAt: cmd.node },
      fake === undefined,
      cmd,
    );
  };
}

function setLocationRedirect(
  config: AliasDirectoryConfig,
  text: string | undefined,
  status: number,
  cmd: DirectiveContext,
): string | undefined {
  if (text === undefined) {
    if (isRedirect(status)) return 'URL to redirect to is missing';
    config.redirect = { target: undefined, status, definedAt: cmd.node };
    return undefined;
  }
  if (!isRedirect(status)) return 'Redirect URL not valid for this status';
  const target = cmd.expression(text, 'string', { module: 'alias' });
  if ('error' in target) return `Cannot parse redirect expression '${text}': ${target.error}`;
  config.redirect = { target, status, definedAt: cmd.node };
  return undefined;
}

/** RedirectMatch. */
export function addRedirectMatch(
  config: AliasDirectoryConfig,
  [first, second, third]: readonly [string, string, string?],
  cmd: DirectiveContext,
): string | undefined {
  const given = readStatus(first);
  if (third !== undefined && given === undefined) return 'Redirect: invalid first argument (of three)';
  const [pattern, real] = given === undefined ? [first, second] : [second, third];
  const regex = cmd.regex(pattern);
  if (typeof regex === 'string') return 'Regular expression could not be compiled.';
  return addListed(
    config,
    { fake: pattern, real, regex: regex as Regex, status: given ?? 302, definedAt: cmd.node },
    false,
    cmd,
  );
}

function addListed(
  config: AliasDirectoryConfig,
  entry: RedirectEntry,
  isIncomplete: boolean,
  cmd: DirectiveContext,
): string | undefined {
  if (isRedirect(entry.status)) {
    if (entry.real === undefined) return 'URL to redirect to is missing';
    if (entry.regex === undefined && !/^(?:\/|[A-Za-z0-9+.-]+:)/.test(entry.real))
      return 'Redirect to non-URL';
  } else if (entry.real !== undefined) return 'Redirect URL not valid for this status';
  // httpd takes a status alone, and dies of the first request it compares with it.
  if (isIncomplete) return undefined;
  if (cmd.path === undefined) aliasServer.draft(cmd.server.config).redirects.push(entry);
  else config.redirects.push(entry);
  return undefined;
}
