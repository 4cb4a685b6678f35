import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { askApache, canAskApache } from '../test/diagnostics/ask-apache.ts';
import {
  type DiagnosticCase,
  diagnosticFixtures,
  diagnosticGroups,
  layOutCase,
  recordedAnswer,
} from '../test/diagnostics/diagnostic-case.ts';

// Asks the installed Apache for its answers to fixtures/diagnostics. Usage: record-diagnostics.ts [--all] [--check] [GROUP …]
// Without --all only cases that have no answer yet are asked; with --check nothing is written.

function asked(one: DiagnosticCase): DiagnosticCase {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'd-')));
  try {
    layOutCase(one, root);
    const { exit, stdout, stderr, written } = askApache(one, root);
    return {
      ...one,
      exit: exit ?? -1,
      stderr,
      ...(stdout === '' ? {} : { stdout }),
      ...(written === undefined ? {} : { written }),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: 'boolean' }, check: { type: 'boolean' } },
  });
  if (!canAskApache()) {
    console.error("record-diagnostics.ts needs Debian's Apache 2.4.71");
    return 2;
  }
  let differing = 0;
  for (const [group, cases] of diagnosticGroups()) {
    if (positionals.length > 0 && !positionals.includes(group)) continue;
    const isAsked = (one: DiagnosticCase) => values.all || values.check || one.exit === undefined;
    const answered = cases.map((one) => (isAsked(one) ? asked(one) : one));
    const changed = answered.filter(
      (one, i) =>
        cases[i]!.exit === undefined || !isDeepStrictEqual(recordedAnswer(one), recordedAnswer(cases[i]!)),
    );
    for (const { id } of changed) console.log(`${group}/${id}`);
    differing += changed.length;
    if (values.check || changed.length === 0) continue;
    writeFileSync(join(diagnosticFixtures, `${group}.json`), `${JSON.stringify(answered, null, 1)}\n`);
  }
  console.log(`${differing} ${values.check ? 'cases are answered otherwise' : 'cases recorded'}`);
  return values.check && differing > 0 ? 1 : 0;
}

process.exitCode = main();
