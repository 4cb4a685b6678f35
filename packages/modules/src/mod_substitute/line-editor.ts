import { asciiLowerCase, type Regex } from '@httpd-ts/kernel';
import { substituteGroups } from '../substitute-groups.ts';
import type { Substitution } from './read-substitution.ts';

/** So many pieces go on at once. httpd: modules/filters/mod_substitute.c AP_MAX_BUCKETS */
const mostPieces = 1000;

/** A line, as it came or as it became, is longer than allowed. */
export class LineTooLong extends Error {}

/**
 * Edits a text line by line. A line is a list of pieces; a substitution that does not flatten leaves what it has put in
 * as pieces of their own, across whose ends the next ones find nothing. httpd: modules/filters/mod_substitute.c do_pattmatch
 */
export class LineEditor {
  readonly #substitutions: readonly Substitution[];
  readonly #maxLength: number;
  #partial = '';
  #edited = '';
  #pieces = 0;
  readonly #ready: string[] = [];

  constructor(substitutions: readonly Substitution[], maxLength: number) {
    this.#substitutions = substitutions;
    this.#maxLength = maxLength;
  }

  /** Takes more of the text. */
  take(text: string): void {
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      this.#add(this.#partial + text.slice(at, end + 1));
      this.#partial = '';
      at = end + 1;
      if (this.#pieces > mostPieces) this.release();
    }
    this.#partial += text.slice(at);
    if (this.#partial.length > this.#maxLength) throw new LineTooLong();
  }

  /** Lets go of the lines that are whole. */
  release(): void {
    if (this.#edited !== '') this.#ready.push(this.#edited);
    this.#edited = '';
    this.#pieces = 0;
  }

  /** What was let go of, in the portions in which it goes out. */
  takeReady(): string[] {
    return this.#ready.splice(0);
  }

  /** What is left at the end of the text. */
  finish(): string {
    if (this.#partial !== '') this.#add(this.#partial);
    this.#partial = '';
    return this.#edited;
  }

  #add(line: string): void {
    if (line.length > this.#maxLength) throw new LineTooLong();
    const pieces = this.#edit(line);
    this.#edited += pieces.join('');
    this.#pieces += pieces.length;
  }

  #edit(line: string): string[] {
    const isAlone = this.#substitutions.length === 1;
    let pieces = [line];
    for (const substitution of this.#substitutions) {
      const flattens = substitution.flattens && !isAlone;
      pieces = pieces.flatMap((piece) => {
        const parts = substituted(piece, substitution, this.#maxLength);
        return flattens && parts.length > 1 ? [parts.join('')] : parts;
      });
    }
    return pieces;
  }
}

/** A piece taken apart at what is replaced in it. */
function substituted(piece: string, { from, to, ignoresCase }: Substitution, maxLength: number): string[] {
  return typeof from === 'string'
    ? replacedText(piece, from, to, ignoresCase, maxLength)
    : replacedMatches(piece, from, to, maxLength);
}

function replacedText(
  piece: string,
  from: string,
  to: string,
  ignoresCase: boolean,
  maxLength: number,
): string[] {
  const searched = ignoresCase ? asciiLowerCase(piece) : piece;
  const parts: string[] = [];
  let room = maxLength;
  let at = 0;
  for (let found = searched.indexOf(from); found >= 0; found = searched.indexOf(from, at)) {
    room -= found - at + to.length;
    if (room < 0) throw new LineTooLong();
    addPart(parts, piece.slice(at, found));
    addPart(parts, to);
    at = found + from.length;
  }
  addPart(parts, piece.slice(at));
  return parts;
}

/** The search goes on behind each match as if a line began there. */
function replacedMatches(piece: string, from: Regex, to: string, maxLength: number): string[] {
  const parts: string[] = [];
  let room = maxLength;
  let rest = piece;
  for (let match = from.exec(rest); match !== null; match = from.exec(rest)) {
    const replacement = substituteGroups(to, match);
    room -= match.index + replacement.length;
    if (room < 0) throw new LineTooLong();
    addPart(parts, rest.slice(0, match.index));
    addPart(parts, replacement);
    const end = match.index + match[0]!.length;
    // httpd would find the same nothing again until the line is too long.
    if (end === 0) throw new LineTooLong();
    rest = rest.slice(end);
  }
  addPart(parts, rest);
  return parts;
}

function addPart(parts: string[], part: string): void {
  if (part !== '') parts.push(part);
}
