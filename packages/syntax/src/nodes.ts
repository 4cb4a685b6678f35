/** Where a logical line stands in `ConfigFile.text`; all offsets count characters, one per byte. */
export interface Place {
  /** The line number httpd reports: that of the last physical line of a continued line. */
  readonly line: number;
  /** The first character that is no blank, and the offset behind the last one. */
  readonly start: number;
  readonly end: number;
  /** The physical lines, indentation and line ends included; neighbours leave no gap. */
  readonly lineStart: number;
  readonly lineEnd: number;
  /** Physical text of a line that was made or changed after parsing; it then stands for the place in the file. */
  readonly source?: string;
}

/** A name and what follows it. */
export interface Directive extends Place {
  readonly kind: 'directive';
  /** The first word as httpd takes it: no quotes, no escapes, one `>` at its end dropped, `${}` as written. */
  readonly name: string;
  /** The rest of the joined line, raw: words are not split, quotes and `${}` are as written. */
  readonly arguments: string;
}

/** `<Name arguments>` and the lines up to its closing tag. The place is that of the opening line. */
export interface Section extends Place {
  readonly kind: 'section';
  /** Without `<`, and without one `>` at the end of the first word. */
  readonly name: string;
  /** As httpd hands it on: up to and behind the `>`, which may be missing; `>` alone when nothing follows the name. */
  readonly arguments: string;
  readonly children: readonly Node[];
  /** Its closing tag. Without one, either `endedBy` tells which tag cut the section off or the file ended. */
  readonly close?: Close;
  /** The closing tag of an enclosing section that was met while this one was open. */
  readonly endedBy?: Close;
}

interface ClosingTag extends Place {
  /** Without `</`, and without one `>` at the end of the word. */
  readonly name: string;
  /** The whole first word, as httpd prints it: `</Name>`, or `</Name` where its `>` is missing. */
  readonly word: string;
  /** Raw text behind that word. */
  readonly arguments: string;
}

/** The closing tag of a section. */
export interface Close extends ClosingTag {
  readonly kind: 'close';
}

/** A closing tag for which no open section has the name. */
export interface StrayClose extends ClosingTag {
  readonly kind: 'stray-close';
}

/** A line that begins with `#`, and the lines it is continued on. */
export interface Comment extends Place {
  readonly kind: 'comment';
  /** From the `#` on, without blanks at the end. */
  readonly text: string;
}

/** A line that httpd passes over: nothing but blanks, or an empty quoted first word. */
export interface Blank extends Place {
  readonly kind: 'blank';
}

/** What stands in a file or a section. */
export type Node = Directive | Section | Comment | Blank | StrayClose;

/** A logical line, in file order: every node (a section for its opening line) and every closing tag. */
export type Line = Node | Close;

/** The text of a file. */
export interface ConfigText {
  readonly name: string;
  /** The text as it was parsed; places count in it. */
  readonly text: string;
  /** Offset at which each physical line begins. */
  readonly lineStarts: Uint32Array;
}

/** A parsed file. */
export interface ConfigFile extends ConfigText {
  readonly kind: 'file';
  readonly children: readonly Node[];
}
