const globbing = /[*?[{~]/;

/** `%XX` as the byte it stands for; what is no escape stays. httpd: decodeenc */
export function decodeEscapes(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Whether a text may go into a command: no line ends, ASCII only. httpd: ftp_check_string */
export function fitsCommand(text: string): boolean {
  return !/[\r\n\x80-\xff]/.test(decodeEscapes(text));
}

/** httpd: ftp_escape_globbingchars */
export function escapeWildcards(path: string): string {
  return path.replace(/[*?[{~]/g, '\\$&');
}

/** Wildcards that no backslash stands before. httpd: ftp_check_globbingchars */
export function hasWildcards(path: string): boolean {
  return globbing.test(path.replace(/\\[^*?[{~]?/g, ''));
}

/** The port in the answer to EPSV. httpd: parse_epsv_reply */
export function epsvPort(message: string): number | undefined {
  const match = /\(([!-~])\1\1(\d{1,5})\1\)/.exec(message);
  const port = Number(match?.[2]);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** The port in the answer to PASV; its address is not looked at. */
export function pasvPort(message: string): number | undefined {
  const match = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/.exec(message);
  return match === null ? undefined : Number(match[5]) * 256 + Number(match[6]);
}

/** Milliseconds since 1970 of an answer to MDTM. */
export function mdtmTime(message: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(message);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number) as [0, ...number[]];
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}
