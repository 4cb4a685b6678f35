import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askInProcess } from './ask-in-process.ts';
import { type DiagnosticCase, diagnosticGroups, layOutCase, recordedAnswer } from './diagnostic-case.ts';

async function answerTo(one: DiagnosticCase) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-diagnostics-')));
  try {
    layOutCase(one, root);
    return await askInProcess(one, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe.each([...diagnosticGroups()])(
  'configurations get the verdict and the words of Apache: %s',
  (_, cases) => {
    it.each(cases.map((one) => [one.id, one] as const))('%s', async (_id, one) => {
      expect(await answerTo(one)).toEqual(recordedAnswer(one));
    });
  },
);
