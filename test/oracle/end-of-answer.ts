/** Where the final answer at the start of `bytes` ends; undefined while more is needed, or it ends with the connection. */
export function endOfAnswer(bytes: string, method: string): number | undefined {
  let start = 0;
  for (;;) {
    const headEnd = bytes.indexOf('\r\n\r\n', start);
    if (headEnd < 0) return undefined;
    const head = bytes.slice(start, headEnd + 2);
    const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(head)?.[1]);
    if (status < 200 && status !== 101) {
      start = headEnd + 4;
      continue;
    }
    if (method === 'HEAD' || status === 204 || status === 304) return headEnd + 4;
    return endOfBody(bytes, headEnd + 4, head);
  }
}

/** Whether the head of an answer says that the server closes after it. */
export function announcesClose(bytes: string): boolean {
  const head = bytes.slice(0, bytes.indexOf('\r\n\r\n') + 2);
  return /^connection:[^\r\n]*\bclose\b/im.test(head) || head.startsWith('HTTP/1.0 ');
}

function endOfBody(bytes: string, start: number, head: string): number | undefined {
  if (/\r\ntransfer-encoding:[^\r\n]*\bchunked\b/i.test(head)) return endOfChunks(bytes, start);
  const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(head)?.[1];
  if (length === undefined) return undefined;
  const end = start + Number(length);
  return bytes.length >= end ? end : undefined;
}

/** Where a chunked body that begins at `start` ends, its trailer included. */
export function endOfChunks(bytes: string, start: number): number | undefined {
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return undefined;
    if (size === 0) {
      const trailerEnd = bytes.indexOf('\r\n\r\n', lineEnd);
      return trailerEnd < 0 ? undefined : trailerEnd + 4;
    }
    at = lineEnd + 2 + size + 2;
    if (at > bytes.length) return undefined;
  }
}
