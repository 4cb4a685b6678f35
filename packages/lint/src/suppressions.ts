import { type ConfigFile, lines, position } from '@httpd-ts/syntax';

/** What comments say about rules in one file. */
export interface Suppressions {
  /** Whether a rule is off on a physical line. */
  covers(rule: string, line: number): boolean;
  /** The rule names that comments give, with where they stand. */
  readonly named: readonly { readonly name: string; readonly offset: number; readonly line: number }[];
}

const directive = /^#\s*httpd-ts-(disable-next-line|disable|enable)(?=\s|$)\s*([^#]*)/;

interface Range {
  /** Undefined: every rule. */
  readonly rules: readonly string[] | undefined;
  readonly from: number;
  to: number;
}

const none: Suppressions = { covers: () => false, named: [] };

/**
 * Reads `# httpd-ts-disable-next-line rule, rule`, and `# httpd-ts-disable rule` up to `# httpd-ts-enable rule` or the
 * end of the file. Without names every rule is meant; `--` begins a remark.
 */
export function suppressionsIn(file: ConfigFile): Suppressions {
  if (!file.text.includes('httpd-ts-')) return none;
  const ranges: Range[] = [];
  const named: { name: string; offset: number; line: number }[] = [];
  let waiting: (readonly string[] | undefined)[] = [];
  for (const line of lines(file)) {
    if (line.kind === 'blank') continue;
    const found = line.kind === 'comment' ? directive.exec(line.text) : null;
    if (found === null) {
      if (line.kind === 'comment') continue;
      const from = position(file, line.start).line;
      for (const rules of waiting) ranges.push({ rules, from, to: Math.max(from, line.line) });
      waiting = [];
      continue;
    }
    const [whole, what, list] = found;
    const rules = list!
      .split(/(?:^|\s)--(?:\s|$)/)[0]!
      .split(/[\s,]+/)
      .filter((name) => name !== '');
    const listStart = line.start + whole.length - list!.length;
    for (const name of rules) {
      named.push({ name, offset: listStart + list!.indexOf(name), line: line.line });
    }
    const meant = rules.length === 0 ? undefined : rules;
    if (what === 'disable-next-line') waiting.push(meant);
    else if (what === 'disable') {
      ranges.push({ rules: meant, from: line.line, to: Number.POSITIVE_INFINITY });
    } else endRanges(ranges, meant, line.line);
  }
  return {
    named,
    covers: (rule, line) =>
      ranges.some(({ rules, from, to }) => line >= from && line <= to && (rules?.includes(rule) ?? true)),
  };
}

/** Ends what is off: all of it, or the rules that are named. */
function endRanges(ranges: Range[], meant: readonly string[] | undefined, line: number): void {
  for (const range of ranges.filter(({ to }) => to === Number.POSITIVE_INFINITY)) {
    const left = meant === undefined ? [] : (range.rules?.filter((name) => !meant.includes(name)) ?? []);
    if (meant !== undefined && range.rules === undefined) continue;
    if (left.length === (range.rules?.length ?? -1)) continue;
    range.to = line;
    if (left.length > 0) ranges.push({ rules: left, from: line, to: Number.POSITIVE_INFINITY });
  }
}
