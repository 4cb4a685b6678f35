/** Complaint about an expiry date code, such as `A3600` or `access plus 1 month`; `line` is quoted in it. httpd: modules/metadata/mod_expires.c check_code */
export function expiresComplaint(line: string, code: string): string | undefined {
  const complain = (text: string) => `'${line}': bad expires code, ${text}`;
  const parts = code.split(/[ \t]+/).filter((word) => word !== '');
  const base = parts.shift() ?? '';
  // The short forms are not looked at any further.
  if (/^[AM]/.test(base) && parts.length === 0 && !isBase(base)) return undefined;
  if (!isBase(base)) return complain(`unrecognised <base> '${base}'`);
  if (isShortFor('plus', parts[0])) parts.shift();
  while (parts.length > 0) {
    const number = parts.shift()!;
    if (!/^\d/.test(number)) return complain(`numeric value expected <num> '${number}'`);
    const unit = parts.shift();
    if (unit === undefined) return complain('missing <type>');
    if (!units.some((name) => isShortFor(name, unit))) return complain(`unrecognised <type>'${unit}'`);
  }
  return undefined;
}

const units = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];
const isShortFor = (name: string, word: string | undefined) =>
  word !== undefined && word !== '' && name.startsWith(word.toLowerCase());
const isBase = (word: string) => ['now', 'access', 'modification'].some((name) => isShortFor(name, word));
