import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliFixtures, commandLineCases, tryCommandLine } from '../test/cli/command-line-case.ts';

// Asks the installed Apache for its answers to fixtures/cli/cases.json. Usage: node scripts/record-command-line.ts

const apache = '/usr/sbin/apache2';
const modules = '/usr/lib/apache2/modules';

const version = /Apache\/(\S+)/.exec(execFileSync(apache, ['-v'], { encoding: 'utf8' }))?.[1];
const answers = Object.fromEntries(
  commandLineCases.map((one) => [one.title, tryCommandLine(one, apache, modules)]),
);
const recorded = { version, answers };
writeFileSync(join(cliFixtures, 'recorded.json'), `${JSON.stringify(recorded, null, 2)}\n`);
console.log(`${commandLineCases.length} command lines recorded from Apache ${version}`);
