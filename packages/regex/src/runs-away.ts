import { safeSubjectLength } from './backtracking.ts';
import { parsePattern } from './parse-pattern.ts';
import { defaultParseOptions } from './sample-subject.ts';

/**
 * Whether a search for a valid pattern can take more steps than any patience has, on a subject as long as a request
 * line: nested repeats that can share the same text. False where the pattern holds what the analysis does not read.
 */
export function runsAway(pattern: string): boolean {
  const tree = parsePattern(pattern, defaultParseOptions);
  return tree !== null && safeSubjectLength(tree.root) === 0;
}
