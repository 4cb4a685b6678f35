import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type ProgramTable, programKey, programTable } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
const tables: ProgramTable[] = [];
afterEach(async () => {
  for (const table of tables.splice(0)) await table.endAll();
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, text: string): string {
  const path = join(folder, name.replaceAll(' ', '-'));
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

const echo = script('echo', 'while read -r line; do echo "$$ $line"; done');
const limits = { answerMs: 2000, lineBytes: 1000, waiting: 100, endMs: 300 };

/** What a test opens a table with is ended behind it. */
function opened(errors?: (bytes: Uint8Array) => void): ProgramTable {
  const table = programTable({ limits, ...(errors === undefined ? {} : { errors }) });
  tables.push(table);
  return table;
}

const line = (path: string, name = 'map') => ({ name, argv: [path] });
const withoutPid = (answer: string | undefined) => answer?.split(' ').slice(1).join(' ');
const pidIn = (answer: string | undefined) => answer?.split(' ')[0];

describe('programTable', () => {
  it('keeps one program for all who name it, and answers in order', async () => {
    const table = opened();
    const [one, other] = [table.open(line(echo)), table.open(line(echo))];
    const answers = await Promise.all([one.ask('a b'), other.ask('c'), one.ask('d')]);
    expect(answers.map(withoutPid)).toEqual(['a b', 'c', 'd']);
    expect(new Set(answers.map(pidIn)).size).toBe(1);
  });

  it('keeps maps of one command line apart', async () => {
    const table = opened();
    const [one, other] = [table.open(line(echo, 'one')), table.open(line(echo, 'other'))];
    expect(pidIn(await one.ask('a'))).not.toBe(pidIn(await other.ask('a')));
  });

  it('answers only for programs of the configuration in force', async () => {
    const table = opened();
    const key = programKey(line(echo));
    expect(await table.ask(key, 'x')).toBeUndefined();
    table.open(line(echo));
    expect(await table.ask(key, 'x')).toBeUndefined();
    table.endGeneration();
    expect(withoutPid(await table.ask(key, 'x'))).toBe('x');
  });

  it('starts programs with their configuration, and ends them with it', async () => {
    const table = opened();
    const log = join(folder, 'started');
    const path = script(
      'tells',
      `echo start $$ >>${log}; while read -r line; do echo $$; done; echo end >>${log}`,
    );
    const key = programKey(line(path));
    const begin = () => {
      expect(table.open(line(path)).start()).toBeUndefined();
      table.endGeneration();
    };
    const lines = () => (existsSync(log) ? readFileSync(log, 'latin1').trim().split('\n') : []);
    begin();
    await vi.waitFor(() => expect(lines()).toHaveLength(1), 10_000);
    const first = await table.ask(key, 'x');
    expect(lines()).toEqual([`start ${first}`]);
    table.open(line(path)).start();
    table.abandonGeneration();
    expect(await table.ask(key, 'x')).toBe(first);
    begin();
    const second = await table.ask(key, 'x');
    expect(second).not.toBe(first);
    await table.endAll();
    const isThere = (pid: string | undefined) => existsSync(`/proc/${pid}`);
    expect([isThere(first), isThere(second)]).toEqual([false, false]);
  });

  it('makes a program end that does not want to', async () => {
    const table = opened();
    const path = script(
      'stays',
      "trap '' TERM; while read -r line; do echo $$; done; while :; do sleep 1; done",
    );
    const pid = await table.open(line(path)).ask('x');
    await table.endAll();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it.each([
    ['may not be executed', { argv: [folder.concat('/plain')] }, '(13)Permission denied'],
    ['has a user that is not there', { argv: [echo], user: 'no-such-user' }, '(2)No such file or directory'],
    [
      'has a group that is not there',
      { argv: [echo], group: 'no-such-group' },
      '(2)No such file or directory',
    ],
  ])('says why a program cannot be started that %s', (_, given, error) => {
    writeFileSync(join(folder, 'plain'), '#!/bin/sh\n');
    expect(
      opened()
        .open({ name: 'map', ...given })
        .start(),
    ).toBe(error);
  });

  it('tells of a program that could not be executed, and answers with an empty line', async () => {
    const path = script('no interpreter', '');
    writeFileSync(path, '#!/nonexistent/interpreter\n');
    const told = vi.fn();
    const table = opened();
    const program = table.open({ ...line(path), onExecFailed: told });
    expect(program.start()).toBeUndefined();
    table.endGeneration();
    await vi.waitFor(() => expect(told).toHaveBeenCalledWith('(2)No such file or directory'), 10_000);
    expect(await program.ask('x')).toBe('');
  });

  it('hands on what a program writes to standard error, and gives it no variables', async () => {
    let errors = '';
    const table = opened((bytes) => {
      errors += Buffer.from(bytes).toString('latin1');
    });
    const path = script(
      'complains',
      'read -r line; echo "$line" >&2; env | grep -v ^PWD= | wc -l; read -r line',
    );
    expect(await table.open(line(path)).ask('oops')).toBe('0');
    await vi.waitFor(() => expect(errors).toBe('oops\n'), 10_000);
  });

  it('answers with lines that were there before they were asked for', async () => {
    const table = opened();
    const two = table.open(line(script('two', 'while read -r line; do echo "$line"; echo more; done')));
    expect([await two.ask('a'), await two.ask('b'), await two.ask('c')]).toEqual(['a', 'more', 'b']);
    const endless = table.open(line(script('yes', 'exec yes'), 'endless'));
    const answers = await Promise.all(Array.from({ length: 100 }, () => endless.ask('x')));
    expect(new Set(answers)).toEqual(new Set(['y']));
  });

  it.each([
    ['hangs', 'while read -r line; do sleep 60; done'],
    ['floods', 'read -r line; exec tr "\\0" x </dev/zero'],
    ['floods before it is asked', 'exec tr "\\0" x </dev/zero'],
  ])('gives nothing for a program that %s, and starts it again', async (name, text) => {
    const table = opened();
    const program = table.open(line(script(name, text)));
    expect(await program.ask('x')).toBeUndefined();
    expect(await program.ask('y')).toBeUndefined();
    expect(withoutPid(await table.open(line(echo, 'other')).ask('z'))).toBe('z');
  });

  it('goes on after a program has ended', async () => {
    const table = opened();
    const program = table.open(line(script('once', 'read -r line; echo "$line"')));
    expect(await program.ask('first')).toBe('first');
    expect(['second', '']).toContain(await program.ask('second'));
    expect(await program.ask('third').then((answer) => answer || program.ask('third'))).toBe('third');
  });

  it.each([
    ['dies', 'read -r line; exit 1', ''],
    ['ends within its answer', 'read -r line; printf "part-$line"', 'part-x'],
  ])('gives what there is of the answer of a program that %s', async (name, text, answer) => {
    const table = opened();
    expect(await table.open(line(script(name, text))).ask('x')).toBe(answer);
    expect(await table.open(line(`/nonexistent/${name}`)).ask('x')).toBe('');
  });

  it('gives nothing for lines that are two', async () => {
    expect(await opened().open(line(echo)).ask('a\nb')).toBeUndefined();
  });
});
