/**
 * A number with up to `digits` significant digits, as the APR prints `%g`: no zero before the point.
 * httpd: apr_snprintf.c apr_gcvt
 */
export function printGeneral(value: number, digits = 6): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0' : 'inf';
  const [mantissa, power] = Math.abs(value)
    .toExponential(digits - 1)
    .split('e');
  const figures = mantissa!.replace('.', '').replace(/0+$/, '');
  const point = Number(power) + 1;
  const sign = value < 0 ? '-' : '';
  if ((point >= 0 && point - figures.length > 4) || point < -3)
    return sign + withExponent(figures, point - 1);
  if (point <= 0) return `${sign}.${'0'.repeat(-point)}${figures}`;
  if (figures.length <= point) return sign + figures.padEnd(point, '0');
  return `${sign}${figures.slice(0, point)}.${figures.slice(point)}`;
}

function withExponent(figures: string, exponent: number): string {
  const fraction = figures.length > 1 ? `.${figures.slice(1)}` : '';
  return `${figures[0]}${fraction}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

const kilo = 1024;

/** httpd: modules/generators/mod_status.c format_byte_out */
export function printBytes(bytes: number): string {
  if (bytes < 5 * kilo) return `${Math.trunc(bytes)} B`;
  if (bytes < (kilo * kilo) / 2) return `${(bytes / kilo).toFixed(1)} kB`;
  if (bytes < kilo ** 3 / 2) return `${(bytes / kilo ** 2).toFixed(1)} MB`;
  return `${(bytes / kilo ** 3).toFixed(1)} GB`;
}

/** httpd: modules/generators/mod_status.c format_kbyte_out */
export function printKilobytes(kilobytes: number): string {
  if (kilobytes < kilo) return `${kilobytes} kB`;
  if (kilobytes < kilo ** 2) return `${(kilobytes / kilo).toFixed(1)} MB`;
  return `${(kilobytes / kilo ** 2).toFixed(1)} GB`;
}

/** Days, hours, minutes and seconds, each with a blank before it. httpd: modules/generators/mod_status.c show_time */
export function printPeriod(seconds: number): string {
  const parts: readonly [number, string][] = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ];
  return parts
    .map(([count, unit]) => (count === 0 ? '' : ` ${count} ${unit}${count === 1 ? '' : 's'}`))
    .join('');
}
