/** Bytes that can give a range of themselves as a latin1 string at once; Node's Buffer is one. */
export interface ByteView extends Uint8Array {
  latin1Slice(start: number, end: number): string;
}

/** The bytes of a range as a latin1 string, of any byte array. */
export function latin1Text(bytes: Uint8Array, start: number, end: number): string {
  if ('latin1Slice' in bytes) return (bytes as ByteView).latin1Slice(start, end);
  let text = '';
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 4096)));
  }
  return text;
}
