import { readLineWords } from '@httpd-ts/modules';
import { attackSubjects, runsAway } from '@httpd-ts/regex';
import { type Configuration, defineRule } from '../rule.ts';
import type { Statement } from '../statements.ts';

/** Where a directive has its pattern. */
function patternsOf(statement: Statement): readonly string[] {
  const { name, args, node } = statement;
  if (name === 'rewriterule') return words(readLineWords(node.args)?.first);
  if (name === 'rewritecond') return words(readLineWords(node.args)?.second);
  if (statement.isSection)
    return /match$/.test(name) ? args.slice(0, 1) : args[0] === '~' ? args.slice(1, 2) : [];
  if (name === 'redirectmatch') return args.slice(0, 2).filter((word) => /[\^(*+]/.test(word));
  if (/^(?:aliasmatch|scriptaliasmatch|proxypassmatch|browsermatch|browsermatchnocase)$/.test(name))
    return args.slice(0, 1);
  return /^setenvif(?:nocase)?$/.test(name) ? args.slice(1, 2) : [];
}

const words = (word: string | undefined) => (word === undefined ? [] : [word.replace(/^!/, '')]);

export const catastrophicPattern = defineRule({
  name: 'catastrophic-pattern',
  severity: 'warning',
  what: 'A pattern repeats what can be repeated in many ways, such as (a+)+.',
  why: 'A request made for it keeps a thread busy until the match limit, then the pattern counts as not matching: a way to stop the server, or past a rule that forbids.',
  instead:
    'Do not nest repeats of the same characters, and do not put several .* behind each other; [^/]+ where a path segment is meant.',
  bad: { config: 'RewriteEngine On\nRewriteRule ^/((\\w+)+)+\\.html$ /page.php?name=$1 [L]\n', line: 2 },
  good: { config: 'RewriteEngine On\nRewriteRule ^/(\\w+)\\.html$ /page.php?name=$1 [L]\n' },
  check(configuration, report) {
    const { statements } = configuration;
    const known = new Map<string, boolean>();
    for (const statement of statements.all) {
      for (const pattern of patternsOf(statement)) {
        const isWild = known.get(pattern) ?? isCatastrophic(pattern, configuration);
        known.set(pattern, isWild);
        if (!isWild) continue;
        report({
          at: statement,
          word: pattern,
          text: `this pattern can take longer than any request may: ${pattern}`,
        });
      }
    }
  },
});

/** Patterns that may run away are tried: those that give up on some sixty letters are no matter of taste. */
function isCatastrophic(pattern: string, { compilePattern }: Configuration): boolean {
  if (!runsAway(pattern)) return false;
  const regex = compilePattern(pattern);
  if (!('test' in regex)) return false;
  return attackSubjects(pattern).some((subject) => !regex.test(subject) && regex.lastError !== null);
}
