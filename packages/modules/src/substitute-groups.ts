/**
 * Puts the groups of a match where `$N` stands; a backslash keeps the character behind it, whatever that is.
 * httpd: server/util.c ap_pregsub
 */
export function substituteGroups(text: string, groups: readonly (string | undefined)[]): string {
  if (!/[$\\]/.test(text)) return text;
  return text.replace(/\\([\s\S])|\$(\d)/g, (_, escaped: string | undefined, digit: string | undefined) =>
    escaped === undefined ? (groups[Number(digit)] ?? '') : escaped,
  );
}
