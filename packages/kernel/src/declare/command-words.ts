const isBlank = (char: string | undefined) => char === ' ' || char === '\t';
const isQuote = (char: string | undefined) => char === '"' || char === "'";

/**
 * The program and arguments of a command line. A quote counts where a word begins; a backslash hides a blank or a quote,
 * and is left out whatever follows it. httpd: APR's apr_tokenize_to_argv
 */
export function commandWords(command: string): string[] {
  const found: string[] = [];
  for (let at = 0; ; ) {
    while (isBlank(command[at])) at++;
    if (at >= command.length) return found;
    const quote = isQuote(command[at]) ? command[at++] : undefined;
    const start = at;
    const ends = (char: string | undefined) => (quote === undefined ? isBlank(char) : char === quote);
    while (at < command.length && !ends(command[at])) at += hides(command, at) ? 2 : 1;
    found.push(command.slice(start, at++).replace(/\\(.?)/gs, '$1'));
  }
}

function hides(command: string, at: number): boolean {
  const next = command[at + 1];
  return command[at] === '\\' && (isBlank(next) || isQuote(next));
}
