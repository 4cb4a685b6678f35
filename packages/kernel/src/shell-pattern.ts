/** Options of a shell pattern. httpd: apr_fnmatch flags */
export interface PatternOptions {
  /** `/` is matched only by itself. */
  readonly pathName?: boolean;
  /** A leading dot of a segment is matched only by itself. */
  readonly period?: boolean;
  readonly caseless?: boolean;
}

const compiled = new Map<string, RegExp>();
const maximumCompiled = 10_000;

/** Whether a text matches a shell pattern with `*`, `?`, `[…]` and `\`. httpd: apr_fnmatch */
export function matchesPattern(pattern: string, text: string, options: PatternOptions = {}): boolean {
  const key = `${options.pathName ? 'p' : ''}${options.period ? 'd' : ''}${options.caseless ? 'i' : ''}:${pattern}`;
  let regex = compiled.get(key);
  if (regex === undefined) {
    regex = compilePattern(pattern, options);
    if (compiled.size >= maximumCompiled) compiled.clear();
    compiled.set(key, regex);
  }
  return regex.test(text);
}

/** Whether a text holds characters that make it a pattern. httpd: apr_fnmatch_test */
export function isPattern(text: string): boolean {
  let isOpen = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '*' || char === '?' || (char === ']' && isOpen)) return true;
    if (char === '\\') i++;
    else if (char === '[') isOpen = true;
  }
  return false;
}

function compilePattern(pattern: string, { pathName, period, caseless }: PatternOptions): RegExp {
  const any = pathName ? '[^/]' : '[^]';
  const noDot = period ? (pathName ? '(?<!(?:^|/)(?=\\.))' : '(?<!^(?=\\.))') : '';
  let source = '^';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '*') {
      while (pattern[i + 1] === '*') i++;
      source += `${dotGuard(source, pattern, i, noDot)}${any}*`;
    } else if (char === '?') source += `${dotGuard(source, pattern, i, noDot)}${any}`;
    else if (char === '[') {
      const set = readSet(pattern, i);
      if (set === undefined) source += '\\[';
      else {
        source += pathName ? `(?!/)${set.source}` : set.source;
        i = set.end;
      }
    } else if (char === '\\' && i + 1 < pattern.length) source += literal(pattern[++i]!);
    else source += literal(char);
  }
  return new RegExp(`${source}$`, caseless ? 'i' : '');
}

/** A wildcard at the start of a segment does not take a leading dot where `period` asks for that. */
function dotGuard(source: string, pattern: string, at: number, noDot: string): string {
  if (noDot === '') return '';
  const before = source === '^' ? '/' : pattern[at - 1];
  return before === '/' || source === '^' ? '(?!\\.)' : '';
}

const literal = (char: string) => char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');

function readSet(
  pattern: string,
  start: number,
): { readonly source: string; readonly end: number } | undefined {
  let i = start + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  let body = '';
  for (let first = true; i < pattern.length && (first || pattern[i] !== ']'); first = false, i++) {
    if (pattern[i] === '\\' && i + 1 < pattern.length) i++;
    const low = pattern[i]!;
    if (pattern[i + 1] === '-' && pattern[i + 2] !== undefined && pattern[i + 2] !== ']') {
      const high = pattern[i + 2]!;
      if (low <= high) body += `${setLiteral(low)}-${setLiteral(high)}`;
      i += 2;
    } else body += setLiteral(low);
  }
  if (pattern[i] !== ']') return undefined;
  if (body === '') return { source: negated ? '[^]' : '[]', end: i };
  return { source: `[${negated ? '^' : ''}${body}]`, end: i };
}

const setLiteral = (char: string) => char.replace(/[\\\]^-]/, '\\$&');
