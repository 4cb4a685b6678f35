import type { ConfigVector, DirectiveContext } from '@httpd-ts/kernel';
import type { ArgumentCheck } from './known-arguments.ts';

/** Bytes that hold a line of commands, all compiled text and labels. httpd: modules/filters/sed.h, libsed.h, regexp.h */
const lineSize = 1001;
const spaceSize = 10_000;
const mostLabels = 50;
const mostFiles = 11;
const mostLineNumbers = 256;
const mostGroups = 9;

/** Codes of compiled patterns that later characters look back at, and what a repetition adds to them. */
const groupStart = 2;
const groupEnd = 24;
const repeated = 1;
const ranged = 3;
const otherCode = 4;

const nul = 0;
const newline = 10;
const backslash = 92;
const code = (character: string) => character.charCodeAt(0);
const isBlank = (byte: number) => byte === 32 || byte === 9;
const isDigit = (byte: number) => byte >= 48 && byte <= 57;

/** A command is refused. */
class Garbled extends Error {}

interface Label {
  readonly name: string;
  isDefined: boolean;
}

/**
 * The commands of one section's OutputSed or InputSed, read only to say whether Apache takes them. Each expression goes on
 * from where the one before it ended: blocks stay open, labels are known, `//` is the last pattern. Places in compiled text
 * are kept as numbers, since room for it is what runs out. httpd: modules/filters/sed0.c
 */
class SedCommands {
  readonly #line = new Uint8Array(lineSize + 16_384);
  readonly #space = new Uint8Array(spaceSize + 1024);
  #at = 0;
  /** Where the next compiled text begins. */
  #free = 0;
  #delimiter = 0;
  #groups = 0;
  #depth = 0;
  #lineNumbers = 0;
  #hasPattern = false;
  #lastError = '(null)';
  readonly #files = new Set<string>();
  readonly #labels: Label[] = [{ name: '', isDefined: true }];

  /** The complaint about an expression. httpd: sed_compile_string */
  compile(expression: string): string | undefined {
    if (!this.#readLine(expression)) return undefined;
    try {
      if (this.#line[0] !== code('#')) this.#readCommands();
      return undefined;
    } catch (error) {
      if (!(error instanceof Garbled)) throw error;
      return this.#lastError;
    }
  }

  /** Takes the expression over; one that ends in a backslash or is too long counts as none. httpd: rline */
  #readLine(expression: string): boolean {
    const trailing = /\\*$/.exec(expression)![0].length;
    if (trailing % 2 === 1) return false;
    if (expression.length >= lineSize) {
      this.#lastError = 'command line too long';
      return false;
    }
    for (let i = 0; i < expression.length; i++) this.#line[i] = expression.charCodeAt(i);
    this.#line[expression.length] = nul;
    return true;
  }

  get #peek(): number {
    return this.#line[this.#at] ?? nul;
  }

  #next(): number {
    return this.#line[this.#at++] ?? nul;
  }

  get #text(): string {
    return String.fromCharCode(...this.#line.subarray(0, this.#line.indexOf(nul)));
  }

  #say(message: string): void {
    this.#lastError = message;
  }

  #fail(message: string): never {
    this.#say(`${message}: ${this.#text}`);
    throw new Garbled();
  }

  #failPlainly(message: string): never {
    this.#say(message);
    throw new Garbled();
  }

  #skipBlanks(): void {
    while (isBlank(this.#peek)) this.#at++;
  }

  /** httpd: fcomp */
  #readCommands(): void {
    this.#at = 0;
    for (;;) {
      this.#skipBlanks();
      if (this.#peek === nul || this.#peek === code('#')) return;
      if (this.#peek === code(';')) this.#at++;
      else if (!this.#readCommand()) return;
    }
  }

  /** One command with its addresses; false where the rest of the line counts for nothing. */
  #readCommand(): boolean {
    const addresses = this.#readAddresses();
    if (this.#free > spaceSize - 1) this.#fail('too much command text');
    this.#skipBlanks();
    let name = this.#next();
    while (name === code('!')) name = this.#next();
    const command = String.fromCharCode(name);
    if (command === '{') {
      this.#depth += 1;
      return true;
    }
    if (command === '}') {
      if (addresses > 0) this.#fail('no addresses allowed');
      this.#depth -= 1;
      if (this.#depth < 0) this.#failPlainly("too many }'s");
      return false;
    }
    if (command === ':') {
      if (addresses > 0) this.#fail('no addresses allowed');
      this.#defineLabel();
      return false;
    }
    if (addresses > 1 && '=airq'.includes(command)) this.#fail('only one address allowed');
    this.#readArguments(command);
    const end = this.#next();
    if (end === code(';')) return true;
    if (end !== nul) this.#fail('command garbled');
    return false;
  }

  /** How many addresses stand before a command. */
  #readAddresses(): number {
    const first = this.#readAddress();
    if (first === undefined) return 0;
    if (first === 'last pattern') {
      if (!this.#hasPattern) this.#failPlainly('first RE may not be null');
      return 1;
    }
    this.#hasPattern = true;
    if (this.#peek !== code(',') && this.#peek !== code(';')) return 1;
    this.#at++;
    if (this.#readAddress() === undefined) this.#fail('command garbled');
    return 2;
  }

  /** A pattern that is not one counts as no address, and what it is made of as the command. httpd: address */
  #readAddress(): 'address' | 'last pattern' | undefined {
    if (this.#peek === code('$')) {
      this.#reserve(2);
      this.#at++;
      return 'address';
    }
    if (this.#peek === code('/') || this.#peek === backslash) {
      if (this.#peek === backslash) this.#at++;
      this.#delimiter = this.#next();
      // References in a replacement are to the groups of its own pattern.
      const groups = this.#groups;
      const hasEnd = this.#line.subarray(this.#at, this.#line.indexOf(nul)).includes(this.#delimiter);
      const read = this.#readPattern();
      this.#groups = groups;
      if (!hasEnd && this.#delimiter === code('/')) this.#fail('command garbled');
      return read;
    }
    if (!isDigit(this.#peek)) return undefined;
    while (isDigit(this.#peek)) this.#at++;
    this.#reserve(3);
    this.#lineNumbers += 1;
    if (this.#lineNumbers >= mostLineNumbers) {
      this.#say('too many line numbers');
      this.#fail('command garbled');
    }
    return 'address';
  }

  #reserve(bytes: number): void {
    if (this.#free > spaceSize - bytes) this.#fail('command garbled');
    this.#free += bytes;
  }

  /** What stands behind the name of a command. */
  #readArguments(command: string): void {
    switch (command) {
      case 'a':
      case 'c':
      case 'i':
        if (this.#peek === backslash) this.#at++;
        if (this.#next() !== newline) this.#fail('command garbled');
        this.#readText();
        return;
      case 'r':
        if (this.#next() !== 32) this.#fail('command garbled');
        this.#free += this.#readText().length + 1;
        if (this.#free > spaceSize) throw new Garbled();
        return;
      case 'w':
        this.#readFile();
        return;
      case 'b':
      case 't':
        this.#readBranch();
        return;
      case 's':
        this.#readSubstitution();
        return;
      case 'y':
        this.#readTransformation();
        return;
      default:
        if (!'=gGhHnNpPdDqlx'.includes(command) || command === '\0') this.#fail('unrecognized command');
    }
  }

  /** httpd: fcomp of `s` */
  #readSubstitution(): void {
    this.#delimiter = this.#next();
    const pattern = this.#readPattern();
    if (pattern === undefined) throw new Garbled();
    if (pattern === 'last pattern' && !this.#hasPattern) this.#failPlainly('first RE may not be null');
    this.#hasPattern = true;
    this.#readReplacement();
    if (this.#peek === code('g')) this.#at++;
    if (this.#peek >= 49 && this.#peek <= 57) {
      let occurrence = 0;
      while (isDigit(this.#peek)) {
        occurrence = occurrence * 10 + this.#peek - 48;
        if (occurrence > 512) this.#fail('suffix too large');
        this.#at++;
      }
    }
    if (this.#peek === code('p')) this.#at++;
    if (this.#peek === code('P')) this.#at++;
    if (this.#peek === code('w')) {
      this.#at++;
      this.#readFile();
    }
  }

  /** httpd: compsub */
  #readReplacement(): void {
    for (;;) {
      if (this.#free > spaceSize - 1) this.#fail('too much command text');
      const byte = this.#next();
      this.#free++;
      if (byte === backslash) {
        if (this.#free > spaceSize - 1) this.#fail('too much command text');
        const escaped = this.#next();
        this.#free++;
        if (escaped > this.#groups + 48 && escaped <= 57) this.#fail("``\\digit'' out of range");
      } else if (byte === this.#delimiter) return;
      else if (byte === nul) this.#fail('ending delimiter missing on substitution');
    }
  }

  /** httpd: ycomp */
  #readTransformation(): void {
    const delimiter = this.#next();
    if (this.#free + 255 > spaceSize - 1) this.#fail('too much command text');
    let to = this.#at;
    for (; this.#line[to] !== delimiter; to++) {
      const byte = this.#line[to];
      if (byte === backslash) to++;
      if (byte === nul || byte === newline) this.#fail('ending delimiter missing on string');
    }
    to++;
    for (let byte = this.#next(); byte !== delimiter; byte = this.#next()) {
      if (byte === backslash && this.#peek === code('n')) this.#at++;
      const into = this.#line[to++];
      if (into === backslash && this.#line[to] === code('n')) to++;
      if (into === delimiter || into === nul) this.#say(`transform strings not the same size: ${this.#text}`);
    }
    if (this.#line[to] !== delimiter) {
      this.#fail(
        this.#line[to] === nul ? 'ending delimiter missing on string' : 'transform strings not the same size',
      );
    }
    this.#at = to + 1;
    this.#free += 256;
  }

  /** Text to the end of the line. httpd: text */
  #readText(): string {
    this.#skipBlanks();
    let text = '';
    for (;;) {
      let byte = this.#next();
      if (byte === backslash) byte = this.#next();
      if (byte === nul) {
        this.#at--;
        return text;
      }
      text += String.fromCharCode(byte);
      if (byte === newline) this.#skipBlanks();
    }
  }

  #readFile(): void {
    if (this.#next() !== 32) this.#fail('Space missing before filename');
    const name = this.#readText();
    if (!this.#files.has(name) && this.#files.size >= mostFiles)
      this.#failPlainly('too many files in w commands');
    this.#files.add(name);
  }

  /** The rest of the line is the name. */
  #readLabel(): string {
    while (this.#peek === 32) this.#at++;
    let name = '';
    for (let byte = this.#next(); byte !== nul; byte = this.#next()) {
      name += String.fromCharCode(byte);
      if (name.length >= 8) this.#fail('label too long');
    }
    this.#at--;
    return name;
  }

  #addLabel(label: Label): void {
    this.#labels.push(label);
    if (this.#labels.length >= mostLabels) this.#fail('too many labels');
  }

  #defineLabel(): void {
    const name = this.#readLabel();
    const known = this.#labels.find((label) => label.name === name);
    if (known?.isDefined) this.#fail('duplicate labels');
    if (known === undefined) this.#addLabel({ name, isDefined: true });
    else known.isDefined = true;
  }

  #readBranch(): void {
    const name = this.#readLabel();
    if (!this.#labels.some((label) => label.name === name)) this.#addLabel({ name, isDefined: false });
  }

  /** Compiles a pattern up to the delimiter; undefined where it is refused. httpd: comple, sed_compile */
  #readPattern(): 'address' | 'last pattern' | undefined {
    const delimiter = this.#delimiter > 127 ? this.#delimiter - 256 : this.#delimiter;
    const start = this.#at;
    const first = this.#next();
    if (first === delimiter || first === newline) {
      if (first === newline) this.#at--;
      return 'last pattern';
    }
    const problem = this.#compilePattern(delimiter, first);
    if (problem === undefined) return 'address';
    this.#at = start;
    this.#say(`${problem}: ${this.#text}`);
    return undefined;
  }

  #compilePattern(delimiter: number, first: number): string | undefined {
    const space = this.#space;
    const limit = spaceSize - 1;
    const open: number[] = [];
    let closed = 0;
    let end = this.#free + 1;
    let last: number | undefined;
    const put = (...bytes: number[]) => {
      for (const byte of bytes) space[end++] = byte;
    };
    const putCharacter = (byte: number) => {
      last = end;
      put(otherCode, byte);
    };
    this.#groups = 0;
    if (first !== code('^')) this.#at--;
    for (;;) {
      if (end >= limit) return 'too much command text';
      const byte = this.#next();
      if (byte !== code('*') && !(byte === backslash && this.#peek === code('{'))) last = end;
      if (byte === delimiter) {
        put(22);
        if (open.length > 0) return '\\( \\) imbalance';
        this.#free = end;
        return undefined;
      }
      // Apache reads on behind the line, in whatever stands there in memory: most often a line end, or a `/`.
      if (byte === newline || byte === nul) {
        if (delimiter !== code('/')) return 'Illegal or missing delimiter';
        return open.length > 0 ? '\\( \\) imbalance' : 'ending delimiter missing on substitution';
      }
      if (byte === code('.')) put(8);
      else if (byte === code('*')) {
        if (last === undefined || space[last] === groupStart || space[last] === groupEnd) putCharacter(byte);
        else space[last]! |= repeated;
      } else if (byte === code('$')) {
        if (this.#peek !== delimiter && this.#peek !== newline) putCharacter(byte);
        else put(20);
      } else if (byte === code('[')) {
        if (end + 17 >= limit) return 'too much command text';
        const size = this.#readClass();
        if (size === undefined) return '[ ] imbalance';
        if (end + size >= limit) return 'too much command text';
        put(12);
        space.fill(0, end, end + size);
        end += size;
      } else if (byte !== backslash) putCharacter(byte);
      else {
        const escaped = this.#next();
        if (escaped === code('(')) {
          if (this.#groups >= mostGroups) return 'Too many \\(';
          open.push(this.#groups);
          put(groupStart, this.#groups++);
        } else if (escaped === code(')')) {
          const group = open.pop();
          if (group === undefined) return '\\( \\) imbalance';
          put(groupEnd, group);
          closed++;
        } else if (escaped === code('{') && last !== undefined) {
          space[last]! |= ranged;
          const problem = this.#readRange();
          if (problem !== undefined) return problem;
          put(0, 0);
        } else if (escaped === newline) return 'Illegal or missing delimiter';
        else if (escaped === code('n')) putCharacter(newline);
        else if (escaped >= 49 && escaped <= 57) {
          if (escaped - 49 >= closed) return "``\\digit'' out of range";
          put(36, escaped - 49);
        } else putCharacter(escaped);
      }
    }
  }

  /** Bytes a class in brackets takes; undefined where it does not end. */
  #readClass(): number | undefined {
    let size = 16;
    let previous = 0;
    let byte = this.#next();
    if (byte === code('^')) byte = this.#next();
    do {
      if (byte === nul || byte === newline) return undefined;
      if (byte > 127) size = 32;
      if (byte === code('-') && previous !== 0) {
        byte = this.#next();
        if (byte === code(']')) return size;
        if (byte > 127) size = 32;
      }
      previous = byte;
      byte = this.#next();
    } while (byte !== code(']'));
    return size;
  }

  /** The numbers of `\{n,m\}`. */
  #readRange(): string | undefined {
    const numbers: number[] = [];
    for (;;) {
      let byte = this.#next();
      let number = 0;
      do {
        if (!isDigit(byte)) return 'Bad number';
        number = (Math.imul(10, number) + byte - 48) | 0;
        byte = this.#next();
      } while (byte !== backslash && byte !== code(','));
      if (number >= 255) return 'Range endpoint too large';
      numbers.push(number & 255);
      if (byte === backslash) break;
      if (numbers.length > 1) return 'More than 2 numbers given in \\{ \\}';
      if (this.#peek === backslash) {
        this.#at++;
        numbers.push(255);
        break;
      }
    }
    if (this.#next() !== code('}')) return '} expected after \\';
    const [least = 0, most = least] = numbers;
    return most < least ? 'First number exceeds second in \\{ \\}' : undefined;
  }
}

const sections = { OutputSed: {}, InputSed: {} };

/** httpd: modules/filters/mod_sed.c sed_add_expr */
const sedExpression =
  (name: keyof typeof sections): ArgumentCheck =>
  ([expression = ''], cmd) => {
    const commands = commandsOf(name, cmd);
    const complaint = commands.compile(expression);
    return complaint === undefined ? undefined : `Failed to compile sed expression. ${complaint}`;
  };

function commandsOf(name: keyof typeof sections, { directory, memory }: DirectiveContext): SedCommands {
  const all = memory(sections[name], () => new WeakMap<ConfigVector, SedCommands>());
  const commands = all.get(directory) ?? new SedCommands();
  all.set(directory, commands);
  return commands;
}

/** The argument checks of mod_sed. */
export const sedArguments: Readonly<Record<string, ArgumentCheck>> = {
  InputSed: sedExpression('InputSed'),
  OutputSed: sedExpression('OutputSed'),
};
