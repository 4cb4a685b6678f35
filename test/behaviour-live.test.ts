import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedVersion } from './oracle/apache.ts';
import { apacheVersion, listCases } from './oracle/case.ts';
import { askInNamespace, canEnterNamespace } from './oracle/namespace.ts';

const sampleSize = 8;
const recorder = join(import.meta.dirname, 'oracle/record.ts');
const canAsk = installedVersion() === apacheVersion && canEnterNamespace();
const wantsAll = process.env.ORACLE_LIVE === 'all';

/** Every nth case, so that the sample goes through all modules. */
function sample(names: readonly string[]): readonly string[] {
  const step = Math.ceil(names.length / sampleSize);
  return names.filter((_, index) => index % step === 0);
}

/** Most of a case's time is waiting, so that two are asked at once, of an Apache each. */
async function ask(names: readonly string[]) {
  const halves = [0, 1].map((half) => names.filter((_, index) => index % 2 === half));
  const answers = await Promise.all(
    halves.filter((half) => half.length > 0).map((half) => askInNamespace(recorder, ['--check', ...half])),
  );
  return {
    said: answers.map(({ said }) => said).join(''),
    status: Math.max(...answers.map(({ status }) => status ?? 1)),
  };
}

if (canAsk) {
  test('Apache still answers as recorded', { timeout: 900_000 }, async () => {
    const names = wantsAll ? listCases() : sample(listCases());
    const first = await ask(names);
    // Threads of Apache race now and then: a case that differs is asked again, and must differ again to count.
    const differing = [...new Set(first.said.match(/^\w+\/[\w.-]+(?=: )/gm))];
    expect(differing.length > 0 ? await ask(differing) : first).toEqual({ said: '', status: 0 });
  });
} else {
  test('a run that asks for everything has an Apache to ask', () => {
    expect(wantsAll, `needs Apache ${apacheVersion}, root and unshare`).toBe(false);
  });
}
