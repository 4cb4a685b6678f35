import { describe, expect, it } from 'vitest';
import { Defines } from './defines.ts';

describe('Defines', () => {
  it('tells names apart by case, and finds values in any', () => {
    const defines = new Defines([['Host', 'a']]);
    expect([defines.has('Host'), defines.has('host'), defines.value('hOST')]).toEqual([true, false, 'a']);
  });

  it('keeps a value where a name is defined again without one, and takes the later of two', () => {
    const defines = new Defines([
      ['A', 'one'],
      ['A', undefined],
      ['a', 'two'],
    ]);
    expect(defines.entries).toEqual([
      ['A', 'two'],
      ['a', 'two'],
    ]);
  });

  it('folds ASCII letters only', () => {
    expect(new Defines([['\xc9', 'x']]).value('\xe9')).toBeUndefined();
  });

  it('takes the value away in any case, but the name as it is spelled; the last name moves up', () => {
    const defines = new Defines(['a', 'b', 'c'].map((name) => [name, name]));
    defines.undefine('A');
    defines.undefine('c');
    expect(defines.entries).toEqual([
      ['a', undefined],
      ['b', 'b'],
    ]);
    defines.undefine('a');
    expect(defines.names).toEqual(['b']);
  });
});
