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

/** A choice between tokens or rules, made once for each parser: a rule runs for every line of a file. */
type Choice<T> = { ALT: () => T }[];

/** The grammar, one rule for each production of the README. */
export class ConfigParser extends EmbeddedActionsParser {
  private actions: LineActions | undefined;
  private anyLine: Choice<void> | undefined;
  private anyLineEnd: Choice<IToken> | undefined;
  private anyName: Choice<IToken> | undefined;
  private anyOpenWord: Choice<IToken> | undefined;
  private anyCloseWord: Choice<IToken> | undefined;
  private readonly consumeArguments = () => this.CONSUME(Arguments);
  private readonly lineAfterEnd = () => {
    this.SUBRULE(this.lineEnd);
    this.OPTION2(this.anotherLine);
  };
  private readonly anotherLine = () => this.SUBRULE2(this.line);

  /** configFile ::= [ line ] { lineEnd [ line ] } */
  readonly configFile = this.RULE('configFile', () => {
    this.OPTION(() => this.SUBRULE(this.line));
    this.MANY(this.lineAfterEnd);
  });

  /** line ::= comment | directive | sectionOpen | sectionClose */
  private readonly line = this.RULE('line', () => {
    this.anyLine ??= [
      { ALT: () => this.SUBRULE(this.directive) },
      { ALT: () => this.SUBRULE(this.comment) },
      { ALT: () => this.SUBRULE(this.sectionOpen) },
      { ALT: () => this.SUBRULE(this.sectionClose) },
    ];
    this.OR(this.anyLine);
  });

  /** lineEnd ::= LineEnd | WordsEnd */
  private readonly lineEnd = this.RULE('lineEnd', () => {
    this.anyLineEnd ??= [{ ALT: () => this.CONSUME(WordsEnd) }, { ALT: () => this.CONSUME(LineEnd) }];
    const end = this.OR(this.anyLineEnd);
    this.actions?.lineEnd(end.startOffset);
  });

  /** comment ::= Comment */
  private readonly comment = this.RULE('comment', () => {
    const text = this.CONSUME(Comment);
    this.actions?.comment(text);
  });

  /** directive ::= ( Name | QuotedName ) [ Arguments ] */
  private readonly directive = this.RULE('directive', () => {
    this.anyName ??= [{ ALT: () => this.CONSUME(Name) }, { ALT: () => this.CONSUME(QuotedName) }];
    const name = this.OR(this.anyName);
    const args = this.OPTION(this.consumeArguments);
    this.actions?.directive(name, args);
  });

  /** sectionOpen ::= ( OpenWord | QuotedOpenWord ) [ Arguments ] */
  private readonly sectionOpen = this.RULE('sectionOpen', () => {
    this.anyOpenWord ??= [{ ALT: () => this.CONSUME(OpenWord) }, { ALT: () => this.CONSUME(QuotedOpenWord) }];
    const word = this.OR(this.anyOpenWord);
    const args = this.OPTION(this.consumeArguments);
    this.actions?.sectionOpen(word, args);
  });

  /** sectionClose ::= ( CloseWord | QuotedCloseWord ) [ Arguments ] */
  private readonly sectionClose = this.RULE('sectionClose', () => {
    this.anyCloseWord ??= [
      { ALT: () => this.CONSUME(CloseWord) },
      { ALT: () => this.CONSUME(QuotedCloseWord) },
    ];
    const word = this.OR(this.anyCloseWord);
    const args = this.OPTION(this.consumeArguments);
    this.actions?.sectionClose(word, args);
  });

  /** `skipValidations` saves half the time of a start; the tests look for mistakes in the grammar. */
  constructor({ skipValidations = false } = {}) {
    super(vocabulary, { maxLookahead: 1, recoveryEnabled: false, skipValidations });
    this.performSelfAnalysis();
  }

  /**
   * Runs the grammar over joined text, which begins at `offset` of a larger one. Every text is a sentence of it; a
   * refusal is a mistake in the grammar.
   */
  read(text: string, actions: LineActions, offset = 0): void {
    const { tokens, errors } = lexer.tokenize(text);
    if (offset > 0) for (const token of tokens) token.startOffset += offset;
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

/** Characters that go through the grammar at once: the tokens of a large file would fill the memory. */
const blockLength = 64 * 1024;

/** Reads configuration text line by line; every offset it reports is one of the joined text. */
export function readLines(given: string, actionsFor: (joined: JoinedText) => LineActions): void {
  const blocks = readLinesInBlocks(given, actionsFor);
  while (blocks.next().done !== true);
}

/** The same in steps, for whoever wants to have done with some lines before the next are read. */
export function* readLinesInBlocks(
  given: string,
  actionsFor: (joined: JoinedText) => LineActions,
): Generator<void, void> {
  const joined = joinLines(given);
  const actions = actionsFor(joined);
  const { text } = joined;
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = text.indexOf('\n', start + blockLength) + 1;
    if (end === 0) end = text.length;
    parser.read(text.slice(start, end), actions, start);
    yield;
  }
}
