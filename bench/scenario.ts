import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from './report.ts';
import type { ServerName } from './servers/server.ts';

/** What the command line asked for, and where a scenario may work. */
export interface BenchContext {
  readonly rounds: number;
  readonly seconds: number;
  readonly servers: readonly ServerName[];
  readonly firstPort: number;
  /** Words from the titles of the parts that are to be measured, where a scenario has parts; none for all. */
  readonly families: readonly string[];
  /** Removed after the scenario. */
  readonly directory: string;
  /** Shows progress. */
  readonly say: (line: string) => void;
}

/** One comparison of the servers. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What is measured, in a sentence or two. */
  readonly what: string;
  readonly run: (context: BenchContext) => Promise<Report>;
}

/** A new folder that a server which gave up its privileges can enter, whatever the umask. */
export function makeReadableDirectory(...path: readonly string[]): string {
  const directory = join(...path);
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  return directory;
}
