import {
  type ConfigFile,
  type Line,
  type LineStream,
  lines,
  logicalLine,
  maxHtaccessLineLength,
  maxLineLength,
  splitLine,
  tooLongAt,
} from '@httpd-ts/syntax';

/** One line with its variables replaced. */
export interface SourceLine {
  readonly kind: 'directive' | 'section' | 'close';
  /** Without `<`, `</` and `>`. */
  readonly name: string;
  readonly word: string;
  readonly args: string;
  readonly line: number;
  /** The whole line before variables were replaced; kept for closing tags only. */
  readonly raw?: string;
}

/** A file being read line by line. */
export interface Source {
  /** What the line that was given last comes from. */
  readonly file: string;
  /** Include lines that led here, outermost first. */
  readonly chain: readonly string[];
  /** The next line that says something; an Error-free complaint when a line is too long. */
  next(): SourceLine | undefined;
  /** The next line as text, variables as they stand, for content that is passed over and for macro bodies. */
  nextText(): string | undefined;
  /** Puts lines before those that are left to read. */
  insert(file: ConfigFile): void;
  /** Number of the line that was given last. */
  readonly line: number;
  /** Set when a line exceeded what httpd reads. */
  readonly tooLong: number | undefined;
}

interface Frame extends LineStream {
  line: number;
}

/** Where a line stands. */
export interface LinePlace {
  readonly file: string;
  readonly line: number;
  readonly chain: readonly string[];
}

/** Replaces `${NAME}` in a line; undefined where the line becomes too long by it. */
export type ExpandVariables = (text: string, at: LinePlace) => string | undefined;

/** Reads a file. */
export function sourceOf(
  given: LineStream,
  chain: readonly string[],
  expand: ExpandVariables,
  isHtaccess: boolean,
): Source {
  const limit = isHtaccess ? maxHtaccessLineLength : maxLineLength;
  /** The file, and on top of it what was inserted and is not at its end. */
  const frames: Frame[] = [{ ...given, line: 0 }];
  let frame = frames[0]!;
  let tooLong: number | undefined;
  const advance = (): Line | undefined => {
    let step = frame.lines.next();
    while (step.done && frames.length > 1) {
      frames.pop();
      frame = frames.at(-1)!;
      step = frame.lines.next();
    }
    if (step.done) return undefined;
    const line = step.value;
    tooLong = tooLongAt(frame.file, line, limit);
    if (tooLong !== undefined) return undefined;
    frame.line = line.line;
    return line;
  };
  const meaningful = (): Line | undefined => {
    for (;;) {
      const line = advance();
      if (line === undefined || (line.kind !== 'comment' && line.kind !== 'blank')) return line;
    }
  };
  return {
    get file() {
      return frame.file.name;
    },
    chain,
    insert(inserted) {
      frame = { file: inserted, lines: lines(inserted), line: 0 };
      frames.push(frame);
    },
    get line() {
      return frame.line;
    },
    get tooLong() {
      return tooLong;
    },
    next() {
      for (;;) {
        const line = meaningful();
        if (line === undefined) return undefined;
        const text = variableIn(frame.file, line);
        if (text === undefined) return plain(frame.file, line);
        const expanded = expand(text, { file: frame.file.name, line: line.line, chain });
        if (expanded === undefined) {
          tooLong = line.line;
          return undefined;
        }
        const split = splitLine(expanded);
        if (split !== undefined) return { ...split, args: split.arguments, line: line.line };
      }
    },
    nextText() {
      const line = advance();
      return line === undefined ? undefined : logicalLine(frame.file, line);
    },
  };
}

type Meaningful = Exclude<Line, { kind: 'comment' | 'blank' }>;

/** The text of a line that names a variable; undefined for the many that do not. */
function variableIn(file: LineStream['file'], line: Line): string | undefined {
  if (line.kind === 'comment' || line.kind === 'blank') return undefined;
  if (!line.name.includes('${') && !line.arguments.includes('${')) return undefined;
  return logicalLine(file, line);
}

function plain(file: LineStream['file'], line: Line): SourceLine {
  const { kind, name, arguments: args, line: number } = line as Meaningful;
  if (kind === 'directive') return { kind, name, word: name, args, line: number };
  if (kind === 'section') return { kind, name, word: `<${name}`, args, line: number };
  return {
    kind: 'close',
    name,
    word: (line as { word: string }).word,
    args,
    line: number,
    raw: logicalLine(file, line),
  };
}
