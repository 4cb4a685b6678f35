export {
  ExpressionParser,
  type NameChecks,
  type NameKind,
  type ReadExpression,
  readCondition,
  readText,
} from './rules.ts';
export type { Comparison, Condition, List, RegexLiteral, Word } from './tree.ts';
