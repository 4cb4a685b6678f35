import { isBlank } from '@httpd-ts/grammar/config';
import { lines } from './lines.ts';
import type { Close, ConfigFile, Line, Section } from './nodes.ts';

/** What stands in a section: directives, directives with placeholders in them, or text that is none of ours. */
export type SectionContent = 'directives' | 'template' | 'text';

export interface FormatOptions {
  /** Stands once for each level in front of a line. */
  readonly indent: string;
  /** The registered spelling of a directive or section (without `<`); undefined leaves a name as it stands. */
  canonicalName(name: string, isSection: boolean): string | undefined;
  /** Templates keep the spelling of their names, text keeps everything. */
  contentOf(section: string): SectionContent;
}

/** Why a file cannot be formatted: its sections do not pair. */
export interface FormatRefusal {
  readonly line: number;
  readonly text: string;
}

/**
 * The file with its lines indented by section, runs of blank lines made one, and names in their registered spelling.
 * Arguments, comments and the joints of continued lines stay byte for byte, so that it means what it meant.
 */
export function formatConfig(file: ConfigFile, options: FormatOptions): string | FormatRefusal {
  const refusal = findUnpaired(file);
  if (refusal !== undefined) return refusal;
  const writer = new LineWriter(file.text, options);
  for (const line of lines(file)) writer.add(line);
  return writer.finish();
}

function findUnpaired(file: ConfigFile): FormatRefusal | undefined {
  for (const line of lines(file)) {
    if (line.kind === 'stray-close')
      return { line: line.line, text: `${line.word} without matching <${line.name}> section` };
    if (line.kind === 'section' && line.close === undefined)
      return { line: line.line, text: `<${line.name}> was not closed` };
  }
  return undefined;
}

/** httpd takes lines of `.htaccess` up to 8 KiB; longer ones are not moved. */
const longestMoved = 8000;

class LineWriter {
  private readonly text: string;
  private readonly options: FormatOptions;
  private readonly lineEnd: string;
  private readonly pieces: string[] = [];
  private readonly open: Section[] = [];
  /** Number of open sections whose names stay as they are. */
  private templates = 0;
  /** The section of foreign text that is open. */
  private foreign: Section | undefined;
  /** The line end of a blank line to be written before the next line. */
  private blankPending = '';
  private isAtStart = true;

  constructor(text: string, options: FormatOptions) {
    this.text = text;
    this.options = options;
    this.lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  }

  add(line: Line): void {
    if (line.kind === 'close') {
      this.close(line);
    } else if (this.foreign !== undefined) {
      this.pieces.push(this.source(line));
      if (line.kind === 'section') this.open.push(line);
    } else if (line.kind === 'blank' && !this.isOpaque(line)) {
      if (!this.isAtStart) this.blankPending ||= /\r?\n$/.exec(this.source(line))?.[0] ?? '';
    } else {
      this.write(line, this.open.length, this.nameOf(line));
      if (line.kind === 'section') this.enter(line);
    }
  }

  finish(): string {
    return this.pieces.join('');
  }

  private enter(section: Section): void {
    this.open.push(section);
    const content = this.options.contentOf(section.name);
    if (content === 'template') this.templates++;
    if (content === 'text') this.foreign = section;
    this.isAtStart = true;
  }

  private close(close: Close): void {
    const section = this.open.pop()!;
    if (this.foreign !== undefined && this.foreign !== section) {
      this.pieces.push(this.source(close));
      return;
    }
    this.foreign = undefined;
    if (this.options.contentOf(section.name) === 'template') this.templates--;
    this.blankPending = '';
    this.write(close, this.open.length, this.nameOf(section));
  }

  private nameOf(line: Line): string | undefined {
    if (this.templates > 0 || (line.kind !== 'directive' && line.kind !== 'section')) return undefined;
    return this.options.canonicalName(line.name, line.kind === 'section');
  }

  private write(line: Line, depth: number, name: string | undefined): void {
    this.pieces.push(this.blankPending);
    this.blankPending = '';
    this.isAtStart = false;
    const indent = this.options.indent.repeat(depth);
    const isMovable = !this.isOpaque(line) && line.end - line.start + indent.length <= longestMoved;
    if (!isMovable) {
      this.pieces.push(this.source(line));
      return;
    }
    const tail = this.text.slice(line.end, line.lineEnd);
    // A blank behind a backslash, or the end of the file, keeps it from continuing the line.
    const end = this.text[line.end - 1] === '\\' ? tail : (/\r?\n$/.exec(tail)?.[0] ?? this.lineEnd);
    this.pieces.push(indent, this.spelled(line, name), end);
  }

  /** The words of the line, its name respelled where it stands there as it is. */
  private spelled(line: Line, name: string | undefined): string {
    const content = this.text.slice(line.start, line.end);
    if (name === undefined) return content;
    const from = line.kind === 'section' ? 1 : line.kind === 'close' ? 2 : 0;
    const isSame = content.slice(from, from + name.length).toLowerCase() === name.toLowerCase();
    const next = content.charCodeAt(from + name.length);
    const isWhole = Number.isNaN(next) || isBlank(next) || next === 62;
    return isSame && isWhole ? content.slice(0, from) + name + content.slice(from + name.length) : content;
  }

  /** Whether something other than blanks stands around the words: a joint of a continued line, an empty quoted word. */
  private isOpaque({ lineStart, start, end, lineEnd, kind }: Line): boolean {
    return kind === 'blank'
      ? !isAllBlank(this.text, lineStart, lineEnd)
      : !isAllBlank(this.text, lineStart, start) || !isAllBlank(this.text, end, lineEnd);
  }

  private source({ lineStart, lineEnd }: Line): string {
    return this.text.slice(lineStart, lineEnd);
  }
}

function isAllBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isBlank(text.charCodeAt(at))) return false;
  return true;
}
