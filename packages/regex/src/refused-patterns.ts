import { compileErrorText } from './compile-error-texts.ts';
import type { Pcre2, Pcre2Code, Pcre2CompileError } from './pcre2.ts';

const codePointTooLarge = 134;
const octalTooLarge = 151;
const resetInLookaround = 199;

/**
 * Compiles as PCRE2 10.42 with 8-bit units does: it refuses two kinds of pattern that the bundled 16-bit 10.34 accepts, and
 * accepts one that this refuses.
 */
export function compileStrictly(
  pcre2: Pcre2,
  written: string,
  options: number,
): Pcre2Code | Pcre2CompileError {
  const pattern = withoutHugeReferences(written);
  const wide = findWideEscape(pcre2, pattern, options);
  if (wide !== undefined) return wide;
  const code = pcre2.compile(pattern, options);
  if ('message' in code || !resetsInLookaround(pattern)) return code;
  pcre2.free(code);
  return refusal(resetInLookaround, pattern.length);
}

/** The largest number that is a group's. httpd: PCRE2's INT_MAX / 10 - 1 */
const largestReference = 214_748_363;

/** What no group can have as its number is an octal escape, or the digit 8 or 9 itself. */
function withoutHugeReferences(pattern: string): string {
  return pattern.replace(/\\Q.*?(?:\\E|$)|\\([1-9]\d{8,})|\\./gs, (text, digits: string | undefined) => {
    if (digits === undefined || Number(digits) <= largestReference) return text;
    const [octal] = /^[0-7]{0,3}/.exec(digits)!;
    return octal === ''
      ? digits
      : `\\x{${Number.parseInt(octal, 8).toString(16)}}${digits.slice(octal.length)}`;
  });
}

function refusal(code: number, offset: number): Pcre2CompileError {
  return { code, offset, message: compileErrorText(code) };
}

/**
 * An escape for a code point above 255. Whether the text is an escape there (and not quoted, or in a comment) and whether
 * another error comes before it, PCRE2 itself is asked: a code point too large for 16 bits in its place must be refused.
 */
function findWideEscape(pcre2: Pcre2, pattern: string, options: number): Pcre2CompileError | undefined {
  const escapes = /\\(?:x\{([0-9a-f]+)|o\{([0-7]+)|([4-7][0-7]{2})|.)/gis;
  for (let found = escapes.exec(pattern); found !== null; found = escapes.exec(pattern)) {
    const [text, hexadecimal, braced, octal] = found;
    if (!isWide(hexadecimal, 16) && !isWide(braced, 8) && octal === undefined) continue;
    const before = pattern.slice(0, found.index);
    const closing = octal === undefined ? '' : '}';
    const probe = pcre2.compile(`${before}\\x{10000${closing}${pattern.slice(escapes.lastIndex)}`, options);
    if (!('message' in probe)) pcre2.free(probe);
    else if (probe.code === codePointTooLarge && probe.offset === before.length + '\\x{10000'.length) {
      return refusal(octal === undefined ? codePointTooLarge : octalTooLarge, before.length + text.length);
    }
  }
  return undefined;
}

function isWide(digits: string | undefined, radix: number): boolean {
  return digits !== undefined && Number.parseInt(digits, radix) > 255;
}

/** PCRE2 10.38 and later refuse `\K` in a lookaround. */
function resetsInLookaround(pattern: string): boolean {
  if (!pattern.includes('\\K')) return false;
  const tokens =
    /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\Q.*?\\E|\\.|\[:\^?[a-z]+:\]|[^\]])*\]|\(\?#[^)]*\)|\(\?<?[=!]|\(\*[^:)]*:?|[()]/gs;
  const groups: boolean[] = [false];
  for (const [token] of pattern.matchAll(tokens)) {
    const inLookaround = groups.at(-1)!;
    if (token === ')') groups.pop();
    else if (token === '\\K' && inLookaround) return true;
    else if (token.startsWith('(') && !token.startsWith('(?#'))
      groups.push(inLookaround || isLookaround(token));
  }
  return false;
}

function isLookaround(opening: string): boolean {
  return /^\((?:\?<?[=!]|\*(?:p|n)l[ab]:|\*(?:positive|negative)_look)/.test(opening);
}
