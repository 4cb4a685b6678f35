import type { Logs, LogWriter } from '@httpd-ts/kernel';
import { LogBatch } from '../world/log-batch.ts';
import { writeAll } from '../world/logs.ts';

const headBytes = 8;
/** Longest frame that is believed. */
const longest = 64 * 1024 * 1024;
const toStandardError = 0xffff_ffff;

/** The logs of a worker thread: text goes through a pipe to the supervisor, which has the files open. */
export interface ThreadLogs extends Logs {
  setTargets(targets: readonly string[]): void;
  flush(): void;
}

/** Makes the writing end. A log that the supervisor does not have is refused by it not being listed. */
export function threadLogs(descriptor: number): ThreadLogs {
  let numbers = new Map<string, number>();
  const batches = new Map<string, LogBatch>();
  const send = (number: number, text: string) => {
    const frame = Buffer.allocUnsafe(headBytes + text.length);
    frame.writeUInt32LE(number, 0);
    frame.writeUInt32LE(text.length, 4);
    frame.latin1Write(text, headBytes);
    writeAll(descriptor, frame);
  };
  const standardError: LogWriter = { write: (text) => send(toStandardError, text) };
  const sendTo = (target: string, text: string) => {
    const number = numbers.get(target);
    if (number !== undefined) send(number, text);
    else standardError.write(`httpd-ts: the log ${target} was not opened when the server started: ${text}`);
  };
  return {
    standardError,
    setTargets(targets) {
      numbers = new Map(targets.map((target, number) => [target, number]));
    },
    open(target, options) {
      let batch = batches.get(target);
      if (batch === undefined) {
        batch = new LogBatch((text) => sendTo(target, text));
        batches.set(target, batch);
      }
      const gathered = batch;
      if (options?.unbuffered !== true) return gathered;
      return {
        write(text) {
          gathered.write(text);
          gathered.flush();
        },
      };
    },
    flush() {
      for (const batch of batches.values()) batch.flush();
    },
  };
}

/** The reading end: takes bytes as they come and gives each frame; false when they make no sense. */
export function frameReader(
  onFrame: (number: number | undefined, bytes: Uint8Array) => void,
): (bytes: Buffer) => boolean {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let needed = headBytes;
  return (bytes) => {
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes < needed) return true;
    const whole = held.length === 1 ? bytes : Buffer.concat(held);
    let at = 0;
    for (needed = headBytes; whole.length - at >= headBytes; ) {
      const number = whole.readUInt32LE(at);
      const length = whole.readUInt32LE(at + 4);
      if (length > longest) return false;
      needed = headBytes + length;
      if (whole.length - at < needed) break;
      const text = whole.subarray(at + headBytes, at + needed);
      onFrame(number === toStandardError ? undefined : number, text);
      at += needed;
      needed = headBytes;
    }
    held = at < whole.length ? [whole.subarray(at)] : [];
    heldBytes = whole.length - at;
    return true;
  };
}
