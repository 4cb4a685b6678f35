/** The number at the start of a text, 0 where there is none. httpd: atoi */
export function leadingInteger(text: string): number {
  const match = /^[\t-\r ]*([+-]?\d+)/.exec(text);
  return match === null ? 0 : Number(match[1]);
}

/** A whole text as a decimal number, undefined when anything else is in it. httpd: apr_strtoff and the like */
export function wholeInteger(text: string): number | undefined {
  return /^[\t-\r ]*[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

const unitMilliseconds: Readonly<Record<string, number>> = { h: 3_600_000, mi: 60_000, ms: 1, s: 1000 };

/**
 * A time with an optional unit (`h`, `min`, `s`, `ms`), in milliseconds; undefined when it is none.
 * httpd: server/util.c ap_timeout_parameter_parse
 */
export function parseTimeout(text: string, defaultUnit: 's' | 'ms' = 's'): number | undefined {
  const match = /^[\t-\r ]*([+-]?\d+)(.*)$/s.exec(text);
  if (match === null) return undefined;
  const unit = match[2] === '' ? defaultUnit : match[2]!.toLowerCase();
  const factor = unit.startsWith('h')
    ? unitMilliseconds.h
    : unit.startsWith('mi')
      ? unitMilliseconds.mi
      : unit.startsWith('ms')
        ? unitMilliseconds.ms
        : unit.startsWith('s')
          ? unitMilliseconds.s
          : undefined;
  return factor === undefined ? undefined : Number(match[1]) * factor;
}
