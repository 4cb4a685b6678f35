import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DbmType, readDbm } from './dbm-file.ts';

const folder = join(import.meta.dirname, '../../../fixtures/dbm');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)));

/** What was given to httxt2dbm: 300 short pairs, one of 900 characters and, but for SDBM, three that fill pages of their own. */
const many = new Map([
  ...Array.from({ length: 300 }, (_, i) => [`key${i}`, `value-${i}-${'y'.repeat(i % 40)}`] as const),
  ['big', 'z'.repeat(900)] as const,
  ['a.txt', 'sub/a.txt'] as const,
]);

describe('readDbm', () => {
  it.each([
    ['sdbm', 'httxt2dbm.sdbm.pag', 302],
    ['gdbm', 'httxt2dbm.gdbm', 305],
    ['db', 'httxt2dbm.db', 305],
  ] as const)('%s: reads what httxt2dbm wrote', (type, file, size) => {
    const pairs = readDbm(type, bytesOf(file));
    expect(pairs?.size).toBe(size);
    for (const [key, value] of many) expect(pairs?.get(key)).toBe(value);
    if (size > 302) expect(pairs?.get('huge1')).toMatch(/^h{1000,}$/);
  });

  it('reads what db_load and gdbmtool wrote', () => {
    expect(readDbm('db', bytesOf('db_load.db'))).toEqual(
      new Map([
        ['one', '1'],
        ['two', '2'],
        ['empty', ''],
      ]),
    );
    expect(readDbm('gdbm', bytesOf('gdbmtool.gdbm'))?.get('two')).toMatch(/^2\0?$/);
  });

  it('takes no file for one of another kind', () => {
    expect(readDbm('gdbm', bytesOf('httxt2dbm.db'))).toBeUndefined();
    expect(readDbm('db', bytesOf('httxt2dbm.gdbm'))).toBeUndefined();
    expect(readDbm('sdbm', new Uint8Array(100))).toBeUndefined();
  });

  it('survives any bytes, and files that are damaged', () => {
    const types = fc.constantFrom<DbmType>('sdbm', 'gdbm', 'db');
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 4096 }), (type, bytes) => {
        readDbm(type, bytes);
      }),
    );
    const files = ['db_load.db', 'gdbmtool.gdbm', 'httxt2dbm.sdbm.pag'].map(bytesOf);
    fc.assert(
      fc.property(
        types,
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        (type, file, changes, cut) => {
          const bytes = file.slice(0, file.length - (cut % 600));
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          readDbm(type, bytes);
        },
      ),
    );
  });
});
