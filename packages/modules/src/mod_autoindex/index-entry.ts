import { trimBlanks } from '@httpd-ts/http1';
import {
  type FileInfo,
  lookupFile,
  matchesPattern,
  normalizePath,
  type RequestRecord,
} from '@httpd-ts/kernel';
import type { IndexSettings } from './config.ts';
import { DIRECTORY, findByPath, findDescription, findItem, isIgnored } from './find-item.ts';
import { INDEX } from './index-options.ts';
import type { IndexQuery } from './index-query.ts';

/** One line of a listing. httpd: struct ent */
export interface IndexEntry {
  /** With a slash at its end for a directory; the whole path for the parent directory. */
  readonly name: string;
  readonly icon: string | undefined;
  readonly alt: string | undefined;
  /** Of AddDescription, or the title of the page. */
  readonly description: { text: string } | undefined;
  /** -1 where there is none to show. */
  readonly size: number;
  readonly modifiedMs: number;
  /** Set where directories come first. */
  readonly comesFirst: boolean;
}

/** All entries of the directory, unsorted. */
export async function collectEntries(
  request: RequestRecord,
  settings: IndexSettings,
  query: IndexQuery,
  names: readonly string[],
): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  const parent = parentEntry(request, settings, query);
  if (parent !== undefined) entries.push(parent);
  for (const name of names) {
    if (query.pattern !== undefined && !matchesPattern(query.pattern, name, { period: true })) continue;
    if (isIgnored(settings.ignored, request.filename + name)) continue;
    const entry = await fileEntry(request, settings, query, name);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** httpd: modules/generators/mod_autoindex.c make_parent_entry */
function parentEntry(
  request: RequestRecord,
  settings: IndexSettings,
  { options }: IndexQuery,
): IndexEntry | undefined {
  const name = normalizePath(`${request.uri.replace(/\/*$/, '')}/../`, false);
  if (name === undefined) return undefined;
  const path = `${request.filename}..`;
  if (isIgnored(settings.ignored, path)) return undefined;
  const entry = { name, size: -1, modifiedMs: -1, comesFirst: false };
  if ((options & INDEX.fancyIndexing) === 0) {
    return { ...entry, icon: undefined, alt: undefined, description: undefined };
  }
  return {
    ...entry,
    icon: findByPath(settings.icons, path) ?? findByPath(settings.icons, DIRECTORY),
    alt: findByPath(settings.alts, path) ?? findByPath(settings.alts, DIRECTORY) ?? 'PARENTDIR',
    description: findDescription(settings.descriptions, path),
  };
}

const isShown = (status: number, options: number) =>
  (status >= 200 && status < 400) ||
  ((options & INDEX.showForbidden) !== 0 && (status === 401 || status === 403));

/** httpd: modules/generators/mod_autoindex.c make_autoindex_entry */
async function fileEntry(
  request: RequestRecord,
  settings: IndexSettings,
  query: IndexQuery,
  name: string,
): Promise<IndexEntry | undefined> {
  const path = request.filename + name;
  const target = request.server.plan.world.files.stat(path);
  if (typeof target !== 'object') return undefined;
  const isDirectory = target.type === 'directory';
  const found = await lookupFile(isDirectory ? `${path}/` : path, request);
  const info = found.finfo;
  if (info === undefined || (info.type !== 'directory' && info.type !== 'file')) return undefined;
  if (!isShown(found.status, query.options)) return undefined;
  const shownName = isDirectory ? `${name}/` : name;
  if ((query.options & (INDEX.fancyIndexing | INDEX.htmlTable)) === 0) {
    const unknown = { icon: undefined, alt: undefined, description: undefined };
    return { ...unknown, name: shownName, size: -1, modifiedMs: -1, comesFirst: false };
  }
  return isDirectory
    ? directoryEntry(shownName, path, info, settings, query)
    : regularEntry(shownName, found, info, settings, query);
}

function directoryEntry(
  name: string,
  path: string,
  info: FileInfo,
  settings: IndexSettings,
  { options }: IndexQuery,
): IndexEntry {
  return {
    name,
    icon: findByPath(settings.icons, path) ?? findByPath(settings.icons, DIRECTORY),
    alt: findByPath(settings.alts, path) ?? findByPath(settings.alts, DIRECTORY) ?? 'DIR',
    description: findDescription(settings.descriptions, path),
    size: -1,
    modifiedMs: info.mtimeMs,
    comesFirst: (options & INDEX.foldersFirst) !== 0,
  };
}

function regularEntry(
  name: string,
  found: RequestRecord,
  info: FileInfo,
  settings: IndexSettings,
  { options }: IndexQuery,
): IndexEntry {
  const { contentType, contentEncoding } = found;
  const subject = { path: found.filename!, contentType, contentEncoding };
  const description = findDescription(settings.descriptions, subject.path);
  return {
    name,
    icon: findItem(settings.icons, subject, false),
    alt: findItem(settings.alts, subject, false),
    description: description ?? ((options & INDEX.scanHtmlTitles) === 0 ? undefined : htmlTitle(found)),
    size: info.size,
    modifiedMs: info.mtimeMs,
    comesFirst: false,
  };
}

/** Whether a type is HTML. httpd: response_is_html */
export function isHtml(contentType: string): boolean {
  const type = trimBlanks(contentType.split(';', 1)[0]!).toLowerCase();
  return type === 'text/html' || type === 'application/xhtml+xml';
}

/** How far into a file a title is looked for. httpd: MAX_STRING_LEN */
const titleSearchLength = 8191;

/** The title of an HTML file. httpd: find_title */
function htmlTitle(found: RequestRecord): { text: string } | undefined {
  const { contentType, contentEncoding, filename, status } = found;
  if (status !== 200 || contentType === undefined || contentEncoding !== undefined) return undefined;
  if (!isHtml(contentType) && contentType !== 'text/x-server-parsed-html') return undefined;
  const read = found.server.plan.world.files.readText(filename!);
  if (typeof read === 'string') return undefined;
  const [, title] = /<title>([^<]*)/i.exec(read.text.slice(0, titleSearchLength).split('\0', 1)[0]!) ?? [];
  return title === undefined ? undefined : { text: title.replace(/^[\r\n]+/, '').replace(/[\r\n]/g, ' ') };
}
