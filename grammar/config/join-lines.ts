/** A stretch of the file that httpd never hands on: a continuation, or what a NUL byte hides. */
export interface Cut {
  /** Offset in the joined text at which the stretch is missing. */
  readonly at: number;
  /** Characters missing up to here, this cut included. */
  readonly removed: number;
}

/** The file as a sequence of logical lines, each ended by one line feed, and the way back to the file. */
export interface JoinedText {
  readonly text: string;
  readonly cuts: readonly Cut[];
}

/** Joins continued lines and drops what a NUL byte hides. httpd: server/util.c ap_cfg_getline_core */
export function joinLines(text: string): JoinedText {
  const spans = findCuts(text);
  return spans.length === 0 ? { text, cuts: [] } : removeSpans(text, spans);
}

/** The file offset of the character at `offset` of the joined text. */
export function fileOffset(cuts: readonly Cut[], offset: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]!.at <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? offset : offset + cuts[low - 1]!.removed;
}

interface Span {
  from: number;
  to: number;
}

function findCuts(text: string): Span[] {
  const spans: Span[] = [];
  let lineFrom = 0;
  let at = 0;
  const nextNul = searcher(text, '\0');
  const nextLf = searcher(text, '\\\n');
  const nextCrLf = searcher(text, '\\\r\n');
  for (;;) {
    const nul = nextNul(at);
    const backslash = Math.min(nextLf(at), nextCrLf(at));
    const found = Math.min(nul, backslash);
    if (found === text.length) return spans;
    const physicalStart = text.lastIndexOf('\n', found) + 1;
    // The line goes on when it stands directly behind a continuation, or inside that very line.
    if (physicalStart > at || at === 0) lineFrom = physicalStart;
    if (nul < backslash) {
      const lineFeed = text.indexOf('\n', nul);
      const to = lineFeed < 0 ? text.length : lineFeed;
      addSpan(spans, nul, to);
      at = to + 1;
      lineFrom = at;
    } else {
      addSpan(spans, backslash, text.indexOf('\n', backslash) + 1);
      at = cutFurther(text, spans, lineFrom);
    }
  }
}

/** An indexOf that remembers its last answer, so that a whole scan stays linear. */
function searcher(text: string, wanted: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) found = text.indexOf(wanted, from);
    if (found < 0) found = text.length;
    return found;
  };
}

function addSpan(spans: Span[], from: number, to: number): void {
  const last = spans.at(-1);
  if (last?.to === from) last.to = to;
  else spans.push({ from, to });
}

/**
 * httpd looks for the backslash in the joined buffer, not in the line just read: behind `a\\` an
 * empty line finds the first of the two backslashes and continues the line once more.
 */
function cutFurther(text: string, spans: Span[], lineFrom: number): number {
  for (;;) {
    const span = spans.at(-1)!;
    const ownCr = text[span.to] === '\r' && text[span.to + 1] === '\n';
    if (!ownCr && text[span.to] !== '\n') return span.to;
    const kept = keptBefore(text, spans, lineFrom, ownCr);
    if (kept === 0) return span.to;
    const to = span.to + (ownCr ? 2 : 1);
    for (let i = 0; i < kept; i++) dropLastKept(spans);
    spans.at(-1)!.to = to;
  }
}

/** How many kept characters a continuation found at the end of the buffer takes away; 0 when there is none. */
function keptBefore(text: string, spans: readonly Span[], lineFrom: number, crSeen: boolean): number {
  const cursor = { span: spans.length - 1, at: spans.at(-1)!.from };
  const last = previousKept(text, spans, lineFrom, cursor);
  if (last === '\\') return 1;
  if (crSeen || last !== '\r') return 0;
  return previousKept(text, spans, lineFrom, cursor) === '\\' ? 2 : 0;
}

function previousKept(
  text: string,
  spans: readonly Span[],
  lineFrom: number,
  cursor: { span: number; at: number },
): string | undefined {
  while (cursor.span > 0 && spans[cursor.span - 1]!.to === cursor.at) {
    cursor.span--;
    cursor.at = spans[cursor.span]!.from;
  }
  if (cursor.at <= lineFrom) return undefined;
  cursor.at--;
  return text[cursor.at];
}

/** Moves the last cut one kept character back, merging it with the cut before where they meet. */
function dropLastKept(spans: Span[]): void {
  const last = spans.at(-1)!;
  last.from--;
  const before = spans.at(-2);
  if (before?.to === last.from) {
    before.to = last.to;
    spans.pop();
  }
}

function removeSpans(text: string, spans: readonly Span[]): JoinedText {
  const pieces: string[] = [];
  const cuts: Cut[] = [];
  let kept = 0;
  let removed = 0;
  for (const span of spans) {
    pieces.push(text.slice(kept, span.from));
    const at = span.from - removed;
    removed += span.to - span.from;
    cuts.push({ at, removed });
    kept = span.to;
  }
  pieces.push(text.slice(kept));
  return { text: pieces.join(''), cuts };
}
