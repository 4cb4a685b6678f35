import type { ConditionExpression, ConfigLine, DirectiveContext, Regex } from '@httpd-ts/kernel';
import { entryOf, withLowerNames } from '@httpd-ts/kernel';
import { compileExpansion, type Expansion } from './expansion.ts';
import { readFlags, readLineWords } from './read-arguments.ts';

export type FileTest = 'f' | 's' | 'd' | 'x' | 'l';
export type Comparison = '<' | '<=' | '=' | '>=' | '>';

/** What a condition asks of its test string. */
export type ConditionTest =
  | { readonly kind: 'regex'; readonly regex: Regex }
  | { readonly kind: 'file'; readonly test: FileTest }
  | { readonly kind: 'uri' | 'accessible-file' }
  | { readonly kind: 'text'; readonly comparison: Comparison; readonly operand: string }
  | { readonly kind: 'number'; readonly comparison: Comparison; readonly operand: number }
  | { readonly kind: 'expression'; readonly expression: ConditionExpression };

/** A RewriteCond. */
export interface Condition {
  readonly input: Expansion;
  readonly test: ConditionTest;
  readonly negate: boolean;
  readonly caseless: boolean;
  readonly orNext: boolean;
  readonly noVary: boolean;
  /** The pattern as written, for the log. */
  readonly pattern: string;
  readonly definedAt: ConfigLine;
}

interface Flags {
  caseless: boolean;
  orNext: boolean;
  noVary: boolean;
}

/** Reads the arguments of a RewriteCond; a text is the complaint. httpd: modules/mappers/mod_rewrite.c cmd_rewritecond */
export function readCondition(line: string, cmd: DirectiveContext): Condition | string {
  const given = readLineWords(line);
  if (given === undefined) return `RewriteCond: bad argument line '${line}'`;
  const flags: Flags = { caseless: false, orNext: false, noVary: false };
  const complaint =
    given.third === undefined ? undefined : readFlags(given.third, (key) => setFlag(flags, key));
  if (complaint !== undefined) return `RewriteCond: ${complaint}`;
  const negated = given.second.startsWith('!');
  const pattern = negated ? given.second.slice(1) : given.second;
  const common = { ...flags, pattern: given.second, definedAt: cmd.node };
  if (given.first.toLowerCase() === 'expr') {
    const options = { noVary: flags.noVary, module: 'rewrite' };
    const expression = cmd.expression(pattern, 'boolean', options);
    if ('error' in expression)
      return `RewriteCond: cannot compile expression ${cmd.isHtaccess ? 'in htaccess context ' : ''}"${pattern}" ${expression.error}`;
    return {
      ...common,
      negate: negated,
      input: compileExpansion(''),
      test: { kind: 'expression', expression },
    };
  }
  const read = readTest(pattern, flags, cmd);
  if (typeof read === 'string') return read;
  const ignoresCase = read.test.kind === 'regex' || read.test.kind === 'text';
  if (flags.caseless && !ignoresCase) {
    cmd.warn(
      `[rewrite:warn] AH00665: RewriteCond: NoCase option for non-regex pattern '${read.shown}' is not supported and will be ignored. (${cmd.node.file}:${cmd.node.line})`,
    );
  }
  return {
    ...common,
    caseless: flags.caseless && ignoresCase,
    negate: negated !== read.inverted,
    input: compileExpansion(given.first),
    test: read.test,
  };
}

const flagFields = {
  NC: 'caseless',
  nocase: 'caseless',
  OR: 'orNext',
  ornext: 'orNext',
  NV: 'noVary',
  novary: 'noVary',
} as const;

const flagsByName = withLowerNames<keyof Flags>(flagFields);

/** The flags of a condition, in both forms. */
export const conditionFlagNames: readonly string[] = Object.keys(flagFields);

function setFlag(flags: Flags, key: string): string | undefined {
  const field = entryOf(flagsByName, key.toLowerCase());
  if (field === undefined) return `unknown flag '${key}'`;
  flags[field] = true;
  return undefined;
}

interface ReadTest {
  readonly test: ConditionTest;
  /** `-ne` is `-eq` the other way round. */
  readonly inverted: boolean;
  /** What the warning about NC quotes. */
  readonly shown: string;
}

const fileTests: Readonly<Record<string, FileTest>> = {
  f: 'f',
  s: 's',
  d: 'd',
  x: 'x',
  l: 'l',
  L: 'l',
  h: 'l',
};
const numberTests: Readonly<Record<string, Comparison>> = {
  lt: '<',
  le: '<=',
  eq: '=',
  ne: '=',
  ge: '>=',
  gt: '>',
};

function readTest(pattern: string, flags: Flags, cmd: DirectiveContext): ReadTest | string {
  const plain = (test: ConditionTest, shown: string): ReadTest => ({ test, inverted: false, shown });
  if (/^-[fsdxlLh]$/.test(pattern))
    return plain({ kind: 'file', test: entryOf(fileTests, pattern[1]!)! }, pattern);
  if (pattern === '-U') return plain({ kind: 'uri' }, pattern);
  if (pattern === '-F') return plain({ kind: 'accessible-file' }, pattern);
  const [, operator, operand] = /^-(lt|le|eq|ne|ge|gt)([\s\S]*)$/.exec(pattern) ?? [];
  if (operator !== undefined) {
    const comparison = entryOf(numberTests, operator)!;
    return {
      test: { kind: 'number', comparison, operand: leadingInteger(operand!) },
      inverted: operator === 'ne',
      shown: operand!,
    };
  }
  if (pattern.length > 1 && /^[<>=]/.test(pattern)) return plain(readTextTest(pattern), pattern);
  const regex = cmd.regex(pattern, { caseless: flags.caseless });
  if (typeof regex === 'string') return `RewriteCond: cannot compile regular expression '${pattern}'`;
  return plain({ kind: 'regex', regex }, pattern);
}

function readTextTest(pattern: string): ConditionTest {
  if (pattern.startsWith('=')) {
    const operand = pattern.slice(1);
    return { kind: 'text', comparison: '=', operand: operand === '""' ? '' : operand };
  }
  const orEqual = pattern[1] === '=';
  const comparison = (pattern[0]! + (orEqual ? '=' : '')) as Comparison;
  return { kind: 'text', comparison, operand: pattern.slice(orEqual ? 2 : 1) };
}

/** The number a text begins with, 0 without one. C: atoi */
export function leadingInteger(text: string): number {
  const digits = /^[\t-\r ]*([+-]?\d+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(digits);
}
