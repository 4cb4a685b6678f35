import { encodeBase64 } from '@httpd-ts/kernel';
import { latin1 } from './read-der.ts';

const labels = {
  certificate: /^(?:(?:X509|TRUSTED) )?CERTIFICATE$/,
  key: /PRIVATE KEY$/,
  revocationList: /^X509 CRL$/,
  dhParameters: /^DH PARAMETERS$/,
  curve: /^EC PARAMETERS$/,
} as const;

/** What stands in files of PEM. */
export type PemKind = keyof typeof labels;

/** One value of a file, between its marks. */
export interface PemBlock {
  readonly label: string;
  readonly text: string;
}

export const isOfKind = ({ label }: PemBlock, kind: PemKind) => labels[kind].test(label);

/** All values in a text. */
export function pemBlocks(text: string): readonly PemBlock[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)].map((match) => ({
    label: match[1]!,
    text: match[0],
  }));
}

/** The values of one kind in a text. */
export const pemTexts = (text: string, kind: PemKind): readonly string[] =>
  pemBlocks(text)
    .filter((block) => isOfKind(block, kind))
    .map((block) => block.text);

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The bits of a character of base64, by its code; 255 for others. */
const bitsOf = new Uint8Array(256).fill(255);
for (let value = 0; value < alphabet.length; value++) bitsOf[alphabet.charCodeAt(value)] = value;

/** The encoded value of a block; what follows it, as in a trusted certificate, is left away by its readers. */
export function derOf(block: string): Uint8Array {
  const start = block.indexOf('-----', '-----BEGIN'.length) + 5;
  const end = block.lastIndexOf('-----END');
  const bytes = new Uint8Array(Math.ceil(((end - start) * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  // Line ends are passed over, with all else that is none of base64.
  for (let at = start; at < end; at++) {
    const value = bitsOf[block.charCodeAt(at) & 0xff]!;
    if (value === 255) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = (bits >> count) & 255;
  }
  return bytes.subarray(0, length);
}

/** Bytes of DER as a block, with a line end behind it. */
export function toPem(label: string, der: Uint8Array): string {
  const lines = encodeBase64(latin1(der)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
