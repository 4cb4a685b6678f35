import type { ConfigText, Place } from './nodes.ts';
import { position } from './positions.ts';

/** Bytes a joined line of a server file may have, its line feed included. httpd: server/config.c VARBUF_MAX_LEN */
export const maxLineLength = 16 * 1024 * 1024;

/** The same for a line of .htaccess. httpd: include/httpd.h HUGE_STRING_LEN */
export const maxHtaccessLineLength = 8192;

/** The line number httpd names in `Line too long`, or undefined for a line that fits. */
export function tooLongAt(file: ConfigText, line: Place, limit: number): number | undefined {
  if (line.lineEnd - line.lineStart <= limit) return undefined;
  let joined = 0;
  for (let from = line.lineStart; from < line.lineEnd; ) {
    const to = physicalEnd(file.text, from);
    joined += visibleLength(file.text, from, to);
    if (joined > limit) return position(file, from).line;
    joined -= continuationLength(file.text, to);
    from = to;
  }
  return undefined;
}

function physicalEnd(text: string, from: number): number {
  const lineFeed = text.indexOf('\n', from);
  return lineFeed < 0 ? text.length : lineFeed + 1;
}

function visibleLength(text: string, from: number, to: number): number {
  const nul = text.indexOf('\0', from);
  return (nul < 0 || nul > to ? to : nul) - from;
}

/** The backslash and the line end behind it, which httpd takes out of its buffer again. */
function continuationLength(text: string, end: number): number {
  return text[end - 2] === '\r' ? 3 : 2;
}
