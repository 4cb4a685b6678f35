/** What stands between the quotes of a string, or behind the colon of `%{name:`, up to where httpd's scanner stops. */
export type TextKind = 'single' | 'double' | 'bare' | 'argument';

/** The text up to `end`, or the scanner's complaint. */
export type ScannedText =
  | { readonly text: string; readonly end: number }
  | { readonly error: string; readonly end: number };

/** httpd: include/httpd.h MAX_STRING_LEN, the size of the scanner's buffer. */
const maximumLength = 8192;

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

const unterminated = 'Unterminated string or variable';

/** Reads a run of text up to a variable, a back reference or its end. httpd: server/util_expr_scan.l states str, vararg */
export function scanText(input: string, start: number, kind: TextKind): ScannedText {
  let text = '';
  let at = start;
  for (;;) {
    if (endsHere(input, at, kind)) return { text, end: at };
    const piece = scanPiece(input, at, kind);
    if ('error' in piece) return piece;
    text += piece.text;
    at = piece.end;
    if (text.length >= maximumLength) return { error: 'String too long', end: at };
  }
}

function endsHere(input: string, at: number, kind: TextKind): boolean {
  switch (input[at]) {
    case '"':
      return kind === 'double';
    case "'":
      return kind === 'single';
    case '}':
      return kind === 'argument';
    case '\0':
      return kind === 'bare';
    case '%':
      return input[at + 1] === '{';
    case '$':
      return /\d/.test(input[at + 1] ?? '');
    default:
      return false;
  }
}

function scanPiece(input: string, at: number, kind: TextKind): ScannedText {
  const char = input[at]!;
  if (char === '\\') return scanEscape(input, at);
  if (char === '\n' || char === '\0') return { error: unterminated, end: at + 1 };
  // httpd's scanner has no rule for a quote here and aborts the whole process.
  if (kind === 'argument' && (char === '"' || char === "'"))
    return { error: `Parse error near '${char}'`, end: at + 1 };
  return { text: char, end: at + 1 };
}

function scanEscape(input: string, at: number): ScannedText {
  const next = input[at + 1];
  // Nothing behind the backslash: as above.
  if (next === undefined || next === '\0') return { error: unterminated, end: at + 1 };
  const [digits] = /^\d+/.exec(input.slice(at + 1, at + 5)) ?? [];
  if (digits === undefined) return { text: controls[next] ?? next, end: at + 2 };
  const [octal] = /^[0-7]{1,3}/.exec(digits) ?? [''];
  if (octal.length < digits.length) return { error: 'Bad escape sequence', end: at + 1 };
  const code = Number.parseInt(octal, 8);
  return code > 0xff
    ? { error: 'Escape sequence out of bound', end: at + 1 }
    : { text: String.fromCharCode(code), end: at + 1 + octal.length };
}

const separators = '/#$%^,;:_?|-!.\'"';

/** A regular expression where one begins; undefined where none does. `missing` is one that never ends. */
export type ScannedRegex =
  | { readonly pattern: string; readonly caseless: boolean; readonly end: number }
  | { readonly missing: true; readonly end: number }
  | { readonly error: string; readonly end: number };

/** Nothing escapes the delimiter. httpd: server/util_expr_scan.l states regex, regex_flags */
export function scanRegex(input: string, start: number): ScannedRegex | undefined {
  const from = regexStart(input, start);
  if (from === undefined) return undefined;
  const close = input.indexOf(input[from - 1]!, from);
  if ((close < 0 ? input.length : close) - from >= maximumLength)
    return { error: 'Regexp too long', end: from + maximumLength };
  if (close < 0) return { missing: true, end: input.length };
  const caseless = input[close + 1] === 'i';
  return { pattern: input.slice(from, close), caseless, end: close + (caseless ? 2 : 1) };
}

function regexStart(input: string, start: number): number | undefined {
  if (input[start] === '/') return start + 1;
  const next = input[start + 1];
  if (input[start] !== 'm' || next === undefined || !separators.includes(next)) return undefined;
  // `m_a` is a longer match as a name.
  return next === '_' && /\w/.test(input[start + 2] ?? '') ? undefined : start + 2;
}
