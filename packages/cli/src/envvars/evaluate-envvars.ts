import { statSync } from 'node:fs';
import { expandWord, NotEvaluated, type Variables } from './expand-word.ts';
import { type ShellToken, splitCommands } from './split-commands.ts';

/** The environment after a script of assignments, and what in it was passed over. */
export interface EvaluatedEnvironment {
  readonly environment: ReadonlyMap<string, string>;
  readonly notes: readonly { readonly line: number; readonly text: string }[];
}

interface Shell {
  readonly tokens: readonly ShellToken[];
  at: number;
  readonly variables: Variables;
  readonly exported: Set<string>;
  readonly notes: { line: number; text: string }[];
}

/**
 * Reads a file such as Debian's `envvars` for the variables it sets, without running anything: assignments, `export`,
 * `unset`, `if` with tests, `&&` and `||`. Commands of any other kind are passed over with a note.
 */
export function evaluateEnvvars(
  script: string,
  environment: ReadonlyMap<string, string>,
  shellVariables: ReadonlyMap<string, string> = new Map(),
): EvaluatedEnvironment {
  const shell: Shell = {
    tokens: splitCommands(script),
    at: 0,
    variables: new Map([...environment, ...shellVariables]),
    exported: new Set(environment.keys()),
    notes: [],
  };
  while (shell.at < shell.tokens.length) {
    runList(shell, true, new Set());
    // A word such as a stray `fi` ended the list.
    shell.at++;
  }
  const exported = [...shell.variables].filter(([name]) => shell.exported.has(name));
  return { environment: new Map(exported), notes: shell.notes };
}

const separators = new Set(['\n', ';', ';;', '&']);
const reserved = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}']);

/** Runs commands up to one of the words in `ends`, which is left; without `isLive` they are only passed over. */
function runList(shell: Shell, isLive: boolean, ends: ReadonlySet<string>): boolean {
  let status = true;
  while (shell.at < shell.tokens.length) {
    const token = shell.tokens[shell.at]!;
    if (token.isOperator && separators.has(token.text)) shell.at++;
    else if (!token.isOperator && (ends.has(token.text) || reserved.has(token.text))) return status;
    else status = runChain(shell, isLive);
  }
  return status;
}

/** Commands joined by `&&` and `||`. */
function runChain(shell: Shell, isLive: boolean): boolean {
  let status = runCommand(shell, isLive);
  for (;;) {
    const joint = shell.tokens[shell.at];
    if (!joint?.isOperator || (joint.text !== '&&' && joint.text !== '||')) return status;
    shell.at++;
    while (shell.tokens[shell.at]?.text === '\n') shell.at++;
    const isWanted = (joint.text === '&&') === status;
    const result = runCommand(shell, isLive && isWanted);
    if (isWanted) status = result;
  }
}

function runCommand(shell: Shell, isLive: boolean): boolean {
  const first = shell.tokens[shell.at]!;
  if (first === undefined) return true;
  if (!first.isOperator && first.text === 'if') return runIf(shell, isLive);
  const words: string[] = [];
  while (shell.at < shell.tokens.length && !shell.tokens[shell.at]!.isOperator) {
    words.push(shell.tokens[shell.at++]!.text);
  }
  const next = shell.tokens[shell.at];
  const isPlain = next === undefined || separators.has(next.text) || next.text === '&&' || next.text === '||';
  if (!isPlain) {
    passOverLine(shell);
    if (isLive) note(shell, first, 'pipes, redirections and groups are not evaluated');
    return true;
  }
  return isLive ? runWords(shell, first, words) : true;
}

function passOverLine(shell: Shell): void {
  while (shell.at < shell.tokens.length && shell.tokens[shell.at]!.text !== '\n') shell.at++;
}

function runIf(shell: Shell, isLive: boolean): boolean {
  let isDone = !isLive;
  let word = 'if';
  while (word === 'if' || word === 'elif') {
    shell.at++;
    const holds = runList(shell, !isDone, new Set(['then']));
    shell.at++;
    const isTaken = !isDone && holds;
    runList(shell, isTaken, new Set(['elif', 'else', 'fi']));
    isDone ||= isTaken;
    word = shell.tokens[shell.at]?.text ?? 'fi';
  }
  if (word === 'else') {
    shell.at++;
    runList(shell, !isDone, new Set(['fi']));
  }
  shell.at++;
  return true;
}

function note(shell: Shell, { line }: ShellToken, text: string): void {
  shell.notes.push({ line, text });
}

/** Runs a simple command and gives whether it succeeded. */
function runWords(shell: Shell, first: ShellToken, words: readonly string[]): boolean {
  try {
    return runSimple(shell, words);
  } catch (error) {
    if (!(error instanceof NotEvaluated)) throw error;
    note(shell, first, `${error.message} is not evaluated`);
    return true;
  }
}

const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/;

function runSimple(shell: Shell, words: readonly string[]): boolean {
  const { variables, exported } = shell;
  const [command = '', ...rest] = words;
  if (words.every((word) => assignment.test(word))) {
    for (const word of words) assign(shell, word);
    return true;
  }
  if (command === '!') return !runSimple(shell, rest);
  if (command === 'export' || command === 'readonly') {
    for (const word of rest) {
      const name = assign(shell, word) ?? expandWord(word, variables);
      if (command === 'export') exported.add(name);
    }
    return true;
  }
  if (command === 'unset') {
    for (const word of rest) variables.delete(word);
    return true;
  }
  const expanded = rest.map((word) => expandWord(word, variables));
  if (command === ':' || command === 'true') return true;
  if (command === 'false') return false;
  if (command === 'test') return test(expanded);
  if (command === '[' && expanded.at(-1) === ']') return test(expanded.slice(0, -1));
  throw new NotEvaluated(`the command "${command}"`);
}

function assign(shell: Shell, word: string): string | undefined {
  const [, name, value] = assignment.exec(word) ?? [];
  if (name === undefined || value === undefined) return undefined;
  shell.variables.set(name, expandWord(value, shell.variables));
  return name;
}

/** The `test` command: strings, and whether files are there. */
function test(args: readonly string[]): boolean {
  const [one, two, three] = args;
  if (one === '!' && args.length > 1) return !test(args.slice(1));
  const joint = args.findIndex((arg, i) => i > 0 && (arg === '-a' || arg === '-o'));
  if (joint > 0 && args.length > 3) {
    const [left, right] = [test(args.slice(0, joint)), test(args.slice(joint + 1))];
    return args[joint] === '-a' ? left && right : left || right;
  }
  if (args.length === 0) return false;
  if (args.length === 1) return one !== '';
  if (args.length === 2) return testOne(one!, two!);
  if (args.length !== 3) throw new NotEvaluated('a test of this form');
  return compare(one!, two!, three!);
}

function testOne(operation: string, operand: string): boolean {
  if (operation === '-n') return operand !== '';
  if (operation === '-z') return operand === '';
  if (!/^-[defrsx]$/.test(operation)) throw new NotEvaluated(`a test with ${operation}`);
  const info = statSync(Buffer.from(operand, 'latin1'), { throwIfNoEntry: false });
  if (info === undefined) return false;
  if (operation === '-d') return info.isDirectory();
  if (operation === '-f') return info.isFile();
  return operation === '-s' ? info.size > 0 : true;
}

function compare(left: string, operation: string, right: string): boolean {
  switch (operation) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '-eq':
      return Number(left) === Number(right);
    case '-ne':
      return Number(left) !== Number(right);
    default:
      throw new NotEvaluated(`a test with ${operation}`);
  }
}
