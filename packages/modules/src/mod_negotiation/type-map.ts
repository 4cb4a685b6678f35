import { trimBlanks, trimEndBlanks, trimStartBlanks } from '@httpd-ts/http1';
import type { HookStatus, RequestRecord } from '@httpd-ts/kernel';
import { OK } from '@httpd-ts/kernel';
import { etagOf, variantListValidator } from '../core/contract.ts';
import { nextToken } from '../header-token.ts';
import { readEntry, readLanguages } from './accept.ts';
import type { Negotiation } from './negotiation.ts';
import { blankVariant, setMediaType, type Variant } from './variant.ts';

/** Reads the variants of a type map. httpd: modules/mappers/mod_negotiation.c read_type_map */
export function readTypeMap(state: Negotiation, map: RequestRecord): HookStatus {
  state.fileCount = 0;
  const { request } = state;
  const read = request.server.plan.world.files.readText(map.filename!);
  // A directory can be opened; what is read of it is nothing.
  if (typeof read === 'string' && read !== 'EISDIR') {
    const isMissing = read === 'ENOENT' || read === 'ENOTDIR';
    const reason = isMissing ? '(2)No such file or directory' : '(13)Permission denied';
    request.log('negotiation', 'error', `AH00683: cannot access type map file: ${map.filename}`, reason);
    return isMissing ? 404 : 403;
  }
  const reader = { text: typeof read === 'string' ? '' : read.text, at: 0 };
  let variant = blankVariant();
  let hasContent = false;
  for (;;) {
    const line = nextLine(reader);
    if (line === undefined || line === '') {
      if (variant.fileName !== '' && hasContent) state.variants.push(variant);
      if (line === undefined) return finishMap(state, map);
      variant = blankVariant();
      hasContent = false;
      continue;
    }
    const header = splitHeader(line, state);
    if (header === undefined) return 500;
    const outcome = readHeader(header, variant, reader, state, map);
    if (outcome === 'stop') return finishMap(state, map);
    hasContent ||= outcome === 'content';
  }
}

/** The map is part of what a cache must know. httpd: set_vlist_validator */
function finishMap({ request }: Negotiation, map: RequestRecord): HookStatus {
  const etag = etagOf(map);
  if (etag !== undefined) request.setState(variantListValidator, etag);
  map.mtimeMs = Math.max(map.mtimeMs, map.finfo?.mtimeMs ?? 0);
  return OK;
}

interface Reader {
  readonly text: string;
  at: number;
}

function physicalLine(reader: Reader): string | undefined {
  if (reader.at >= reader.text.length) return undefined;
  const newline = reader.text.indexOf('\n', reader.at);
  const end = newline < 0 ? reader.text.length : newline + 1;
  const line = reader.text.slice(reader.at, end);
  reader.at = end;
  return line;
}

/** A header with its continuation lines, an empty text for a blank line, undefined at the end. httpd: get_header_line */
function nextLine(reader: Reader): string | undefined {
  let line = physicalLine(reader);
  while (line?.startsWith('#')) line = physicalLine(reader);
  if (line === undefined) return undefined;
  if (trimBlanks(line) === '') return '';
  if (/^body:/i.test(line)) return line;
  for (;;) {
    const start = reader.at;
    const next = physicalLine(reader);
    if (next === undefined) return line;
    if (next.startsWith('#')) continue;
    if (!/^[\t-\r ]/.test(next) || trimBlanks(next) === '') {
      reader.at = start;
      return line;
    }
    line += `${trimStartBlanks(next).replace(/\n$/, '')}\n`;
  }
}

interface Header {
  readonly name: string;
  readonly value: string;
}

/** httpd: lcase_header_name_return_body, strip_paren_comments */
function splitHeader(line: string, { request }: Negotiation): Header | undefined {
  const colon = line.indexOf(':');
  if (colon < 0) {
    const header = line.toLowerCase();
    request.log(
      'negotiation',
      'error',
      `AH00681: Syntax error in type map, no ':' in ${request.filename} for header ${header}`,
    );
    return undefined;
  }
  const name = line.slice(0, colon).toLowerCase();
  const value = trimStartBlanks(line.slice(colon + 1));
  if (value === '') {
    request.log(
      'negotiation',
      'error',
      `AH00682: Syntax error in type map --- no header body: ${request.filename} for ${name}${line.slice(colon)}`,
    );
    return undefined;
  }
  return { name, value: value.replace(/\([^)]*\)?/g, (comment) => ' '.repeat(comment.length)) };
}

const firstToken = (text: string) => nextToken({ text, at: 0 }, false);

/** Takes one header in; `content` when it tells something by which variants can differ. */
function readHeader(
  { name, value }: Header,
  variant: Variant,
  reader: Reader,
  { request }: Negotiation,
  map: RequestRecord,
): 'content' | 'other' | 'stop' {
  switch (name) {
    case 'uri':
      variant.fileName = firstToken(value);
      return 'other';
    case 'content-type':
      setMediaType(variant, readEntry({ text: value, at: 0 }));
      return 'content';
    case 'content-length': {
      const length = firstToken(value);
      if (!/^\d+$/.test(length)) {
        request.log(
          'negotiation',
          'error',
          `AH00684: Parse error in type map, Content-Length: '${length}' in ${request.filename} is invalid.`,
        );
        return 'stop';
      }
      variant.bytes = Number(length);
      return 'content';
    }
    case 'content-language':
      variant.languages = readLanguages(value);
      return 'content';
    case 'content-encoding':
      variant.encoding = firstToken(value);
      return 'content';
    case 'description':
      variant.description = value.replaceAll('\n', ' ').slice(0, -1);
      return 'other';
    case 'body':
      return readBody(trimEndBlanks(value), variant, reader, request, map);
    default:
      return 'other';
  }
}

/** Content that stands in the map, up to a tag. httpd: get_body */
function readBody(
  tag: string,
  variant: Variant,
  reader: Reader,
  request: RequestRecord,
  map: RequestRecord,
): 'other' | 'stop' {
  const offset = reader.at;
  const end = reader.text.indexOf(tag, offset);
  if (end < 0) {
    request.log(
      'negotiation',
      'error',
      `AH00685: Syntax error in type map, no end tag '${tag}' found in ${request.filename} for Body: content.`,
    );
    return 'stop';
  }
  const newline = reader.text.indexOf('\n', end + tag.length);
  reader.at = newline < 0 ? reader.text.length : newline + 1;
  variant.body = { offset, length: end - offset };
  variant.bytes = end - offset;
  variant.fileName = map.filename!.slice(map.filename!.lastIndexOf('/') + 1);
  return 'other';
}
