/**
 * How a directive's raw arguments become what its `set` receives, with httpd's words when they do not fit.
 * httpd: server/config.c invoke_cmd, server/util.c ap_getword_conf
 */
export interface ArgumentShape<Args> {
  /** httpd's name of the style, such as `TAKE1`. */
  readonly style: string;
  /** Calls `each` once (several times for the iterating styles) and stops at its first complaint. */
  read(raw: string, usage: ArgumentUsage, each: (args: Args) => Complaint): Complaint;
}

/** What a count error quotes. */
export interface ArgumentUsage {
  /** The name as registered. */
  readonly name: string;
  readonly usage: string | undefined;
}

/** Text of an error as httpd prints it, or nothing when all is well. */
// biome-ignore lint/suspicious/noConfusingVoidType: a setter without complaints need not return anything
export type Complaint = string | undefined | void;

const isBlank = (code: number) => code === 32 || (code >= 9 && code <= 13);

/** Position in raw arguments, moved on by `nextWord`. */
export interface WordCursor {
  readonly text: string;
  at: number;
}

/**
 * Takes the next word off raw arguments: blank-separated, or quoted by `"` or `'` (ending at that quote or at the end).
 * Gives an empty string when nothing is left.
 * httpd: server/util.c ap_getword_conf, substring_conf
 */
export function nextWord(cursor: WordCursor): string {
  const { text } = cursor;
  let start = cursor.at;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  if (start >= text.length) {
    cursor.at = text.length;
    return '';
  }
  const quote = text[start];
  let end = start;
  let word: string;
  if (quote === '"' || quote === "'") {
    end = start + 1;
    while (end < text.length && text[end] !== quote) {
      if (text[end] === '\\' && end + 1 < text.length && (text[end + 1] === '\\' || text[end + 1] === quote))
        end += 2;
      else end++;
    }
    word = unescapeWord(text.slice(start + 1, end), quote);
    end++;
  } else {
    while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
    word = unescapeWord(text.slice(start, end), '');
  }
  while (end < text.length && isBlank(text.charCodeAt(end))) end++;
  cursor.at = Math.min(end, text.length);
  return word;
}

function unescapeWord(word: string, quote: string): string {
  if (!word.includes('\\')) return word;
  let result = '';
  for (let i = 0; i < word.length; i++) {
    const next = word[i + 1];
    if (word[i] === '\\' && (next === '\\' || (quote !== '' && next === quote))) i++;
    result += word[i];
  }
  return result;
}

/** All words of raw arguments. */
export function words(raw: string): string[] {
  const cursor = { text: raw, at: 0 };
  const result: string[] = [];
  while (cursor.at < raw.length) result.push(nextWord(cursor));
  return result;
}

const withUsage = ({ name, usage }: ArgumentUsage, rule: string) =>
  usage === undefined ? `${name} ${rule}` : `${name} ${rule}, ${usage}`;

/** The arguments as they stand, for directives that do their own splitting. */
export const rawArguments: ArgumentShape<string> = {
  style: 'RAW_ARGS',
  read: (raw, _usage, each) => each(raw),
};

export const noArguments: ArgumentShape<undefined> = {
  style: 'NO_ARGS',
  read: (raw, usage, each) => (raw === '' ? each(undefined) : `${usage.name} takes no arguments`),
};

/** Fixed numbers of words; a word left empty (`""`) counts as missing. */
function counted<Args>(
  style: string,
  counts: readonly number[],
  rule: string,
  make: (given: readonly string[]) => Args,
): ArgumentShape<Args> {
  const most = Math.max(...counts);
  const least = Math.min(...counts);
  return {
    style,
    read(raw, usage, each) {
      const cursor = { text: raw, at: 0 };
      const given: string[] = [];
      while (given.length < most && cursor.at < raw.length) {
        const word = nextWord(cursor);
        // What may be left out may also be empty.
        if (word === '' && given.length < least) break;
        given.push(word);
      }
      if (cursor.at < raw.length || !counts.includes(given.length)) return withUsage(usage, rule);
      return each(make(given));
    },
  };
}

export const take1 = counted<string>('TAKE1', [1], 'takes one argument', (given) => given[0]!);
export const take2 = counted<readonly [string, string]>('TAKE2', [2], 'takes two arguments', (given) => [
  given[0]!,
  given[1]!,
]);
export const take12 = counted<readonly [string, string?]>(
  'TAKE12',
  [1, 2],
  'takes 1-2 arguments',
  // Here alone an empty word counts as none.
  (given) => (given[1] === '' ? given.slice(0, 1) : given) as unknown as readonly [string, string?],
);
export const take3 = counted<readonly [string, string, string]>(
  'TAKE3',
  [3],
  'takes three arguments',
  (given) => given as unknown as readonly [string, string, string],
);
export const take13 = counted<readonly [string, string?, string?]>(
  'TAKE13',
  [1, 3],
  'takes one or three arguments',
  (given) => given as unknown as readonly [string, string?, string?],
);
export const take23 = counted<readonly [string, string, string?]>(
  'TAKE23',
  [2, 3],
  'takes two or three arguments',
  (given) => given as unknown as readonly [string, string, string?],
);
export const take123 = counted<readonly [string, string?, string?]>(
  'TAKE123',
  [1, 2, 3],
  'takes one, two or three arguments',
  (given) => given as unknown as readonly [string, string?, string?],
);

/** As many words as httpd hands on at once; it drops the others. httpd: AP_MAX_ARGC */
const maximumWords = 64;

/** All words at once. */
export const takeArgv: ArgumentShape<readonly string[]> = {
  style: 'TAKE_ARGV',
  read(raw, _usage, each) {
    const given = words(raw);
    // An empty word ends the line; before others it counts.
    if (given.at(-1) === '') given.pop();
    return each(given.slice(0, maximumWords));
  },
};

/** One call a word, at least one. */
export const iterate: ArgumentShape<string> = {
  style: 'ITERATE',
  read(raw, usage, each) {
    const cursor = { text: raw, at: 0 };
    const first = nextWord(cursor);
    if (first === '') return withUsage(usage, 'requires at least one argument');
    for (let word = first; word !== ''; word = nextWord(cursor)) {
      const complaint = each(word);
      if (complaint) return complaint;
    }
    return undefined;
  },
};

/** A first word, then one call for each word behind it. */
export const iterate2: ArgumentShape<readonly [string, string]> = {
  style: 'ITERATE2',
  read(raw, usage, each) {
    const cursor = { text: raw, at: 0 };
    const head = nextWord(cursor);
    if (head === '' || cursor.at >= raw.length) return withUsage(usage, 'requires at least two arguments');
    for (let word = nextWord(cursor); word !== ''; word = nextWord(cursor)) {
      const complaint = each([head, word]);
      if (complaint) return complaint;
    }
    return undefined;
  },
};

/** `On` or `Off` in any case. */
export const flag: ArgumentShape<boolean> = {
  style: 'FLAG',
  read(raw, usage, each) {
    const word = nextWord({ text: raw, at: 0 }).toLowerCase();
    if (word !== 'on' && word !== 'off') return `${usage.name} must be On or Off`;
    return each(word === 'on');
  },
};
