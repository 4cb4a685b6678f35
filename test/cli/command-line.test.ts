import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CommandLineAnswer,
  cliFixtures,
  commandLineCases,
  tryCommandLine,
} from './command-line-case.ts';
import { launcher } from './launcher.ts';

const recorded = JSON.parse(readFileSync(join(cliFixtures, 'recorded.json'), 'utf8')) as {
  readonly answers: Readonly<Record<string, CommandLineAnswer>>;
};

const ownLine = /^httpd-ts: {7}\d+\.\d+\.\d+ .*\n/m;

describe('the command line answers as Apache', () => {
  it.each(commandLineCases.map((one) => [one.title, one] as const))('%s', (title, one) => {
    const answer = tryCommandLine(one, launcher, '/usr/lib/apache2/modules');
    expect({ ...answer, stdout: answer.stdout.replace(ownLine, '') }).toEqual(recorded.answers[title]);
  });
});
