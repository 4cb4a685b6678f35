/** Units of an expiry date code, by the letters that tell them apart. httpd: modules/metadata/mod_expires.c check_code */
const units = /^(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?)$/i;

/** Complaint about an expiry date code, such as `A3600` or `access plus 1 month`; `line` is quoted in it. */
export function expiresComplaint(line: string, code: string): string | undefined {
  if (/^[AM]\d/.test(code)) return undefined;
  const complain = (text: string) => `'${line}': bad expires code, ${text}`;
  const parts = code.split(/[ \t]+/).filter((word) => word !== '');
  const base = parts.shift() ?? '';
  if (!/^(?:now|access|modification)$/i.test(base)) return complain(`unrecognised <base> '${base}'`);
  if (/^plus$/i.test(parts[0] ?? '')) parts.shift();
  while (parts.length > 0) {
    const number = parts.shift()!;
    if (!/^[+-]?\d/.test(number)) return complain(`numeric value expected <num> '${number}'`);
    const unit = parts.shift();
    if (unit === undefined) return complain('missing <type>');
    if (!units.test(unit)) return complain(`unrecognised <type>'${unit}'`);
  }
  return undefined;
}
