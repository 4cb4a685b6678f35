import { parsePattern } from './parse-pattern.ts';
import { childrenOf, type PatternNode } from './pattern-tree.ts';
import { defaultParseOptions, sampleOf } from './sample-subject.ts';

/** Long enough that a search which doubles with each letter cannot end, short enough that any other does at once. */
const pumps = 48;

/** What may make the end of a match fail. */
const endings = ['\x01', '!', '/', '//', '///', '.', ' '];

/**
 * Short texts on which a pattern fails slowly if it can: each repeat without limit is fed with what it takes, and the
 * end spoilt. None where the pattern holds what the parser does not read.
 */
export function attackSubjects(pattern: string): readonly string[] {
  const tree = parsePattern(pattern, defaultParseOptions);
  if (tree === null) return [];
  const starts = new Set<string>();
  collect(tree.root, { before: '', after: '' }, starts);
  return [...starts].flatMap((start) => endings.map((ending) => start + ending));
}

/** Samples of what stands around a part of a pattern. */
interface Surroundings {
  readonly before: string;
  readonly after: string;
}

function collect(node: PatternNode, around: Surroundings, starts: Set<string>): void {
  if (node.kind === 'repeat' && node.max === Number.POSITIVE_INFINITY) {
    for (const repeats of [0, 1]) {
      const pump = sampleOf(node.body, repeats);
      if (pump === '' || pump.length > pumps) continue;
      // PCRE2 looks for letters that every match must have before it begins; with them it has to try.
      starts.add(around.before + pump.repeat(pumps));
      starts.add(around.before + pump.repeat(pumps) + around.after);
    }
  }
  if (node.kind !== 'sequence') {
    for (const child of childrenOf(node)) collect(child, around, starts);
    return;
  }
  const samples = node.parts.map((part) => sampleOf(part, 0));
  for (const [index, part] of node.parts.entries()) {
    const before = around.before + samples.slice(0, index).join('');
    const after = samples.slice(index + 1).join('') + around.after;
    collect(part, { before, after }, starts);
  }
}
