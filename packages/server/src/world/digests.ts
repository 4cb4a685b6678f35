import type { Digests, SignatureScheme } from '@httpd-ts/kernel';
import { compare } from 'bcryptjs';
import { builtins } from './builtins.ts';
import { cryptVerify } from './crypt.ts';

/** Digests by OpenSSL, bcrypt in JavaScript, crypt(3) of our own. */
export function nodeDigests(): Digests {
  return {
    hash: (algorithm, input) => builtins.crypto.createHash(algorithm).update(bytesOf(input)).digest(),
    bcryptVerify,
    cryptVerify,
    isSigned,
    randomBytes: (length) => builtins.crypto.randomBytes(length),
    random: Math.random,
  };
}

function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === 'string' ? Buffer.from(input, 'latin1') : input;
}

/** bcryptjs takes text and encodes it as UTF-8, so the bytes are decoded first where they are valid UTF-8. */
async function bcryptVerify(password: string, hash: string): Promise<boolean> {
  if (!/^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash)) return false;
  const text = Buffer.from(password, 'latin1').toString('utf8');
  if (Buffer.from(text, 'utf8').toString('latin1') !== password) return false;
  return compare(text.split('\0', 1)[0]!, `$2b$${hash.slice(4)}`).catch(() => false);
}

/** A key or signature that is no such thing has signed nothing. */
function isSigned(
  bytes: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
  { hash, pssSaltLength }: SignatureScheme,
): boolean {
  const { crypto } = builtins;
  try {
    const key = crypto.createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    const padding =
      pssSaltLength === undefined
        ? {}
        : { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: pssSaltLength };
    return crypto.verify(hash, bytes, { key, ...padding }, signature);
  } catch {
    return false;
  }
}
