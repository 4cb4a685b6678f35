import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askInProcess } from './ask-in-process.ts';
import { type DiagnosticCase, layOutCase } from './diagnostic-case.ts';

interface BadInput {
  readonly title: string;
  readonly config: string;
  /** Files beside it; null makes a directory. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** What is to be read in place of `test.conf`. */
  readonly read?: string;
  /** The complaint, or how it ends. */
  readonly says: RegExp;
}

const nested = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);

/** Files 0 to 39, each of which includes the next one twice. */
const doubling = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [`${i}.inc`, `Include ${i + 1}.inc\n`.repeat(2)]),
);

const inputs: readonly BadInput[] = [
  {
    title: 'a directory',
    config: '',
    read: 'htdocs',
    says: /Access to file @ROOT@\/htdocs denied by server: not a regular file\n.*Bad file descriptor\n$/,
  },
  {
    title: 'a pipe that nobody writes to',
    config: '',
    read: 'pipe',
    says: /not a regular file\napache2: Could not open configuration file @ROOT@\/pipe: Bad file descriptor\n$/,
  },
  {
    title: 'an Include of a pipe',
    config: 'Include pipe\n',
    says: /Syntax error on line 1 of @ROOT@\/test\.conf: Could not open .*pipe: Bad file descriptor\n$/,
  },
  {
    title: 'a binary file',
    config: '\x7fELF\x02\x01\x01\0\0\0\0\x03\0>\0\x01\n\xff\xfe\0',
    says: /line 1 of @ROOT@\/test\.conf:\nInvalid command '\\x7fELF\\x02\\x01\\x01'/,
  },
  {
    title: 'nothing but NUL bytes and an error',
    config: `${'\0'.repeat(50)}\nFoo\n`,
    says: /Invalid command 'Foo'/,
  },
  {
    title: 'a line of 17 MiB',
    config: `ServerAdmin ${'a'.repeat(17 << 20)}\n`,
    says: /^apache2: Error reading @ROOT@\/test\.conf at line 1: Line too long\n$/,
  },
  {
    title: 'variables made of each other',
    config: `Define V0 ${'a'.repeat(100)}\n${Array.from({ length: 9 }, (_, i) => `Define V${i + 1} ${`\${V${i}}`.repeat(10)}\n`).join('')}`,
    says: /at line \d+: Line too long\n$/,
  },
  {
    title: '100,000 nested sections',
    config: nested('<Directory /x>\n', '</Directory>\n', 100_000),
    says: /line 2 of @ROOT@\/test\.conf:\n<Directory not allowed in <Directory> context\n$/,
  },
  {
    title: '100,000 nested conditions',
    config: nested('<IfModule core.c>\n', '</IfModule>\n', 100_000),
    says: /^apache2: Syntax error on line 401 of @ROOT@\/test\.conf: Sections are nested more than 400 deep\n$/,
  },
  {
    title: '5,000 nested expressions',
    config: `<Directory /x>\n${nested('<If "true">\n', '</If>\n', 5000)}</Directory>\n`,
    says: /Sections are nested more than 400 deep\n$/,
  },
  {
    title: '20,000 sections left open',
    config: '<Directory /x>\n'.repeat(20_000),
    says: /:1: <Directory> was not closed\.\n$/,
  },
  {
    title: 'a file that includes itself',
    config: 'Include test.conf\n',
    says: /There appears to be a recursion\.\n$/,
  },
  {
    title: 'files that include each other twice over',
    config: 'Include 0.inc\n',
    files: { ...doubling, '40.inc': '' },
    says: /More than 100000 files were read; some of them include each other again and again\.\n$/,
  },
  {
    title: 'macros that use each other twice over',
    config: `${Array.from({ length: 40 }, (_, i) => `<Macro m${i}>\n${`Use m${i + 1}\n`.repeat(2)}</Macro>\n`).join('')}<Macro m40>\n# x\n</Macro>\nUse m0\n`,
    says: /macros were used more than 100000 times; some of them use each other again and again\n$/,
  },
  {
    title: 'a deep expression',
    config: `<If "${nested('(', ')', 50_000)}">\n</If>\n`,
    says: /Cannot parse condition clause: /,
  },
  {
    title: 'a deep regular expression',
    config: `RedirectMatch "${nested('(', ')', 50_000)}" /\n`,
    says: /line 1 of @ROOT@\/test\.conf:\n/,
  },
];

describe('bad input ends in a message and exit code 1', () => {
  let root: string;

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-bad-')));
    layOutCase({ id: '', config: '', exit: 1, stderr: '', preamble: 'light' }, root);
    spawnSync('mkfifo', [join(root, 'pipe')]);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(inputs.map((one) => [one.title, one] as const))(
    '%s',
    async (title, { config, files = {}, read, says }) => {
      writeFileSync(join(root, 'test.conf'), config, 'latin1');
      for (const [name, text] of Object.entries(files)) {
        if (text === null) mkdirSync(join(root, name));
        else writeFileSync(join(root, name), text);
      }
      const args = [...(read === undefined ? [] : ['-f', join(root, read)]), '-t'];
      const one: DiagnosticCase = { id: title, config, preamble: 'light', args, exit: 1, stderr: '' };
      const { exit, stderr } = await askInProcess(one, root);
      expect(stderr.slice(-400)).toMatch(says);
      expect(exit).toBe(1);
    },
  );
});
