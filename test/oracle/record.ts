import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedVersion } from './apache.ts';
import { apacheVersion, digestInputs, listCases, loadCase, loadRecording } from './case.ts';
import { compareRecordings } from './compare.ts';
import { canEnterNamespace, furnishNamespace, isInNamespace, runInNamespace } from './namespace.ts';
import { recordCase } from './record-case.ts';

/**
 * `npm run record [-- case or module …]`: asks the installed Apache and writes `recorded.json`.
 * Without names, every case whose files changed since it was recorded; `--all` takes them all.
 * `--check` writes nothing and fails if Apache answers other than recorded.
 */
async function main(args: readonly string[]): Promise<number> {
  if (!isInNamespace()) return enter(args);
  furnishNamespace();
  const isCheck = args.includes('--check');
  let failures = 0;
  for (const name of chooseCases(args)) failures += await (isCheck ? check(name) : record(name));
  return failures === 0 ? 0 : 1;
}

function enter(args: readonly string[]): number {
  if (installedVersion() !== apacheVersion) {
    console.error(
      `Recording needs Apache ${apacheVersion} in /usr/sbin/apache2; found ${installedVersion() ?? 'none'}.`,
    );
    return 1;
  }
  if (!canEnterNamespace()) {
    console.error('Recording needs root and `unshare`, for host names and ports of its own.');
    return 1;
  }
  return runInNamespace(import.meta.filename, args).status ?? 1;
}

function chooseCases(args: readonly string[]): readonly string[] {
  const wanted = args
    .filter((arg) => !arg.startsWith('--'))
    .map((arg) => arg.replace(/^.*behaviour\/|\/$/g, ''));
  const all = listCases();
  if (args.includes('--all')) return all;
  if (wanted.length === 0) return all.filter(isStale);
  return all.filter((name) => wanted.some((prefix) => name === prefix || name.startsWith(`${prefix}/`)));
}

function isStale(name: string): boolean {
  const { folder } = loadCase(name);
  return loadRecording(folder)?.inputs !== digestInputs(folder);
}

async function record(name: string): Promise<number> {
  const start = Date.now();
  try {
    const testCase = loadCase(name);
    const recording = await recordCase(testCase);
    writeFileSync(join(testCase.folder, 'recorded.json'), `${JSON.stringify(recording, undefined, 1)}\n`);
    console.log(`${name}: ${recording.exchanges.length} exchanges, ${Date.now() - start} ms`);
    return 0;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

async function check(name: string): Promise<number> {
  const testCase = loadCase(name);
  const recording = loadRecording(testCase.folder);
  if (recording === undefined) {
    console.log(`${name}: not recorded`);
    return 1;
  }
  try {
    const differences = compareRecordings(
      recording.exchanges,
      (await recordCase(testCase, recording)).exchanges,
      {
        errorLog: true,
      },
    );
    for (const difference of differences) console.log(`${name}: ${difference}`);
    return differences.length;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
process.exit();
