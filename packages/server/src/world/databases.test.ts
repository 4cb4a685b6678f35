import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Database } from '@httpd-ts/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeDatabases } from './databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'databases-'));
const file = join(folder, 'hosts.db');
beforeAll(() => {
  const database = new DatabaseSync(file);
  database.exec(
    "create table hosts (name text, back text); insert into hosts values ('a', 'one'), ('é', 'ü')",
  );
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const open = (parameters: string, driver = 'sqlite3', statements: readonly string[] = []) =>
  nodeDatabases.open({
    driver,
    parameters,
    initial: ['pragma query_only = on'],
    statements,
    maximumConnections: 2,
  });

describe('nodeDatabases', () => {
  it('selects from SQLite; text is bytes', async () => {
    const database = open(file) as Database;
    const statement = 'select back from hosts where name = ?';
    expect(await database.select(statement, ['a'])).toEqual([['one']]);
    expect(await database.select(statement, ["a' or '1'='1"])).toEqual([]);
    expect(await database.select(statement, ['\xc3\xa9'])).toEqual([['\xc3\xbc']]);
    database.close();
  });

  it('rejects with the complaint of the database, and goes on', async () => {
    const database = open(file) as Database;
    await expect(database.select('select x from missing', [])).rejects.toThrow('no such table');
    await expect(database.select('delete from hosts', [])).rejects.toThrow('readonly');
    expect(await database.select('select count(*) from hosts', [])).toEqual([['2']]);
    database.close();
    await expect((open(join(folder, 'no/such.db')) as Database).select('select 1', [])).rejects.toThrow();
  });

  it('says why a database cannot be had, and tries again', async () => {
    const missing = 'select x from missing';
    expect(await (open(join(folder, 'no/such.db')) as Database).connect()).toEqual({
      at: 'connect',
      error: 'unable to open database file',
    });
    const database = open(file, 'sqlite3', [missing]) as Database;
    expect(await database.connect()).toEqual({ at: 'prepare', error: 'no such table: missing' });
    const other = new DatabaseSync(file);
    other.exec('create table missing (x text)');
    expect(await database.connect()).toBeUndefined();
    expect(await database.select(missing, [])).toEqual([]);
    other.exec('drop table missing');
    other.close();
    database.close();
  });

  it('knows its drivers', () => {
    expect(open('x', 'oracle')).toBe('No driver for oracle');
  });
});
