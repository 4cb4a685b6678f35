import type { FileState } from '../file-state.ts';
import type { Section } from './section.ts';
import type { StartMessage } from './server-record.ts';

/** A compiled `.htaccess` and the state of the file it was compiled from. */
export interface CompiledHtaccess {
  readonly info: FileState;
  /** Text of the error for the log, when the file is wrong. */
  readonly error: string | undefined;
  /** What is logged of it though it holds: what AllowOverride Nonfatal lets pass, variables that are not defined. */
  readonly warnings: readonly StartMessage[];
  readonly section: Section;
}

interface Entry {
  readonly compiled: CompiledHtaccess;
  readonly weight: number;
  wasAsked: boolean;
}

/** Bytes that compiled files may take in all threads together. */
const memoryOfAllThreads = 256 * 1024 * 1024;

/** However many threads there are, each keeps the files that a few busy sites need. */
const leastOfOneThread = 8 * 1024 * 1024;

/**
 * What a compiled file takes, as measured of files of many kinds: its records and what they were merged to, and then by
 * the length of its text, 5 bytes a character in a list of Redirect, 50 in one of `<FilesMatch>`.
 */
export function htaccessWeight(textLength: number): number {
  return 4096 + 48 * textLength;
}

/**
 * The compiled `.htaccess` files of one thread, bounded by the memory they take. A file that was not asked for since
 * it was last passed over makes room for a new one.
 */
export class HtaccessCache {
  /** Bytes in use, about. */
  weight = 0;
  private readonly entries = new Map<string, Entry>();
  private readonly limit: number;

  constructor(threads: number) {
    this.limit = Math.max(leastOfOneThread, Math.floor(memoryOfAllThreads / Math.max(threads, 1)));
  }

  get size(): number {
    return this.entries.size;
  }

  keys(): Iterable<string> {
    return this.entries.keys();
  }

  get(key: string): CompiledHtaccess | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    entry.wasAsked = true;
    return entry.compiled;
  }

  set(key: string, compiled: CompiledHtaccess, textLength: number): void {
    this.remove(key);
    const weight = htaccessWeight(textLength);
    this.makeRoom(weight);
    // One file that is larger than the whole bound is kept alone.
    this.entries.set(key, { compiled, weight, wasAsked: false });
    this.weight += weight;
  }

  private makeRoom(weight: number): void {
    for (const [key, entry] of this.entries) {
      if (this.weight + weight <= this.limit) return;
      this.remove(key);
      if (!entry.wasAsked) continue;
      // A second chance, at the end of the row.
      entry.wasAsked = false;
      this.entries.set(key, entry);
      this.weight += entry.weight;
    }
  }

  private remove(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.weight -= entry.weight;
  }
}
