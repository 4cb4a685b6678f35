import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedVersion } from './oracle/apache.ts';
import { apacheVersion, listCases } from './oracle/case.ts';
import { canEnterNamespace, runInNamespace } from './oracle/namespace.ts';

const sampleSize = 8;
const recorder = join(import.meta.dirname, 'oracle/record.ts');
const canAsk = installedVersion() === apacheVersion && canEnterNamespace();
const wantsAll = process.env['ORACLE_LIVE'] === 'all';

/** Every nth case, so that the sample goes through all modules. */
function sample(names: readonly string[]): readonly string[] {
  const step = Math.ceil(names.length / sampleSize);
  return names.filter((_, index) => index % step === 0);
}

if (canAsk) {
  test('Apache still answers as recorded', { timeout: 600_000 }, () => {
    const names = wantsAll ? ['--all'] : sample(listCases());
    const { status, stdout } = runInNamespace(recorder, ['--check', ...names], 'pipe');
    expect(String(stdout)).toBe('');
    expect(status).toBe(0);
  });
} else {
  test('a run that asks for everything has an Apache to ask', () => {
    expect(wantsAll, `needs Apache ${apacheVersion}, root and unshare`).toBe(false);
  });
}
