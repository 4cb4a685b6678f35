import { entryOf } from '@httpd-ts/kernel';

/** How a value is read from a file. */
export type MagicType =
  | 'byte'
  | 'short'
  | 'long'
  | 'string'
  | 'date'
  | 'beshort'
  | 'belong'
  | 'bedate'
  | 'leshort'
  | 'lelong'
  | 'ledate';

/** One line of a magic file: what stands at a place, and what it then is. httpd: struct magic */
export interface MagicRule {
  /** How many `>` stand in front: a rule above 0 is asked when one below it fits. */
  readonly level: number;
  readonly offset: number;
  /** The place is read from the file: of this width, and so far from there. */
  readonly indirect: { readonly width: 'byte' | 'short' | 'long'; readonly offset: number } | undefined;
  /** Undefined for a line at fault, which fits nothing. */
  readonly type: MagicType | undefined;
  readonly isUnsigned: boolean;
  readonly mask: bigint;
  /** `=`, `<`, `>`, `&`, `^`, `!`, or `x` for anything. */
  readonly relation: string;
  /** Of numbers, as 64 bits. */
  readonly number: bigint;
  /** Of strings. */
  readonly text: string;
  /** No blank comes between this description and the one before. */
  readonly joinsDirectly: boolean;
  readonly description: string;
}

export interface ParsedMagicLine {
  readonly rule: MagicRule;
  /** What is to be said in the error log, with httpd's numbers. */
  readonly complaints: readonly string[];
  readonly isRefused: boolean;
}

const blank = /[\t-\r ]/;
const longestText = 63;
const longestDescription = 49;

// The first that the text begins with counts.
const typeNames: readonly MagicType[] = [
  'byte',
  'short',
  'long',
  'string',
  'date',
  'beshort',
  'belong',
  'bedate',
  'leshort',
  'lelong',
  'ledate',
];

/** Reads a line that holds neither a comment nor nothing. httpd: modules/metadata/mod_mime_magic.c parse */
export function parseMagicLine(line: string): ParsedMagicLine {
  const complaints: string[] = [];
  let at = 0;
  const skipBlanks = () => {
    while (at < line.length && blank.test(line[at]!)) at++;
  };
  const number = () => {
    const read = readLong(line, at);
    at = read.end;
    return read.value;
  };
  const rule = {
    level: 0,
    offset: 0,
    indirect: undefined as MagicRule['indirect'],
    type: undefined as MagicType | undefined,
    isUnsigned: false,
    mask: allBits,
    relation: '\0',
    number: 0n,
    text: '',
    joinsDirectly: false,
    description: '',
  };
  const refused = (complaint: string) => ({
    rule,
    complaints: [...complaints, complaint],
    isRefused: true,
  });

  while (line[at] === '>') at++;
  rule.level = at;
  const isIndirect = rule.level > 0 && line[at] === '(';
  if (isIndirect) at++;
  const start = at;
  rule.offset = Number(BigInt.asIntN(32, number()));
  if (at === start) complaints.push(`AH01521: mod_mime_magic: offset ${line.slice(at)} invalid`);
  if (isIndirect) {
    const read = readIndirection(line, at, complaints);
    rule.indirect = read.indirect;
    at = read.end;
  }
  while (/[0-9]/.test(line[at] ?? '')) at++;
  skipBlanks();
  if (line[at] === 'u') {
    rule.isUnsigned = true;
    at++;
  }
  rule.type = typeNames.find((name) => line.startsWith(name, at));
  if (rule.type === undefined) return refused(`AH01524: mod_mime_magic: type ${line.slice(at)} invalid`);
  at += rule.type.length;
  if (line[at] === '&') {
    at++;
    rule.mask = signExtended(rule, number());
  }
  skipBlanks();
  if (line[at] === 'x' && blank.test(line[at + 1] ?? '')) {
    rule.relation = 'x';
    at++;
  } else {
    rule.relation = '=';
    if ('><&^='.includes(line[at] ?? ' ') || (line[at] === '!' && rule.type !== 'string')) {
      rule.relation = line[at]!;
      at++;
    }
    skipBlanks();
    if (rule.type === 'string') {
      const read = readText(line, at, complaints);
      rule.text = read.text;
      at = read.end;
    } else {
      rule.number = signExtended(rule, number());
    }
  }
  skipBlanks();
  if (line[at] === '\b' || line.startsWith('\\b', at)) {
    rule.joinsDirectly = true;
    at += line[at] === '\b' ? 1 : 2;
  }
  rule.description = line.slice(at, at + longestDescription);
  return { rule, complaints, isRefused: false };
}

/** `[.lbs][+-]number)` */
function readIndirection(
  line: string,
  start: number,
  complaints: string[],
): { readonly indirect: NonNullable<MagicRule['indirect']>; readonly end: number } {
  let at = start;
  let width: 'byte' | 'short' | 'long' = 'long';
  if (line[at] === '.') {
    const letter = line[at + 1] ?? '';
    const named = entryOf({ l: 'long', s: 'short', b: 'byte' } as const, letter);
    if (named !== undefined) width = named;
    else complaints.push(`AH01522: mod_mime_magic: indirect offset type ${letter} invalid`);
    at += 2;
  }
  const sign = line[at];
  if (sign === '+' || sign === '-') at++;
  let offset = 0;
  if (/[0-9]/.test(line[at] ?? '')) {
    const read = readLong(line, at);
    offset = Number(sign === '-' ? -read.value : read.value);
    at = read.end;
  }
  if (line[at] !== ')') complaints.push("AH01523: mod_mime_magic: missing ')' in indirect offset");
  return { indirect: { width, offset }, end: at + 1 };
}

export const allBits = (1n << 64n) - 1n;
const longMaximum = (1n << 63n) - 1n;

/** A number as C reads it with a base of its own: decimal, `0x` hexadecimal, `0` octal. C: strtol */
function readLong(line: string, at: number): { readonly value: bigint; readonly end: number } {
  const match = /^[\t-\r ]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))/.exec(line.slice(at));
  if (match === null) return { value: 0n, end: at };
  const [all, sign, hexadecimal, octal, decimal] = match;
  const size =
    hexadecimal !== undefined
      ? BigInt(`0x${hexadecimal}`)
      : octal !== undefined
        ? BigInt(`0o${octal}`)
        : BigInt(decimal!);
  const value = sign === '-' ? -size : size;
  const limited = value > longMaximum ? longMaximum : value < -longMaximum - 1n ? -longMaximum - 1n : value;
  return { value: limited, end: at + all.length };
}

/** The low bits that the type has, with their sign carried on through 64 bits. httpd: signextend */
export function signExtended(
  { isUnsigned, type }: Pick<MagicRule, 'isUnsigned' | 'type'>,
  value: bigint,
): bigint {
  if (isUnsigned) return BigInt.asUintN(64, value);
  if (type === 'byte') return BigInt.asUintN(64, BigInt.asIntN(8, value));
  if (type === 'short' || type === 'beshort' || type === 'leshort') {
    return BigInt.asUintN(64, BigInt.asIntN(16, value));
  }
  return BigInt.asUintN(64, value);
}

const letterEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  b: '\b',
  t: '\t',
  f: '\f',
  v: '\v',
};

/** A text with C's escapes, up to a blank, which is taken along. httpd: getstr */
function readText(
  line: string,
  start: number,
  complaints: string[],
): { readonly text: string; readonly end: number } {
  let text = '';
  let at = start;
  while (at < line.length) {
    const character = line[at]!;
    at++;
    if (blank.test(character)) break;
    if (text.length >= longestText) {
      complaints.push(`AH01526: mod_mime_magic: string too long: ${line.slice(start)}`);
      break;
    }
    if (character !== '\\') {
      text += character;
      continue;
    }
    if (at >= line.length) break;
    const escaped = /^(?:([0-7]{1,3})|x([0-9a-fA-F]{0,3})|([\s\S]))/.exec(line.slice(at, at + 4))!;
    const [all, octal, hexadecimal, letter] = escaped;
    if (octal !== undefined) text += String.fromCharCode(Number.parseInt(octal, 8) & 255);
    else if (hexadecimal === '') text += 'x';
    else if (hexadecimal !== undefined) text += String.fromCharCode(Number.parseInt(hexadecimal, 16) & 255);
    else text += entryOf(letterEscapes, letter!) ?? letter!;
    at += all.length;
  }
  return { text, end: at };
}
