/** Something that is true or false. httpd: server/util_expr_parse.y `expr`, `comparison` */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'or' | 'and'; readonly operands: readonly Condition[] }
  /** `-f word`; the name is without its `-`. */
  | { readonly kind: 'unary'; readonly name: string; readonly operand: Word }
  /** `word -ipmatch word`; the name is without its `-`. */
  | { readonly kind: 'binary'; readonly name: string; readonly left: Word; readonly right: Word }
  | {
      readonly kind: 'compare';
      readonly as: 'number' | 'text';
      readonly comparison: Comparison;
      readonly left: Word;
      readonly right: Word;
    }
  | {
      readonly kind: 'match';
      readonly negated: boolean;
      readonly subject: Word;
      readonly regex: RegexLiteral;
    }
  | { readonly kind: 'in'; readonly needle: Word; readonly list: List };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** `/pattern/` or `m#pattern#`, with or without `i`. */
export interface RegexLiteral {
  readonly pattern: string;
  readonly caseless: boolean;
}

/** What `in` looks into. httpd: `wordlist` */
export type List =
  | { readonly kind: 'words'; readonly words: readonly Word[] }
  | { readonly kind: 'list-function'; readonly name: string; readonly argument: Word };

/** Something that has a text. httpd: `word`, `string` */
export type Word =
  | { readonly kind: 'text'; readonly text: string }
  /** Digits as written. */
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string; readonly argument: Word }
  | { readonly kind: 'back-reference'; readonly group: number }
  /** The parts of one string. */
  | { readonly kind: 'string'; readonly parts: readonly Word[] }
  /** `word . word` */
  | { readonly kind: 'concatenation'; readonly left: Word; readonly right: Word };
