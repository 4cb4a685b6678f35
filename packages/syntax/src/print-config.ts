import { lines } from './lines.ts';
import type { ConfigFile } from './nodes.ts';

/** The text of a file: what was not changed comes out byte for byte. */
export function printConfig(file: ConfigFile): string {
  const pieces: string[] = [];
  let from = 0;
  let to = 0;
  for (const line of lines(file)) {
    if (line.source === undefined && line.lineStart === to) {
      to = line.lineEnd;
    } else if (line.source === undefined) {
      addPiece(pieces, file.text.slice(from, to));
      from = line.lineStart;
      to = line.lineEnd;
    } else {
      addPiece(pieces, file.text.slice(from, to));
      addPiece(pieces, line.source);
      from = to = line.lineEnd;
    }
  }
  addPiece(pieces, file.text.slice(from, to));
  return pieces.join('');
}

function addPiece(pieces: string[], piece: string): void {
  if (piece === '') return;
  const last = pieces.at(-1);
  if (last !== undefined) pieces.push(lineBreakAfter(last));
  pieces.push(piece);
}

// The last line of a file may lack its end, or be continued into nothing. When something has been put
// behind it, a blank keeps its backslash from swallowing that.
function lineBreakAfter(piece: string): string {
  if (/\\[\r\n]*$/.test(piece)) return ' \n';
  return piece.endsWith('\n') ? '' : '\n';
}
