import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { programKey, programTable } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

const echo = script('echo', 'while read -r line; do echo "$$ $line"; done');
const limits = { answerMs: 300, lineBytes: 1000, waiting: 100 };

describe('programTable', () => {
  it('keeps one program for all who name it, and answers in order', async () => {
    const table = programTable(limits);
    const [one, other] = [table.open({ argv: [echo] }), table.open({ argv: [echo] })];
    const answers = await Promise.all([one.ask('a b'), other.ask('c'), one.ask('d')]);
    expect(answers.map((answer) => answer?.split(' ').slice(1).join(' '))).toEqual(['a b', 'c', 'd']);
    expect(new Set(answers.map((answer) => answer?.split(' ')[0])).size).toBe(1);
    table.endAll();
  });

  it('answers only for programs that were opened', async () => {
    const table = programTable(limits);
    expect(await table.ask(programKey({ argv: ['/bin/cat'] }), 'x')).toBeUndefined();
  });

  it.each([
    ['hangs', 'while read -r line; do sleep 60; done'],
    ['floods', 'read -r line; exec tr "\\0" x </dev/zero'],
    ['floods before it is asked', 'exec tr "\\0" x </dev/zero'],
  ])('gives nothing for a program that %s, and starts it again', async (name, text) => {
    const table = programTable(limits);
    const program = table.open({ argv: [script(name.replaceAll(' ', '-'), text)] });
    expect(await program.ask('x')).toBeUndefined();
    expect(await program.ask('y')).toBeUndefined();
    expect(await table.open({ argv: [echo] }).ask('z')).toMatch(/ z$/);
    table.endAll();
  });

  it('goes on after a program has ended', async () => {
    const table = programTable(limits);
    const program = table.open({ argv: [script('once', 'read -r line; echo "$line"')] });
    expect(await program.ask('first')).toBe('first');
    expect(['second', '']).toContain(await program.ask('second'));
    expect(await program.ask('third').then((answer) => answer || program.ask('third'))).toBe('third');
    table.endAll();
  });

  it.each([
    ['dies', 'read -r line; exit 1', ''],
    ['ends within its answer', 'read -r line; printf "part-$line"', 'part-x'],
  ])('gives what there is of the answer of a program that %s', async (name, text, answer) => {
    const table = programTable(limits);
    const program = table.open({ argv: [script(name.replaceAll(' ', '-'), text)] });
    expect(await program.ask('x')).toBe(answer);
    expect(await table.open({ argv: [`/nonexistent/${name}`] }).ask('x')).toBe('');
    table.endAll();
  });

  it('gives nothing for lines that are two', async () => {
    const table = programTable(limits);
    expect(await table.open({ argv: [echo] }).ask('a\nb')).toBeUndefined();
    table.endAll();
  });
});
