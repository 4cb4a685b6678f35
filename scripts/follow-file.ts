import { closeSync, openSync, readSync, statSync, watchFile } from 'node:fs';

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readRange(file: string, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(to - from);
  const descriptor = openSync(file, 'r');
  try {
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from));
  } finally {
    closeSync(descriptor);
  }
}

/** Hands over what is appended to a file from now on; the function it returns takes the rest at once. */
export function followFile(file: string, take: (bytes: Buffer) => void): () => void {
  let position = sizeOf(file);
  const takeNew = () => {
    const size = sizeOf(file);
    // A shorter file was emptied or replaced: it is read from its start.
    if (size < position) position = 0;
    if (size === position) return;
    const bytes = readRange(file, position, size);
    position += bytes.length;
    take(bytes);
  };
  watchFile(file, { interval: 200, persistent: false }, takeNew);
  return takeNew;
}
