/** A directive's name as the manual writes it: some are registered in lower case, sections with `<`. */
export function shownName(name: string): string {
  const bare = name.replace('<', '');
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}
