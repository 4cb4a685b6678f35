/** A set of bytes, one bit each. */
export type ByteSet = Uint32Array;

/** The set of the bytes in these ranges, both ends included. */
export function byteSet(...ranges: readonly (readonly [first: number, last: number])[]): ByteSet {
  const set = new Uint32Array(8);
  for (const [first, last] of ranges) {
    for (let byte = first; byte <= last; byte++) addByte(set, byte);
  }
  return set;
}

export function addByte(set: ByteSet, byte: number): void {
  set[byte >> 5]! |= 1 << (byte & 31);
}

export function hasByte(set: ByteSet, byte: number): boolean {
  return (set[byte >> 5]! & (1 << (byte & 31))) !== 0;
}

export function addAll(set: ByteSet, more: ByteSet): void {
  for (let word = 0; word < 8; word++) set[word]! |= more[word]!;
}

export function union(one: ByteSet, other: ByteSet): ByteSet {
  return one.map((word, index) => word | other[index]!);
}

export function complement(set: ByteSet): ByteSet {
  return set.map((word) => ~word);
}

export function areDisjoint(one: ByteSet, other: ByteSet): boolean {
  return one.every((word, index) => (word & other[index]!) === 0);
}

export function isFull(set: ByteSet): boolean {
  return set.every((word) => word === 0xffffffff);
}

/** The bytes of a set, in order. */
export function bytesOf(set: ByteSet): number[] {
  const bytes: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    if (hasByte(set, byte)) bytes.push(byte);
  }
  return bytes;
}

/** The set with both cases of every ASCII letter in it: the C locale knows no other letters. */
export function withBothCases(set: ByteSet): ByteSet {
  const folded = set.slice();
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    if (!hasByte(set, upper) && !hasByte(set, upper + 0x20)) continue;
    addByte(folded, upper);
    addByte(folded, upper + 0x20);
  }
  return folded;
}

export const anyByte = byteSet([0, 255]);
export const noByte = byteSet();
