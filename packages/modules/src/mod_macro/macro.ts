/** A definition: what `<Macro name parameters>` and the lines behind it say. */
export interface Macro {
  /** In lower case. */
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: readonly string[];
  /** `defined on line N of "FILE"`, for messages. */
  readonly location: string;
  readonly ignoresEmpty: boolean;
}

/** The first character that a parameter should have; `@` puts the value between quotes. */
export const parameterPrefixes = '$%@';

/** Longest line, its end included, that substitution may give. httpd: MAX_STRING_LEN */
const longestLine = 8192;

/** How a message names a macro. */
export const describeMacro = ({ name, location }: Pick<Macro, 'name' | 'location'>) =>
  `macro '${name}' (${location})`;

/** The parameter that stands first in `line` at or after `from`; the longest of those that begin there. */
function nextParameter(
  line: string,
  from: number,
  parameters: readonly string[],
): { readonly at: number; readonly index: number } | undefined {
  let best: { at: number; index: number } | undefined;
  for (const [index, parameter] of parameters.entries()) {
    const at = line.indexOf(parameter, from);
    if (at < 0) continue;
    const isLonger = best?.at === at && parameters[best.index]!.length < parameter.length;
    if (best === undefined || at < best.at || isLonger) best = { at, index };
  }
  return best;
}

/**
 * A body line with values in the place of parameters, or the complaint. `used` collects the parameters that occur.
 * httpd: modules/core/mod_macro.c substitute_macro_args
 */
function substitute(
  line: string,
  parameters: readonly string[],
  values: readonly string[],
  used: Set<number>,
): { readonly line: string } | { readonly complaint: string } {
  let result = line;
  let from = 0;
  for (let next = nextParameter(result, from, parameters); next !== undefined; ) {
    const parameter = parameters[next.index]!;
    const value = values[next.index]!;
    used.add(next.index);
    if (parameter !== value) {
      const written = parameter.startsWith('@') ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;
      result = result.slice(0, next.at) + written + result.slice(next.at + parameter.length);
      if (result.length + 1 >= longestLine) return { complaint: 'cannot substitute, buffer size too small' };
    }
    // By the length of the value as given: what quoting has added at the end is looked at again.
    from = next.at + value.length;
    next = nextParameter(result, from, parameters);
  }
  return { line: result };
}

/** The body with values in the place of parameters; a text is the complaint. httpd: process_content */
export function expandBody(
  macro: Macro,
  values: readonly string[],
  used: Set<number> = new Set(),
): readonly string[] | string {
  const lines: string[] = [];
  for (const [index, line] of macro.body.entries()) {
    const done = substitute(line, macro.parameters, values, used);
    if ('complaint' in done) {
      return `while processing line ${index + 1} of ${describeMacro(macro)} ${done.complaint}`;
    }
    lines.push(done.line);
  }
  return lines;
}
