import { readFileSync } from 'node:fs';

/** Reads `divergences.yaml`: one `module/case: reason` a line, comments and empty lines aside. */
export function parseDivergences(text: string): ReadonlyMap<string, string> {
  const divergences = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, reason] = /^([\w.-]+\/[\w.-]+): +(\S.*)$/.exec(line) ?? [];
    if (name === undefined || reason === undefined) {
      throw new Error(`divergences.yaml:${index + 1}: expected "module/case: reason"`);
    }
    if (divergences.has(name)) throw new Error(`divergences.yaml:${index + 1}: ${name} stands there twice`);
    divergences.set(name, reason);
  }
  return divergences;
}

/** Reads the file beside the tests. */
export function loadDivergences(): ReadonlyMap<string, string> {
  return parseDivergences(readFileSync(new URL('../divergences.yaml', import.meta.url), 'utf8'));
}
