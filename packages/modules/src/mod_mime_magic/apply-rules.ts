import { type LocalTime, strftime } from '@httpd-ts/kernel';
import { allBits, type MagicRule, type MagicType, signExtended } from './parse-magic-line.ts';

/** So many bytes are looked at from a place on, all of which must be there. httpd: union VALUETYPE */
const valueSize = 64;

/** What the rules have to say about the first bytes of a file. */
export interface Described {
  /** The descriptions and the blanks between them; undefined: no rule fits. */
  readonly pieces: readonly string[] | undefined;
  /** What is to be said in the error log. */
  readonly complaints: readonly string[];
}

/**
 * The descriptions of the first rule that fits and of those below it that fit. `size` counts the NUL behind the
 * bytes. httpd: modules/metadata/mod_mime_magic.c match
 */
export function applyRules(
  rules: readonly MagicRule[],
  bytes: Uint8Array,
  size: number,
  localTimeAt: (seconds: number) => LocalTime,
): Described {
  const complaints: string[] = [];
  const fittingValue = (rule: MagicRule): DataView | undefined => {
    if (rule.type === undefined) {
      if (isInside(rule.offset, size))
        complaints.push('AH01538: mod_mime_magic: invalid type 0 in mconvert().');
      return undefined;
    }
    const value = readValue(rule, rule.type, bytes, size);
    if (value === undefined) return undefined;
    if (isOdd(rule)) {
      complaints.push('AH01539: mod_mime_magic: BOINK');
      return value;
    }
    return fits(rule, value) ? value : undefined;
  };
  for (let i = 0; i < rules.length; i++) {
    const first = rules[i]!;
    const value = fittingValue(first);
    if (value === undefined) {
      while (i + 1 < rules.length && rules[i + 1]!.level > 0) i++;
      continue;
    }
    const pieces = [describe(first, value, localTimeAt)];
    let needsSeparator = first.description !== '';
    let level = 1;
    for (let j = i + 1; j < rules.length && rules[j]!.level > 0; j++) {
      const rule = rules[j]!;
      if (level < rule.level) continue;
      level = rule.level;
      const inner = fittingValue(rule);
      if (inner === undefined) continue;
      if (needsSeparator && !rule.joinsDirectly && rule.description !== '') {
        pieces.push(' ');
        needsSeparator = false;
      }
      pieces.push(describe(rule, inner, localTimeAt));
      if (rule.description !== '') needsSeparator = true;
      level++;
    }
    return { pieces, complaints };
  }
  return { pieces: undefined, complaints };
}

/** The text `x`, or a number of its bytes, stands for a rule that always fits. */
const isOdd = ({ type, text, number }: MagicRule) =>
  type === 'string' ? text === 'x' || text.startsWith('x\0') : (number & 0xffffn) === 0x78n;

/** The bytes at the rule's place in the order of this machine; undefined where there are too few. httpd: mget */
function readValue(rule: MagicRule, type: MagicType, bytes: Uint8Array, size: number): DataView | undefined {
  const value = valueAt(type, rule.offset, bytes, size);
  if (value === undefined || rule.indirect === undefined) return value;
  const { width, offset } = rule.indirect;
  const pointer =
    width === 'byte'
      ? value.getUint8(0)
      : width === 'short'
        ? value.getUint16(0, true)
        : Number(value.getBigInt64(0, true));
  return valueAt(type, pointer + offset, bytes, size);
}

const isInside = (offset: number, size: number) => offset >= 0 && offset + valueSize <= size;

function valueAt(type: MagicType, offset: number, bytes: Uint8Array, size: number): DataView | undefined {
  if (!isInside(offset, size)) return undefined;
  // The last byte may be the NUL that stands behind the file's.
  const copy = new Uint8Array(valueSize);
  copy.set(bytes.subarray(offset, offset + valueSize));
  const view = new DataView(copy.buffer);
  switch (type) {
    case 'beshort':
      view.setUint16(0, view.getUint16(0), true);
      break;
    case 'belong':
    case 'bedate':
      view.setBigInt64(0, BigInt(view.getInt32(0)), true);
      break;
    case 'lelong':
    case 'ledate':
      view.setBigInt64(0, BigInt(view.getInt32(0, true)), true);
      break;
    case 'string': {
      copy[valueSize - 1] = 0;
      const end = copy.indexOf(10);
      if (end >= 0) copy[end] = 0;
      break;
    }
  }
  return view;
}

/** A number of the rule's width, 64 bits. */
function numberOf({ type }: MagicRule, value: DataView): bigint {
  if (type === 'byte') return BigInt(value.getUint8(0));
  if (type === 'short' || type === 'beshort' || type === 'leshort') return BigInt(value.getUint16(0, true));
  return value.getBigUint64(0, true);
}

/** How the bytes differ from the rule's text: the first difference, or 0. */
function difference({ text }: MagicRule, value: DataView): bigint {
  for (let i = 0; i < text.length; i++) {
    const found = value.getUint8(i) - text.charCodeAt(i);
    if (found !== 0) return BigInt.asUintN(64, BigInt(found));
  }
  return 0n;
}

/** httpd: mcheck */
function fits(rule: MagicRule, value: DataView): boolean {
  if (rule.relation === 'x') return true;
  const isText = rule.type === 'string';
  const wanted = isText ? 0n : rule.number;
  const raw = isText ? difference(rule, value) : signExtended(rule, numberOf(rule, value));
  const found = raw & rule.mask;
  const order = (n: bigint) => (rule.isUnsigned ? n : BigInt.asIntN(64, n));
  switch (rule.relation) {
    case '=':
      return found === wanted;
    case '!':
      return found !== wanted;
    case '>':
      return order(found) > order(wanted);
    case '<':
      return order(found) < order(wanted);
    case '&':
      return (found & wanted) === wanted;
    default:
      return (found & wanted) !== wanted;
  }
}

const ctime = strftime('%a %b %d %H:%M:%S %Y');

/** The description with the value where it asks for it. httpd: mprint */
function describe(rule: MagicRule, value: DataView, localTimeAt: (seconds: number) => LocalTime): string {
  const { description, type, relation } = rule;
  if (!description.includes('%')) return description;
  if (type === 'string') return print(description, untilNul(relation === '=' ? rule.text : textOf(value)));
  if (type === 'date' || type === 'bedate' || type === 'ledate') {
    return print(description, ctime(localTimeAt(Number(value.getBigInt64(0, true)))));
  }
  return print(description, signExtended(rule, numberOf(rule, value)) & rule.mask & allBits);
}

const textOf = (value: DataView) => String.fromCharCode(...new Uint8Array(value.buffer));
const untilNul = (text: string) => text.split('\0', 1)[0]!;

/** C's formats for one value; those that do not suit it print nothing. */
function print(format: string, value: string | bigint): string {
  return format.replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?(l|ll|h|q)?([a-zA-Z%])/g,
    (
      _,
      left: string,
      zero: string,
      width: string,
      precision: string | undefined,
      size = '',
      letter: string,
    ) => {
      if (letter === '%') return '%';
      const printed = printOne(letter, size, precision, value);
      if (left !== '') return printed.padEnd(Number(width));
      if (zero === '') return printed.padStart(Number(width));
      const sign = printed.startsWith('-') ? '-' : '';
      return sign + printed.slice(sign.length).padStart(Number(width) - sign.length, '0');
    },
  );
}

function printOne(
  letter: string,
  size: string,
  precision: string | undefined,
  value: string | bigint,
): string {
  if (typeof value === 'string') {
    return letter === 's' ? value.slice(0, precision === undefined ? undefined : Number(precision)) : '';
  }
  const bits = size === '' ? 32 : size === 'h' ? 16 : 64;
  const unsigned = BigInt.asUintN(bits, value);
  switch (letter) {
    case 'd':
    case 'i':
      return String(BigInt.asIntN(bits, value));
    case 'u':
      return String(unsigned);
    case 'x':
      return unsigned.toString(16);
    case 'X':
      return unsigned.toString(16).toUpperCase();
    case 'o':
      return unsigned.toString(8);
    case 'c':
      return String.fromCharCode(Number(value & 255n));
    default:
      return '';
  }
}
