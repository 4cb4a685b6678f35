import type { Digests } from '@httpd-ts/kernel';

/** Whether a password fits a line of a password file. httpd: apr_password_validate */
export function isPassword(digests: Digests, password: string, hash: string): boolean | Promise<boolean> {
  if (/^\$2[ay]\$/.test(hash)) return digests.bcryptVerify(password, hash);
  if (hash.startsWith('$apr1$')) return apr1Hash(digests, password, hash) === hash;
  if (hash.startsWith('{SHA}')) return `{SHA}${base64(digests.hash('sha1', password))}` === hash;
  return digests.cryptVerify(password, hash) ?? false;
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [group >> 18, (group >> 12) & 63, (group >> 6) & 63, group & 63].map(
      (n) => base64Alphabet[n]!,
    );
    const count = bytes.length - i;
    text += digits[0]! + digits[1]! + (count > 1 ? digits[2]! : '=') + (count > 2 ? digits[3]! : '=');
  }
  return text;
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/**
 * The MD5 of a password in htpasswd's form `$apr1$salt$digest`: a thousand rounds over password and salt.
 * httpd: apr-util crypto/apr_md5.c apr_md5_encode
 */
export function apr1Hash(digests: Digests, password: string, setting: string): string {
  const md5 = (text: string) => latin1(digests.hash('md5', text));
  const salt = /^(?:\$apr1\$)?([^$]{0,8})/.exec(setting)![1]!;
  const inner = md5(password + salt + password);
  let text = `${password}$apr1$${salt}`;
  for (let left = password.length; left > 0; left -= 16) text += inner.slice(0, Math.min(left, 16));
  for (let bits = password.length; bits !== 0; bits >>= 1)
    text += (bits & 1) !== 0 ? '\0' : password.slice(0, 1);
  let final = md5(text);
  for (let round = 0; round < 1000; round++) {
    let mixed = (round & 1) !== 0 ? password : final;
    if (round % 3 !== 0) mixed += salt;
    if (round % 7 !== 0) mixed += password;
    mixed += (round & 1) !== 0 ? final : password;
    final = md5(mixed);
  }
  return `$apr1$${salt}$${encodeDigest(final)}`;
}

const cryptAlphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digestOrder = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

/** The sixteen bytes in crypt's order, six bits a character, lowest first. */
function encodeDigest(digest: string): string {
  const at = (index: number) => digest.charCodeAt(index);
  const groups = digestOrder.map(([high, middle, low]) =>
    sixBits((at(high) << 16) | (at(middle) << 8) | at(low), 4),
  );
  return groups.join('') + sixBits(at(11), 2);
}

function sixBits(value: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += cryptAlphabet[(value >> (6 * i)) & 63];
  return text;
}
