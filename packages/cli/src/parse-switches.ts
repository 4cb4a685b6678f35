import { type LogLevel, logLevelOf } from '@httpd-ts/kernel';

const signals = ['start', 'stop', 'restart', 'graceful', 'graceful-stop'] as const;

/** What `-k` may ask for. */
export type ControlSignal = (typeof signals)[number];

/** What httpd's own switches ask for. */
export interface Switches {
  /** `-D`, in order; a switch such as `-S` adds those it stands for. */
  readonly defines: string[];
  /** `-C` and `-c`. */
  readonly before: string[];
  readonly after: string[];
  serverRoot: string | undefined;
  configFile: string | undefined;
  signal: ControlSignal | undefined;
  /** `-e`. */
  startupLevel: LogLevel | undefined;
  /** `-E`. */
  startupLog: string | undefined;
  checkOnly: boolean;
  showSettings: boolean;
  showDirectives: boolean;
  /** False after `-T`. */
  checkDocumentRoot: boolean;
  /** Directives that may be left out although nothing implements them. */
  readonly allowUnsupported: string[];
  /** One process for everything, which httpd has no switch for. */
  singleProcess: boolean;
  /** What was read, as httpd's log tells it: each switch and each argument a word, without `-k` and what it asks for. */
  readonly words: string[];
}

/** What the command line comes to: work, something to print at once, or a mistake. */
export type ParsedSwitches =
  | { readonly kind: 'run'; readonly switches: Switches }
  | { readonly kind: 'version' }
  | { readonly kind: 'static-modules' }
  | { readonly kind: 'usage'; readonly complaint?: string };

const withArgument = 'CcDdEefk';
const plain = 'vVlLtTSMhX?';

/** Reads httpd's switches in their order, as getopt does. httpd: server/main.c main, mpm_common.c ap_mpm_rewrite_args */
export function parseSwitches(args: readonly string[]): ParsedSwitches {
  const switches = noSwitches();
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    // httpd passes over a word that begins with two dashes; of ours it knows nothing.
    if (arg.startsWith('--')) {
      const names = /^--allow-unsupported=(.*)$/s.exec(arg)?.[1];
      if (names !== undefined) {
        switches.allowUnsupported.push(...splitNames(names));
        switches.words.push(arg);
      }
      continue;
    }
    if (!arg.startsWith('-') || arg === '-') return { kind: 'usage' };
    const result = readLetters(arg.slice(1), queue, switches);
    if (result !== undefined) return result;
  }
  return { kind: 'run', switches };
}

/** The names of a list as `--allow-unsupported` and HTTPD_TS_ALLOW_UNSUPPORTED take it. */
export function splitNames(list: string): string[] {
  return list.split(',').filter((name) => name !== '');
}

/** Switches when none is given. */
export function noSwitches(): Switches {
  return {
    defines: [],
    before: [],
    after: [],
    serverRoot: undefined,
    configFile: undefined,
    signal: undefined,
    startupLevel: undefined,
    startupLog: undefined,
    checkOnly: false,
    showSettings: false,
    showDirectives: false,
    checkDocumentRoot: true,
    allowUnsupported: [],
    singleProcess: false,
    words: [],
  };
}

/** Reads the letters of one word; the last may take the next word as its argument. */
function readLetters(letters: string, queue: string[], switches: Switches): ParsedSwitches | undefined {
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i]!;
    if (!withArgument.includes(letter)) {
      const result = plain.includes(letter) ? readPlain(letter, switches) : illegal(letter);
      if (result !== undefined) return result;
      switches.words.push(`-${letter}`);
      continue;
    }
    const argument = i + 1 < letters.length ? letters.slice(i + 1) : queue.shift();
    if (argument === undefined) return letter === 'k' ? illegal(letter) : missing(letter);
    if (letter !== 'k') switches.words.push(`-${letter}`, argument);
    return readArgument(letter, argument, switches);
  }
  return undefined;
}

const illegal = (letter: string): ParsedSwitches => ({
  kind: 'usage',
  complaint: `illegal option -- ${letter}`,
});
const missing = (letter: string): ParsedSwitches => ({
  kind: 'usage',
  complaint: `option requires an argument -- ${letter}`,
});

function readPlain(letter: string, switches: Switches): ParsedSwitches | undefined {
  switch (letter) {
    case 'v':
      return { kind: 'version' };
    case 'l':
      return { kind: 'static-modules' };
    case 'V':
      switches.showSettings = true;
      return undefined;
    case 'L':
      switches.showDirectives = true;
      return undefined;
    case 't':
      switches.checkOnly = true;
      return undefined;
    case 'T':
      switches.checkDocumentRoot = false;
      return undefined;
    case 'S':
      switches.checkOnly = true;
      switches.defines.push('DUMP_VHOSTS', 'DUMP_RUN_CFG');
      return undefined;
    case 'M':
      switches.checkOnly = true;
      switches.defines.push('DUMP_MODULES');
      return undefined;
    case 'X':
      switches.defines.push('DEBUG');
      return undefined;
    default:
      return { kind: 'usage' };
  }
}

function readArgument(letter: string, argument: string, switches: Switches): ParsedSwitches | undefined {
  switch (letter) {
    case 'C':
      switches.before.push(argument);
      return undefined;
    case 'c':
      switches.after.push(argument);
      return undefined;
    case 'D':
      switches.defines.push(argument);
      return undefined;
    case 'd':
      switches.serverRoot = argument;
      return undefined;
    case 'f':
      switches.configFile = argument;
      return undefined;
    case 'E':
      switches.startupLog = argument;
      return undefined;
    case 'e':
      switches.startupLevel = logLevelOf(argument);
      if (switches.startupLevel === undefined) return { kind: 'usage' };
      return undefined;
    default: {
      const signal = signals.find((one) => one === argument);
      if (signal === undefined) return illegal('k');
      switches.signal = signal;
      return undefined;
    }
  }
}
