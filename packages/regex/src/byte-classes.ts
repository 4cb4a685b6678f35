import { byteSet, complement, union } from './byte-set.ts';

const digit = byteSet([0x30, 0x39]);
const upper = byteSet([0x41, 0x5a]);
const lower = byteSet([0x61, 0x7a]);
const alpha = union(upper, lower);
const alnum = union(alpha, digit);
const word = union(alnum, byteSet([0x5f, 0x5f]));
const space = byteSet([9, 13], [32, 32]);
const graph = byteSet([0x21, 0x7e]);
const horizontal = byteSet([9, 9], [32, 32], [0xa0, 0xa0]);
const vertical = byteSet([10, 13], [0x85, 0x85]);

/** POSIX classes as PCRE2's built-in tables (the C locale) define them. */
export const posixClasses: ReadonlyMap<string, Uint32Array> = new Map([
  ['alpha', alpha],
  ['lower', lower],
  ['upper', upper],
  ['alnum', alnum],
  ['ascii', byteSet([0, 127])],
  ['blank', byteSet([9, 9], [32, 32])],
  ['cntrl', byteSet([0, 31], [127, 127])],
  ['digit', digit],
  ['graph', graph],
  ['print', byteSet([0x20, 0x7e])],
  ['punct', byteSet([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e])],
  ['space', space],
  ['word', word],
  ['xdigit', byteSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66])],
]);

/** Escapes that stand for a set of bytes, inside a class and outside. */
export const escapeClasses: ReadonlyMap<string, Uint32Array> = new Map([
  ['d', digit],
  ['D', complement(digit)],
  ['w', word],
  ['W', complement(word)],
  ['s', space],
  ['S', complement(space)],
  ['h', horizontal],
  ['H', complement(horizontal)],
  ['v', vertical],
  ['V', complement(vertical)],
]);

/** Escapes that stand for one byte. */
export const escapeBytes: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['e', 27],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
]);

export const newline = byteSet([10, 10]);
export const notNewline = complement(newline);
