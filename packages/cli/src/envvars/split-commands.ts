/** A word of shell text as written, or an operator between commands. */
export interface ShellToken {
  readonly text: string;
  readonly isOperator: boolean;
  readonly line: number;
}

const operator = /^(?:;;|;|&&|\|\||&|\||\(|\)|<<|>>|<|>)/;

/** Splits a script into words (quotes kept) and operators; a line end is the operator `\n`. */
export function splitCommands(script: string): ShellToken[] {
  const tokens: ShellToken[] = [];
  let line = 1;
  let at = 0;
  while (at < script.length) {
    const rest = script.slice(at);
    const skipped = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest)?.[0];
    if (skipped !== undefined) {
      if (skipped.endsWith('\n')) line++;
      at += skipped.length;
      continue;
    }
    const symbol = rest[0] === '\n' ? '\n' : operator.exec(rest)?.[0];
    if (symbol !== undefined) {
      tokens.push({ text: symbol, isOperator: true, line });
      if (symbol === '\n') line++;
      at += symbol.length;
      continue;
    }
    const length = wordLength(script, at);
    const text = script.slice(at, at + length);
    tokens.push({ text, isOperator: false, line });
    line += text.split('\n').length - 1;
    at += length;
  }
  return tokens;
}

/** Length of the word that begins at `from`, with its quotes and `${…}`, `$(…)` and backquotes. */
function wordLength(script: string, from: number): number {
  let at = from;
  while (at < script.length && !/[\s;&|()<>]/.test(script[at]!)) at = afterPiece(script, at);
  return at - from;
}

/** Where the quoted part, expansion or character at `at` ends. */
function afterPiece(script: string, at: number): number {
  const char = script[at]!;
  const next = script[at + 1];
  if (char === '\\') return Math.min(at + 2, script.length);
  if (char === "'") return afterQuote(script, at + 1, "'");
  if (char === '`') return afterQuote(script, at + 1, '`');
  if (char === '"') return afterDoubleQuote(script, at + 1);
  if (char === '$' && next === '{') return afterBracket(script, at + 2, '}');
  if (char === '$' && next === '(') return afterBracket(script, at + 2, ')');
  return at + 1;
}

function afterQuote(script: string, at: number, quote: string): number {
  const end = script.indexOf(quote, at);
  return end < 0 ? script.length : end + 1;
}

function afterDoubleQuote(script: string, from: number): number {
  let at = from;
  while (at < script.length && script[at] !== '"') {
    at = script[at] === "'" ? at + 1 : afterPiece(script, at);
  }
  return Math.min(at + 1, script.length);
}

function afterBracket(script: string, from: number, bracket: string): number {
  let at = from;
  while (at < script.length && script[at] !== bracket) at = afterPiece(script, at);
  return Math.min(at + 1, script.length);
}
