import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { nodeFiles } from './files.ts';
import { statOncePerTurn } from './stats-of-turn.ts';

const folder = mkdtempSync(join(tmpdir(), 'stats-of-turn-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sizeOf = (files: ReturnType<typeof nodeFiles>, path: string) => {
  const info = files.stat(path);
  return typeof info === 'string' ? info : info.size;
};

test('a turn sees one state of a file, the next turn the new one', async () => {
  const files = statOncePerTurn(nodeFiles());
  const path = join(folder, 'page.txt');
  expect(sizeOf(files, path)).toBe('ENOENT');
  writeFileSync(path, 'four');
  expect(sizeOf(files, path)).toBe('ENOENT');
  await setImmediate();
  expect(sizeOf(files, path)).toBe(4);
  writeFileSync(path, 'longer');
  await setImmediate();
  expect(sizeOf(files, path)).toBe(6);
});

test('what the server writes itself it sees at once', () => {
  const files = statOncePerTurn(nodeFiles());
  const path = join(folder, 'own.txt');
  expect(sizeOf(files, path)).toBe('ENOENT');
  files.replace(path, 'own', 0o600);
  expect(sizeOf(files, path)).toBe(3);
});
