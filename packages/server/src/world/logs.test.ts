import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedLogs, openedLogs } from './logs.ts';

let root: string;
let logs: OpenedLogs;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'httpd-ts-logs-'));
  logs = openedLogs();
});

afterEach(() => {
  logs.close();
  rmSync(root, { recursive: true });
});

const read = (name: string) => (existsSync(join(root, name)) ? readFileSync(join(root, name), 'latin1') : '');

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!done()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await delay(10);
  }
}

describe('files', () => {
  it('are written in batches, error logs at once', async () => {
    logs.open(join(root, 'access')).write('a\n');
    logs.open(join(root, 'error'), { unbuffered: true }).write('e\xe9\n');
    expect(read('error')).toBe('e\xe9\n');
    expect(read('access')).toBe('');
    await until(() => read('access') === 'a\n');
    logs.open(join(root, 'access')).write('x'.repeat(70_000));
    expect(read('access').length).toBe(70_002);
  });

  it('keep the order of batches and lines written at once', () => {
    logs.open(join(root, 'both')).write('1\n');
    logs.open(join(root, 'both'), { unbuffered: true }).write('2\n');
    expect(read('both')).toBe('1\n2\n');
  });

  it('that cannot be opened are listed', () => {
    logs.open(join(root, 'none/log')).write('lost');
    expect(logs.failures).toEqual([
      { target: join(root, 'none/log'), error: '(2)No such file or directory' },
    ]);
  });

  it('are opened anew for a new generation', () => {
    const target = join(root, 'log');
    logs.open(target).write('old\n');
    logs.flush();
    renameSync(target, `${target}.1`);
    logs.beginGeneration();
    logs.open(target).write('new\n');
    logs.endGeneration();
    logs.append(0, Buffer.from('from a thread\n'));
    logs.flush();
    expect(read('log.1')).toBe('old\n');
    expect(read('log')).toBe('from a thread\nnew\n');
  });

  it('stay as they were when a generation is given up', () => {
    const target = join(root, 'log');
    logs.open(target).write('1\n');
    logs.flush();
    renameSync(target, `${target}.1`);
    logs.beginGeneration();
    logs.open(target);
    logs.open(join(root, 'none/log'));
    logs.abandonGeneration();
    logs.append(0, Buffer.from('2\n'));
    expect(read('log.1')).toBe('1\n2\n');
  });
});

describe('programs', () => {
  const program = () => {
    const path = join(root, 'program');
    writeFileSync(
      path,
      '#!/bin/sh\nread -r line; echo "$1 $line" >> "$2"; [ "$line" = die ] && exit 1; exec cat >> "$2"\n',
    );
    chmodSync(path, 0o755);
    return path;
  };

  it.each(['|', '||'])('are fed through a pipe by %s', async (bar) => {
    logs.open(`${bar}${program()} "an argument" '${join(root, 'out')}'`).write('one\ntwo\n');
    await until(() => read('out') === 'an argument one\ntwo\n');
  });

  it('are run by a shell for |$', async () => {
    logs.open(`|$cat | sed s/a/b/ > ${join(root, 'out')}`).write('a\n');
    logs.flush();
    logs.close();
    await until(() => read('out') === 'b\n');
  });

  it('say what they have to say in the error log, and lines wait for one that is started again', async () => {
    logs.close();
    logs = openedLogs('ignore');
    const program = join(root, 'talker');
    writeFileSync(
      program,
      '#!/bin/sh\necho out; echo says >&2\nwhile read -r line; do echo "$line" >> "$1"; [ "$line" = die ] && exit 1; done\n',
    );
    chmodSync(program, 0o755);
    logs.open(join(root, 'error'), { unbuffered: true });
    const log = logs.open(`|${program} ${join(root, 'out')}`);
    log.write('die\n');
    logs.flush();
    await until(() => read('error').includes('AH00106: piped log program'));
    log.write('after\n');
    logs.flush();
    await until(() => read('out') === 'die\nafter\n');
    const failed = `AH00106: piped log program '${program} ${join(root, 'out')}' failed unexpectedly\n`;
    await until(() => read('error') === `says\n${failed}says\n`);
  });

  it('are started again when they die', async () => {
    const log = logs.open(`|${program()} x ${join(root, 'out')}`);
    log.write('die\n');
    await until(() => read('out') === 'x die\n');
    await delay(1300);
    log.write('again\n');
    await until(() => read('out') === 'x die\nx again\n');
  });
});
