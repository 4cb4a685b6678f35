const clear = 256;

/**
 * The first bytes of what a file of `compress` holds: codes of 9 bits and more, the lowest bits first, each of which
 * stands for a byte or for what an earlier code stood for and the byte behind it. Empty for a file at fault.
 */
export function expandCompress(bytes: Uint8Array, limit: number): Uint8Array {
  const flags = bytes[2] ?? 0;
  const maximumWidth = flags & 31;
  const clears = (flags & 0x80) !== 0;
  const output = new Uint8Array(limit);
  if (maximumWidth < 9 || maximumWidth > 16) return output.subarray(0, 0);
  const texts: Uint8Array[] = Array.from({ length: 257 }, (_, byte) => Uint8Array.of(byte));
  const firstFree = clears ? 257 : 256;
  texts.length = firstFree;
  const codes = codeReader(bytes.subarray(3));
  let width = 9;
  let before: Uint8Array | undefined;
  let length = 0;
  for (let code = codes.next(width); code !== undefined && length < limit; code = codes.next(width)) {
    if (code === clear && clears) {
      texts.length = firstFree;
      before = undefined;
      codes.skipGroup(width);
      width = 9;
      continue;
    }
    const text =
      texts[code] ?? (before !== undefined && code === texts.length ? longer(before, before[0]!) : undefined);
    if (text === undefined || (before === undefined && code > 255)) return output.subarray(0, 0);
    const taken = text.subarray(0, limit - length);
    output.set(taken, length);
    length += taken.length;
    if (before !== undefined && texts.length < 1 << maximumWidth) texts.push(longer(before, text[0]!));
    before = text;
    if (texts.length >= 1 << width && width < maximumWidth) {
      codes.skipGroup(width);
      width++;
    }
  }
  return output.subarray(0, length);
}

function longer(text: Uint8Array, byte: number): Uint8Array {
  const result = new Uint8Array(text.length + 1);
  result.set(text);
  result[text.length] = byte;
  return result;
}

/** Codes are written in groups of eight; the rest of a group is left out when their width changes. */
function codeReader(bytes: Uint8Array) {
  let groupStart = 0;
  let bit = 0;
  return {
    next(width: number): number | undefined {
      if (bit + width > bytes.length * 8) return undefined;
      const at = bit >> 3;
      const word = bytes[at]! | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
      const code = (word >> (bit & 7)) & ((1 << width) - 1);
      bit += width;
      return code;
    },
    skipGroup(width: number): void {
      const group = width * 8;
      bit = groupStart + Math.ceil((bit - groupStart) / group) * group;
      groupStart = bit;
    },
  };
}
