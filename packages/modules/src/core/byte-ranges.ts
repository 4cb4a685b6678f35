import { hasToken } from '@httpd-ts/http1';
import {
  type Body,
  bodyLength,
  type Compilation,
  type DirectiveDeclaration,
  dieWithoutLength,
  FILTER_RANK,
  headMadeTwice,
  type OutputFilter,
  outputFilters,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import { ifRange } from './conditions.ts';
import { type CoreDirectoryConfig, coreDirectory } from './core-config.ts';
import { leadingInteger } from './parse-number.ts';

/** First and last byte. */
type Range = readonly [start: number, end: number];

/** What a `Range` header asks for; `whole` when it is to be ignored. */
export type RequestedRanges =
  | { readonly kind: 'whole' }
  | { readonly kind: 'unsatisfiable' }
  | {
      readonly kind: 'ranges';
      readonly ranges: readonly Range[];
      readonly overlaps: number;
      readonly reversals: number;
    };

const whole: RequestedRanges = { kind: 'whole' };

const largest = 9_223_372_036_854_775_807n;
const isTooLarge = (digits: string) => digits.length > 18 && BigInt(digits) > largest;

/** One range-spec within `length` bytes; `bad` makes the header void, `beyond` the range alone. */
function readSpec(spec: string, length: number): Range | 'bad' | 'beyond' {
  const match = /^(\d*)-(\d*)$/.exec(spec);
  if (match === null) return 'bad';
  const [, first, last] = match as unknown as [string, string, string];
  if (isTooLarge(first) || isTooLarge(last)) return 'bad';
  if (first === '') {
    const count = Number(last);
    if (last === '' || count < 1) return 'bad';
    return [Math.max(0, length - count), length - 1];
  }
  const start = Number(first);
  const end = last === '' ? length - 1 : Number(last);
  if (last !== '' && start > end) return 'bad';
  return start >= length ? 'beyond' : [start, Math.min(end, length - 1)];
}

/**
 * Reads what follows `bytes=` and merges ranges that touch each other.
 * httpd: modules/http/byterange_filter.c ap_set_byterange
 */
export function readRanges(text: string, length: number): RequestedRanges {
  const specs = text.split(',');
  const ranges: Range[] = [];
  let open: [number, number] | undefined;
  let overlaps = 0;
  let reversals = 0;
  let isBeyond = false;
  for (const [i, spec] of specs.entries()) {
    if (spec === '' && i === 0) return whole;
    if (spec === '') continue;
    // Who asks for all of it gets it, whatever else was asked for.
    if (length > 0 && /^0+-$/.test(spec))
      return { kind: 'ranges', ranges: [[0, length - 1]], overlaps: 0, reversals: 0 };
    const range = readSpec(spec, length);
    if (range === 'bad') return whole;
    if (range === 'beyond') {
      isBeyond = true;
      continue;
    }
    const [start, end] = range;
    if (open === undefined) {
      open = [start, end];
      continue;
    }
    const [openStart, openEnd]: [number, number] = open;
    const before = start < openStart && end >= openStart - 1;
    const behind = end >= openEnd && start <= openEnd + 1;
    if (before) {
      open[0] = start;
      reversals++;
    }
    if (behind) open[1] = end;
    if (before || behind || (start >= openStart && end <= openEnd)) overlaps++;
    else {
      ranges.push(open);
      open = [start, end];
    }
  }
  if (open !== undefined) ranges.push(open);
  if (ranges.length === 0) return isBeyond ? { kind: 'unsatisfiable' } : whole;
  const total = ranges.reduce((sum, [start, end]) => sum + end - start + 1, 0);
  return total > length ? whole : { kind: 'ranges', ranges, overlaps, reversals };
}

const usualLimits = { maxRanges: 200, maxRangeOverlaps: 20, maxRangeReversals: 20 };

function requestedRanges(request: RequestRecord, length: number): RequestedRanges {
  const range = request.headersIn.get('Range');
  if (range === undefined || !/^bytes=/i.test(range) || request.status !== 200 || request.assBackwards)
    return whole;
  if (request.headersOut.has('Content-Range')) return whole;
  if (/^multipart\/(?:x-)?byteranges/i.test(request.headersOut.get('Content-Type') ?? '')) return whole;
  if (ifRange(request) === 'no-match') return whole;
  const limits = { ...usualLimits, ...coreDirectory.of(request) };
  return limitRanges(readRanges(range.slice(6), length), limits);
}

/** Gives the whole of a body where more is asked for than MaxRanges and the like allow. */
export function limitRanges(read: RequestedRanges, limits: typeof usualLimits): RequestedRanges {
  if (read.kind !== 'ranges') return read;
  const isTooWild =
    (limits.maxRanges >= 0 && read.ranges.length > limits.maxRanges) ||
    (limits.maxRangeOverlaps >= 0 && read.overlaps > limits.maxRangeOverlaps) ||
    (limits.maxRangeReversals >= 0 && read.reversals > limits.maxRangeReversals);
  return isTooWild ? whole : read;
}

/** A part of a body; undefined where the body cannot be cut. */
export function sliceBody(body: Body, start: number, length: number): Body | undefined {
  switch (body.kind) {
    case 'text':
      return { kind: 'text', text: body.text.slice(start, start + length) };
    case 'bytes':
      return { kind: 'bytes', bytes: body.bytes.subarray(start, start + length) };
    case 'file':
      return { ...body, offset: body.offset + start, length };
    case 'sequence':
      return sliceSequence(body.parts, start, length);
    case 'source':
      return undefined;
  }
}

function sliceSequence(parts: readonly Body[], start: number, length: number): Body | undefined {
  const cut: Body[] = [];
  let at = 0;
  for (const part of parts) {
    const size = bodyLength(part);
    if (size === undefined) return undefined;
    const from = Math.max(start, at);
    const to = Math.min(start + length, at + size);
    if (from < to) {
      const piece = sliceBody(part, from - at, to - from);
      if (piece === undefined) return undefined;
      cut.push(piece);
    }
    at += size;
  }
  return { kind: 'sequence', parts: cut };
}

/** The text between the parts of a multipart answer: the same for as long as a server runs. */
const boundaryKey = { name: 'multipart boundary' };

export function multipartBoundary(holder: Pick<Compilation, 'memory' | 'world'>): string {
  return holder.memory(boundaryKey, () => {
    const bytes = holder.world.digests.randomBytes(8);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .replace(/^0+/, '');
  });
}

function multipart(
  request: RequestRecord,
  body: Body,
  ranges: readonly Range[],
  length: number,
): Body | undefined {
  const { plan } = request.server;
  const boundary = multipartBoundary(plan);
  const type =
    request.contentType === undefined ? undefined : plan.policy.contentType(request, request.contentType);
  const head = `\r\n--${boundary}\r\n${type === undefined || type === '' ? '' : `Content-type: ${type}\r\n`}Content-range: bytes `;
  const parts: Body[] = [];
  for (const [start, end] of ranges) {
    const piece = sliceBody(body, start, end - start + 1);
    if (piece === undefined) return undefined;
    parts.push({ kind: 'text', text: `${head}${start}-${end}/${length}\r\n\r\n` }, piece);
  }
  parts.push({ kind: 'text', text: `\r\n--${boundary}--\r\n` });
  request.contentType = `multipart/byteranges; boundary=${boundary}`;
  return { kind: 'sequence', parts };
}

async function unsatisfiable(request: RequestRecord): Promise<Body | undefined> {
  request.status = 200;
  request.setState(headMadeTwice, true);
  if (hasToken(request.headersOut.get('Connection') ?? '', 'close')) request.connection.keepalive = 'close';
  await dieWithoutLength(416, request);
  // An ErrorDocument answers in the place of this request.
  if (request.next !== undefined) {
    request.outputFilters = undefined;
    request.next.setState(headMadeTwice, true);
  }
  return request.output;
}

/** Cuts the ranges asked for out of a response of known length. httpd: ap_byterange_filter */
export const byteRangeFilter: OutputFilter = {
  name: 'BYTERANGE',
  rank: FILTER_RANK.protocol,
  apply(request, body) {
    const length = bodyLength(body);
    if (body === undefined || length === undefined || length === 0) return body;
    const asked = requestedRanges(request, length);
    if (asked.kind === 'whole') return body;
    // A body that still comes is passed on as it is, whatever was asked of it.
    if (asked.kind === 'unsatisfiable')
      return sliceBody(body, 0, 1) === undefined ? body : unsatisfiable(request);
    const [only, second] = asked.ranges;
    if (second !== undefined) {
      const parts = multipart(request, body, asked.ranges, length);
      if (parts === undefined) return body;
      request.status = 206;
      return parts;
    }
    const [start, end] = only!;
    const piece = sliceBody(body, start, end - start + 1);
    if (piece === undefined) return body;
    request.status = 206;
    request.headersOut.set('Content-Range', `bytes ${start}-${end}/${length}`);
    return piece;
  },
};

/** Adds the filter where a range is asked for. */
export function insertByteRanges(request: RequestRecord): void {
  if (request.main === undefined && request.headersIn.has('Range')) request.addOutputFilter(byteRangeFilter);
}

function rangeLimit(
  field: 'maxRanges' | 'maxRangeOverlaps' | 'maxRangeReversals',
  usage: string,
  usual: number,
) {
  return coreDirectory.directive<string>({
    args: take1,
    context: 'server, directory',
    usage,
    default: String(usual),
    set(config: CoreDirectoryConfig, word, cmd) {
      const named = { none: 0, default: usual, unlimited: -1 }[word.toLowerCase()];
      const value = named ?? leadingInteger(word);
      if (value === undefined || (named === undefined && value <= 0)) {
        return `${cmd.name} requires 'none', 'default', 'unlimited' or a positive integer`;
      }
      config[field] = value;
      return undefined;
    },
  });
}

export const rangeDirectives = {
  MaxRanges: rangeLimit(
    'maxRanges',
    'Maximum number of Ranges in a request before returning the entire resource, or 0 for unlimited',
    200,
  ),
  MaxRangeOverlaps: rangeLimit(
    'maxRangeOverlaps',
    'Maximum number of overlaps in Ranges in a request before returning the entire resource, or 0 for unlimited',
    20,
  ),
  MaxRangeReversals: rangeLimit(
    'maxRangeReversals',
    'Maximum number of reversals in Ranges in a request before returning the entire resource, or 0 for unlimited',
    20,
  ),
} satisfies Record<string, DirectiveDeclaration>;

export const byteRangeProviders = [outputFilters.provide('byterange', byteRangeFilter)];
