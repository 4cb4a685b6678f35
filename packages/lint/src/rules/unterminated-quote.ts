import { lines } from '@httpd-ts/syntax';
import { defineRule } from '../rule.ts';

/** Where a word begins with a quote that is never closed; undefined where all are. Backslashes are read as httpd does. */
function openQuote(text: string): number | undefined {
  for (let at = 0; at < text.length; ) {
    while (/\s/.test(text[at] ?? '')) at++;
    const start = at;
    const quote = text[at];
    if (quote !== '"' && quote !== "'") {
      while (at < text.length && !/\s/.test(text[at]!)) at++;
      continue;
    }
    for (at++; at < text.length && text[at] !== quote; at++) {
      if (text[at] === '\\' && (text[at + 1] === '\\' || text[at + 1] === quote)) at++;
    }
    if (at >= text.length) return start;
    at++;
  }
  return undefined;
}

/** Directives that split their line by rules of their own, or take text that may hold quotes. */
const ownSplitting =
  /^(?:rewritecond|rewriterule|setenvif|setenvifnocase|browsermatch|browsermatchnocase|error|if|elseif)$/i;

export const unterminatedQuote = defineRule({
  name: 'unterminated-quote',
  severity: 'warning',
  what: 'A quote is opened and not closed on its line.',
  why: 'Apache takes everything up to the end of the line as one argument, and drops the quote.',
  instead: 'Close the quote, or leave it out.',
  bad: { config: 'DocumentRoot "/srv/www\n', line: 1, files: { '/srv/www/index.html': '' } },
  good: {
    config: 'DocumentRoot "/srv/www"\nErrorDocument 404 "Not here\n',
    files: { '/srv/www/index.html': '' },
  },
  check({ sources }, report) {
    for (const file of sources.files) {
      for (const line of lines(file)) {
        if (line.kind !== 'directive' && line.kind !== 'section') continue;
        if (ownSplitting.test(line.name)) continue;
        // The old way to write a text, which Apache still takes.
        if (/^errordocument$/i.test(line.name) && /^\s*\d+\s+"[^"]*$/.test(line.arguments)) continue;
        const text =
          line.kind === 'section'
            ? line.arguments.slice(0, Math.max(0, line.arguments.lastIndexOf('>')))
            : line.arguments;
        const at = openQuote(text);
        if (at === undefined) continue;
        const word = text.slice(at);
        const offset = file.text.indexOf(word.split(/\s/)[0]!, line.start);
        report({
          file,
          offset: offset < 0 ? line.start : offset,
          length: word.length,
          line: line.line,
          text: `the quote is not closed: the argument is ${word.slice(1)}`,
        });
      }
    }
  },
});
