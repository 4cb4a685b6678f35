import type { Charsets } from '@httpd-ts/kernel';

/** The charsets that Node knows. */
export const nodeCharsets: Charsets = {
  decoder(name) {
    try {
      const decoder = new TextDecoder(name, { ignoreBOM: true });
      return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
    } catch {
      return undefined;
    }
  },
};
