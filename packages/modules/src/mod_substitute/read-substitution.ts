import { asciiLowerCase, type DirectiveContext, type Regex } from '@httpd-ts/kernel';

/** `s/from/to/flags`. */
export interface Substitution {
  /** A text to be found as it stands, or an expression. */
  readonly from: string | Regex;
  readonly to: string;
  readonly ignoresCase: boolean;
  /** A line is put together again behind it, so that those that follow see all of it. */
  readonly flattens: boolean;
}

/** Reads the argument of Substitute; a text is the complaint. httpd: modules/filters/mod_substitute.c set_pattern */
export function readSubstitution(line: string, cmd: DirectiveContext): Substitution | string {
  if (line[0]?.toLowerCase() !== 's') return 'Bad Substitute format, must be an s/// pattern';
  const delimiter = line[1];
  const [from = '', to, ...rest] = delimiter === undefined ? [] : line.slice(2).split(delimiter);
  if (delimiter === undefined || from === '' || to === undefined) {
    return 'Bad Substitute format, must be a complete s/// pattern';
  }
  const flags = rest.join(delimiter).toLowerCase();
  if (/[^infq]/.test(flags)) return 'Bad Substitute flag, only s///[infq] are supported';
  const ignoresCase = flags.includes('i');
  // The last of f and q counts.
  const flattens = flags.lastIndexOf('q') <= flags.lastIndexOf('f');
  if (flags.includes('n')) {
    return { from: ignoresCase ? asciiLowerCase(from) : from, to, ignoresCase, flattens };
  }
  const regex = cmd.regex(from, { caseless: ignoresCase, dotAll: false });
  if (typeof regex === 'string') return 'Substitute could not compile regex';
  return { from: regex, to, ignoresCase, flattens };
}
