import { asciiLowerCase, nextWord, type Reader, words } from '@httpd-ts/kernel';
import { describeMacro, expandBody, type Macro, parameterPrefixes } from './macro.ts';
import { macrosOf, warnMacro } from './macros.ts';

/** Says what stands behind a `>`; a comment is fine. httpd: modules/core/mod_macro.c warn_if_non_blank */
function warnOfRest(reader: Reader, what: string, rest: string): void {
  const first = rest.replace(/^[ \t]+/, '')[0];
  if (first === undefined || first === '#') return;
  warnMacro(reader, `AH02989: ${what} on line ${reader.lineNumber()} of ${reader.file}: ${rest}`);
}

const isPrefixed = (word: string) => word !== '' && parameterPrefixes.includes(word[0]!);

/** Names must differ and be there; what else is odd about them is only said. httpd: check_macro_arguments */
function checkParameters(reader: Reader, where: string, parameters: readonly string[]): string | undefined {
  for (const [i, one] of parameters.entries()) {
    if (one === '') return `${where}: empty argument #${i + 1} name`;
    if (!isPrefixed(one)) {
      warnMacro(
        reader,
        `AH02796: ${where} argument name '${one}' (#${i + 1}) without expected prefix, better prefix argument names with one of '${parameterPrefixes}'.`,
      );
    }
    if (one.startsWith('${')) {
      warnMacro(
        reader,
        `AH02805: ${where} argument name '${one}' (#${i + 1}) clashes with 'Define' syntax '\${...}', better use '$(...)'.`,
      );
    }
    const conflict = checkAgainstLater(reader, where, parameters, i);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}

function checkAgainstLater(
  reader: Reader,
  where: string,
  parameters: readonly string[],
  i: number,
): string | undefined {
  const one = parameters[i]!;
  for (const [j, other] of parameters.entries()) {
    if (j <= i) continue;
    if (one === other) {
      return `argument name conflict in ${where}: argument '${one}': #${i + 1} and #${j + 1}, change argument names!`;
    }
    if (other !== '' && (one.startsWith(other) || other.startsWith(one))) {
      warnMacro(
        reader,
        `AH02797: ${where}: argument name prefix conflict (${one} #${i + 1} and ${other} #${j + 1}), be careful about your macro definition!`,
      );
    }
  }
  return undefined;
}

/** The lines up to `</Macro>`, comments left out; a text is the complaint. httpd: get_lines_till_end_token */
function readBody(reader: Reader, where: string, ignoresNesting: boolean): readonly string[] | string {
  const body: string[] = [];
  const start = reader.lineNumber();
  let macros = 1;
  let sections = 1;
  for (let line = reader.nextLine(); line !== undefined; line = reader.nextLine()) {
    if (line.startsWith('#')) continue;
    const cursor = { text: line, at: 0 };
    const first = asciiLowerCase(nextWord(cursor));
    if (first.startsWith('</')) {
      if (--sections < 0 && !ignoresNesting) {
        warnMacro(
          reader,
          `AH02793: bad (negative) nesting on line ${reader.lineNumber() - start} of ${where}`,
        );
      }
    } else if (first.startsWith('<')) sections++;
    if (first === '<macro') macros++;
    if (first === '</macro>' && closes(reader, line)) {
      if (--macros === 0) return closed(reader, where, sections, ignoresNesting, body);
    }
    body.push(line);
  }
  return 'expected token not found: </Macro>';
}

function closes(reader: Reader, line: string): true {
  warnOfRest(
    reader,
    'AH02794: non blank chars found after directive closing',
    line.slice(line.lastIndexOf('>') + 1),
  );
  return true;
}

function closed(
  reader: Reader,
  where: string,
  sections: number,
  ignoresNesting: boolean,
  body: readonly string[],
): readonly string[] {
  if (sections !== 0 && !ignoresNesting) {
    const signed = sections > 0 ? `+${sections}` : String(sections);
    warnMacro(reader, `AH02795: bad cumulated nesting (${signed}) in ${where}`);
  }
  return body;
}

/** Says which parameters the body does not use. httpd: check_macro_contents */
function checkBody(reader: Reader, macro: Macro): string | undefined {
  const where = describeMacro(macro);
  if (macro.body.length === 0) {
    warnMacro(reader, `AH02799: ${where}: empty contents!`);
    return undefined;
  }
  const used = new Set<number>();
  const expanded = expandBody(macro, macro.parameters, used);
  if (typeof expanded === 'string') return expanded;
  for (const [i, parameter] of macro.parameters.entries()) {
    if (!used.has(i)) {
      warnMacro(reader, `AH02800: ${where}: argument '${parameter}' (#${i + 1}) never used`);
    }
  }
  return undefined;
}

/** Flags before the parameters: what is left, and which were given. */
function readFlags(reader: Reader, where: string, written: string) {
  const given = { ignoresEmpty: false, ignoresNesting: false };
  let rest = written;
  const take = (flag: string) => {
    if (!rest.toLowerCase().startsWith(flag)) return false;
    rest = rest.slice(flag.length);
    return true;
  };
  while (rest.startsWith('/')) {
    if (take('/ignoreemptyargs')) given.ignoresEmpty = true;
    if (rest === '') break;
    if (take('/ignorebadnesting')) given.ignoresNesting = true;
    if (rest === '') break;
    if (!rest.startsWith(' ')) {
      const blank = rest.indexOf(' ');
      const flag = blank < 0 ? rest : rest.slice(0, blank);
      warnMacro(reader, `AH02804: ${where}: unknown flag '${flag}'`);
      if (blank >= 0) rest = rest.slice(blank);
    }
    rest = rest.slice(1);
  }
  return { ...given, rest };
}

/** `<Macro name parameters>`. httpd: modules/core/mod_macro.c macro_section */
export function defineMacro(raw: string, reader: Reader): readonly [] | string {
  const state = macrosOf(reader);
  state.isUsed = true;
  const end = raw.lastIndexOf('>');
  if (end < 0) return "<Macro> directive missing closing '>'";
  if (end === 0) return '<Macro macro definition: empty name';
  warnOfRest(reader, "AH02801: non blank chars found after <Macro closing '>'", raw.slice(end + 1));
  const cursor = { text: raw.slice(0, end), at: 0 };
  const name = asciiLowerCase(nextWord(cursor));
  if (name === '') return '<Macro macro definition: name not found';
  const before = state.byName.get(name);
  const line = reader.lineNumber();
  if (before !== undefined) {
    warnMacro(
      reader,
      `AH02802: macro '${name}' multiply defined: ${before.location}, redefined on line ${line} of "${reader.file}"`,
    );
  }
  const location = `defined on line ${line} of "${reader.file}"`;
  const where = describeMacro({ name, location });
  if (isPrefixed(name)) {
    warnMacro(reader, `AH02803: ${where} better prefix a macro name with any of '${parameterPrefixes}'`);
  }
  const { rest, ignoresEmpty, ignoresNesting } = readFlags(reader, where, cursor.text.slice(cursor.at));
  const parameters = words(rest.replace(/^[ \t]+/, ''));
  const complaint = checkParameters(reader, where, parameters);
  if (complaint !== undefined) return complaint;
  const body = readBody(reader, where, ignoresNesting || state.ignoresNesting);
  if (typeof body === 'string') return `${where}\n\tcontents error: ${body}`;
  const macro: Macro = { name, parameters, body, location, ignoresEmpty };
  const wrong = checkBody(reader, macro);
  if (wrong !== undefined) return `${where}\n\tcontents checking error: ${wrong}`;
  state.byName.set(name, macro);
  return [];
}
