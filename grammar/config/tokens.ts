import { createToken, Lexer, type TokenType } from 'chevrotain';
import { wordEnd } from './word.ts';

// The patterns see joined text, in which a line feed always ends a logical line. JavaScript's \s
// knows blanks that C's isspace does not, so blanks are spelled out; and the sets a token can begin
// with are written without ^, because Chevrotain's dispatch on the first character needs that.

/** Blanks before the first word and between it and the arguments. */
export const Blanks = createToken({ name: 'Blanks', pattern: /[ \t\v\f\r]+/, group: Lexer.SKIPPED });

/** The end of a blank line or a comment. */
export const LineEnd = createToken({ name: 'LineEnd', pattern: '\n' });

/** The end of a line of words, which leaves the mode that their first one entered. */
export const WordsEnd = createToken({ name: 'WordsEnd', pattern: '\n', pop_mode: true });

/** `#` as the first character of a line, with everything behind it. */
export const Comment = createToken({ name: 'Comment', pattern: /#[^\n]*/ });

/** A first word that begins with `</`. */
export const CloseWord = firstWord('CloseWord', /<\/[^ \t\n\v\f\r]*/);

/** A first word that begins with `<`. */
export const OpenWord = firstWord('OpenWord', /<[^ \t\n\v\f\r]*/);

/** `"</…`: quotes around the first word change nothing. */
export const QuotedCloseWord = quotedFirstWord('QuotedCloseWord', '</');

/** `"<…` */
export const QuotedOpenWord = quotedFirstWord('QuotedOpenWord', '<');

/** Any other quoted first word. */
export const QuotedName = quotedFirstWord('QuotedName', '');

/** Any other first word: the name of a directive. */
export const Name = firstWord('Name', /[\0-\x08\x0e-\x1f!$-&(-;=-\uffff][^ \t\n\v\f\r]*/);

/** The rest of the line behind the first word, raw; blanks at its end are the reader's to drop. */
export const Arguments = createToken({ name: 'Arguments', pattern: /[\0-\x08\x0e-\x1f!-\uffff][^\n]*/ });

const lineMode = [
  Blanks,
  LineEnd,
  Comment,
  CloseWord,
  OpenWord,
  QuotedCloseWord,
  QuotedOpenWord,
  QuotedName,
  Name,
];

/** Two modes: the first word of a line decides what the line is, what follows is raw text. */
export const lexerDefinition = {
  defaultMode: 'line',
  modes: { line: lineMode, arguments: [Blanks, WordsEnd, Arguments] },
};

/** Every token of the line language. */
export const vocabulary = [...lineMode, WordsEnd, Arguments];

function firstWord(name: string, pattern: RegExp): TokenType {
  return createToken({ name, pattern, line_breaks: false, push_mode: 'arguments' });
}

// A function, because a regular expression would need one backtracking entry for each character.
function quotedFirstWord(name: string, prefix: string): TokenType {
  const pattern = (text: string, offset: number): [string] | null =>
    text.startsWith(prefix, offset + 1) ? [text.slice(offset, wordEnd(text, offset))] : null;
  const start_chars_hint = ['"', "'"];
  return createToken({ name, pattern, line_breaks: false, start_chars_hint, push_mode: 'arguments' });
}
