import { latin1Text } from '@httpd-ts/http1';
import {
  changesWillShow,
  DECLINED,
  type FileInfo,
  type HookResult,
  type HookStatus,
  isSameState,
  localTime,
  lookupFile,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { applyRules } from './apply-rules.ts';
import { magicRulesOf } from './load-magic-files.ts';
import type { MagicRule } from './parse-magic-line.ts';
import { readDescription } from './read-description.ts';
import { recognizeText } from './recognize-text.ts';
import { encodingOf, uncompress } from './uncompress.ts';

const bytesLookedAt = 4096;

/** What the content of a file says. */
interface Finding {
  /** A type and, behind blanks, an encoding, in the pieces in which they were found. */
  readonly description: readonly string[] | undefined;
  /** Of a compressed file, whatever is in it. */
  readonly encoding: string | undefined;
  /** Lines for the error log. */
  readonly complaints: readonly Complaint[];
}

interface Complaint {
  readonly text: string;
  readonly error?: string;
}

/** A finding that holds for as long as the file stays what it was. */
interface Remembered {
  readonly info: FileInfo;
  readonly rules: readonly MagicRule[];
  readonly finding: Finding;
}

const memoKey = { name: 'types by content' };
const maximumRemembered = 4096;

/**
 * The type of a file whose name told none. A name that ends in `@` and a number has that of the name without.
 * httpd: modules/metadata/mod_mime_magic.c magic_find_ct
 */
export function findTypeByContent(request: RequestRecord): HookResult {
  const { finfo, filename } = request;
  if (finfo === undefined || filename === undefined || request.contentType !== undefined) return DECLINED;
  const rules = magicRulesOf(request.server.plan, request.server.index);
  if (rules === undefined) return DECLINED;
  const revision = /@[0-9]+$/.exec(filename);
  if (revision === null) return findByContent(request, filename, finfo, rules);
  return takeTypeOf(request, filename.slice(0, revision.index)).then((isKnown) =>
    isKnown ? DECLINED : findByContent(request, filename, finfo, rules),
  );
}

/** httpd: revision_suffix */
async function takeTypeOf(request: RequestRecord, path: string): Promise<boolean> {
  const other = await lookupFile(path, request);
  if (other.contentType === undefined) return false;
  request.contentType = other.contentType;
  if (other.contentEncoding !== undefined) request.contentEncoding = other.contentEncoding;
  if (other.contentLanguages !== undefined) request.contentLanguages = [...other.contentLanguages];
  return true;
}

/** httpd: magic_process */
function findByContent(
  request: RequestRecord,
  path: string,
  info: FileInfo,
  rules: readonly MagicRule[],
): HookResult {
  const byStatus = typeByStatus(info);
  if (byStatus !== undefined) return take(request, { ...nothing, description: [byStatus] });
  const { plan } = request.server;
  const memo = plan.memory(memoKey, () => new Map<string, Remembered>());
  const known = memo.get(path);
  if (known !== undefined && known.rules === rules && isSameState(known.info, info)) {
    return take(request, known.finding);
  }
  const conclude = (finding: Finding): HookStatus => {
    if (changesWillShow(info, plan.world.clock.now())) {
      if (memo.size >= maximumRemembered) memo.clear();
      memo.set(path, { info, rules, finding });
    }
    return take(request, finding);
  };
  const read = plan.world.files.smallFile(path, info);
  const finding =
    read === undefined
      ? readAndLook(request, path, rules)
      : look(request, path, read.subarray(0, bytesLookedAt), rules);
  if (!(finding instanceof Promise)) return conclude(finding);
  return finding.then((found) => (found === 'unreadable' ? DECLINED : conclude(found)));
}

/** What is no file with content. httpd: fsmagic */
function typeByStatus({ type, size }: FileInfo): string | undefined {
  if (type === 'directory') return 'httpd/unix-directory';
  if (type === 'other') return 'application/octet-stream';
  return size === 0 ? 'text/plain' : undefined;
}

const nothing: Finding = { description: undefined, encoding: undefined, complaints: [] };

async function readAndLook(
  request: RequestRecord,
  path: string,
  rules: readonly MagicRule[],
): Promise<Finding | 'unreadable'> {
  const opened = await request.server.plan.world.files.open(path);
  if (typeof opened === 'string') {
    request.log('mime_magic', 'error', `AH01512: mod_mime_magic: can't read \`${path}'`);
    return 'unreadable';
  }
  const bytes = await opened.read(0, bytesLookedAt);
  opened.close();
  return look(request, path, bytes, rules);
}

/** httpd: tryit */
function look(
  request: RequestRecord,
  path: string,
  bytes: Uint8Array,
  rules: readonly MagicRule[],
): Finding | Promise<Finding> {
  if (bytes.length === 0) return nothing;
  const { plan } = request.server;
  const encoding = encodingOf(bytes);
  if (encoding === undefined) return lookInside(request, bytes, bytes.length, rules);
  return uncompress(plan.world, path, encoding, bytesLookedAt).then((inner) => {
    if (inner.length === 0) {
      const text = `AH01554: mod_mime_magic: read failed from uncompress of ${path}`;
      return { ...nothing, complaints: [{ text, error: '(70014)End of file found' }] };
    }
    // The NUL behind the bytes takes the place of the last one.
    const found = lookInside(request, inner.subarray(0, inner.length - 1), inner.length - 1, rules);
    const finding = found.description === undefined ? lookInside(request, bytes, bytes.length, rules) : found;
    return { ...finding, encoding };
  });
}

/** The rules of the magic file first, then what needs none. */
function lookInside(
  request: RequestRecord,
  bytes: Uint8Array,
  length: number,
  rules: readonly MagicRule[],
): Finding {
  const { clock } = request.server.plan.world;
  const { pieces, complaints } = applyRules(rules, bytes, length + 1, (seconds) =>
    localTime(seconds * 1000, clock.zoneOffsetMinutes(seconds * 1000)),
  );
  return {
    description: pieces ?? recognizeText(`${latin1Text(bytes, 0, length)}\0`),
    encoding: undefined,
    complaints: complaints.map((text) => ({ text })),
  };
}

/** Puts what was found into the request. httpd: magic_rsl_to_request */
function take(request: RequestRecord, { description = [], encoding, complaints }: Finding): HookStatus {
  for (const { text, error } of complaints) request.log('mime_magic', 'error', text, error);
  if (encoding !== undefined) request.contentEncoding = encoding;
  const words = readDescription(description);
  if (words === undefined) return DECLINED;
  request.contentType = words.type.toLowerCase();
  if (words.encoding !== undefined) request.contentEncoding = words.encoding.toLowerCase();
  return OK;
}
