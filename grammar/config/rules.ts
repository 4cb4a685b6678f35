import { EmbeddedActionsParser, type IToken, Lexer } from 'chevrotain';
import { type JoinedText, joinLines } from './join-lines.ts';
import {
  Arguments,
  CloseWord,
  Comment,
  LineEnd,
  lexerDefinition,
  Name,
  OpenWord,
  QuotedCloseWord,
  QuotedName,
  QuotedOpenWord,
  vocabulary,
  WordsEnd,
} from './tokens.ts';

/** A token of the line language: its text and its offset in the joined text. */
export type ConfigToken = Pick<IToken, 'image' | 'startOffset'>;

/** What a reader of the line language is told, in file order. A blank line has a `lineEnd` only. */
export interface LineActions {
  comment(text: ConfigToken): void;
  directive(name: ConfigToken, args: ConfigToken | undefined): void;
  sectionOpen(word: ConfigToken, args: ConfigToken | undefined): void;
  sectionClose(word: ConfigToken, args: ConfigToken | undefined): void;
  /** The line feed that ends a line; the last line of a file may lack it. */
  lineEnd(offset: number): void;
}

/** The grammar, one rule for each production of the README. */
export class ConfigParser extends EmbeddedActionsParser {
  private actions: LineActions | undefined;

  /** configFile ::= [ line ] { lineEnd [ line ] } */
  readonly configFile = this.RULE('configFile', () => {
    this.OPTION(() => this.SUBRULE(this.line));
    this.MANY(() => {
      this.SUBRULE(this.lineEnd);
      this.OPTION2(() => this.SUBRULE2(this.line));
    });
  });

  /** line ::= comment | directive | sectionOpen | sectionClose */
  private readonly line = this.RULE('line', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.directive) },
      { ALT: () => this.SUBRULE(this.comment) },
      { ALT: () => this.SUBRULE(this.sectionOpen) },
      { ALT: () => this.SUBRULE(this.sectionClose) },
    ]);
  });

  /** lineEnd ::= LineEnd | WordsEnd */
  private readonly lineEnd = this.RULE('lineEnd', () => {
    const end = this.OR([{ ALT: () => this.CONSUME(WordsEnd) }, { ALT: () => this.CONSUME(LineEnd) }]);
    this.ACTION(() => this.actions?.lineEnd(end.startOffset));
  });

  /** comment ::= Comment */
  private readonly comment = this.RULE('comment', () => {
    const text = this.CONSUME(Comment);
    this.ACTION(() => this.actions?.comment(text));
  });

  /** directive ::= ( Name | QuotedName ) [ Arguments ] */
  private readonly directive = this.RULE('directive', () => {
    const name = this.OR([{ ALT: () => this.CONSUME(Name) }, { ALT: () => this.CONSUME(QuotedName) }]);
    const args = this.OPTION(() => this.CONSUME(Arguments));
    this.ACTION(() => this.actions?.directive(name, args));
  });

  /** sectionOpen ::= ( OpenWord | QuotedOpenWord ) [ Arguments ] */
  private readonly sectionOpen = this.RULE('sectionOpen', () => {
    const word = this.OR([
      { ALT: () => this.CONSUME(OpenWord) },
      { ALT: () => this.CONSUME(QuotedOpenWord) },
    ]);
    const args = this.OPTION(() => this.CONSUME(Arguments));
    this.ACTION(() => this.actions?.sectionOpen(word, args));
  });

  /** sectionClose ::= ( CloseWord | QuotedCloseWord ) [ Arguments ] */
  private readonly sectionClose = this.RULE('sectionClose', () => {
    const word = this.OR([
      { ALT: () => this.CONSUME(CloseWord) },
      { ALT: () => this.CONSUME(QuotedCloseWord) },
    ]);
    const args = this.OPTION(() => this.CONSUME(Arguments));
    this.ACTION(() => this.actions?.sectionClose(word, args));
  });

  /** `skipValidations` saves half the time of a start; the tests look for mistakes in the grammar. */
  constructor({ skipValidations = false } = {}) {
    super(vocabulary, { maxLookahead: 1, recoveryEnabled: false, skipValidations });
    this.performSelfAnalysis();
  }

  /** Runs the grammar over joined text. Every text is a sentence of it; a refusal is a mistake in the grammar. */
  read(text: string, actions: LineActions): void {
    const { tokens, errors } = lexer.tokenize(text);
    this.input = tokens;
    this.actions = actions;
    try {
      this.configFile();
      // A line must not get lost in silence: it may be the one that denies access.
      const [error] = [...errors, ...this.errors];
      if (error !== undefined) throw new Error(`grammar/config does not cover this text: ${error.message}`);
    } finally {
      this.input = [];
      this.actions = undefined;
    }
  }
}

const lexer = new Lexer(lexerDefinition, {
  positionTracking: 'onlyOffset',
  ensureOptimizations: true,
  skipValidations: true,
});

// One instance for all files: analysing the grammar takes longer than reading a small file.
const parser = new ConfigParser({ skipValidations: true });

/** Reads configuration text line by line; every offset it reports is one of the joined text. */
export function readLines(text: string, actionsFor: (joined: JoinedText) => LineActions): void {
  const joined = joinLines(text);
  parser.read(joined.text, actionsFor(joined));
}
