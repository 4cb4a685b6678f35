import {
  DECLINED,
  type HookStatus,
  inputFilters,
  OK,
  outputFilters,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { type ExtensionInfo, effectiveExtensions, type MimeConfig, mimeConfig } from './config.ts';
import { mimeExceptions } from './contract.ts';
import { typesOf } from './types-file.ts';

/** What the extensions of a name say, whatever stands in front of them. */
interface Meaning {
  /** Of the last extension that has one. */
  readonly type: string | undefined;
  readonly charset: string | undefined;
  readonly languages: readonly string[] | undefined;
  readonly encoding: string | undefined;
  readonly handler: string | undefined;
  readonly inputFilters: readonly string[];
  readonly outputFilters: readonly string[];
  /** Some extension told something that negotiation can use. */
  readonly isTelling: boolean;
  /** Extensions that told nothing, as written. */
  readonly unknown: readonly string[];
}

const noFilters: readonly string[] = [];
const filterNames = (list: string | undefined) =>
  list === undefined ? noFilters : list.split(';').filter(Boolean);

/** httpd: modules/http/mod_mime.c find_ct */
export function readExtensions(
  suffix: string,
  config: MimeConfig,
  types: ReadonlyMap<string, string>,
): Meaning {
  const known = effectiveExtensions(config);
  const meaning = {
    type: undefined as string | undefined,
    charset: undefined as string | undefined,
    languages: undefined as string[] | undefined,
    encoding: undefined as string | undefined,
    handler: undefined as string | undefined,
    inputFilters: noFilters,
    outputFilters: noFilters,
    isTelling: false,
    unknown: [] as string[],
  };
  for (const written of suffix.split('.')) {
    if (written === '') continue;
    const extension = written.toLowerCase();
    const info = known.get(extension) ?? nothing;
    const type = info.type ?? types.get(extension);
    if (type) meaning.type = type;
    if (info.charset !== undefined) meaning.charset = info.charset;
    if (info.language !== undefined) meaning.languages = [...(meaning.languages ?? []), info.language];
    if (info.encoding !== undefined) {
      meaning.encoding =
        meaning.encoding === undefined ? info.encoding : `${meaning.encoding}, ${info.encoding}`;
    }
    if (info.handler !== undefined) meaning.handler = info.handler;
    meaning.inputFilters = [...meaning.inputFilters, ...filterNames(info.inputFilters)];
    meaning.outputFilters = [...meaning.outputFilters, ...filterNames(info.outputFilters)];
    if (isTelling(type, info, config)) meaning.isTelling = true;
    else meaning.unknown.push(written);
  }
  return {
    ...meaning,
    type: meaning.type === undefined ? undefined : contentType(meaning.type, meaning.charset),
  };
}

const nothing: ExtensionInfo = {};

function isTelling(type: string | undefined, info: ExtensionInfo, { multiviewsMatch }: MimeConfig): boolean {
  if (type || info.charset !== undefined || info.language !== undefined || info.encoding !== undefined)
    return true;
  if (multiviewsMatch?.any === true) return true;
  if (multiviewsMatch?.handlers === true && info.handler !== undefined) return true;
  return (
    multiviewsMatch?.filters === true && (info.inputFilters !== undefined || info.outputFilters !== undefined)
  );
}

/** A type in its regular form, with the charset of an extension in place of its own. httpd: analyze_ct */
export function contentType(type: string, charset: string | undefined): string {
  const match = /^[\t ]*([^\t-\r ;/]+)[\t ]*\/[\t ]*([^\t-\r ;/]+)[\t ]*((?:;.*)?)$/s.exec(type);
  if (match === null) return charset === undefined ? type : `${type}; charset=${charset}`;
  let result = `${match[1]}/${match[2]}`;
  let hasCharset = false;
  for (const [, name, value] of match[3]!.matchAll(
    /;[\t ]*([^=;\t-\r ]+)[\t ]*=[\t ]*("(?:[^"\\]|\\.)*"|[^;\t-\r ]*)/g,
  )) {
    const isCharset = name!.toLowerCase() === 'charset' && charset !== undefined;
    if (isCharset && hasCharset) continue;
    hasCharset ||= isCharset;
    result += `; ${name}=${isCharset ? charset : value}`;
  }
  return charset !== undefined && !hasCharset ? `${result}; charset=${charset}` : result;
}

/** Meanings by configuration and suffix, for as long as a plan lives. */
const memoKey = { name: 'meanings of extensions' };
const maximumSuffixes = 4096;

function meaningOf(request: RequestRecord, config: MimeConfig, suffix: string): Meaning {
  const { plan } = request.server;
  const memo = plan.memory(memoKey, () => new Map<MimeConfig, Map<string, Meaning>>());
  let known = memo.get(config);
  if (known === undefined) {
    known = new Map();
    if (memo.size >= maximumSuffixes) memo.clear();
    memo.set(config, known);
  }
  let meaning = known.get(suffix);
  if (meaning === undefined) {
    meaning = readExtensions(suffix, config, typesOf(plan));
    if (known.size >= maximumSuffixes) known.clear();
    known.set(suffix, meaning);
  }
  return meaning;
}

/** Where the extensions of a path begin: behind the base name, whose leading dots belong to it. */
function suffixStart(path: string): number {
  let start = path.length;
  while (start > 0 && path.charCodeAt(start - 1) !== 47) start--;
  while (path[start] === '.') start++;
  const dot = path.indexOf('.', start);
  return dot < 0 ? path.length : dot + 1;
}

/** What ProxyPass with nocanon passes on as it came holds the query, too, which names no type. */
const isRawUrl = (request: RequestRecord) =>
  request.proxyRequest === 'reverse' && request.note('proxy-nocanon') !== undefined;

/** Tells type, language, encoding, charset, handler and filters by the extensions of the file's name. */
export function findType(request: RequestRecord): HookStatus {
  if (request.finfo?.type === 'directory') {
    request.contentType = 'httpd/unix-directory';
    return OK;
  }
  const { filename } = request;
  if (filename === undefined) return DECLINED;
  const config = mimeConfig.of(request);
  const named = isRawUrl(request) ? filename.split('?', 1)[0]! : filename;
  const path = config.usePathInfo === true ? named + request.pathInfo : named;
  const start = suffixStart(path);
  const meaning = meaningOf(request, config, path.slice(start));
  apply(request, meaning);
  if (request.main !== undefined && meaning.isTelling) {
    const base = path.slice(path.lastIndexOf('/') + 1, start === path.length ? start : start - 1);
    request.setState(mimeExceptions, [base, ...meaning.unknown]);
  }
  if (request.contentLanguages === undefined && config.defaultLanguage !== undefined) {
    request.contentLanguages = [config.defaultLanguage];
  }
  return request.contentType === undefined ? DECLINED : OK;
}

function apply(request: RequestRecord, meaning: Meaning): void {
  if (meaning.type !== undefined) request.contentType = meaning.type;
  else if (meaning.charset !== undefined && request.contentType !== undefined) {
    request.contentType = contentType(request.contentType, meaning.charset);
  }
  if (meaning.languages !== undefined) {
    request.contentLanguages = [...(request.contentLanguages ?? []), ...meaning.languages];
  }
  if (meaning.encoding !== undefined) {
    request.contentEncoding =
      request.contentEncoding === undefined
        ? meaning.encoding
        : `${request.contentEncoding}, ${meaning.encoding}`;
  }
  if (meaning.handler !== undefined && request.proxyRequest === false) request.handlerName = meaning.handler;
  if (meaning.inputFilters !== noFilters || meaning.outputFilters !== noFilters) addFilters(request, meaning);
}

function addFilters(request: RequestRecord, meaning: Meaning): void {
  const { providers } = request.server.plan;
  const unknown = (name: string) =>
    request.log('core', 'error', `AH00082: an unknown filter was not added: ${name}`);
  for (const name of meaning.inputFilters) {
    const filter = providers.find(inputFilters, name);
    if (filter === undefined) unknown(name);
    else filter.apply(request);
  }
  for (const name of meaning.outputFilters) {
    const filter = providers.find(outputFilters, name);
    if (filter === undefined) unknown(name);
    else request.addOutputFilter(filter);
  }
}
