import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeInput } from '../../scripts/build.ts';

const { freshBuild } = createRequire(import.meta.url)('../../packages/cli/bin/fresh-build.cjs') as {
  freshBuild(directory: string): string | undefined;
};

let directory: string;
let build: string;
let source: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'httpd-ts-build-'));
  build = join(directory, '.build');
  source = join(directory, 'source.ts');
  mkdirSync(build);
  writeFileSync(source, 'one');
  writeFileSync(
    join(build, 'inputs.json'),
    JSON.stringify({ entry: 'main.cjs', inputs: [describeInput(source, build)] }),
  );
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('freshBuild', () => {
  it('gives the entry while the sources are what they were', () => {
    expect(freshBuild(build)).toBe(join(build, 'main.cjs'));
  });

  const changes: readonly [title: string, change: () => void, isFresh: boolean][] = [
    ['a source of another length', () => writeFileSync(source, 'three'), false],
    ['a source with other bytes', () => writeFileSync(source, 'two'), false],
    ['a source that is gone', () => rmSync(source), false],
    ['the same bytes at another time, as in a copy', () => utimesSync(source, 1, 1), true],
    ['no list', () => rmSync(join(build, 'inputs.json')), false],
    ['a list that is cut off', () => writeFileSync(join(build, 'inputs.json'), '{"entry":'), false],
  ];
  it.each(changes)('%s', (_title, change, isFresh) => {
    change();
    expect(freshBuild(build) !== undefined).toBe(isFresh);
  });
});
