/**
 * Puts the groups of a match where `$N` stands; a backslash before `$` or `&` keeps that character.
 * httpd: server/util.c ap_pregsub
 */
export function substituteGroups(text: string, groups: readonly (string | undefined)[]): string {
  if (!/[$\\]/.test(text)) return text;
  return text.replace(/\\([$&])|\$(\d)/g, (_, escaped: string | undefined, digit: string | undefined) =>
    escaped === undefined ? (groups[Number(digit)] ?? '') : escaped,
  );
}
