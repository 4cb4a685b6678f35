import { trimStartBlanks } from '@httpd-ts/http1';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => (n < 10 ? `0${n}` : String(n));

let lastSecond = -1;
let lastText = '';

/** A time (milliseconds since 1970) as in `Date` and `Last-Modified`. The last one is remembered. httpd: apr_rfc822_date */
export function formatHttpDate(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second === lastSecond) return lastText;
  const date = new Date(second * 1000);
  lastText = `${days[date.getUTCDay()]}, ${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} GMT`;
  lastSecond = second;
  return lastText;
}

const time = '(\\d\\d):(\\d\\d):(\\d\\d)';
const formats: readonly { readonly pattern: RegExp; readonly order: 'dmy' | 'mdy' }[] = [
  { pattern: new RegExp(`^\\w{3}, (\\d\\d?)[ -](\\w{3})[ -](\\d{4}|\\d\\d) ${time}`), order: 'dmy' },
  { pattern: new RegExp(`^\\w{6,9}, (\\d\\d?)-(\\w{3})-(\\d{4}|\\d\\d) ${time}`), order: 'dmy' },
  { pattern: new RegExp(`^\\w{3} (\\w{3}) ([ \\d]\\d) ${time} (\\d{4})`), order: 'mdy' },
];

/** Reads the three date forms of HTTP; undefined when the text is none. Milliseconds since 1970. httpd: apr_date_parse_http */
export function parseHttpDate(text: string): number | undefined {
  const trimmed = trimStartBlanks(text);
  for (const { pattern, order } of formats) {
    const match = pattern.exec(trimmed);
    if (match === null) continue;
    const [day, month, year, hour, minute, second] =
      order === 'dmy'
        ? [match[1]!, match[2]!, match[3]!, match[4]!, match[5]!, match[6]!]
        : [match[2]!, match[1]!, match[6]!, match[3]!, match[4]!, match[5]!];
    const monthIndex = months.findIndex((name) => name.toLowerCase() === month.toLowerCase());
    if (monthIndex < 0) return undefined;
    const fullYear = year.length === 2 ? Number(year) + (Number(year) < 70 ? 2000 : 1900) : Number(year);
    const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)];
    if (d < 1 || d > 31 || h > 23 || m > 59 || s > 61) return undefined;
    return Date.UTC(fullYear, monthIndex, d, h, m, s);
  }
  return undefined;
}
