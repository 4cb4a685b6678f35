import { argumentOffset, type ConfigFile, type Line, lines, position } from '@httpd-ts/syntax';
import type { SourceExcerpt } from './finding.ts';

/** The files of a configuration as text, for places that a person can look at. */
export interface SourceFiles {
  readonly files: readonly ConfigFile[];
  file(name: string): ConfigFile | undefined;
  /** The line that httpd knows by this number. */
  lineAt(file: string, line: number): Line | undefined;
  /** The physical line of a directive, with the part that is meant: `word` in its arguments, else its name. */
  excerpt(file: string, line: number, word?: string): SourceExcerpt | undefined;
  /** The physical line that holds an offset, with `length` characters marked. */
  excerptAt(file: ConfigFile, offset: number, length: number): SourceExcerpt;
}

/** Gathers files; lines are numbered when somebody asks for one. */
export function sourceFiles(files: readonly ConfigFile[]): SourceFiles {
  const byName = new Map<string, ConfigFile>();
  for (const file of files) if (!byName.has(file.name)) byName.set(file.name, file);
  const numbered = new Map<string, ReadonlyMap<number, Line>>();
  const linesOf = (file: ConfigFile) => {
    let found = numbered.get(file.name);
    if (found === undefined) {
      found = numberLines(file);
      numbered.set(file.name, found);
    }
    return found;
  };
  const lineAt = (name: string, number: number) => {
    const file = byName.get(name);
    return file === undefined ? undefined : linesOf(file).get(number);
  };
  return {
    files: [...byName.values()],
    file: (name) => byName.get(name),
    lineAt,
    excerptAt,
    excerpt(name, number, word) {
      const file = byName.get(name);
      const line = lineAt(name, number);
      if (file === undefined) return undefined;
      if (line === undefined) return wholeLine(file, number);
      const { offset, length } = meantPart(file, line, word);
      return excerptAt(file, offset, length);
    },
  };
}

/** By httpd's numbers; where a comment shares its number with nothing else it is found too. */
function numberLines(file: ConfigFile): ReadonlyMap<number, Line> {
  const found = new Map<number, Line>();
  for (const line of lines(file)) if (line.kind !== 'blank') found.set(line.line, line);
  return found;
}

function wholeLine(file: ConfigFile, number: number): SourceExcerpt | undefined {
  const start = file.lineStarts[number - 1];
  return start === undefined || start >= file.text.length ? undefined : excerptAt(file, start, 0);
}

function meantPart(file: ConfigFile, line: Line, word: string | undefined) {
  if (word !== undefined && word !== '' && 'arguments' in line) {
    const index = line.arguments.indexOf(word);
    if (index >= 0) return { offset: argumentOffset(file, line, index), length: word.length };
  }
  const firstLine = file.text.slice(line.start, line.end);
  return { offset: line.start, length: /^[^\s\\]*/.exec(firstLine)![0].length };
}

/** As much of a line as anybody looks at; what has no end at all is cut. */
const longestExcerpt = 65_536;

function excerptAt(file: ConfigFile, offset: number, length: number): SourceExcerpt {
  const { line, column } = position(file, offset);
  const start = file.lineStarts[line - 1]!;
  const text = file.text.slice(start, file.lineStarts[line] ?? file.text.length).replace(/\r?\n$/, '');
  const end = Math.max(column + 1, Math.min(column + length, text.length + 1, longestExcerpt));
  return { line, column, endColumn: end, text: text.slice(0, longestExcerpt) };
}
