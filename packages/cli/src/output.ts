import { openSync, writeSync } from 'node:fs';

/** Where a command prints: latin1 text, one character a byte. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** Standard output and standard error of this process. */
export const standardOutput: Output = {
  out: (text) => writeAll(1, text),
  error: (text) => writeAll(2, text),
};

/** Sends what would go to standard error to the end of a file (`-E`); an error code where it cannot be opened. */
export function errorsToFile(path: string): Output | string {
  try {
    const descriptor = openSync(Buffer.from(path, 'latin1'), 'a');
    return { out: standardOutput.out, error: (text) => writeAll(descriptor, text) };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EIO';
  }
}

/** Writes everything before it returns, as the process may end right after; a reader that went away is no error. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** The bytes of an argument or variable that Node has decoded from UTF-8. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Whether standard output shows colours: it is a terminal, and NO_COLOR is not set. */
export function usesColor(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}
