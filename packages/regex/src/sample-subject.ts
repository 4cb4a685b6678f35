import { bytesOf, hasByte } from './byte-set.ts';
import { type ParseOptions, parsePattern } from './parse-pattern.ts';
import type { PatternNode } from './pattern-tree.ts';

/** How Apache compiles a pattern unless it is told otherwise. */
export const defaultParseOptions: ParseOptions = {
  caseless: false,
  dotAll: true,
  multiline: false,
  dollarEndOnly: true,
};

/**
 * A short text that the pattern should match, or undefined where none is found: assertions are passed over, so whoever
 * asks has to try it. `repeats` is how often an optional part occurs.
 */
export function sampleSubject(pattern: string, repeats: 0 | 1): string | undefined {
  const tree = parsePattern(pattern, defaultParseOptions);
  if (tree === null) return undefined;
  const sample = sampleOf(tree.root, repeats);
  return sample.length > longestSample ? undefined : sample;
}

const longestSample = 2000;

/** A short text that a part of a pattern should match. */
export function sampleOf(node: PatternNode, repeats: number): string {
  switch (node.kind) {
    case 'set':
      return preferredByte(node.set);
    case 'sequence':
      return node.parts.map((part) => sampleOf(part, repeats)).join('');
    case 'alternation':
      return sampleOf(node.branches[0]!, repeats);
    case 'group':
      return sampleOf(node.body, repeats);
    case 'repeat': {
      const body = sampleOf(node.body, repeats);
      const wanted = Math.max(node.min, Math.min(repeats, node.max));
      const enough = Math.ceil((longestSample + 1) / Math.max(1, body.length));
      return body.repeat(Math.min(wanted, enough));
    }
    default:
      return '';
  }
}

/** A letter where there is one, as a person would write. */
function preferredByte(set: Parameters<typeof hasByte>[0]): string {
  for (const char of 'axAX1/-_.') if (hasByte(set, char.charCodeAt(0))) return char;
  const [first] = bytesOf(set);
  return first === undefined ? '' : String.fromCharCode(first);
}
