import {
  EmbeddedActionsParser,
  type IParserErrorMessageProvider,
  type IToken,
  Lexer,
  type TokenType,
} from 'chevrotain';
import * as t from './tokens.ts';
import type { Comparison, Condition, List, RegexLiteral, Word } from './tree.ts';

/** What a name in an expression is looked up as. */
export type NameKind = 'variable' | 'function' | 'list-function' | 'unary' | 'binary';

/** Answers about names and patterns while an expression is read; a text is the complaint. */
export interface NameChecks {
  /** `constant` is the argument, where it is a constant. httpd: ap_expr_lookup_fn_t */
  name(kind: NameKind, name: string, constant: string | undefined): string | undefined;
  regex(literal: RegexLiteral): boolean;
}

/** The tree of an expression, or what httpd says about it. */
export type ReadExpression<Tree> = { readonly tree: Tree } | { readonly error: string };

/** Ends the reading where httpd's parser gives up. httpd: YYABORT, YYERROR */
class Stop extends Error {
  readonly words: string | undefined;
  constructor(words: string | undefined) {
    super(words);
    this.words = words;
  }
}

const label = (type: TokenType) => type.LABEL!;

// A message is only the list of what Bison would have expected; one of more than four is left out.
const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => label(expected),
  buildNotAllInputParsedMessage: () => '$end',
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? '',
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? '',
};

const numberComparisons: readonly (readonly [TokenType, Comparison])[] = [
  [t.NumberEqual, '=='],
  [t.NumberNotEqual, '!='],
  [t.NumberLess, '<'],
  [t.NumberLessOrEqual, '<='],
  [t.NumberGreater, '>'],
  [t.NumberGreaterOrEqual, '>='],
];
const textComparisons: readonly (readonly [TokenType, Comparison])[] = [
  [t.TextEqual, '=='],
  [t.TextNotEqual, '!='],
  [t.TextLess, '<'],
  [t.TextLessOrEqual, '<='],
  [t.TextGreater, '>'],
  [t.TextGreaterOrEqual, '>='],
];

const nothing: Word = { kind: 'text', text: '' };
const constantOf = (word: Word) => (word.kind === 'text' ? word.text : undefined);

/** The grammar, one rule for each production of the README. */
export class ExpressionParser extends EmbeddedActionsParser {
  private checks: NameChecks = { name: () => undefined, regex: () => true };
  /** What the scanner or a look-up has complained about last. httpd: ap_expr_parse_ctx_t error2 */
  private detail: string | undefined;
  private noted: IToken | undefined;

  /** condition ::= conjunction { Or conjunction } */
  readonly condition = this.RULE('condition', (): Condition => {
    const operands = [this.SUBRULE(this.conjunction)];
    this.MANY(() => {
      this.CONSUME(t.Or);
      operands.push(this.SUBRULE2(this.conjunction));
    });
    return operands.length === 1 ? operands[0]! : { kind: 'or', operands };
  });

  /** conjunction ::= operand { And operand } */
  private readonly conjunction = this.RULE('conjunction', (): Condition => {
    const operands = [this.SUBRULE(this.operand)];
    this.MANY(() => {
      this.CONSUME(t.And);
      operands.push(this.SUBRULE2(this.operand));
    });
    return operands.length === 1 ? operands[0]! : { kind: 'and', operands };
  });

  /** operand ::= True | False | Not operand | "(" condition ")" | UnaryOperator word | relation | ErrorToken */
  private readonly operand = this.RULE(
    'operand',
    (): Condition =>
      this.OR({
        DEF: [
          { ALT: () => this.constant(this.CONSUME(t.True), true) },
          { ALT: () => this.constant(this.CONSUME(t.False), false) },
          { ALT: () => this.SUBRULE(this.negation) },
          { ALT: () => this.SUBRULE(this.group) },
          { ALT: () => this.SUBRULE(this.unary) },
          { ALT: () => this.SUBRULE(this.relation) },
          { ALT: () => this.stopAt(this.CONSUME(t.ErrorToken)) },
        ],
      }),
  );

  private readonly negation = this.RULE('negation', (): Condition => {
    this.CONSUME(t.Not);
    return { kind: 'not', operand: this.SUBRULE(this.operand) };
  });

  private readonly group = this.RULE('group', (): Condition => {
    this.CONSUME(t.LeftParenthesis);
    const inner = this.SUBRULE(this.condition);
    this.CONSUME(t.RightParenthesis, { ERR_MSG: "T_OP_OR or T_OP_AND or ')'" });
    return inner;
  });

  private readonly unary = this.RULE('unary', (): Condition => {
    const name = this.CONSUME(t.UnaryOperator).image.slice(1);
    const operand = this.SUBRULE(this.word);
    this.ACTION(() => this.lookUpBehindNext('unary', name, operand));
    return { kind: 'unary', name, operand };
  });

  /** relation ::= word ( comparison word | ( "=~" | "!~" ) regex | In list | BinaryOperator word ) */
  private readonly relation = this.RULE('relation', (): Condition => {
    const left = this.SUBRULE(this.word);
    const compare = (
      as: 'number' | 'text',
      [type, comparison]: readonly [TokenType, Comparison],
      i: number,
    ) => ({
      ALT: (): Condition => {
        this.consume(i, type);
        return { kind: 'compare', as, comparison, left, right: this.subrule(i, this.word) };
      },
    });
    return this.OR({
      DEF: [
        ...numberComparisons.map((each, i) => compare('number', each, i + 1)),
        ...textComparisons.map((each, i) => compare('text', each, i + 11)),
        {
          ALT: (): Condition => {
            this.CONSUME(t.Matches);
            return { kind: 'match', negated: false, subject: left, regex: this.SUBRULE(this.regex) };
          },
        },
        {
          ALT: (): Condition => {
            this.CONSUME(t.MatchesNot);
            return { kind: 'match', negated: true, subject: left, regex: this.SUBRULE2(this.regex) };
          },
        },
        {
          ALT: (): Condition => {
            this.CONSUME(t.In);
            return { kind: 'in', needle: left, list: this.SUBRULE(this.list) };
          },
        },
        {
          ALT: (): Condition => {
            const name = this.CONSUME(t.BinaryOperator).image.slice(1);
            const right = this.SUBRULE9(this.word);
            this.ACTION(() => this.lookUpBehindNext('binary', name, right));
            return { kind: 'binary', name, left, right };
          },
        },
      ],
    });
  });

  /** regex ::= Regex | CaselessRegex */
  private readonly regex = this.RULE('regex', (): RegexLiteral => {
    const token = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.Regex) }, { ALT: () => this.CONSUME(t.CaselessRegex) }],
      ERR_MSG: 'T_REGEX or T_REGEX_I',
    });
    return this.ACTION(() => {
      const literal = { pattern: String(token.payload), caseless: token.tokenType === t.CaselessRegex };
      if (!this.checks.regex(literal)) throw new Stop('Failed to compile regular expression');
      return literal;
    });
  });

  /** list ::= "{" word { "," word } "}" | Identifier "(" word ")" */
  private readonly list = this.RULE(
    'list',
    (): List =>
      this.OR({
        DEF: [{ ALT: () => this.SUBRULE(this.words) }, { ALT: () => this.SUBRULE(this.listFunction) }],
        ERR_MSG: "T_ID or '{'",
      }),
  );

  private readonly words = this.RULE('words', (): List => {
    const words: Word[] = [];
    this.CONSUME(t.LeftBrace);
    words.push(this.SUBRULE(this.word));
    this.MANY(() => {
      this.CONSUME(t.Comma);
      words.push(this.SUBRULE2(this.word));
    });
    this.CONSUME(t.RightBrace, { ERR_MSG: "'}' or ','" });
    return { kind: 'words', words };
  });

  private readonly listFunction = this.RULE('listFunction', (): List => {
    const name = this.CONSUME(t.Identifier).image;
    const argument = this.SUBRULE(this.parenthesized);
    this.ACTION(() => this.lookUp('list-function', name, argument));
    return { kind: 'list-function', name, argument };
  });

  /** word ::= simpleWord [ "." word ] */
  private readonly word = this.RULE('word', (): Word => {
    const left = this.SUBRULE(this.simpleWord);
    const right = this.OPTION(() => {
      this.CONSUME(t.Concatenate);
      return this.SUBRULE(this.word);
    });
    return right === undefined ? left : { kind: 'concatenation', left, right };
  });

  /** simpleWord ::= Digits | quotedString | variable | BackReference | Identifier "(" word ")" */
  private readonly simpleWord = this.RULE(
    'simpleWord',
    (): Word =>
      this.OR({
        DEF: [
          { ALT: (): Word => ({ kind: 'number', digits: this.CONSUME(t.Digits).image }) },
          { ALT: () => this.SUBRULE(this.quotedString) },
          { ALT: () => this.SUBRULE(this.variable) },
          { ALT: () => this.backReference(this.CONSUME(t.BackReference)) },
          { ALT: () => this.SUBRULE(this.functionCall) },
        ],
      }),
  );

  private readonly functionCall = this.RULE('functionCall', (): Word => {
    const name = this.CONSUME(t.Identifier).image;
    const argument = this.SUBRULE(this.parenthesized);
    this.ACTION(() => this.lookUp('function', name, argument));
    return { kind: 'function', name, argument };
  });

  private readonly parenthesized = this.RULE('parenthesized', (): Word => {
    this.CONSUME(t.LeftParenthesis);
    const inner = this.SUBRULE(this.word);
    this.CONSUME(t.RightParenthesis, { ERR_MSG: "T_OP_CONCAT or ')'" });
    return inner;
  });

  /** quotedString ::= StringBegin ( StringEnd | string StringEnd ) */
  private readonly quotedString = this.RULE('quotedString', (): Word => {
    this.CONSUME(t.StringBegin);
    return this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.StringEnd);
            return nothing;
          },
        },
        {
          ALT: () => {
            const text = this.SUBRULE(this.string);
            this.CONSUME2(t.StringEnd, {
              ERR_MSG: 'T_STRING or T_REGEX_BACKREF or T_STR_END or T_VAR_BEGIN',
            });
            return text;
          },
        },
      ],
    });
  });

  /** string ::= ( stringPart | ErrorToken ) { stringPart } */
  private readonly string = this.RULE('string', (): Word => {
    const parts = [
      this.OR({
        DEF: [
          { ALT: () => this.SUBRULE(this.stringPart) },
          { ALT: () => this.stopAt(this.CONSUME(t.ErrorToken)) },
        ],
        ERR_MSG: 'T_ERROR or T_STRING or T_REGEX_BACKREF or T_VAR_BEGIN',
      }),
    ];
    this.MANY(() => {
      parts.push(this.SUBRULE2(this.stringPart));
    });
    return parts.length === 1 ? parts[0]! : { kind: 'string', parts };
  });

  /** stringPart ::= Text | variable | BackReference */
  private readonly stringPart = this.RULE(
    'stringPart',
    (): Word =>
      this.OR([
        { ALT: (): Word => ({ kind: 'text', text: String(this.CONSUME(t.Text).payload) }) },
        { ALT: () => this.SUBRULE(this.variable) },
        { ALT: () => this.backReference(this.CONSUME(t.BackReference)) },
      ]),
  );

  /** variable ::= VariableBegin VariableName ( VariableEnd | ":" string VariableEnd ) */
  private readonly variable = this.RULE('variable', (): Word => {
    this.CONSUME(t.VariableBegin);
    const name = this.CONSUME(t.VariableName).image;
    return this.OR({
      DEF: [
        {
          ALT: (): Word => {
            this.CONSUME(t.VariableEnd);
            this.ACTION(() => this.lookUp('variable', name, undefined));
            return { kind: 'variable', name };
          },
        },
        {
          ALT: (): Word => {
            this.CONSUME(t.VariableColon);
            const argument = this.SUBRULE(this.string);
            this.CONSUME2(t.VariableEnd, {
              ERR_MSG: 'T_STRING or T_REGEX_BACKREF or T_VAR_BEGIN or T_VAR_END',
            });
            this.ACTION(() => this.lookUp('function', name, argument));
            return { kind: 'function', name, argument };
          },
        },
      ],
      ERR_MSG: "T_VAR_END or ':'",
    });
  });

  /** A whole text, such as a header's value: [ string ] */
  readonly wholeText = this.RULE(
    'wholeText',
    (): Word => this.OPTION(() => this.SUBRULE(this.string)) ?? nothing,
  );

  /** `skipValidations` saves half the time of a start; the tests look for mistakes in the grammar. */
  constructor({ skipValidations = false } = {}) {
    super([...t.vocabulary], {
      skipValidations,
      maxLookahead: 1,
      recoveryEnabled: false,
      errorMessageProvider: expectations,
      nodeLocationTracking: 'none',
    });
    this.performSelfAnalysis();
  }

  /** Reads tokens by one of the two start rules. */
  read<Tree>(tokens: IToken[], rule: () => Tree, checks: NameChecks): ReadExpression<Tree> {
    this.input = tokens;
    this.checks = checks;
    this.detail = undefined;
    let words: string | undefined;
    try {
      const tree = rule.call(this);
      words = this.syntaxError();
      if (words === undefined && this.detail === undefined) return { tree };
    } catch (stopped) {
      // httpd's parser has a stack of ten thousand, and says this when it is used up.
      if (stopped instanceof RangeError) words = 'memory exhausted';
      else if (stopped instanceof Stop) words = stopped.words;
      else throw stopped;
    } finally {
      this.input = [];
    }
    return { error: [words, this.detail].filter((text) => text !== undefined).join(': ') };
  }

  /** The sentence about the first token that does not fit. Bison: yysyntax_error */
  private syntaxError(): string | undefined {
    const [error] = this.errors;
    if (error === undefined) return undefined;
    this.note(error.token);
    const unexpected = error.token.tokenType.LABEL ?? '$end';
    return `syntax error, unexpected ${unexpected}${error.message === '' ? '' : `, expecting ${error.message}`}`;
  }

  /** The scanner has come to this token: its complaint is the latest. */
  private note(token: IToken): void {
    if (!t.isError(token) || this.noted === token) return;
    this.noted = token;
    this.detail = String(token.payload);
  }

  private stopAt(token: IToken): never {
    return this.ACTION(() => {
      this.note(token);
      throw new Stop(undefined);
    }) as never;
  }

  private lookUp(kind: NameKind, name: string, argument: Word | undefined): void {
    const complaint = this.checks.name(kind, name, argument && constantOf(argument));
    if (complaint !== undefined) this.detail = complaint;
  }

  /** An operator is looked up when the token behind its operands has been scanned. */
  private lookUpBehindNext(kind: NameKind, name: string, argument: Word): void {
    this.note(this.LA(1));
    this.lookUp(kind, name, argument);
  }

  private constant(_token: IToken, value: boolean): Condition {
    return { kind: 'constant', value };
  }

  private backReference(token: IToken): Word {
    return { kind: 'back-reference', group: Number(token.image.slice(1)) };
  }
}

// One instance for all expressions, made for the first: analysing the grammar takes longer than reading one.
let reader: { readonly lexer: Lexer; readonly parser: ExpressionParser } | undefined;
function expressionReader() {
  reader ??= {
    lexer: new Lexer(t.lexerDefinition, { positionTracking: 'onlyOffset', skipValidations: true }),
    parser: new ExpressionParser({ skipValidations: true }),
  };
  return reader;
}

/** httpd sees a C string: nothing behind a NUL. */
const asScanned = (text: string) => `${text.split('\0', 1)[0]}\0`;

/** Reads a condition, as `<If>` has it. httpd: ap_expr_parse without AP_EXPR_FLAG_STRING_RESULT */
export function readCondition(text: string, checks: NameChecks): ReadExpression<Condition> {
  const { lexer, parser } = expressionReader();
  const { tokens } = lexer.tokenize(asScanned(text));
  return parser.read(tokens, parser.condition, checks);
}

/** Reads a text with variables in it. httpd: ap_expr_parse with AP_EXPR_FLAG_STRING_RESULT */
export function readText(text: string, checks: NameChecks): ReadExpression<Word> {
  const { lexer, parser } = expressionReader();
  const { tokens } = lexer.tokenize(asScanned(text), 'bare');
  return parser.read(tokens, parser.wholeText, checks);
}
