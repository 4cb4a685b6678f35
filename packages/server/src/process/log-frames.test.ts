import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameReader, threadLogs } from './log-frames.ts';

/** What a thread writes into its pipe. */
function written(write: (logs: ReturnType<typeof threadLogs>) => void): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'httpd-ts-frames-'));
  const descriptor = openSync(join(folder, 'pipe'), 'w');
  const logs = threadLogs(descriptor);
  logs.setTargets(['/log/a', '/log/b']);
  write(logs);
  logs.flush();
  closeSync(descriptor);
  const bytes = readFileSync(join(folder, 'pipe'));
  rmSync(folder, { recursive: true });
  return bytes;
}

function readIn(bytes: Buffer, cuts: readonly number[]): [number | undefined, string][] {
  const frames: [number | undefined, string][] = [];
  const read = frameReader((number, text) => frames.push([number, Buffer.from(text).toString('latin1')]));
  let from = 0;
  for (const cut of [
    ...cuts.map((part) => part % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ]) {
    if (cut > from) expect(read(bytes.subarray(from, cut))).toBe(true);
    from = Math.max(from, cut);
  }
  return frames;
}

describe('frames', () => {
  it('arrive as they were written, however the pipe cuts them', () => {
    const bytes = written((logs) => {
      logs.open('/log/a').write('one\n');
      logs.open('/log/a').write('two\n');
      logs.open('/log/b', { unbuffered: true }).write('b\xff\n');
      logs.standardError.write('to stderr');
    });
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        expect(readIn(bytes, cuts)).toEqual([
          [1, 'b\xff\n'],
          [undefined, 'to stderr'],
          [0, 'one\ntwo\n'],
        ]);
      }),
    );
  });

  it('for a log that is not open go to standard error', () => {
    const bytes = written((logs) => logs.open('/log/c').write('x\n'));
    expect(readIn(bytes, [])).toEqual([[undefined, expect.stringContaining('/log/c was not opened')]]);
  });

  it('that make no sense are refused', () => {
    expect(frameReader(() => {})(Buffer.alloc(100, 0xff))).toBe(false);
  });
});
