const INT64_MAX = 2n ** 63n - 1n;

/** The number at the start of a text, 0 where there is none, wrapped to 32 bits. httpd: atoi */
export function leadingInteger(text: string): number {
  const digits = leadingDigits(text);
  if (digits === undefined) return 0;
  // The C library clamps to 64 bits first; what is left of that are the lower 32.
  return digits.length < 10 ? Number(digits) : Number(BigInt.asIntN(32, clamped(BigInt(digits))));
}

/** The number at the start of a text, 0 where there is none, within 64 bits. httpd: atol, apr_atoi64 */
export const leadingLong = (text: string): number => Number(clampedLong(text));

/** As `leadingLong`, exact. httpd: strtol */
export const clampedLong = (text: string): bigint => clamped(BigInt(leadingDigits(text) ?? 0));

/** The number at the start of a text, 0 where there is none, undefined beyond 64 bits. httpd: apr_strtoff */
export function leadingOffset(text: string): number | undefined {
  const digits = leadingDigits(text);
  if (digits === undefined) return 0;
  return digits.length < 16 || isInt64(digits) ? Number(digits) : undefined;
}

/** A whole text as a decimal number of 64 bits, undefined when it is none. httpd: apr_strtoff and the like */
export function wholeInteger(text: string): number | undefined {
  return /^[\t-\r ]*[+-]?\d+$/.test(text) ? leadingOffset(text) : undefined;
}

const leadingDigits = (text: string) => {
  const [, sign = '', digits] = /^[\t-\r ]*([+-]?)(\d+)/.exec(text) ?? [];
  return digits === undefined ? undefined : (sign === '-' ? '-' : '') + digits;
};

const clamped = (value: bigint) =>
  value > INT64_MAX ? INT64_MAX : value < -INT64_MAX - 1n ? -INT64_MAX - 1n : value;

const isInt64 = (digits: string) => {
  const value = BigInt(digits);
  return value === clamped(value);
};

const unitMicroseconds = { h: 3_600_000_000n, mi: 60_000_000n, ms: 1000n, s: 1_000_000n } as const;

/**
 * A time with an optional unit (`h`, `min`, `s`, `ms`), in milliseconds; undefined when it is none.
 * httpd: server/util.c ap_timeout_parameter_parse
 */
export function parseTimeout(text: string, defaultUnit: 's' | 'ms' = 's'): number | undefined {
  const [, digits = '0', rest = ''] = /^(?:[\t-\r ]*([+-]?\d+))?([\s\S]*)$/.exec(text) ?? [];
  const unit = /^(?:h|mi|ms|s)/.exec(rest === '' ? defaultUnit : rest)?.[0] as
    | keyof typeof unitMicroseconds
    | undefined;
  if (unit === undefined) return undefined;
  const microseconds = BigInt(digits.replace('+', '')) * unitMicroseconds[unit];
  return microseconds < 0 || microseconds > INT64_MAX ? undefined : Number(microseconds / 1000n);
}
