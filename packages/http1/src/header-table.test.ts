import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderTable } from './header-table.ts';

const head =
  'Host: a.example\r\nX-One: 1\r\nx-one: 2\r\nAccept:*/*\r\nX-ONE: 3\r\nEmpty:\r\nBlank: \r\nFold: a\r\n  b\r\n';
const table = () => HeaderTable.fromHead(`GET / HTTP/1.1\r\n${head}\r\n`, 16, 16 + head.length);

describe('HeaderTable', () => {
  it('reads a head when asked', () => {
    expect(table().entries()).toEqual([
      ['Host', 'a.example'],
      ['X-One', '1'],
      ['x-one', '2'],
      ['Accept', '*/*'],
      ['X-ONE', '3'],
      ['Empty', ''],
      ['Blank', ''],
      ['Fold', 'a b'],
    ]);
  });

  it('finds names in any case', () => {
    expect(table().get('x-oNe')).toBe('1');
    expect(table().getAll('X-ONE')).toEqual(['1', '2', '3']);
    expect(table().get('x_one')).toBeUndefined();
    expect(table().getJoined('X-ONE')).toBe('1,2,3');
    expect(table().getJoined('X-Two')).toBeUndefined();
    expect(table().has('accepT')).toBe(true);
    expect(table().has('accep')).toBe(false);
  });

  const edits: { title: string; edit: (headers: HeaderTable) => void; expected: string }[] = [
    { title: 'nothing', edit: () => {}, expected: 'A: 1\r\nB: 2\r\na: 3\r\n' },
    { title: 'set keeps place and spelling', edit: (t) => t.set('a', '9'), expected: 'A: 9\r\nB: 2\r\n' },
    {
      title: 'set appends a new name',
      edit: (t) => t.set('C', '9'),
      expected: 'A: 1\r\nB: 2\r\na: 3\r\nC: 9\r\n',
    },
    { title: 'add appends', edit: (t) => t.add('b', '9'), expected: 'A: 1\r\nB: 2\r\na: 3\r\nb: 9\r\n' },
    {
      title: 'merge extends the first',
      edit: (t) => t.merge('a', '9'),
      expected: 'A: 1, 9\r\nB: 2\r\na: 3\r\n',
    },
    {
      title: 'merge appends a new name',
      edit: (t) => t.merge('C', '9'),
      expected: 'A: 1\r\nB: 2\r\na: 3\r\nC: 9\r\n',
    },
    { title: 'unset removes all', edit: (t) => t.unset('A'), expected: 'B: 2\r\n' },
    { title: 'unset in the middle', edit: (t) => t.unset('b'), expected: 'A: 1\r\na: 3\r\n' },
    { title: 'compress merges', edit: (t) => t.compress('merge'), expected: 'A: 1, 3\r\nB: 2\r\n' },
    { title: 'compress sets', edit: (t) => t.compress('set'), expected: 'A: 3\r\nB: 2\r\n' },
    {
      title: 'overlap sets',
      edit: (t) => t.overlap(HeaderTable.of([['B', '7']]), 'set'),
      expected: 'A: 3\r\nB: 7\r\n',
    },
    {
      title: 'mapValues changes each where it stands',
      edit: (t) => t.mapValues('a', (value) => (value === '3' ? 'x' : value)),
      expected: 'A: 1\r\nB: 2\r\na: x\r\n',
    },
    { title: 'clear', edit: (t) => t.clear(), expected: '' },
  ];
  const source = 'A: 1\r\nB: 2\r\na: 3\r\n';
  it.each(edits)('$title, on a read head and on a built table', ({ edit, expected }) => {
    const read = HeaderTable.fromHead(source, 0, source.length);
    const built = HeaderTable.of(read.clone());
    edit(read);
    edit(built);
    expect(read.toLines()).toBe(expected);
    expect(built.toLines()).toBe(expected);
    expect(read.size).toBe(expected.split('\n').length - 1);
    expect(built.size).toBe(read.size);
  });

  it('writes lines in their regular form', () => {
    expect(table().toLines()).toBe(
      'Host: a.example\r\nX-One: 1\r\nx-one: 2\r\nAccept: */*\r\nX-ONE: 3\r\nEmpty: \r\nBlank: \r\nFold: a b\r\n',
    );
  });

  it('clones apart', () => {
    const original = table();
    const copy = original.clone();
    copy.set('Host', 'b');
    original.unset('Accept');
    expect(original.get('host')).toBe('a.example');
    expect(copy.get('host')).toBe('b');
    expect(copy.has('accept')).toBe(true);
  });

  const name = fc.constantFrom('A', 'a', 'B', 'b', 'Long-Name', 'long-name', 'a!', 'A-_', '~');
  const operation = fc.record({
    kind: fc.constantFrom('set', 'add', 'merge', 'unset'),
    name,
    value: fc.constantFrom('', '1', 'xyz'),
  });
  it('does the same to a read head as to a list of pairs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, fc.constantFrom('', 'v', 'w'))),
        fc.array(operation),
        (pairs, operations) => {
          const text = pairs.map(([key, value]) => `${key}: ${value}\r\n`).join('');
          const read = HeaderTable.fromHead(text, 0, text.length);
          let model = pairs.map(([key, value]): [string, string] => [key, value]);
          for (const { kind, name: key, value } of operations) {
            const same = (pair: [string, string]) => pair[0].toLowerCase() === key.toLowerCase();
            const first = model.find(same);
            if (kind === 'unset') read.unset(key);
            else if (kind === 'set') read.set(key, value);
            else if (kind === 'merge') read.merge(key, value);
            else read.add(key, value);
            if (kind === 'unset') model = model.filter((pair) => !same(pair));
            else if (kind === 'add' || first === undefined) model.push([key, value]);
            else if (kind === 'merge') first[1] = `${first[1]}, ${value}`;
            else {
              first[1] = value;
              model = model.filter((pair) => pair === first || !same(pair));
            }
            expect(read.entries()).toEqual(model);
            expect(read.size).toBe(model.length);
            expect(read.toLines()).toBe(model.map(([n, v]) => `${n}: ${v}\r\n`).join(''));
          }
        },
      ),
    );
  });

  it('takes any text as a head', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', ' ', '\t', '\r', '\n', '\0') }), (text) => {
        const read = HeaderTable.fromHead(text, 0, text.length);
        expect(HeaderTable.of(read).toLines()).toBe(read.toLines());
      }),
    );
  });
});

it('everyIs: whether each entry under a name has that value', () => {
  const source = 'Date: one\r\nX: two\r\nX: two\r\nY: a\r\nY: b\r\n';
  const table = HeaderTable.fromHead(source, 0, source.length);
  table.add('Z', 'set');
  const asked = [
    ['date', 'one'],
    ['date', 'onE'],
    ['Date', 'on'],
    ['X', 'two'],
    ['Y', 'a'],
    ['Z', 'set'],
    ['Z', 'other'],
    ['None', 'x'],
  ] as const;
  expect(asked.map(([name, value]) => table.everyIs(name, value))).toEqual([
    true,
    false,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
});
