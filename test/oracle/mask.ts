/** A replacement that a case asks for in its `case.json`, for values that differ on each run. */
export interface Mask {
  readonly pattern: string;
  readonly with: string;
}

const clockToleranceMs = 120_000;

/** Apache cuts very long lines, at a place that depends on the length of the process id. */
const errorLineLimit = 2000;

/** Hides the present time in `Date` and `Expires`, but not a date that a back end chose, and puts `Allow` in order. */
export function maskAnswer(bytes: string, masks: readonly Mask[], now = Date.now()): string {
  const dated = bytes.replace(/^(Date: |Expires: )([^\r\n]+)(?=\r)/gm, (whole, name: string, date: string) =>
    Math.abs(Date.parse(date) - now) < clockToleranceMs ? `${name}@DATE@` : whole,
  );
  return applyMasks(sortAllow(dated), masks);
}

/** Apache lists the methods of `Allow` in an order that differs from one start to the next. */
function sortAllow(bytes: string): string {
  return bytes.replace(/^(Allow: )([A-Z,-]+)(?=\r)/gm, (_, name: string, methods: string) => {
    return name + methods.split(',').sort().join(',');
  });
}

/** Hides the time in an access log line. */
export function maskAccessLine(line: string, masks: readonly Mask[]): string {
  return applyMasks(line.replace(/\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/g, '[@TIME@]'), masks);
}

/** Hides time, process, thread and client port in an error log line. */
export function maskErrorLine(line: string, masks: readonly Mask[]): string {
  const masked = line
    .replace(/^\[\w{3} \w{3} [^\]]*\]/, '[@TIME@]')
    .replace(/\[pid [^\]]*\]/, '[pid @PID@]')
    .replace(/\[(client|remote) ([^\]]*):\d+\]/, '[$1 $2:@PORT@]');
  return applyMasks(masked.slice(0, errorLineLimit), masks);
}

/** Applies the masks of a case. */
export function applyMasks(text: string, masks: readonly Mask[]): string {
  return masks.reduce((masked, mask) => masked.replace(new RegExp(mask.pattern, 'gm'), mask.with), text);
}
