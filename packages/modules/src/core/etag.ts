import {
  type DirectiveDeclaration,
  entryOf,
  type FileInfo,
  formatHttpDate,
  isSameState,
  type RequestRecord,
  takeArgv,
  withLowerNames,
} from '@httpd-ts/kernel';
import { coreDirectory, type EtagSettings } from './core-config.ts';

// httpd: include/http_core.h ETAG_*
const NONE = 1;
const INODE = 2;
const MTIME = 4;
const SIZE = 8;
const DIGEST = 16;

const keywords: Readonly<Record<string, number>> = {
  None: NONE,
  All: INODE | MTIME | SIZE,
  INode: INODE,
  MTime: MTIME,
  Size: SIZE,
  Digest: DIGEST,
};

const keywordBits = withLowerNames(keywords);

/** httpd: server/core.c set_etag_bits */
export function parseFileEtag(words: readonly string[]): EtagSettings | string {
  const settings: EtagSettings = { add: 0, remove: 0 };
  for (const word of words) {
    const sign = word[0] === '+' || word[0] === '-' ? word[0] : '';
    const name = word.slice(sign.length);
    const bits = entryOf(keywordBits, name.toLowerCase());
    if (bits === undefined) return `Unknown keyword '${name}' for FileETag directive`;
    const isWhole = /^(?:none|all)$/i.test(name);
    if (isWhole && sign !== '') return `FileETag keyword '${name}' cannot be used with '+' or '-'`;
    if (sign === '+') {
      settings.add |= bits;
      settings.remove &= ~bits;
    } else if (sign === '-') {
      settings.remove |= bits;
      settings.add &= ~bits;
    } else {
      settings.bits = isWhole ? bits : (settings.bits ?? 0) | bits;
      settings.add = 0;
      settings.remove = 0;
    }
  }
  return settings;
}

/** The parts an ETag is made of under a configuration; 0 means no ETag. */
function effectiveBits(settings: EtagSettings | undefined): number {
  if (settings === undefined) return MTIME | SIZE;
  const bits = ((settings.bits ?? 0) & ~settings.remove) | settings.add;
  if (bits === NONE) return 0;
  return (bits & ~NONE) === 0 ? MTIME | SIZE : bits & ~NONE;
}

/** What is said of a file's content in the head, kept while the file stays as it is. */
export interface FileValidators {
  readonly info: FileInfo;
  readonly bits: number;
  /** With quotes; empty when there is none. */
  readonly etag: string;
  readonly length: string;
  /** For `Last-Modified`. */
  readonly modified: string;
}

/** Validators by path, dropped all at once when there are too many. */
const validators = { name: 'file validators' };
const maximumRemembered = 20_000;

function isSameFile(a: FileInfo, b: FileInfo): boolean {
  return a === b || (isSameState(a, b) && a.mode === b.mode && a.uid === b.uid && a.gid === b.gid);
}

/**
 * The validators of a file that can be read; otherwise the error of opening it. Looked up once for each state of the
 * file. httpd: modules/http/http_etag.c ap_make_etag_ex
 */
export function validatorsOf(request: RequestRecord, path: string, info: FileInfo): FileValidators | string {
  const { plan } = request.server;
  const known = plan.memory(validators, () => new Map<string, FileValidators>());
  const bits = effectiveBits(coreDirectory.of(request).etag);
  const before = known.get(path);
  if (before !== undefined && before.bits === bits && isSameFile(before.info, info)) return before;
  const readable = plan.world.files.access(path, 'r');
  if (readable !== true) return readable;
  const made = {
    info,
    bits,
    etag: etagText(request, path, info, bits),
    length: String(info.size),
    modified: formatHttpDate(info.mtimeMs),
  };
  if (known.size >= maximumRemembered) known.clear();
  known.set(path, made);
  return made;
}

function etagText(request: RequestRecord, path: string, info: FileInfo, bits: number): string {
  if (bits === 0) return '';
  const { files, digests } = request.server.plan.world;
  if ((bits & DIGEST) !== 0) {
    const content = files.readBytes(path);
    return typeof content === 'string' ? '' : `"${base64(digests.hash('sha1', content))}"`;
  }
  const parts: string[] = [];
  if ((bits & INODE) !== 0) parts.push(info.inode.toString(16));
  if ((bits & SIZE) !== 0) parts.push(info.size.toString(16));
  if ((bits & MTIME) !== 0) {
    const micros = files.mtimeMicroseconds(path);
    parts.push((typeof micros === 'string' ? 0n : micros).toString(16));
  }
  return `"${parts.join('-')}"`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes in base64. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]!;
    text += i + 1 < bytes.length ? alphabet[(group >> 6) & 63] : '=';
    text += i + 2 < bytes.length ? alphabet[group & 63] : '=';
  }
  return text;
}

const weakened = (request: RequestRecord, info: FileInfo, bits: number, etag: string) =>
  (bits & DIGEST) === 0 && request.requestTimeMs - info.mtimeMs < 1000 ? `W/${etag}` : etag;

/** The ETag of what stands on the request's file name, for handlers that set it themselves. */
export function etagOf(request: RequestRecord): string | undefined {
  const { finfo, filename } = request;
  const bits = effectiveBits(coreDirectory.of(request).etag);
  if (finfo === undefined || filename === undefined || bits === 0) return undefined;
  const etag = etagText(request, filename, finfo, bits);
  return etag === '' ? undefined : weakened(request, finfo, bits, etag);
}

/** State of a negotiated request: the validator of its list of variants, a whole ETag. httpd: r->vlist_validator */
export const variantListValidator = { name: 'validator of the variant list' };

/** Sets `ETag`: weak when the file changed within the second before the request. httpd: ap_set_etag */
export function setEtag(request: RequestRecord, { bits, etag, info }: FileValidators): void {
  if (bits === 0) request.notes.set('no-etag', 'omit');
  if (etag === '' || request.note('no-etag') !== undefined) return;
  const own = weakened(request, info, bits, etag);
  request.headersOut.set('ETag', withVariantList(request, own));
}

/**
 * A validator joined with that of the variants which the request, or the one that led to it, chose from. httpd 2.4.71
 * loses the quote at the end. httpd: ap_make_etag_ex
 */
export function withVariantList(request: RequestRecord, own: string): string {
  const list =
    request.state<string>(variantListValidator) ?? request.prev?.state<string>(variantListValidator);
  if (list === undefined) return own;
  const prefix = list.startsWith('W/') && !own.startsWith('W/') ? 'W/' : '';
  return `${prefix}${own.slice(0, -1)};${list.slice(list.indexOf('"') + 1, -1)}`;
}

export const etagDirectives = {
  FileETag: coreDirectory.directive({
    args: { ...takeArgv, style: 'RAW_ARGS' },
    context: 'anywhere',
    override: 'FileInfo',
    usage: "Specify components used to construct a file's ETag",
    keywords: Object.keys(keywords),
    default: 'MTime Size',
    set(config, words) {
      const settings = parseFileEtag(words);
      if (typeof settings === 'string') return settings;
      config.etag = settings;
      return undefined;
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
