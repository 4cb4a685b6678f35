import { builtins } from './builtins.ts';
import { desCrypt } from './des-crypt.ts';

/** The alphabet of crypt(3). */
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Compares a password with a hash of crypt(3): `$1$`, `$apr1$`, `$5$`, `$6$`, or the traditional one.
 * Undefined when the form is none of these.
 */
export function cryptVerify(password: string, hash: string): boolean | undefined {
  const made = crypt(password.split('\0', 1)[0]!, hash);
  return made === undefined ? undefined : made === hash;
}

/** The hash of a password by the form, salt and rounds that another hash begins with. */
export function crypt(password: string, setting: string): string | undefined {
  const key = Buffer.from(password, 'latin1');
  if (setting.startsWith('$1$')) return md5Crypt(key, '$1$', setting);
  if (setting.startsWith('$apr1$')) return md5Crypt(key, '$apr1$', setting);
  if (setting.startsWith('$5$')) return shaCrypt(key, sha256, setting);
  if (setting.startsWith('$6$')) return shaCrypt(key, sha512, setting);
  return setting.startsWith('$') ? undefined : desCrypt(key, setting);
}

const digest = (algorithm: string, ...parts: readonly Uint8Array[]): Buffer => {
  const hash = builtins.crypto.createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** `length` bytes of a digest repeated. */
function repeated(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

/** Groups of three bytes, lowest six bits first, `characters` of them. */
function encode(high: number, middle: number, low: number, characters: number): string {
  let word = (high << 16) | (middle << 8) | low;
  let text = '';
  for (let i = 0; i < characters; i++) {
    text += alphabet[word & 63];
    word >>>= 6;
  }
  return text;
}

function encodeGroups(bytes: Buffer, groups: readonly (readonly [number, number, number])[]): string {
  return groups.map(([high, middle, low]) => encode(bytes[high]!, bytes[middle]!, bytes[low]!, 4)).join('');
}

// https://akkadia.org/drepper/SHA-crypt.txt describes the SHA forms; FreeBSD's crypt introduced the MD5 one.

const md5Groups = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

function md5Crypt(key: Buffer, magic: string, setting: string): string {
  const salt = setting.slice(magic.length).split('$', 1)[0]!.slice(0, 8);
  const saltBytes = Buffer.from(salt, 'latin1');
  const inner = digest('md5', key, saltBytes, key);
  const first = [key, Buffer.from(magic, 'latin1'), saltBytes, repeated(inner, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1)
    first.push((bits & 1) === 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  let result = digest('md5', ...first);
  for (let round = 0; round < 1000; round++) {
    result = digest('md5', ...roundParts(round, key, saltBytes, result));
  }
  return `${magic}${salt}$${encodeGroups(result, md5Groups)}${encode(0, 0, result[11]!, 2)}`;
}

/** What is hashed in one round; the same for all forms. */
function roundParts(round: number, key: Buffer, salt: Buffer, previous: Buffer): Buffer[] {
  const parts = [(round & 1) === 1 ? key : previous];
  if (round % 3 !== 0) parts.push(salt);
  if (round % 7 !== 0) parts.push(key);
  parts.push((round & 1) === 1 ? previous : key);
  return parts;
}

interface ShaForm {
  readonly magic: string;
  readonly algorithm: string;
  readonly size: number;
  encode(bytes: Buffer): string;
}

/** Groups of a digest of `thirds * 3` bytes and a rest; each group is the one before, moved on by one and turned. */
function turningGroups(thirds: number, turn: 1 | 2): [number, number, number][] {
  return Array.from({ length: thirds }, (_, i) => {
    const group = [i, i + thirds, i + 2 * thirds] as const;
    const from = (i * turn) % 3;
    return [group[from]!, group[(from + 1) % 3]!, group[(from + 2) % 3]!];
  });
}

const sha256: ShaForm = {
  magic: '$5$',
  algorithm: 'sha256',
  size: 32,
  encode: (bytes) => encodeGroups(bytes, turningGroups(10, 2)) + encode(0, bytes[31]!, bytes[30]!, 3),
};

const sha512: ShaForm = {
  magic: '$6$',
  algorithm: 'sha512',
  size: 64,
  encode: (bytes) => encodeGroups(bytes, turningGroups(21, 1)) + encode(0, 0, bytes[63]!, 2),
};

/** Rounds and salt of a setting such as `$5$rounds=9999$salt`. */
function shaSetting(text: string): {
  readonly rounds: number;
  readonly prefix: string;
  readonly salt: string;
} {
  const [, given, rest] = /^(?:rounds=(\d{1,18})\$)?(.*)$/s.exec(text)!;
  const salt = rest!.split('$', 1)[0]!.slice(0, 16);
  if (given === undefined) return { rounds: 5000, prefix: '', salt };
  const rounds = Math.min(Math.max(Number(given), 1000), 999_999_999);
  return { rounds, prefix: `rounds=${rounds}$`, salt };
}

function shaCrypt(key: Buffer, form: ShaForm, setting: string): string {
  const { rounds, prefix, salt } = shaSetting(setting.slice(form.magic.length));
  const { algorithm, size } = form;
  const saltBytes = Buffer.from(salt, 'latin1');
  const inner = digest(algorithm, key, saltBytes, key);
  const first = [key, saltBytes, repeated(inner, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) first.push((bits & 1) === 1 ? inner : key);
  let result = digest(algorithm, ...first);
  const keySequence = repeated(digest(algorithm, ...Array<Buffer>(key.length).fill(key)), key.length);
  const saltTimes = Array<Buffer>(16 + result[0]!).fill(saltBytes);
  const saltSequence = repeated(digest(algorithm, ...saltTimes).subarray(0, size), saltBytes.length);
  for (let round = 0; round < rounds; round++) {
    result = digest(algorithm, ...roundParts(round, keySequence, saltSequence, result));
  }
  return `${form.magic}${prefix}${salt}$${form.encode(result)}`;
}
