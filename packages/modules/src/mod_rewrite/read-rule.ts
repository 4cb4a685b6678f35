import { type Complaint, type DirectiveContext, entryOf, isRedirect, reasonPhrase } from '@httpd-ts/kernel';
import { mayWait } from './check-condition.ts';
import { type BackReferenceEscape, compileExpansion } from './expansion.ts';
import { readFlags, readLineWords } from './read-arguments.ts';
import { type Condition, leadingInteger } from './read-condition.ts';
import type { Rule, RuleFlags } from './rule.ts';

interface EscapeFlags {
  all: boolean;
  characters: string | undefined;
  exempt: string | undefined;
  controls: boolean;
  noPlus: boolean;
}

interface Reading {
  readonly flags: RuleFlags;
  readonly escaping: EscapeFlags;
}

// httpd: modules/mappers/mod_rewrite.c REWRITE_MAX_ROUNDS
const maximumRounds = 10_000;

const newFlags = (): RuleFlags => ({
  caseless: false,
  noSubstitution: false,
  status: undefined,
  redirect: undefined,
  chain: false,
  skip: 0,
  last: false,
  end: false,
  nextRound: false,
  maximumRounds,
  noSubrequest: false,
  noEscape: false,
  passThrough: false,
  proxy: false,
  discardPathInfo: false,
  appendQuery: false,
  discardQuery: false,
  splitAtLast: false,
  noQuery: false,
  allow3F: false,
  prefixStat: false,
  keepSlashes: false,
  env: [],
  cookies: [],
  mimeType: undefined,
  handler: undefined,
});

/** Reads the arguments of a RewriteRule; a text is the complaint. httpd: cmd_rewriterule */
export function readRule(
  line: string,
  conditions: readonly Condition[],
  cmd: DirectiveContext,
): Rule | string {
  const given = readLineWords(line);
  if (given === undefined) return `RewriteRule: bad argument line '${line}'`;
  const reading: Reading = {
    flags: newFlags(),
    escaping: { all: false, characters: undefined, exempt: undefined, controls: false, noPlus: false },
  };
  const complaint =
    given.third === undefined
      ? undefined
      : readFlags(given.third, (key, value) => setFlag(reading, key, value));
  if (complaint !== undefined) return `RewriteRule: ${complaint}`;
  const { flags } = reading;
  const negate = given.first.startsWith('!');
  const pattern = negate ? given.first.slice(1) : given.first;
  const regex = cmd.regex(pattern, { caseless: flags.caseless });
  if (typeof regex === 'string') return `RewriteRule: cannot compile regular expression '${pattern}'`;
  if (given.second === '-') flags.noSubstitution = true;
  const outputText = flags.noSubstitution ? given.second : readQuery(given.second, flags);
  return {
    conditions: conditions.length === 0 ? none : conditions,
    hasWaitingConditions: conditions.some(mayWait),
    regex,
    pattern,
    negate,
    output: compileExpansion(outputText),
    outputText,
    flags: sharedFlags(flags, given.third, cmd),
    escapeGroup: escapeFor(reading.escaping),
    definedAt: cmd.node,
  };
}

const none: readonly Condition[] = [];

/** Hundreds of rules of a file have the same flags. */
function sharedFlags(flags: RuleFlags, text: string | undefined, cmd: DirectiveContext): RuleFlags {
  const shared = cmd.memory(flagsKey, () => new Map<string, RuleFlags>());
  const key = `${flags.noSubstitution} ${flags.noQuery} ${text}`;
  const known = shared.get(key);
  if (known === undefined) shared.set(key, flags);
  return known ?? flags;
}

const flagsKey = { name: 'flags of rewrite rules' };

/** A question mark at the end says that there is no query string, and goes. */
function readQuery(output: string, flags: RuleFlags): string {
  if (output.endsWith('?') && !flags.appendQuery) {
    flags.noQuery = true;
    return output.slice(0, -1);
  }
  if (flags.discardQuery && !output.includes('?')) flags.noQuery = true;
  return output;
}

type SetFlag = (reading: Reading, value: string) => Complaint;

const redirectWords: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303 };

/** Rules that redirect, or answer with a status in this way, are for no sub-requests. */
const setRedirect: SetFlag = ({ flags }, value) => {
  flags.noSubrequest = true;
  if (value === '') {
    flags.redirect ??= 302;
    return undefined;
  }
  const word = entryOf(redirectWords, value.toLowerCase());
  const status = word ?? (/^\d/.test(value) ? leadingInteger(value) : 302);
  if (isRedirect(status)) {
    flags.redirect = status;
    // Behind a flag that answers with a status this one only says with which.
    if (flags.status !== undefined) flags.status = status;
    return undefined;
  }
  if (reasonPhrase(status) === undefined) return `invalid HTTP response code '${value}' for flag 'R'`;
  flags.status = status;
  flags.noSubstitution = true;
  return undefined;
};

const answerWith =
  (status: number): SetFlag =>
  ({ flags }) => {
    flags.status = status;
    flags.noSubstitution = true;
  };

type BooleanFlag = {
  [name in keyof RuleFlags]: RuleFlags[name] extends boolean ? name : never;
}[keyof RuleFlags];

const turnOn =
  (name: BooleanFlag): SetFlag =>
  ({ flags }) => {
    flags[name] = true;
  };

const setters: Readonly<Record<string, SetFlag>> = {
  b: ({ escaping }, value) => {
    escaping.all = true;
    if (value !== '') escaping.characters = value;
  },
  bnp: ({ escaping }) => {
    escaping.noPlus = true;
  },
  bctls: ({ escaping }) => {
    escaping.controls = true;
  },
  bne: ({ escaping }, value) => {
    if (value === '') return "flag 'BNE' wants a list of characters (i.e. [BNE=...])";
    escaping.exempt = value;
    return undefined;
  },
  c: turnOn('chain'),
  co: ({ flags }, value) => {
    flags.cookies.push(compileExpansion(value));
  },
  dpi: turnOn('discardPathInfo'),
  e: ({ flags }, value) => {
    flags.env.push(compileExpansion(value));
  },
  end: turnOn('end'),
  f: answerWith(403),
  g: answerWith(410),
  h: ({ flags }, value) => {
    flags.handler = compileExpansion(value);
  },
  l: turnOn('last'),
  n: ({ flags }, value) => {
    flags.nextRound = true;
    if (value !== '') flags.maximumRounds = leadingInteger(value);
  },
  nc: turnOn('caseless'),
  ne: turnOn('noEscape'),
  ns: turnOn('noSubrequest'),
  p: turnOn('proxy'),
  pt: turnOn('passThrough'),
  qsa: turnOn('appendQuery'),
  qsd: turnOn('discardQuery'),
  qsl: turnOn('splitAtLast'),
  r: setRedirect,
  s: ({ flags }, value) => {
    flags.skip = leadingInteger(value);
  },
  t: ({ flags }, value) => {
    flags.mimeType = compileExpansion(value);
  },
  unc: turnOn('keepSlashes'),
  unsafeallow3f: turnOn('allow3F'),
  unsafeprefixstat: turnOn('prefixStat'),
};

const longNames: Readonly<Record<string, string>> = {
  backrefescaping: 'b',
  backrefernoplus: 'bnp',
  chain: 'c',
  cookie: 'co',
  discardpath: 'dpi',
  env: 'e',
  forbidden: 'f',
  gone: 'g',
  handler: 'h',
  last: 'l',
  next: 'n',
  nocase: 'nc',
  noescape: 'ne',
  nosubreq: 'ns',
  proxy: 'p',
  passthrough: 'pt',
  qsappend: 'qsa',
  qsdiscard: 'qsd',
  qslast: 'qsl',
  redirect: 'r',
  skip: 's',
  type: 't',
};

/** The flags of a rule, in both forms. */
export const ruleFlagNames: readonly string[] = [
  ...Object.keys(setters).map((name) => name.toUpperCase()),
  ...Object.keys(longNames),
];

/** httpd: cmd_rewriterule_setflag */
function setFlag(reading: Reading, key: string, value: string): string | undefined {
  const name = key.toLowerCase();
  const short = Object.hasOwn(longNames, name) ? longNames[name]! : name;
  if (!Object.hasOwn(setters, short)) return `unknown flag '${key}'`;
  return setters[short]!(reading, value) ?? undefined;
}

const percent = (char: string) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** httpd: escape_backref */
function escapeFor({
  all,
  characters,
  exempt,
  controls,
  noPlus,
}: EscapeFlags): BackReferenceEscape | undefined {
  if (!all && !controls) return undefined;
  const isEscaped = (char: string): boolean => {
    if (/[A-Za-z0-9_]/.test(char)) return false;
    if (exempt?.includes(char)) return false;
    if (controls && /[\x00-\x20\x7f]/.test(char)) return true;
    if (characters !== undefined) return characters.includes(char);
    return !controls;
  };
  return (text) =>
    Array.from(text, (char) =>
      !isEscaped(char) ? char : char === ' ' && !noPlus ? '+' : percent(char),
    ).join('');
}
