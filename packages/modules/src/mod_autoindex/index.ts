import { latin1Text } from '@httpd-ts/http1';
import {
  type Body,
  DECLINED,
  type DirectiveContext,
  defineModule,
  effectiveOptions,
  escapeHtml,
  type Files,
  flag,
  type HookStatus,
  handler,
  isPattern,
  iterate,
  iterate2,
  OK,
  OPTIONS,
  type OverrideClass,
  type RequestRecord,
  rawArguments,
  take1,
  take2,
  takeArgv,
  walkConfig,
  writtenBody,
} from '@httpd-ts/kernel';
import { bodySource } from '../body-source.ts';
import { setEtag, setLastModified, validatorsOf } from '../core/contract.ts';
import {
  type AutoindexConfig,
  autoindexConfig,
  type IndexItem,
  type ItemKind,
  indexSettings,
  type SortDirection,
  type SortKey,
} from './config.ts';
import { DIRECTORY } from './find-item.ts';
import { collectEntries } from './index-entry.ts';
import { INDEX, indexOptionNames, setIndexOptions } from './index-options.ts';
import { readIndexQuery } from './index-query.ts';
import { listing } from './listing.ts';
import { pageHead, pageTail } from './page-frame.ts';
import { sortEntries } from './sort-entries.ts';
import { summaries } from './summaries.ts';
import { hasWildcard } from './wildcard.ts';

/** httpd: modules/generators/mod_autoindex.c push_item */
function itemFor(kind: ItemKind, to: string, value: string, { path }: DirectiveContext): IndexItem {
  const named =
    kind === 'path' && to === '**DIRECTORY**' ? DIRECTORY : kind === 'encoding' ? to.toLowerCase() : to;
  const appliesTo = kind === 'path' && !hasWildcard(named) ? `*${named}` : named;
  return { kind, appliesTo, within: `${path ?? ''}*`, value };
}

type Lists = { icons: IndexItem[]; alts: IndexItem[]; ignored: IndexItem[]; descriptions: unknown[] };
const lists = (config: AutoindexConfig) => config as unknown as Lists;

const inIndexes = { context: 'anywhere', override: 'Indexes' as OverrideClass } as const;

function iconDirective(kind: ItemKind, usage: string) {
  return autoindexConfig.directive({
    ...inIndexes,
    args: iterate2,
    usage,
    set(config, [icon, to], cmd) {
      let url = icon;
      if (icon.startsWith('(')) {
        const close = icon.indexOf(')');
        if (close < 0) return 'missing closing paren';
        const comma = icon.indexOf(',');
        const end = comma < 0 || comma > close ? close : comma;
        lists(config).alts.push(itemFor(kind, to, icon.slice(1, end), cmd));
        url = comma < 0 ? '' : icon.slice(comma + 1, Math.max(close, comma + 1));
      }
      lists(config).icons.push(itemFor(kind, to, url, cmd));
      return undefined;
    },
  });
}

function altDirective(kind: ItemKind, usage: string) {
  return autoindexConfig.directive({
    ...inIndexes,
    args: iterate2,
    usage,
    set: (config, [alt, to], cmd) => void lists(config).alts.push(itemFor(kind, to, alt, cmd)),
  });
}

function textDirective(
  field: 'header' | 'readme' | 'defaultIcon' | 'styleSheet' | 'headInsert',
  usage: string,
) {
  return autoindexConfig.directive({
    ...inIndexes,
    args: take1,
    usage,
    set(config, text) {
      config[field] = text;
    },
  });
}

const directions = new Map<string, SortDirection>([
  ['ascending', 'A'],
  ['descending', 'D'],
]);
const keys = new Map<string, SortKey>([
  ['name', 'N'],
  ['date', 'M'],
  ['size', 'S'],
  ['description', 'D'],
]);

/** httpd: modules/generators/mod_autoindex.c handle_autoindex */
function serveIndex(request: RequestRecord): HookStatus | Promise<HookStatus> {
  const { handlerName, finfo, method } = request;
  if (handlerName !== 'httpd/unix-directory' && handlerName !== '') return DECLINED;
  if (finfo?.type !== 'directory') return DECLINED;
  if (method !== 'GET' && method !== 'HEAD') return DECLINED;
  if ((effectiveOptions(walkConfig.of(request)) & OPTIONS.indexes) === 0) {
    request.log(
      'autoindex',
      'error',
      `AH01276: Cannot serve directory ${request.filename}: No matching DirectoryIndex (${request.note('dir-index-names') ?? 'none'}) found, and server-generated directory index forbidden by Options directive`,
    );
    return 403;
  }
  if (!request.filename!.endsWith('/')) request.filename += '/';
  return listDirectory(request);
}

/** httpd: modules/generators/mod_autoindex.c index_directory */
function listDirectory(request: RequestRecord): HookStatus | Promise<HookStatus> {
  const settings = indexSettings(request);
  const names = request.server.plan.world.files.readDirectory(request.filename!);
  if (typeof names === 'string') {
    const reason =
      names === 'EACCES'
        ? '(13)Permission denied'
        : names === 'ENOENT'
          ? '(2)No such file or directory'
          : names;
    request.log('autoindex', 'error', `AH01275: Can't open directory for index: ${request.filename}`, reason);
    return 403;
  }
  const charset = settings.charset ?? 'ISO-8859-1';
  const type = settings.contentType ?? 'text/html';
  request.contentType = charset === '' ? type : `${type};charset=${charset}`;
  if ((settings.options & INDEX.trackModified) !== 0) setValidators(request);
  return request.headerOnly ? OK : buildPage(request, names);
}

function setValidators(request: RequestRecord): void {
  const info = request.finfo!;
  request.mtimeMs = info.mtimeMs;
  setLastModified(request);
  const validators = validatorsOf(request, request.filename!, info);
  if (typeof validators !== 'string') setEtag(request, validators);
}

async function buildPage(request: RequestRecord, names: readonly string[]): Promise<HookStatus> {
  const settings = indexSettings(request);
  const query = readIndexQuery(request.args, settings);
  const title = escapeHtml(request.uri).replace(/(?<=.)\/+$/s, '');
  const head = await pageHead(request, settings, query.options, title);
  const entries = await collectEntries(request, settings, query, names);
  sortEntries(entries, query);
  const body = listing(entries, settings, query, request.server.plan.world.clock);
  const tail = await pageTail(request, settings, query.options);
  const { files } = request.server.plan.world;
  const rest: Body[] = [{ kind: 'text', text: body }, ...tail.bodies];
  const end = tail.isForeign && tail.bodies.length > 1 ? rest.splice(-1) : [];
  // httpd sends what a header or readme file ends as a piece of its own.
  const parts = [head.bodies, rest, end].flatMap((bodies) => joinTexts(bodies, files));
  const page = { kind: 'sequence', parts } as const;
  request.output =
    head.isForeign || tail.isForeign
      ? { kind: 'source', length: undefined, source: bodySource(page, files) }
      : gathered(page);
  return OK;
}

/** Where httpd begins a new piece: at links' addresses and texts, and with each line. */
const pieceStarts = /(?<=\n|href="|"> )|(?=">|<\/a>)/;

/** A page of nothing but text is written piece by piece, and a long one leaves before its length is known. */
function gathered(page: { readonly parts: readonly Body[] } & Body): Body {
  const pieces: string[] = [];
  for (const part of page.parts) {
    if (part.kind !== 'text') return page;
    pieces.push(...part.text.split(pieceStarts));
  }
  return writtenBody(pieces);
}

/** httpd: AP_MIN_BYTES_TO_WRITE, below which it gathers before it writes. */
const longestText = 8000;

/** Texts side by side become one. */
function joinTexts(bodies: readonly Body[], files: Files): Body[] {
  const joined: Body[] = [];
  for (const given of bodies) {
    const body = asText(given, files);
    const last = joined.at(-1);
    if (last?.kind === 'text' && body.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + body.text };
    else joined.push(body);
  }
  return joined;
}

/** A little file that is in memory, as text. */
function asText(body: Body, files: Files): Body {
  if (body.kind !== 'file' || body.length > longestText) return body;
  const bytes = files.smallFile(body.path, body.info);
  if (bytes === undefined || bytes.length < body.offset + body.length) return body;
  return { kind: 'text', text: latin1Text(bytes, body.offset, body.offset + body.length) };
}

/** Listings of directories without an index page. */
export const modAutoindex = defineModule({
  name: 'mod_autoindex',
  identifier: 'autoindex_module',
  httpd: 'modules/generators/mod_autoindex.c',
  summaries,
  directives: {
    AddIcon: iconDirective('path', 'an icon URL followed by one or more filenames'),
    AddIconByType: iconDirective('type', 'an icon URL followed by one or more MIME types'),
    AddIconByEncoding: iconDirective('encoding', 'an icon URL followed by one or more content encodings'),
    AddAlt: altDirective('path', 'alternate descriptive text followed by one or more filenames'),
    AddAltByType: altDirective('type', 'alternate descriptive text followed by one or more MIME types'),
    AddAltByEncoding: altDirective(
      'encoding',
      'alternate descriptive text followed by one or more content encodings',
    ),
    IndexOptions: autoindexConfig.directive({
      ...inIndexes,
      args: takeArgv,
      usage: 'one or more index options [+|-][]',
      keywords: indexOptionNames,
      set: setIndexOptions,
    }),
    IndexOrderDefault: autoindexConfig.directive({
      ...inIndexes,
      args: take2,
      usage: '{Ascending,Descending} {Name,Size,Description,Date}',
      default: 'Ascending Name',
      set(config, [direction, key]) {
        const sortDirection = directions.get(direction.toLowerCase());
        if (sortDirection === undefined) return "First keyword must be 'Ascending' or 'Descending'";
        config.sortDirection = sortDirection;
        const sortKey = keys.get(key.toLowerCase());
        if (sortKey === undefined) return "Second keyword must be 'Name', 'Date', 'Size', or 'Description'";
        config.sortKey = sortKey;
        return undefined;
      },
    }),
    IndexIgnore: autoindexConfig.directive({
      ...inIndexes,
      args: iterate,
      usage: 'one or more file extensions',
      default: '"."',
      set: (config, name, cmd) => void lists(config).ignored.push(itemFor('ignore', name, '', cmd)),
    }),
    IndexIgnoreReset: autoindexConfig.directive({
      ...inIndexes,
      args: flag,
      usage: 'Reset the inherited list of IndexIgnore filenames',
      set(config, on) {
        config.resetsIgnored = on;
      },
    }),
    AddDescription: autoindexConfig.directive({
      ...inIndexes,
      args: iterate2,
      usage: 'Descriptive text followed by one or more filenames',
      set(config, [text, to]) {
        const isFullPath = to.includes('/');
        const hasWildcards = isFullPath || isPattern(to);
        const pattern = hasWildcards ? `${isFullPath ? '*/' : '*'}${to}*` : to;
        lists(config).descriptions.push({ pattern, isFullPath, hasWildcards, text });
      },
    }),
    HeaderName: textDirective('header', 'a filename'),
    ReadmeName: textDirective('readme', 'a filename'),
    FancyIndexing: autoindexConfig.directive({
      context: 'anywhere',
      override: 'All',
      args: rawArguments,
      usage: 'The FancyIndexing directive is no longer supported. Use IndexOptions FancyIndexing.',
      set: () => 'The FancyIndexing directive is no longer supported. Use IndexOptions FancyIndexing.',
    }),
    DefaultIcon: textDirective('defaultIcon', 'an icon URL'),
    IndexStyleSheet: textDirective('styleSheet', 'URL to style sheet'),
    IndexHeadInsert: textDirective('headInsert', 'String to insert in HTML HEAD section'),
  },
  hooks: [handler(serveIndex)],
});
