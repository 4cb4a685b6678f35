import { entryOf } from './entry-of.ts';
/** A moment as a calendar of some place shows it. httpd: apr_time_exp_t */
export interface LocalTime {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is the first of January. */
  readonly yearDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly offsetMinutes: number;
  /** Seconds since 1970. */
  readonly epochSeconds: number;
}

/** The local time at a moment. httpd: apr_time_exp_lt */
export function localTime(atMs: number, offsetMinutes: number): LocalTime {
  const date = new Date(Math.floor(atMs) + offsetMinutes * 60_000);
  const year = date.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    offsetMinutes,
    epochSeconds: Math.floor(atMs / 1000),
  };
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Abbreviated names of the months. */
export const shortMonths: readonly string[] = months.map((name) => name.slice(0, 3));

/** Offset from UTC as in `+0100`. */
export function formatOffset(offsetMinutes: number): string {
  const distance = Math.abs(offsetMinutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}${two(distance % 60)}`;
}

/** A number with the width and the fill it usually has, or a text. */
type Field =
  | { readonly number: (time: LocalTime) => number; readonly width: number; readonly fill: '0' | ' ' }
  | { readonly text: (time: LocalTime) => string; readonly upper?: 'always' };

const numeric = (width: number, number: (time: LocalTime) => number, fill: '0' | ' ' = '0'): Field => ({
  number,
  width,
  fill,
});
const textual = (text: (time: LocalTime) => string): Field => ({ text });
const composed = (format: string): Field => ({ text: (time) => strftime(format)(time) });

const hour12 = ({ hour }: LocalTime) => (hour % 12 === 0 ? 12 : hour % 12);
const half = ({ hour }: LocalTime) => (hour < 12 ? 'AM' : 'PM');

/** Year and week by ISO 8601. */
function isoWeek({ year, yearDay, weekday }: LocalTime): { readonly year: number; readonly week: number } {
  const monday = (weekday + 6) % 7;
  const week = Math.floor((yearDay - monday + 10) / 7);
  const weeksOf = (y: number) => {
    const start = new Date(Date.UTC(y, 0, 1)).getUTCDay();
    const isLeap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
    return start === 4 || (start === 3 && isLeap) ? 53 : 52;
  };
  if (week < 1) return { year: year - 1, week: weeksOf(year - 1) };
  return week > weeksOf(year) ? { year: year + 1, week: 1 } : { year, week };
}

// strftime(3) in the C locale
const fields: Readonly<Record<string, Field>> = {
  a: textual(({ weekday }) => days[weekday]!.slice(0, 3)),
  A: textual(({ weekday }) => days[weekday]!),
  b: textual(({ month }) => shortMonths[month]!),
  B: textual(({ month }) => months[month]!),
  c: composed('%a %b %e %H:%M:%S %Y'),
  C: numeric(2, ({ year }) => Math.floor(year / 100)),
  d: numeric(2, ({ day }) => day),
  D: composed('%m/%d/%y'),
  e: numeric(2, ({ day }) => day, ' '),
  F: composed('%Y-%m-%d'),
  g: numeric(2, (time) => isoWeek(time).year % 100),
  G: numeric(1, (time) => isoWeek(time).year),
  h: textual(({ month }) => shortMonths[month]!),
  H: numeric(2, ({ hour }) => hour),
  I: numeric(2, hour12),
  j: numeric(3, ({ yearDay }) => yearDay + 1),
  k: numeric(2, ({ hour }) => hour, ' '),
  l: numeric(2, hour12, ' '),
  m: numeric(2, ({ month }) => month + 1),
  M: numeric(2, ({ minute }) => minute),
  n: textual(() => '\n'),
  p: textual(half),
  P: textual((time) => half(time).toLowerCase()),
  r: composed('%I:%M:%S %p'),
  R: composed('%H:%M'),
  s: numeric(1, ({ epochSeconds }) => epochSeconds),
  S: numeric(2, ({ second }) => second),
  t: textual(() => '\t'),
  T: composed('%H:%M:%S'),
  u: numeric(1, ({ weekday }) => (weekday === 0 ? 7 : weekday)),
  U: numeric(2, ({ yearDay, weekday }) => Math.floor((yearDay + 7 - weekday) / 7)),
  V: numeric(2, (time) => isoWeek(time).week),
  w: numeric(1, ({ weekday }) => weekday),
  W: numeric(2, ({ yearDay, weekday }) => Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7)),
  x: composed('%m/%d/%y'),
  X: composed('%H:%M:%S'),
  y: numeric(2, ({ year }) => year % 100),
  Y: numeric(1, ({ year }) => year),
  z: textual(({ offsetMinutes }) => formatOffset(offsetMinutes)),
  Z: textual(({ offsetMinutes }) => (offsetMinutes === 0 ? 'UTC' : '')),
  '%': textual(() => '%'),
};

type Piece = (time: LocalTime) => string;

/** Compiles a date format, with the flags and widths of the GNU C library; what it does not know stays as it is. */
export function strftime(format: string): Piece {
  const pieces: Piece[] = [];
  const pattern = /%([-_0^#]*)(\d*)[EO]?([a-zA-Z%])/g;
  let last = 0;
  for (const match of format.matchAll(pattern)) {
    const field = entryOf(fields, match[3]!);
    if (field === undefined) continue;
    if (match.index > last) pieces.push(constant(format.slice(last, match.index)));
    pieces.push(fieldPiece(field, match[1]!, Number(match[2]), match[3]!));
    last = match.index + match[0].length;
  }
  if (last < format.length) pieces.push(constant(format.slice(last)));
  return (time) => pieces.map((piece) => piece(time)).join('');
}

const constant =
  (text: string): Piece =>
  () =>
    text;

function fieldPiece(field: Field, flags: string, width: number, letter: string): Piece {
  if ('number' in field) {
    const fill = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : field.fill;
    const least = flags.includes('-') ? 0 : Math.max(width, field.width);
    return (time) => String(field.number(time)).padStart(least, fill);
  }
  const cased = caseOf(flags, letter);
  const fill = flags.includes('0') ? '0' : ' ';
  return (time) => cased(field.text(time)).padStart(width, fill);
}

function caseOf(flags: string, letter: string): (text: string) => string {
  if (flags.includes('^')) return (text) => text.toUpperCase();
  if (!flags.includes('#')) return (text) => text;
  return letter === 'p' || letter === 'Z' ? (text) => text.toLowerCase() : (text) => text.toUpperCase();
}
