/** A media type and an encoding as descriptions tell them. */
export interface DescribedType {
  readonly type: string;
  readonly encoding: string | undefined;
}

interface Place {
  readonly piece: number;
  readonly position: number;
}

const words = /^[\t-\r ]*([^\t-\r ][^\t-\r /]*\/[^\t-\r ]*)(?:[\t-\r ]+([^\t-\r ]+))?/d;

/** Reads the pieces of a description one behind the other: undefined where they do not begin with a type. */
export function readDescription(pieces: readonly string[]): DescribedType | undefined {
  const match = words.exec(pieces.join(''));
  if (match === null) return undefined;
  const { indices } = match;
  const cut = ([start, end]: readonly [number, number]) =>
    cutOut(pieces, placeOf(pieces, start), end - start);
  const encoding = indices![2];
  return { type: cut(indices![1]!), encoding: encoding === undefined ? undefined : cut(encoding) };
}

function placeOf(pieces: readonly string[], index: number): Place {
  let piece = 0;
  let position = index;
  while (position >= pieces[piece]!.length) position -= pieces[piece++]!.length;
  return { piece, position };
}

/**
 * So many characters and, as httpd cuts, the one behind them. What stands further left in a later piece than the
 * start in the first is left out. httpd: modules/metadata/mod_mime_magic.c rsl_strdup
 */
function cutOut(pieces: readonly string[], { piece, position }: Place, length: number): string {
  return pieces
    .slice(piece)
    .map((text) => text.slice(position))
    .join('')
    .slice(0, length + 1);
}
