import type { TagConfig } from './config.ts';
import type { SsiAttribute } from './contract.ts';

/** What a step came to: how much of the text is used up, and what became of it. */
export interface Step {
  readonly used: number;
  /** Goes through to the client. */
  readonly text?: string;
  /** An element begins behind it. */
  readonly begins?: boolean;
  /** Was taken before and is to be looked at again, before the rest. */
  readonly again?: string;
}

/** Where the reader is. `execute` stands behind an element that is whole. httpd: parse_state_t */
type State =
  | 'text'
  | 'start'
  | 'name'
  | 'nameEnd'
  | 'afterNameEnd'
  | 'afterName'
  | 'beforeAttribute'
  | 'end'
  | 'attribute'
  | 'attributeName'
  | 'equals'
  | 'beforeValue'
  | 'value'
  | 'escape'
  | 'afterValue'
  | 'execute';

const blank = /[\t-\r ]/;
const isQuote = (char: string | undefined) => char === '"' || char === "'" || char === '`';

/**
 * Finds the elements of a document, which comes in pieces. A step is what httpd does at one go, since it counts them to
 * know when to pass on what it has. httpd: modules/filters/mod_include.c send_parsed_content and what it calls
 */
export class ElementReader {
  state: State = 'text';
  /** Of the element that was read last. */
  name = '';
  attributes: SsiAttribute[] = [];
  /** Something was wrong with it, and was said. */
  isFaulty = false;

  readonly #tags: TagConfig;
  readonly #complain: (message: string) => void;
  /** What of a word has come. */
  #taken = '';
  /** So much of a tag has come. */
  #matched = 0;
  #attribute = '';
  #quote = '';

  constructor(tags: TagConfig, complain: (message: string) => void) {
    this.#tags = tags;
    this.#complain = complain;
  }

  /** What was held for a tag that never came, at the end of the document. */
  get heldText(): string {
    return this.state === 'start' ? this.#tags.start.slice(0, this.#matched) : '';
  }

  /** The element ends before it is whole. */
  get isInside(): boolean {
    return this.state !== 'text' && this.state !== 'start';
  }

  step(text: string): Step {
    switch (this.state) {
      case 'text':
        return this.#findStart(text);
      case 'start':
        return this.#goOnWithStart(text);
      case 'name':
        return this.#readName(text);
      case 'nameEnd':
        return this.#endName(text);
      case 'afterNameEnd':
      case 'afterName':
        return this.#closeName();
      case 'beforeAttribute':
        return this.#findAttribute(text);
      case 'end':
        return this.#readEnd(text);
      case 'attribute':
        return this.#beginAttribute(text);
      case 'attributeName':
        return this.#readAttributeName(text);
      case 'equals':
        return this.#readEquals(text);
      case 'beforeValue':
        return this.#beginValue(text);
      case 'value':
      case 'escape':
        return this.#readValue(text);
      case 'afterValue':
        return this.#closeValue();
      case 'execute':
        return { used: 0 };
    }
  }

  #findStart(text: string): Step {
    const { start } = this.#tags;
    const at = text.indexOf(start);
    if (at >= 0) {
      this.#beginName();
      return { used: at + start.length, text: text.slice(0, at), begins: true };
    }
    for (let from = Math.max(0, text.length - start.length + 1); from < text.length; from++) {
      if (!start.startsWith(text.slice(from))) continue;
      this.state = 'start';
      this.#matched = text.length - from;
      return { used: text.length, text: text.slice(0, from) };
    }
    return { used: text.length, text };
  }

  #beginName(): void {
    this.state = 'name';
    this.#taken = '';
    this.attributes = [];
  }

  #goOnWithStart(text: string): Step {
    const { start } = this.#tags;
    const held = start.slice(0, this.#matched);
    for (let dropped = 0; dropped < held.length; dropped++) {
      const kept = held.slice(dropped) + text.slice(0, start.length);
      const released = held.slice(0, dropped);
      if (kept.startsWith(start)) {
        const used = start.length - (held.length - dropped);
        this.#beginName();
        return { used, text: released, begins: true };
      }
      if (kept.length < start.length && start.startsWith(kept)) {
        this.#matched = kept.length;
        return { used: text.length, text: released };
      }
    }
    this.state = 'text';
    return { used: 0, text: held };
  }

  #readName(text: string): Step {
    const end = this.#tags.end[0]!;
    for (let at = 0; at < text.length; at++) {
      const char = text[at]!;
      if (blank.test(char)) {
        this.#taken += text.slice(0, at);
        this.state = 'afterName';
        return { used: at };
      }
      if (char !== end) continue;
      this.#taken += text.slice(0, at + 1);
      this.#matched = 1;
      this.state = 'nameEnd';
      return { used: at + 1 };
    }
    this.#taken += text;
    return { used: text.length };
  }

  /** There need be no blank between the name and the end. */
  #endName(text: string): Step {
    const { end } = this.#tags;
    const wanted = end.slice(this.#matched);
    const found = commonLength(wanted, text);
    if (found < wanted.length && found < text.length) {
      this.state = 'name';
      return { used: 0 };
    }
    this.#taken += text.slice(0, found);
    this.#matched += found;
    if (found === wanted.length) {
      this.#taken = this.#taken.slice(0, -end.length);
      this.state = 'afterNameEnd';
    }
    return { used: found };
  }

  #closeName(): Step {
    this.state = this.state === 'afterName' ? 'beforeAttribute' : 'execute';
    this.name = this.#taken.toLowerCase();
    if (this.name === '') this.#fail('AH01368: missing directive name in parsed document');
    return { used: 0 };
  }

  #fail(message: string): void {
    this.isFaulty = true;
    this.#complain(message);
  }

  #findAttribute(text: string): Step {
    const used = blanksIn(text);
    if (used < text.length) {
      this.state = text[used] === this.#tags.end[0] ? 'end' : 'attribute';
      this.#matched = 0;
    }
    return { used };
  }

  #readEnd(text: string): Step {
    const { end } = this.#tags;
    const before = end.slice(0, this.#matched);
    const wanted = end.slice(this.#matched);
    const found = commonLength(wanted, text);
    if (found < wanted.length && found < text.length) {
      this.state = 'attribute';
      return { used: 0, again: before };
    }
    this.#matched += found;
    if (found === wanted.length) this.state = 'execute';
    return { used: found };
  }

  #beginAttribute(text: string): Step {
    this.#taken = '';
    if (!isQuote(text[0])) {
      this.state = 'attributeName';
      return this.#readAttributeName(text);
    }
    this.#attribute = '';
    this.#quote = text[0]!;
    this.state = 'value';
    this.#fail(`AH01369: missing argument name for value to tag ${this.name} in`);
    return { used: 1 };
  }

  #readAttributeName(text: string): Step {
    const end = text.search(/[\t-\r =]/);
    this.#taken += end < 0 ? text : text.slice(0, end);
    if (end < 0) return { used: text.length };
    this.#attribute = this.#taken.toLowerCase();
    this.state = 'equals';
    if (this.#attribute === '') this.#fail(`AH01370: missing argument name for value to tag ${this.name} in`);
    return { used: end };
  }

  #readEquals(text: string): Step {
    const used = blanksIn(text);
    if (used === text.length) return { used };
    if (text[used] === '=') {
      this.state = 'beforeValue';
      return { used: used + 1 };
    }
    this.attributes.push({ name: this.#attribute, value: undefined });
    this.state = 'beforeAttribute';
    return { used };
  }

  #beginValue(text: string): Step {
    const used = blanksIn(text);
    if (used === text.length) return { used };
    this.#taken = '';
    this.state = 'value';
    this.#quote = isQuote(text[used]) ? text[used]! : '';
    return { used: used + this.#quote.length };
  }

  #readValue(text: string): Step {
    const quote = this.#quote;
    let at = this.state === 'escape' && text[0] === quote ? 1 : 0;
    this.state = 'value';
    for (; at < text.length; at++) {
      const char = text[at]!;
      if (quote === '' ? blank.test(char) : char === quote) {
        this.#taken += text.slice(0, at);
        this.state = 'afterValue';
        return { used: at + 1 };
      }
      if (quote === '' || char !== '\\') continue;
      if (at + 1 === text.length) this.state = 'escape';
      else if (text[at + 1] === quote) at++;
    }
    this.#taken += text;
    return { used: text.length };
  }

  #closeValue(): Step {
    const quote = this.#quote;
    const value = quote === '' ? this.#taken : this.#taken.replaceAll(`\\${quote}`, quote);
    this.attributes.push({ name: this.#attribute, value });
    this.state = 'beforeAttribute';
    return { used: 0 };
  }
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

function blanksIn(text: string): number {
  const end = text.search(/[^\t-\r ]/);
  return end < 0 ? text.length : end;
}
