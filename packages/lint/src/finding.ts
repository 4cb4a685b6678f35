import type { Diagnostic } from '@httpd-ts/kernel';

export type Severity = Diagnostic['severity'];

/** A physical line of a file with the part that is meant; all numbers count from 1. */
export interface SourceExcerpt {
  readonly line: number;
  readonly column: number;
  /** The column behind the part that is meant. */
  readonly endColumn: number;
  /** The line as it stands in the file. */
  readonly text: string;
}

/** Something to tell about a configuration: a message of httpd's, explained, or what a lint rule has found. */
export interface Finding extends Diagnostic {
  /** Code of the diagnostic, or name of the lint rule. */
  readonly code: string;
  /** `apache` where httpd says it, `lint` where httpd lets it pass. */
  readonly origin: 'apache' | 'lint';
  readonly excerpt?: SourceExcerpt | undefined;
  /** Why it matters. */
  readonly why?: string | undefined;
  /** What to write instead. */
  readonly instead?: string | undefined;
  /** The name that was probably meant. */
  readonly didYouMean?: string | undefined;
  /** Where the directive may stand. */
  readonly allowedIn?: readonly string[] | undefined;
  /** One sentence on the directive. */
  readonly summary?: string | undefined;
  /** Where the generated documentation has more. */
  readonly documentation?: string | undefined;
}
