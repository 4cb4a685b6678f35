import { readWord } from '@httpd-ts/grammar/config';

/** What a logical line says once its variables are replaced. */
export interface LineWords {
  readonly kind: 'directive' | 'section' | 'close';
  /** As in the node of that kind. */
  readonly name: string;
  /** The whole first word, which messages about closing tags print. */
  readonly word: string;
  readonly arguments: string;
}

/**
 * Splits a line without blanks around it, as the parser does; undefined for a line httpd passes over.
 * httpd: server/config.c ap_build_config_sub
 */
export function splitLine(line: string): LineWords | undefined {
  const { word, next } = readWord(line);
  if (word === '') return undefined;
  const args = line.slice(next);
  if (word.startsWith('</'))
    return { kind: 'close', name: withoutBracket(word.slice(2)), word, arguments: args };
  if (!word.startsWith('<')) return { kind: 'directive', name: directiveName(word), word, arguments: args };
  return { kind: 'section', name: withoutBracket(word.slice(1)), word, arguments: args === '' ? '>' : args };
}

/** The name of a directive with this first word; httpd takes `a/` for a closing tag, so `a/b>` keeps its `>`. */
export function directiveName(word: string): string {
  return word[1] === '/' ? word : withoutBracket(word);
}

/** The word without one `>` at its end. */
export function withoutBracket(word: string): string {
  return word.endsWith('>') ? word.slice(0, -1) : word;
}
