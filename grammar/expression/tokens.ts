import {
  type CustomPatternMatcherFunc,
  createToken,
  type IToken,
  type ITokenConfig,
  Lexer,
  type TokenType,
  tokenMatcher,
} from 'chevrotain';
import { scanRegex, scanText, type TextKind } from './scan-text.ts';

// A label is the name that Bison's messages have for the token. The text ends in a NUL, which C's
// strings end in too: what an end means depends on the mode it is met in.

const token = (
  name: string,
  label: string,
  pattern: TokenType['PATTERN'],
  more: Partial<ITokenConfig> = {},
) => createToken({ name, label, pattern: pattern!, line_breaks: false, ...more });

/** Blanks between tokens; others are errors. */
export const Blanks = createToken({
  name: 'Blanks',
  pattern: /[ \t\n]+/,
  group: Lexer.SKIPPED,
  line_breaks: false,
});

const End = token('End', '$end', '\0', { group: Lexer.SKIPPED });

export const Identifier = token('Identifier', 'T_ID', /[a-zA-Z][a-zA-Z0-9_]*/);

const word = (name: string, label: string, text: string) =>
  token(name, label, new RegExp(text), { longer_alt: Identifier });

export const True = word('True', 'T_TRUE', 'true');
export const False = word('False', 'T_FALSE', 'false');
export const Digits = token('Digits', 'T_DIGIT', /-?[0-9]+/);
export const BackReference = token('BackReference', 'T_REGEX_BACKREF', /\$[0-9]/);

/** `-name` with at least two characters behind the dash. */
export const BinaryOperator = token('BinaryOperator', 'T_OP_BINARY', /-[a-zA-Z_][a-zA-Z_0-9]+/);
export const UnaryOperator = token('UnaryOperator', 'T_OP_UNARY', /-[a-zA-Z_]/);

const dashed = (name: string, label: string, text: string): TokenType[] => [
  token(`Dash${name}`, label, new RegExp(`-${text}`), { longer_alt: BinaryOperator }),
  word(name, label, text),
];

// Categories, so that a rule names `-eq` and `eq` at once.
const category = (name: string, label: string) => token(name, label, Lexer.NA);
export const NumberEqual = category('NumberEqual', 'T_OP_EQ');
export const NumberNotEqual = category('NumberNotEqual', 'T_OP_NE');
export const NumberLess = category('NumberLess', 'T_OP_LT');
export const NumberLessOrEqual = category('NumberLessOrEqual', 'T_OP_LE');
export const NumberGreater = category('NumberGreater', 'T_OP_GT');
export const NumberGreaterOrEqual = category('NumberGreaterOrEqual', 'T_OP_GE');
export const In = category('In', 'T_OP_IN');
export const Or = category('Or', 'T_OP_OR');
export const And = category('And', 'T_OP_AND');
export const Not = category('Not', 'T_OP_NOT');

const within = (parent: TokenType, tokens: readonly TokenType[]): readonly TokenType[] => {
  for (const one of tokens) one.CATEGORIES = [parent];
  return tokens;
};

const named = [
  ...within(In, dashed('InWord', 'T_OP_IN', 'in')),
  ...within(NumberEqual, dashed('EqWord', 'T_OP_EQ', 'eq')),
  ...within(NumberNotEqual, dashed('NeWord', 'T_OP_NE', 'ne')),
  ...within(NumberGreaterOrEqual, dashed('GeWord', 'T_OP_GE', 'ge')),
  ...within(NumberLessOrEqual, dashed('LeWord', 'T_OP_LE', 'le')),
  ...within(NumberGreater, dashed('GtWord', 'T_OP_GT', 'gt')),
  ...within(NumberLess, dashed('LtWord', 'T_OP_LT', 'lt')),
  ...within(And, [word('AndWord', 'T_OP_AND', 'and'), token('AndSign', 'T_OP_AND', '&&')]),
  ...within(Or, [word('OrWord', 'T_OP_OR', 'or'), token('OrSign', 'T_OP_OR', '||')]),
];

export const Matches = token('Matches', 'T_OP_REG', '=~');
export const MatchesNot = token('MatchesNot', 'T_OP_NRE', '!~');
export const TextEqual = token('TextEqual', 'T_OP_STR_EQ', /==?/);
export const TextNotEqual = token('TextNotEqual', 'T_OP_STR_NE', '!=');
export const TextLessOrEqual = token('TextLessOrEqual', 'T_OP_STR_LE', '<=');
export const TextLess = token('TextLess', 'T_OP_STR_LT', '<');
export const TextGreaterOrEqual = token('TextGreaterOrEqual', 'T_OP_STR_GE', '>=');
export const TextGreater = token('TextGreater', 'T_OP_STR_GT', '>');
const negations = within(Not, [word('NotWord', 'T_OP_NOT', 'not'), token('NotSign', 'T_OP_NOT', '!')]);
export const Concatenate = token('Concatenate', 'T_OP_CONCAT', '.');
export const LeftParenthesis = token('LeftParenthesis', "'('", '(');
export const RightParenthesis = token('RightParenthesis', "')'", ')');
export const LeftBrace = token('LeftBrace', "'{'", '{');
export const RightBrace = token('RightBrace', "'}'", '}');
export const Comma = token('Comma', "','", ',');
export const StrayColon = token('StrayColon', "':'", ':');

/** Something no rule of the scanner takes; `payload` is the complaint. */
export const ErrorToken = token('ErrorToken', 'T_ERROR', Lexer.NA);

/** A run of text inside a string or an argument; `payload` is what it stands for. */
export const Text = token('Text', 'T_STRING', Lexer.NA);

type Match = ReturnType<CustomPatternMatcherFunc>;

const matched = (image: string, payload: unknown): Match => Object.assign([image] as [string], { payload });

const inCategory = (parent: TokenType, name: string, pattern: CustomPatternMatcherFunc) =>
  createToken({ name, label: parent.LABEL!, pattern, line_breaks: false, categories: parent });

const regexToken = (name: string, label: string, caseless: boolean) =>
  token(name, label, ((input: string, offset: number) => {
    const found = scanRegex(input, offset);
    if (found === undefined || !('pattern' in found) || found.caseless !== caseless) return null;
    return matched(input.slice(offset, found.end), found.pattern);
  }) as CustomPatternMatcherFunc);

export const Regex = regexToken('Regex', 'T_REGEX', false);
export const CaselessRegex = regexToken('CaselessRegex', 'T_REGEX_I', true);

/** A regular expression without its end: httpd's scanner comes to the end of the text inside it. */
const EndlessRegex = token(
  'EndlessRegex',
  '$end',
  ((input: string, offset: number) => {
    const found = scanRegex(input, offset);
    return found !== undefined && 'missing' in found ? [input.slice(offset)] : null;
  }) as CustomPatternMatcherFunc,
  { group: Lexer.SKIPPED },
);

const RegexError = inCategory(ErrorToken, 'RegexError', (input, offset) => {
  const found = scanRegex(input, offset);
  return found !== undefined && 'error' in found ? matched(input.slice(offset), found.error) : null;
});

const StrayCharacter = inCategory(ErrorToken, 'StrayCharacter', (input, offset) =>
  matched(input.slice(offset), `Parse error near '${input[offset]}'`),
);

const textTokens = (kind: TextKind): readonly TokenType[] => [
  inCategory(Text, `Text-${kind}`, (input, offset) => {
    const found = scanText(input, offset, kind);
    return 'text' in found && found.end > offset ? matched(input.slice(offset, found.end), found.text) : null;
  }),
  inCategory(ErrorToken, `TextError-${kind}`, (input, offset) => {
    const found = scanText(input, offset, kind);
    return 'error' in found ? matched(input.slice(offset), found.error) : null;
  }),
];

export const StringBegin = category('StringBegin', 'T_STR_BEGIN');
const begins = within(StringBegin, [
  token('SingleBegin', 'T_STR_BEGIN', "'", { push_mode: 'single' }),
  token('DoubleBegin', 'T_STR_BEGIN', '"', { push_mode: 'double' }),
]);
export const StringEnd = category('StringEnd', 'T_STR_END');
const singleEnd = token('SingleEnd', 'T_STR_END', "'", { pop_mode: true, categories: StringEnd });
const doubleEnd = token('DoubleEnd', 'T_STR_END', '"', { pop_mode: true, categories: StringEnd });

export const VariableBegin = token('VariableBegin', 'T_VAR_BEGIN', '%{', { push_mode: 'variable' });
export const VariableEnd = token('VariableEnd', 'T_VAR_END', '}', { pop_mode: true });
export const VariableName = token('VariableName', 'T_ID', /[a-zA-Z][a-zA-Z0-9_]*/);
/** The name was that of a function; its argument follows. */
export const VariableColon = token('VariableColon', "':'", ':', { pop_mode: true, push_mode: 'argument' });
const VariableError = inCategory(ErrorToken, 'VariableError', (input, offset) => {
  const char = input[offset]!;
  return matched(
    input.slice(offset),
    char === '\n' || char === '\0'
      ? 'Unterminated string or variable'
      : `Invalid character in variable name '${char}'`,
  );
});

const condition = [
  Blanks,
  ...begins,
  VariableBegin,
  BackReference,
  RegexError,
  EndlessRegex,
  CaselessRegex,
  Regex,
  Matches,
  MatchesNot,
  TextEqual,
  TextNotEqual,
  TextLessOrEqual,
  TextLess,
  TextGreaterOrEqual,
  TextGreater,
  ...named,
  ...negations,
  Concatenate,
  BinaryOperator,
  UnaryOperator,
  True,
  False,
  Digits,
  Identifier,
  LeftParenthesis,
  RightParenthesis,
  LeftBrace,
  RightBrace,
  Comma,
  StrayColon,
  End,
  StrayCharacter,
];
const inText = (kind: TextKind, closing: readonly TokenType[]) => [
  ...closing,
  VariableBegin,
  BackReference,
  ...textTokens(kind),
];

/** httpd: the start conditions of server/util_expr_scan.l; a string begun with one quote ends with it. */
export const lexerDefinition = {
  defaultMode: 'condition',
  modes: {
    condition,
    single: inText('single', [singleEnd]),
    double: inText('double', [doubleEnd]),
    bare: inText('bare', [End]),
    variable: [VariableName, VariableEnd, VariableColon, VariableError],
    argument: inText('argument', [VariableEnd]),
  },
};

const categories = [
  NumberEqual,
  NumberNotEqual,
  NumberLess,
  NumberLessOrEqual,
  NumberGreater,
  NumberGreaterOrEqual,
  In,
  Or,
  And,
  Not,
  ErrorToken,
  Text,
  StringBegin,
  StringEnd,
];

/** Every token of expressions. */
export const vocabulary: readonly TokenType[] = [
  ...new Set([...categories, ...Object.values(lexerDefinition.modes).flat()]),
];

/** Whether the token is a complaint of the scanner. */
export function isError(token: IToken): boolean {
  return tokenMatcher(token, ErrorToken);
}
