import { entryOf } from '@httpd-ts/kernel';
import { brokenMark } from '../mod_xml2enc/contract.ts';
import { closedBy, elements, entities } from './html-facts.ts';

/** An attribute; null when it stands without a value. */
export type Attribute = readonly [name: string, value: string | null];

/** What a parser finds. Text is UTF-8, one character a byte. */
export interface HtmlHandler {
  startElement(name: string, attributes: readonly Attribute[]): void;
  endElement(name: string): void;
  characters(text: string): void;
  /** Content of script and style. */
  cdata(text: string): void;
  comment(text: string): void;
}

type State = 'start' | 'misc' | 'prolog' | 'content' | 'start tag' | 'end tag' | 'epilog' | 'end';

const closing: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(closedBy).flatMap(([open, next]) =>
    open.split(' ').map((name) => [name, new Set(next.split(' '))] as const),
  ),
);

const characterOf: ReadonlyMap<string, number> = new Map(
  [...entities.matchAll(/(\S+) (\d+)/g)].map(([, name, code]) => [name!, Number(code)]),
);

/** A misplaced end tag closes what is of no higher rank. */
const endRanks: Readonly<Record<string, number>> = {
  div: 150,
  td: 160,
  th: 160,
  tr: 170,
  thead: 180,
  tbody: 180,
  tfoot: 180,
  table: 190,
  head: 200,
  body: 200,
  html: 220,
};
const usualRank = 100;

const impliesHead = new Set(['script', 'style', 'meta', 'link', 'title', 'base']);
const standsWithoutBody = new Set(['noframes', 'frame', 'frameset']);
const longestName = 100;
/** Text is told of in pieces of so many bytes. libxml2: HTML_PARSER_BIG_BUFFER_SIZE */
const pieceSize = 1000;

const isBlank = (code: number) => code === 32 || (code >= 9 && code <= 13 && code !== 11 && code !== 12);
const isLetter = (code: number) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const isDigit = (code: number) => code >= 48 && code <= 57;
const LT = 60;
const GT = 62;
const SLASH = 47;
const BROKEN = brokenMark.charCodeAt(0);

/** A character's bytes in UTF-8. */
export function utf8(code: number): string {
  if (code < 0x80) return String.fromCharCode(code);
  if (code < 0x800) return String.fromCharCode((code >> 6) | 0xc0, (code & 63) | 128);
  if (code < 0x10000)
    return String.fromCharCode((code >> 12) | 0xe0, ((code >> 6) & 63) | 128, (code & 63) | 128);
  return String.fromCharCode(
    (code >> 18) | 0xf0,
    ((code >> 12) & 63) | 128,
    ((code >> 6) & 63) | 128,
    (code & 63) | 128,
  );
}

/** Text piece by piece; a piece ends behind the character that fills it. */
function piecesOf(text: string): readonly string[] {
  if (text.length < pieceSize) return text === '' ? [] : [text];
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at + pieceSize;
    while (isContinuation(text.charCodeAt(end))) end++;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

/** A further byte of a character in UTF-8. */
const isContinuation = (code: number) => code >= 0x80 && code < 0xc0;

/** What is no character is left out; a NUL is a space here. */
const withoutControls = (text: string) =>
  text
    .replaceAll('\0', ' ')
    .replaceAll(brokenMark, '')
    .replace(/[\x01-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]/g, '');

/**
 * Reads HTML as it comes, piece by piece, and says where elements begin and end, those that are only implied
 * included. Takes apart what is malformed as libxml2 2.9 does, which httpd's filter uses, since that is what shows in
 * the pages.
 */
export class HtmlParser {
  private readonly handler: HtmlHandler;
  private text = '';
  private at = 0;
  private state: State = 'start';
  private readonly open: string[] = [];
  private hadHead = false;
  private hadBody = false;
  /** Misplaced html, head and body tags that were passed over and whose ends are yet to come. */
  private passedOver = 0;
  /** Up to where the end of a token was looked for in vain. */
  private searched = 0;
  private isStuck = false;

  constructor(handler: HtmlHandler) {
    this.handler = handler;
  }

  /** Takes a piece. */
  push(piece: string): void {
    if (this.state === 'end') return;
    this.text = this.text.slice(this.at) + piece;
    this.searched = Math.max(0, this.searched - this.at);
    this.at = 0;
    this.parse(false);
  }

  /** Nothing follows. */
  finish(): void {
    this.parse(true);
    this.state = 'end';
  }

  private code(ahead = 0): number {
    const at = this.at + ahead;
    return at < this.text.length ? this.text.charCodeAt(at) : 0;
  }

  private get left(): number {
    return this.text.length - this.at;
  }

  private get name(): string | undefined {
    return this.open.at(-1);
  }

  private parse(isLast: boolean): void {
    while (this.left > 0) {
      if (this.code() === 0) {
        this.at++;
        continue;
      }
      if (!this.step(isLast)) break;
    }
    if (this.left > 0 || !isLast) return;
    while (this.open.length > 0) this.close();
  }

  /** One step; false when more must come, or nothing will. */
  private step(isLast: boolean): boolean {
    switch (this.state) {
      case 'start':
        return this.begin(isLast);
      case 'misc':
      case 'prolog':
        return this.readProlog(isLast);
      case 'content':
        return this.readContent(isLast);
      case 'start tag':
        return this.readStartTag(isLast);
      case 'end tag':
        return this.readEndTag(isLast);
      case 'epilog':
        return this.readEpilog(isLast);
      case 'end':
        return false;
    }
  }

  private begin(isLast: boolean): boolean {
    this.skipBlanks();
    if (!this.isAtDoctype()) {
      this.state = 'misc';
      return true;
    }
    if (!isLast && !this.hasTagEnd()) return false;
    this.readDoctype();
    this.state = 'prolog';
    return true;
  }

  private readProlog(isLast: boolean): boolean {
    this.skipBlanks();
    const least = this.state === 'prolog' ? 2 : 1;
    if (this.left < least || (this.left < 2 && !isLast)) return false;
    if (this.code() === LT && this.code(1) === 33) {
      if (this.isAt('<!--')) return this.readCommentWhole(isLast);
      if (this.state === 'misc' && this.isAtDoctype()) {
        if (!isLast && !this.hasTagEnd()) return false;
        this.readDoctype();
        this.state = 'prolog';
        return true;
      }
      if (this.left < (this.state === 'misc' ? 9 : 4)) return false;
    } else if (this.isAt('<?')) return this.readInstructionWhole(isLast);
    this.state = 'content';
    return true;
  }

  private readEpilog(isLast: boolean): boolean {
    if (isBlank(this.code())) {
      this.readText();
      return false;
    }
    if (this.left < 2) return false;
    if (this.isAt('<!--')) return this.readCommentWhole(isLast);
    if (this.isAt('<?')) return this.readInstructionWhole(isLast);
    if (this.isAt('<!') && this.left < 4) return false;
    this.state = 'end';
    return false;
  }

  private readCommentWhole(isLast: boolean): boolean {
    if (!isLast && this.findCommentEnd() < 0) return false;
    this.readComment();
    return true;
  }

  private readInstructionWhole(isLast: boolean): boolean {
    if (!isLast && this.find('>') < 0) return false;
    this.readInstruction();
    return true;
  }

  private readContent(isLast: boolean): boolean {
    const code = this.code();
    if (this.left === 1 && isLast && code !== LT && code !== 38) {
      if (!isBlank(code)) {
        this.implyParagraph();
        this.handler.characters(this.text[this.at]!);
      }
      this.at++;
      return true;
    }
    if (this.left < 2) return false;
    const next = this.code(1);
    if (this.name === 'script' || this.name === 'style') return this.readScript(isLast);
    if (code !== LT) {
      if (!isLast && this.find('<') < 0) return false;
      while (this.left > 0 && this.code() !== LT && this.state === 'content') {
        if (this.code() === 38) this.readReference();
        else this.readText();
      }
      return true;
    }
    if (this.isAtDoctype()) {
      if (!isLast && !this.hasTagEnd()) return false;
      this.readDoctype();
    } else if (this.isAt('<!--')) return this.readCommentWhole(isLast);
    else if (next === 63) return this.readInstructionWhole(isLast);
    else if (next === 33 && this.left < 4) return false;
    else if (next === SLASH) this.state = 'end tag';
    else if (isLetter(next)) this.state = 'start tag';
    else {
      this.handler.characters('<');
      this.at++;
    }
    return true;
  }

  /** Where a character is found, from here on. */
  private find(char: string): number {
    const found = this.text.indexOf(char, Math.max(this.at, this.searched));
    this.searched = found < 0 ? this.text.length : 0;
    return found;
  }

  /**
   * Whether a tag's end is there, outside of the quotes of its attributes. Where a piece ends within quotes, libxml2 looks
   * for their end in vain from then on, and reads the rest when nothing follows.
   */
  private hasTagEnd(): boolean {
    if (this.isStuck) return false;
    const { quote, end } = this.tagEnd(Math.max(this.at, this.searched));
    this.isStuck = quote !== '';
    this.searched = end < 0 ? this.text.length : 0;
    return end >= 0;
  }

  private tagEnd(from: number): { readonly quote: string; readonly end: number } {
    let quote = '';
    for (let i = from; i < this.text.length; i++) {
      const at = this.text[i]!;
      if (quote !== '') {
        if (at === quote) quote = '';
      } else if (at === '"' || at === "'") quote = at;
      else if (at === '>') return { quote, end: i };
    }
    return { quote, end: -1 };
  }

  private findCommentEnd(): number {
    const from = Math.max(this.at, this.searched);
    for (let at = this.text.indexOf('--', from); at >= 0; at = this.text.indexOf('--', at + 1)) {
      if (this.text[at + 2] === '>' || this.text.startsWith('!>', at + 2)) {
        this.searched = 0;
        return at;
      }
    }
    this.searched = Math.max(this.at, this.text.length - 3);
    return -1;
  }

  private isAt(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  private isAtDoctype(): boolean {
    return this.isAt('<!') && this.text.slice(this.at + 2, this.at + 9).toUpperCase() === 'DOCTYPE';
  }

  private skipBlanks(): void {
    while (isBlank(this.code())) this.at++;
  }

  /** The document type is not told of. */
  private readDoctype(): void {
    this.at += 9;
    const { end } = this.tagEnd(this.at);
    const plain = this.text.indexOf('>', this.at);
    this.at = end >= 0 ? end + 1 : plain >= 0 ? plain + 1 : this.text.length;
  }

  private readInstruction(): void {
    const end = this.text.indexOf('>', this.at);
    const hasName = /[A-Za-z_:]/.test(this.text[this.at + 2] ?? '');
    if (!hasName) {
      this.at += 2;
      return;
    }
    this.at = end < 0 ? this.text.length : end + 1;
  }

  private readComment(): void {
    this.at += 4;
    const start = this.at;
    const match = /--(?:>|!>)/g;
    match.lastIndex = start;
    const found = match.exec(this.text);
    if (found === null) {
      this.at = this.text.length;
      this.state = 'content';
      return;
    }
    this.at = found.index + found[0].length;
    this.handler.comment(withoutControls(this.text.slice(start, found.index)));
  }

  /** Script and style end with their own end tag only. */
  private readScript(isLast: boolean): boolean {
    if (!isLast) {
      const end = this.text.indexOf('</', this.at);
      if (end < 0 || end + 2 >= this.text.length) return false;
    }
    const begins = this.isAt('</');
    const own = new RegExp(`</${this.name}`, 'gi');
    own.lastIndex = this.at;
    const found = own.exec(this.text);
    const end = found === null ? this.text.length : found.index;
    const content = withoutControls(this.text.slice(this.at, end));
    this.at = end;
    for (const piece of piecesOf(content)) this.handler.cdata(piece);
    if (begins) this.state = 'end tag';
    return true;
  }

  private readText(): void {
    const start = this.at;
    while (this.left > 0) {
      const code = this.code();
      if (code === LT || code === 38) break;
      this.at++;
    }
    const text = withoutControls(this.text.slice(start, this.at));
    if (text === '') {
      if (this.code() === 0) this.state = 'end';
      return;
    }
    const pieces = piecesOf(text);
    for (const piece of pieces) {
      if (piece.length < pieceSize && this.isIgnorable(piece)) continue;
      this.implyParagraph();
      this.handler.characters(piece);
    }
  }

  /** White space between elements where no text belongs. */
  private isIgnorable(text: string): boolean {
    if (/[^ \t\r\n]/.test(text)) return false;
    if (this.code() === 0) return true;
    if (this.code() !== LT) return false;
    return this.name === undefined || this.name === 'html' || this.name === 'head';
  }

  private readReference(): void {
    if (this.code(1) === 35) {
      const code = this.readCharacterReference();
      if (code === 0) return;
      this.implyParagraph();
      this.handler.characters(utf8(code));
      return;
    }
    const { name, code } = this.readEntity();
    this.implyParagraph();
    if (code !== undefined) this.handler.characters(utf8(code));
    else {
      this.handler.characters('&');
      if (name !== undefined) this.handler.characters(name);
    }
  }

  /** `&#65;` or `&#x41;`; 0 when it stands for no character. */
  private readCharacterReference(): number {
    const isHex = this.code(2) === 120 || this.code(2) === 88;
    this.at += isHex ? 3 : 2;
    const digits = isHex ? /[0-9a-fA-F]*/y : /[0-9]*/y;
    digits.lastIndex = this.at;
    const [number = ''] = digits.exec(this.text) ?? [];
    this.at += number.length;
    if (this.code() === 59) this.at++;
    const code = number === '' ? 0 : Number.parseInt(number, isHex ? 16 : 10);
    const isCharacter =
      code === 9 ||
      code === 10 ||
      code === 13 ||
      (code >= 32 && code < 0xd800) ||
      (code >= 0xe000 && code < 0xfffe) ||
      (code >= 0x10000 && code < 0x110000);
    return isCharacter ? code : 0;
  }

  /** An entity is known only with its semicolon. */
  private readEntity(): { readonly name: string | undefined; readonly code: number | undefined } {
    this.at++;
    const pattern = /[A-Za-z_:][A-Za-z0-9_\-:.]*/y;
    pattern.lastIndex = this.at;
    const name = pattern.exec(this.text)?.[0];
    if (name === undefined || this.at + name.length >= this.text.length)
      return { name: undefined, code: undefined };
    this.at += name.length;
    if (this.code() !== 59) return { name, code: undefined };
    const code = characterOf.get(name);
    if (code !== undefined) this.at++;
    return { name, code };
  }

  private readName(): string | undefined {
    const first = this.code();
    if (!isLetter(first) && first !== 95 && first !== 58 && first !== 46) return undefined;
    const start = this.at;
    while (this.at - start < longestName) {
      const code = this.code();
      if (!isLetter(code) && !isDigit(code) && code !== 58 && code !== 45 && code !== 95 && code !== 46)
        break;
      this.at++;
    }
    return this.text.slice(start, this.at).toLowerCase();
  }

  private readStartTag(isLast: boolean): boolean {
    if (this.left < 2 && !isLast) return false;
    if (this.code() !== LT) {
      this.state = 'content';
      return true;
    }
    if (this.code(1) === SLASH) {
      this.state = 'end tag';
      return true;
    }
    if (!isLast && !this.hasTagEnd()) return false;
    this.at++;
    const name = this.readName();
    if (name === undefined) {
      this.skipTo(GT);
      if (this.code() === GT) this.at++;
      return true;
    }
    this.autoClose(name);
    this.implyElements(name);
    const isDiscarded = this.isMisplaced(name);
    const attributes = this.readAttributes();
    if (!isDiscarded) {
      this.enter(name);
      this.handler.startElement(name, attributes);
    }
    this.endStartTag(isDiscarded ? this.name : name);
    return true;
  }

  private endStartTag(name: string | undefined): void {
    if (name === undefined) {
      if (this.code() === GT) this.at++;
      return;
    }
    this.state = 'content';
    if (this.isAt('/>')) {
      this.at += 2;
      this.close();
      return;
    }
    if (this.code() !== GT) {
      this.open.pop();
      return;
    }
    this.at++;
    if (entryOf(elements, name)?.[0].includes('e')) this.close();
  }

  /** html inside something, head not at its place, a second body. */
  private isMisplaced(name: string): boolean {
    const isMisplaced =
      (name === 'html' && this.open.length > 0) ||
      (name === 'head' && this.open.length !== 1) ||
      (name === 'body' && this.open.includes('body'));
    if (isMisplaced) this.passedOver++;
    return isMisplaced;
  }

  private readAttributes(): readonly Attribute[] {
    const attributes: Attribute[] = [];
    this.skipBlanks();
    while (this.left > 0 && this.code() !== 0 && this.code() !== GT && !this.isAt('/>')) {
      const name = this.readName();
      if (name === undefined) {
        while (
          this.left > 0 &&
          this.code() !== 0 &&
          !isBlank(this.code()) &&
          this.code() !== GT &&
          !this.isAt('/>')
        )
          this.at++;
      } else {
        const value = this.readValue();
        if (!attributes.some(([other]) => other === name)) attributes.push([name, value]);
      }
      this.skipBlanks();
    }
    return attributes;
  }

  private readValue(): string | null {
    this.skipBlanks();
    if (this.code() !== 61) return null;
    this.at++;
    this.skipBlanks();
    const quote = this.code();
    if (quote !== 34 && quote !== 39) return this.readValueTo(0);
    this.at++;
    const value = this.readValueTo(quote);
    if (this.code() === quote) this.at++;
    return value;
  }

  private readValueTo(stop: number): string {
    let value = '';
    while (this.left > 0) {
      const code = this.code();
      if (code === 0 || code === stop || (stop === 0 && (code === GT || isBlank(code)))) break;
      if (code === BROKEN) {
        // Of this character, which libxml2 reads while it changes the encoding, only the first byte becomes one.
        value += utf8(this.code(1));
        this.at += 3;
        continue;
      }
      if (code !== 38) {
        value += this.text[this.at++];
        continue;
      }
      if (this.code(1) === 35) {
        value += utf8(this.readCharacterReference());
        continue;
      }
      const entity = this.readEntity();
      value += entity.code === undefined ? `&${entity.name ?? ''}` : utf8(entity.code);
    }
    // What follows a NUL is not seen.
    const end = value.indexOf('\0');
    return end < 0 ? value : value.slice(0, end);
  }

  private skipTo(code: number): void {
    while (this.left > 0 && this.code() !== 0 && this.code() !== code) this.at++;
  }

  private readEndTag(isLast: boolean): boolean {
    if (this.left < 2 || (!isLast && this.find('>') < 0)) return false;
    this.at += 2;
    const name = this.readName();
    if (name !== undefined) {
      this.skipTo(GT);
      if (this.code() === GT) this.at++;
      this.endElement(name);
    }
    this.state = this.open.length === 0 ? 'epilog' : 'content';
    return true;
  }

  private endElement(name: string): void {
    if (this.passedOver > 0 && (name === 'html' || name === 'body' || name === 'head')) {
      this.passedOver--;
      return;
    }
    if (!this.open.includes(name)) return;
    const rank = entryOf(endRanks, name) ?? usualRank;
    for (let i = this.open.length - 1; this.open[i] !== name; i--) {
      if ((entryOf(endRanks, this.open[i]!) ?? usualRank) > rank) return;
    }
    while (this.name !== name) this.close();
    this.close();
  }

  private close(): void {
    const name = this.open.pop();
    if (name !== undefined) this.handler.endElement(name);
  }

  private enter(name: string): void {
    if (name === 'head') this.hadHead = true;
    if (name === 'body') {
      this.hadHead = true;
      this.hadBody = true;
    }
    this.open.push(name);
  }

  private autoClose(name: string): void {
    while (this.name !== undefined && closing.get(this.name)?.has(name)) this.close();
  }

  private imply(name: string): void {
    this.enter(name);
    this.handler.startElement(name, []);
  }

  /** Opens html, head and body where a tag implies them. */
  private implyElements(name: string): void {
    if (name === 'html') return;
    if (this.open.length === 0) this.imply('html');
    if (name === 'body' || name === 'head') return;
    if (this.open.length <= 1 && impliesHead.has(name)) {
      if (!this.hadHead) this.imply('head');
    } else if (!standsWithoutBody.has(name)) {
      if (this.hadBody || this.open.includes('body') || this.open.includes('head')) return;
      this.imply('body');
    }
  }

  /** Text outside of body stands in a paragraph. */
  private implyParagraph(): void {
    const { name } = this;
    if (name !== undefined && name !== 'html' && name !== 'head') return;
    this.autoClose('p');
    this.implyElements('p');
    this.imply('p');
  }
}
