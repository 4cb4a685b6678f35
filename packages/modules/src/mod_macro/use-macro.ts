import { asciiLowerCase, nextWord, type Reader, words } from '@httpd-ts/kernel';
import { describeMacro, expandBody } from './macro.ts';
import { macrosOf, warnMacro } from './macros.ts';

/** Macros that use each other twice over are read for ever by httpd. */
const maximumUses = 100_000;

/** `Use name values`: the macro's lines are read in the place of this one. httpd: modules/core/mod_macro.c use_macro */
export function useMacro(raw: string, reader: Reader): readonly [] | string {
  const state = macrosOf(reader);
  if (!state.isUsed) return 'no macro defined before Use';
  const cursor = { text: raw, at: 0 };
  const name = asciiLowerCase(nextWord(cursor));
  if (name === '') return 'no macro name specified with Use';
  const macro = state.byName.get(name);
  state.uses++;
  if (state.uses > maximumUses) {
    return `macros were used more than ${maximumUses} times; some of them use each other again and again`;
  }
  if (macro === undefined) return `macro '${name}' undefined`;
  if (reader.file.includes(`macro '${name}'`)) return `recursive use of macro '${name}' is invalid`;
  const values = words(raw.slice(cursor.at).replace(/^[ \t]+/, ''));
  const { parameters } = macro;
  if (values.length !== parameters.length) {
    return `${describeMacro(macro)} used with ${values.length} arguments instead of ${parameters.length}`;
  }
  const where = `${describeMacro(macro)} used on line ${reader.lineNumber()} of "${reader.file}"`;
  if (!state.ignoresEmpty && !macro.ignoresEmpty) {
    for (const [i, value] of values.entries()) {
      if (value === '') warnMacro(reader, `AH02798: ${where}: empty argument #${i + 1}`);
    }
  }
  const lines = expandBody(macro, values);
  if (typeof lines === 'string') return `${where} error while substituting: ${lines}`;
  reader.insert(lines, where);
  return [];
}

/** `UndefMacro name`. httpd: undef_macro */
export function undefMacro(name: string, reader: Reader): readonly [] | string {
  const state = macrosOf(reader);
  if (!state.isUsed) return 'no macro defined before UndefMacro';
  const known = asciiLowerCase(name);
  return state.byName.delete(known) ? [] : `cannot remove undefined macro '${known}'`;
}
