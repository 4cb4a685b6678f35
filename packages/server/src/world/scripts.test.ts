import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningScript, ScriptLine } from '@httpd-ts/kernel';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeScripts } from './scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text, 'latin1');
  chmodSync(path, mode);
  return path;
}

const shell = (name: string, text: string) => file(name, `#!/bin/sh\n${text}\n`);

interface Outcome {
  readonly output: string;
  readonly errors: string;
  readonly startError: string | undefined;
}

/** Runs a script to its end. */
function outcome(
  given: Partial<ScriptLine> & { readonly path: string },
  use?: (script: RunningScript) => void,
) {
  return new Promise<Outcome>((resolve) => {
    const script = nodeScripts.run({ args: [], environment: [], directory: folder, ...given });
    let output = '';
    let errors = '';
    let startError: string | undefined;
    let open = 2;
    const end = () => {
      if (--open === 0) resolve({ output, errors, startError });
    };
    script.onStartError = (error) => {
      startError = error;
    };
    script.onOutput = (bytes) => {
      output += Buffer.from(bytes).toString('latin1');
    };
    script.onErrors = (bytes) => {
      errors += Buffer.from(bytes).toString('latin1');
    };
    script.onOutputEnd = end;
    script.onErrorsEnd = end;
    use === undefined ? script.endInput() : use(script);
  });
}

describe('nodeScripts', () => {
  const show = shell('show', 'printf "%s|" "$@"; printf "%s" "$VALUE"; pwd; echo complaint >&2');

  it.each([
    { title: 'text', text: 'a b' },
    { title: 'text in UTF-8', text: 'caf\xc3\xa9' },
    { title: 'bytes that are no UTF-8', text: "caf\xe9 '$x' \\ % \n\n" },
  ])('gives a program its arguments and variables as they are: $title', async ({ text }) => {
    const { output, errors } = await outcome({
      path: show,
      args: [text, ''],
      environment: [['VALUE', text]],
    });
    expect(output).toBe(`${text}||${text}${folder}\n`);
    expect(errors).toBe('complaint\n');
  });

  it('gives it no other variables', async () => {
    const path = shell('variables', 'exec cat /proc/self/environ');
    const byShell = await outcome({ path, environment: [['ONE', '\xe9']] });
    const plainly = await outcome({ path, environment: [['ONE', '1']] });
    const names = ({ output }: Outcome) => output.split('\0').map((line) => line.split('=')[0]);
    // The shell that runs it makes a PWD of its own.
    expect(new Set([...names(byShell), ...names(plainly)])).toEqual(new Set(['ONE', 'PWD', '']));
  });

  it.each([
    { title: 'that is not there', path: join(folder, 'none'), error: '(2)No such file or directory' },
    {
      title: 'that may not be run',
      path: file('plain', '#!/bin/sh\n', 0o644),
      error: '(13)Permission denied',
    },
    { title: 'that is no program', path: file('text', 'echo x\n'), error: '(8)Exec format error' },
    {
      title: 'whose interpreter is not there',
      path: file('lost', '#!/none/such\n'),
      error: '(2)No such file or directory',
    },
  ])('says why a program cannot be started $title', async ({ path, error }) => {
    expect(await outcome({ path })).toEqual({ output: '', errors: '', startError: error });
  });

  it('passes input on, at the pace of the program', async () => {
    const { output } = await outcome({ path: shell('count', 'sleep 0.2; wc -c') }, (script) => {
      const piece = new Uint8Array(400_000);
      script.onInputDrain = () => script.endInput();
      expect(script.write(piece)).toBe(false);
    });
    expect(output.trim()).toBe('400000');
  });

  it('says that a program reads no more', async () => {
    let closed = 0;
    await outcome({ path: shell('deaf', 'exec 0<&-; sleep 0.1') }, (script) => {
      script.onInputClose = () => {
        closed++;
      };
      script.write(new Uint8Array(400_000));
    });
    expect(closed).toBeGreaterThan(0);
  });

  it('holds output back', async () => {
    const path = shell('floods', 'dd if=/dev/zero bs=1000000 count=3 2>/dev/null');
    let before = 0;
    let received = 0;
    const { output } = await outcome({ path }, (script) => {
      const { onOutput } = script;
      script.endInput();
      script.pause();
      script.onOutput = (bytes) => {
        received += bytes.length;
        onOutput(bytes);
      };
      setTimeout(() => {
        before = received;
        script.resume();
      }, 200);
    });
    expect(before).toBeLessThan(1_000_000);
    expect(output.length).toBe(3_000_000);
  });

  it('ends a program by asking it first', async () => {
    const note = join(folder, 'asked');
    const path = shell(
      'polite',
      `trap 'echo asked > ${note}; exit' TERM; echo ready; while :; do sleep 0.05; done`,
    );
    await outcome({ path }, (script) => {
      script.endInput();
      script.onOutput = () => script.end();
    });
    expect(existsSync(note) && readFileSync(note, 'latin1')).toBe('asked\n');
  });

  it('ends a program that does not listen', { timeout: 10_000 }, async () => {
    const path = shell('stubborn', "trap '' TERM; echo ready; while :; do sleep 0.05; done");
    const started = performance.now();
    await outcome({ path }, (script) => {
      script.endInput();
      script.onOutput = () => script.end();
    });
    expect(performance.now() - started).toBeGreaterThan(2500);
  });
});
