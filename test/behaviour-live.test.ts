import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedVersion } from './oracle/apache.ts';
import { apacheVersion, listCases } from './oracle/case.ts';
import { canEnterNamespace, runInNamespace } from './oracle/namespace.ts';

const sampleSize = 8;
const recorder = join(import.meta.dirname, 'oracle/record.ts');
const canAsk = installedVersion() === apacheVersion && canEnterNamespace();
const wantsAll = process.env.ORACLE_LIVE === 'all';

/** Every nth case, so that the sample goes through all modules. */
function sample(names: readonly string[]): readonly string[] {
  const step = Math.ceil(names.length / sampleSize);
  return names.filter((_, index) => index % step === 0);
}

function ask(names: readonly string[]) {
  const { status, stdout } = runInNamespace(recorder, ['--check', ...names], 'pipe');
  return { said: String(stdout), status };
}

if (canAsk) {
  test('Apache still answers as recorded', { timeout: 600_000 }, () => {
    const names = wantsAll ? ['--all'] : sample(listCases());
    const first = ask(names);
    // Threads of Apache race now and then: a case that differs is asked again, and must differ again to count.
    const differing = [...new Set(first.said.match(/^\w+\/[\w.-]+(?=: )/gm))];
    expect(differing.length > 0 ? ask(differing) : first).toEqual({ said: '', status: 0 });
  });
} else {
  test('a run that asks for everything has an Apache to ask', () => {
    expect(wantsAll, `needs Apache ${apacheVersion}, root and unshare`).toBe(false);
  });
}
