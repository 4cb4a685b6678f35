import type { Diagnostic } from './diagnostic.ts';

/** What a message of httpd means to the person who reads it. */
export interface DiagnosticExplanation {
  /** The stage and severity of the message; any where left out. */
  readonly stage?: Diagnostic['stage'];
  readonly severity?: Diagnostic['severity'];
  /** Recognises httpd's sentence. */
  readonly says: RegExp;
  /** What is wrong, in general. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to write instead. */
  readonly instead: string;
}

/** An explanation under its code: kebab-case, never reused for anything else. */
export interface DefinedDiagnostic extends DiagnosticExplanation {
  readonly code: string;
}

/** Declares messages by code, the more special ones first. */
export function defineDiagnostics(
  explanations: Readonly<Record<string, DiagnosticExplanation>>,
): readonly DefinedDiagnostic[] {
  return Object.entries(explanations).map(([code, explanation]) => ({ code, ...explanation }));
}

/** The first explanation that fits a message. */
export function explanationOf(
  { stage, severity, text }: Diagnostic,
  defined: readonly DefinedDiagnostic[],
): DefinedDiagnostic | undefined {
  return defined.find(
    (one) => (one.stage ?? stage) === stage && (one.severity ?? severity) === severity && one.says.test(text),
  );
}
