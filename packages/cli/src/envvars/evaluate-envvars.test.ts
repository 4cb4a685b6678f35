import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateEnvvars } from './evaluate-envvars.ts';

/** Debian's file, in short. */
const debian = `# comment
unset HOME
if [ "\${APACHE_CONFDIR##/etc/apache2-}" != "\${APACHE_CONFDIR}" ] ; then
	SUFFIX="-\${APACHE_CONFDIR##/etc/apache2-}"
else
	SUFFIX=
fi
export APACHE_RUN_USER=www-data
export APACHE_PID_FILE=/var/run/apache2$SUFFIX/apache2.pid
export APACHE_LOG_DIR=/var/log/apache2$SUFFIX
## The locale
export LANG=C
export LANG
`;

const scripts: readonly {
  readonly title: string;
  readonly script: string;
  readonly environment?: Readonly<Record<string, string>>;
}[] = [
  { title: "Debian's file", script: debian, environment: { HOME: '/root' } },
  { title: 'a second instance', script: `APACHE_CONFDIR=/etc/apache2-two\n${debian}` },
  { title: 'quotes', script: `export A='$X "' B="a'b \\" \\$X \\\\ \\q" C=a\\ b\\"\nexport D=x"y z"'w'` },
  {
    title: 'defaults',
    script: 'export A=${X:-one} B=${E:-two} C=${E-three} D=${X+four} E2=${E:+five}',
    environment: { E: '' },
  },
  { title: 'assigning defaults', script: ': ${A:=one}\nexport A B=$A; : "${B:=two}"' },
  { title: 'what is not exported', script: 'A=1\nB=$A\nexport B\nC=3' },
  { title: 'a change to an exported variable', script: 'A=2', environment: { A: '1' } },
  { title: 'several commands on a line', script: 'A=1; B=2 ; export A B;' },
  {
    title: 'and, or',
    script:
      '[ -z "$X" ] && export A=1\n[ -n "$X" ] && export B=1\n[ -n "$X" ] || export C=1\ntest x = y && export D=1 || export E=1',
  },
  {
    title: 'nested conditions',
    script:
      'if [ a = b ]; then export A=1; elif [ a = a ]; then if [ -n "" ]; then export B=1; else export C=1; fi; else export D=1; fi; export E=1',
  },
  { title: 'a condition with and', script: 'if [ a = a ] && [ b != c ]\nthen\nexport A=1\nfi' },
  {
    title: 'files',
    script: '[ -d /etc ] && export A=1\n[ -f /etc ] || export B=1\n[ ! -e /nonexistent ] && export C=1',
  },
  {
    title: 'patterns',
    script: 'P=/a/b/c.tar.gz\nexport A=${P##*/} B=${P#*/} C=${P%.*} D=${P%%.*} E=${P#x} F="${P%/*}"',
  },
  { title: 'a comment at the end of a line', script: 'export A=1 # not this\nexport B=a#b' },
  { title: 'continued lines', script: 'export A=one\\\ntwo \\\n  B=2\n' },
  { title: 'lines inside quotes', script: 'export A="one\ntwo"\nexport B=3' },
  { title: 'a dollar on its own', script: 'export A="$ 5" B=$' },
  { title: 'or within a test', script: 'if [ a = b -o c = c ]; then export A=1; fi' },
];

function bySh(script: string, environment: Readonly<Record<string, string>>): Record<string, string> {
  const result = spawnSync('/bin/sh', ['-c', `${script}\nexec /usr/bin/env -0`], {
    encoding: 'latin1',
    env: environment,
  });
  const entries = result.stdout.split('\0').filter((entry) => entry.includes('='));
  return Object.fromEntries(entries.map((entry) => entry.split(/=([\s\S]*)/, 2) as [string, string]));
}

describe('envvars is evaluated as sh does', () => {
  it.each(scripts)('$title', ({ script, environment = {} }) => {
    const { environment: evaluated, notes } = evaluateEnvvars(script, new Map(Object.entries(environment)));
    expect(notes).toEqual([]);
    const { PWD: _pwd, ...expected } = bySh(script, environment);
    expect(Object.fromEntries(evaluated)).toEqual(expected);
  });

  it('reads the file of the quickstart', () => {
    const file = new URL('../../../../fixtures/quickstart/envvars', import.meta.url);
    const { environment, notes } = evaluateEnvvars(readFileSync(file, 'latin1'), new Map());
    expect(notes).toEqual([]);
    expect(environment.get('APACHE_PID_FILE')).toBe('var/apache2.pid');
  });
});

describe('what only a shell could do is passed over with a note', () => {
  it.each([
    ['export A=$(id -u)', 'a command in $(...) is not evaluated'],
    ['export A=`id -u`', 'a command in backquotes is not evaluated'],
    ['. /etc/default/locale', 'the command "." is not evaluated'],
    ['ulimit -n 8192', 'the command "ulimit" is not evaluated'],
    ['cat x | sh', 'pipes, redirections and groups are not evaluated'],
    ['echo x > /tmp/y', 'pipes, redirections and groups are not evaluated'],
    ['A=1 command', 'the command "A=1" is not evaluated'],
    ['[ 1 -lt 2 ]', 'a test with -lt is not evaluated'],
    ['export A=${#B}', 'an expansion of this form is not evaluated'],
  ])('%s', (script, text) => {
    const { environment, notes } = evaluateEnvvars(`\n${script}\nexport LAST=1`, new Map());
    expect(notes).toEqual([{ line: 2, text }]);
    expect(environment.get('LAST')).toBe('1');
  });

  it('and whatever the text, evaluation ends without an exception', () => {
    const piece = fc.constantFrom(
      'if ',
      'then',
      'else',
      'elif',
      'fi',
      '[ ',
      ' ]',
      '$',
      '${',
      '}',
      '"',
      "'",
      '`',
      '\\',
      '\n',
      ';',
      '&&',
      '||',
      'A=',
      'export ',
      'x',
      ':-',
      '##',
      '(',
      ')',
      '|',
      '#',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { environment } = evaluateEnvvars(pieces.join(''), new Map([['KEPT', '1']]));
        expect(environment.get('KEPT')).toBe('1');
      }),
      { numRuns: 2000 },
    );
  });
});
