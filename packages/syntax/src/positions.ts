import { type Cut, fileOffset, joinLines, skipBlanks } from '@httpd-ts/grammar/config';
import type { ConfigFile, ConfigText, Line, Place } from './nodes.ts';

/** A place as people count it, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The physical line and column of an offset. */
export function position(file: ConfigText, offset: number): Position {
  const index = lineIndex(file.lineStarts, offset);
  return { line: index + 1, column: offset - file.lineStarts[index]! + 1 };
}

/** The physical line on which `place` begins, without its line end: the text a caret is put under. */
export function lineText(file: ConfigFile, place: Pick<Place, 'start'>): string {
  const index = lineIndex(file.lineStarts, place.start);
  const text = file.text.slice(file.lineStarts[index], file.lineStarts[index + 1]);
  return text.replace(/\r?\n$/, '');
}

/** The line as httpd reads it: continuations joined, no blanks around it. httpd: server/util.c ap_cfg_getline */
export function logicalLine(file: ConfigText, line: Line): string {
  const raw = line.source ?? file.text.slice(line.start, line.end);
  if (line.source === undefined && !raw.includes('\n')) return raw;
  return trim(joinLines(raw).text);
}

/** The offset of a character of `line.arguments`, so that a caret can stand under a word. */
export function argumentOffset(
  file: ConfigFile,
  line: Extract<Line, { readonly arguments: string }>,
  index: number,
): number {
  const { text, cuts } = joinedContent(file, line);
  const inArguments = text.length - line.arguments.length + index;
  return Math.min(line.start + fileOffset(cuts, inArguments), line.end);
}

function joinedContent(file: ConfigFile, line: Line): { text: string; cuts: readonly Cut[] } {
  const raw = file.text.slice(line.start, line.end);
  return raw.includes('\n') ? joinLines(raw) : { text: raw, cuts: [] };
}

function lineIndex(starts: Uint32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function trim(text: string): string {
  const start = skipBlanks(text, 0);
  let end = text.length;
  while (end > start && skipBlanks(text, end - 1) >= end) end--;
  return text.slice(start, end);
}
