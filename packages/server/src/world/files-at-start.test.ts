import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from './files.ts';
import { answeredFiles, recordedFiles } from './files-at-start.ts';

test('files say what they said at the start, whatever has become of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-at-start-'));
  const key = join(folder, 'key.pem');
  writeFileSync(key, 'secret');
  const { files, answers } = recordedFiles(nodeFiles());
  const said = [files.stat(key), files.readText(key), files.readBytes(key), files.readDirectory(folder)];
  rmSync(folder, { recursive: true });
  const { files: later, startIsOver } = answeredFiles(nodeFiles(), structuredClone(answers()));
  expect([
    later.stat(key),
    later.readText(key),
    Buffer.from(later.readBytes(key) as Uint8Array),
    later.readDirectory(folder),
  ]).toEqual([...said.slice(0, 2), Buffer.from('secret'), ['key.pem']]);
  expect(later.readText(join(folder, 'other'))).toBe('ENOENT');
  startIsOver();
  expect(later.readText(key)).toBe('ENOENT');
});
