import type { ConfigLine, RegexMatch, RequestRecord } from '@httpd-ts/kernel';

/** Level of the log from which on somebody may be watching. */
export const watchedLevel = 8;

/** Tells whoever watches the request what a RewriteCond (`%`) or RewriteRule (`$`) made of its text. */
export function observeRewriting(
  request: RequestRecord,
  line: ConfigLine,
  text: string,
  holds: boolean,
  sign: '$' | '%',
  match: RegexMatch | undefined,
): void {
  const groups = (holds ? (match ?? []) : []).flatMap((value, group) =>
    group === 0 || value === undefined ? [] : [`, ${sign}${group} = ${value}`],
  );
  request.observe(
    'mod_rewrite',
    line,
    `${holds ? 'holds' : 'does not hold'} for '${text}'${groups.join('')}`,
  );
}
