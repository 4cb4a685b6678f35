/** Kinds of DBM files that httpd reads here. */
export type DbmType = 'sdbm' | 'gdbm' | 'db';

/** The pairs of a DBM file, or undefined for bytes that are none of the kind. Text is latin1, one character a byte. */
export function readDbm(type: DbmType, bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  try {
    return readers[type](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // A place outside of the file: it is cut off, or something else.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The files a DBM of this kind consists of; the first holds the pairs. httpd: apr_dbm_get_usednames */
export function dbmFiles(
  type: DbmType,
  path: string,
): { readonly pairs: string; readonly all: readonly string[] } {
  if (type !== 'sdbm') return { pairs: path, all: [path] };
  return { pairs: `${path}.pag`, all: [`${path}.dir`, `${path}.pag`] };
}

type Pairs = Map<string, string>;

function text(view: DataView, from: number, to: number): string {
  if (from < 0 || to < from || to > view.byteLength) throw new RangeError('outside of the file');
  let result = '';
  for (let at = from; at < to; at++) result += String.fromCharCode(view.getUint8(at));
  return result;
}

const sdbmPage = 1024;

/** Pages of pairs: a count and the offsets of keys and values from the page's end backwards. apr-util: dbm/sdbm */
function readSdbm(view: DataView): Pairs {
  if (view.byteLength % sdbmPage !== 0) throw new RangeError('not whole pages');
  const pairs: Pairs = new Map();
  for (let page = 0; page < view.byteLength; page += sdbmPage) {
    const count = view.getInt16(page, true);
    if (count < 0 || count % 2 !== 0 || (count + 1) * 2 > sdbmPage) throw new RangeError('not a page');
    let end = sdbmPage;
    for (let i = 1; i < count; i += 2) {
      const key = view.getInt16(page + i * 2, true);
      const value = view.getInt16(page + i * 2 + 2, true);
      pairs.set(text(view, page + key, page + end), text(view, page + value, page + key));
      end = value;
    }
  }
  return pairs;
}

const gdbmMagic: ReadonlySet<number> = new Set([0x13579ace, 0x13579acf, 0x13579ad1]);

/** A directory of buckets, whose elements point at keys with their values behind them. gdbm: gdbmdefs.h, 64 bits */
function readGdbm(view: DataView): Pairs {
  const little = gdbmMagic.has(view.getUint32(0, true));
  if (!little && !gdbmMagic.has(view.getUint32(0, false))) throw new RangeError('no such magic');
  const place = (at: number) => Number(view.getBigInt64(at, little));
  const directory = place(8);
  const directoryEnd = directory + view.getInt32(16, little);
  const elements = view.getInt32(28, little);
  const buckets = new Set<number>();
  for (let at = directory; at < directoryEnd; at += 8) buckets.add(place(at));
  const pairs: Pairs = new Map();
  for (const bucket of buckets) {
    // A count and six places that are free, then the bits of the bucket and how many elements are taken.
    const table = bucket + 8 + 6 * 16 + 8;
    for (let i = 0; i < elements; i++) {
      const element = table + i * 24;
      if (view.getInt32(element, little) === -1) continue;
      const key = place(element + 8);
      const value = key + view.getInt32(element + 16, little);
      pairs.set(text(view, key, value), text(view, value, value + view.getInt32(element + 20, little)));
    }
  }
  return pairs;
}

const berkeley = {
  hashMagic: 0x061561,
  header: 26,
  hashUnsorted: 2,
  hash: 13,
  keyData: 1,
  offPage: 3,
} as const;

/** Pages of a hash whose items are found by offsets at the front of each. Berkeley DB: dbinc/db_page.h */
function readBerkeley(view: DataView): Pairs {
  const little = view.getUint32(12, true) === berkeley.hashMagic;
  if (!little && view.getUint32(12, false) !== berkeley.hashMagic) throw new RangeError('no such magic');
  const size = view.getUint32(20, little);
  if (size < 512 || size > 65_536) throw new RangeError('no such page size');
  const pairs: Pairs = new Map();
  for (let page = size; page + size <= view.byteLength; page += size) {
    const type = view.getUint8(page + 25);
    if (type !== berkeley.hash && type !== berkeley.hashUnsorted) continue;
    const entries = view.getUint16(page + 20, little);
    const offset = (i: number) => view.getUint16(page + berkeley.header + i * 2, little);
    const item = (i: number) =>
      berkeleyItem(view, page + offset(i), page + (i === 0 ? size : offset(i - 1)), size, little);
    for (let i = 0; i + 1 < entries; i += 2) {
      const key = item(i);
      const value = item(i + 1);
      if (key !== undefined && value !== undefined) pairs.set(key, value);
    }
  }
  return pairs;
}

/** An item in its page, or in a chain of pages of its own; undefined for duplicates, which maps do not have. */
function berkeleyItem(
  view: DataView,
  from: number,
  to: number,
  size: number,
  little: boolean,
): string | undefined {
  const kind = view.getUint8(from);
  if (kind === berkeley.keyData) return text(view, from + 1, to);
  if (kind !== berkeley.offPage) return undefined;
  const length = view.getUint32(from + 8, little);
  let result = '';
  let number = view.getUint32(from + 4, little);
  while (number !== 0 && result.length < length) {
    const page = number * size;
    const used = view.getUint16(page + 22, little);
    if (used === 0) break;
    result += text(view, page + berkeley.header, page + berkeley.header + used);
    number = view.getUint32(page + 16, little);
  }
  return result;
}

const readers: Readonly<Record<DbmType, (view: DataView) => Pairs>> = {
  sdbm: readSdbm,
  gdbm: readGdbm,
  db: readBerkeley,
};
