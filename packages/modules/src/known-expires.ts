import { words } from '@httpd-ts/kernel';

/** Complaint about an expiry date code, such as `A3600` or `access plus 1 month`; `line` is quoted in it. httpd: modules/metadata/mod_expires.c check_code */
export function expiresComplaint(line: string, code: string): string | undefined {
  const complain = (text: string) => `'${line}': bad expires code, ${text}`;
  // The short forms are not looked at any further.
  if (/^[AM]/.test(code)) return undefined;
  const parts = words(code);
  const base = parts.shift() ?? '';
  if (!/^[anm]/i.test(base)) return complain(`unrecognised <base> '${base}'`);
  if (/^p/i.test(parts[0] ?? '')) parts.shift();
  while (parts.length > 0) {
    const number = parts.shift()!;
    if (!/^\d/.test(number)) return complain(`numeric value expected <num> '${number}'`);
    const unit = parts.shift();
    if (unit === undefined) return complain('missing <type>');
    if (!/^(?:[ywdhs]|mo|mi)/i.test(unit)) return complain(`unrecognised <type>'${unit}'`);
  }
  return undefined;
}
