import { gunzipSync } from 'node:zlib';
import { endOfChunks } from './end-of-answer.ts';

/** A replacement that a case asks for in its `case.json`, for values that differ on each run. */
export interface Mask {
  readonly pattern: string;
  readonly with: string;
}

const clockToleranceMs = 120_000;

/** Apache cuts very long lines, at a place that depends on the length of the process id. */
const errorLineLimit = 2000;

/** Hides the present time in `Date` and `Expires`, but not a date that a back end chose, and puts `Allow` in order. */
export function maskAnswer(bytes: string, masks: readonly Mask[], now = Date.now()): string {
  const dated = bytes.replace(/^(Date: |Expires: )([^\r\n]+)(?=\r)/gm, (whole, name: string, date: string) =>
    Math.abs(Date.parse(date) - now) < clockToleranceMs ? `${name}@DATE@` : whole,
  );
  return applyMasks(showCompressed(sortAllow(dated)), masks);
}

/** Apache lists the methods of `Allow` in an order that differs from one start to the next. */
function sortAllow(bytes: string): string {
  return bytes.replace(/^(Allow: )([A-Z,-]+)(?=\r)/gm, (_, name: string, methods: string) => {
    return name + methods.split(',').sort().join(',');
  });
}

/** Whether the size of an answer depends on the compressor. */
export function isCompressed(bytes: string): boolean {
  return /^content-encoding: x?-?gzip\r$/im.test(headOf(bytes));
}

/** Compressors differ in their bytes: what counts is the text, and that it is framed as Apache frames it. */
function showCompressed(bytes: string): string {
  if (!isCompressed(bytes)) return bytes;
  const head = headOf(bytes);
  const body = bytes.slice(head.length + 2);
  const text = inflate(/^transfer-encoding: chunked\r$/im.test(head) ? dechunk(body) : body);
  if (text === undefined) return bytes;
  return `${head.replace(/^(content-length: )\d+/im, '$1@LENGTH@')}\r\n@GZIP@${text}`;
}

const headOf = (bytes: string) => bytes.slice(0, bytes.indexOf('\r\n\r\n') + 2);

function inflate(body: string): string | undefined {
  try {
    return gunzipSync(Buffer.from(body, 'latin1')).toString('latin1');
  } catch {
    return undefined;
  }
}

function dechunk(body: string): string {
  if (endOfChunks(body, 0) === undefined) return body;
  let content = '';
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.slice(at, lineEnd), 16);
    if (size === 0) return content;
    content += body.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

/** Hides the size in an access log line. */
export function maskSize(line: string): string {
  return line.replace(/(" \d{3}) \d+/g, '$1 @LENGTH@');
}

/** Hides the time in an access log line. */
export function maskAccessLine(line: string, masks: readonly Mask[]): string {
  return applyMasks(line.replace(/\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/g, '[@TIME@]'), masks);
}

/** Hides time, process, thread, client port, the way in which a name is unknown and mod_rewrite's addresses of server and request in an error log line. */
export function maskErrorLine(line: string, masks: readonly Mask[]): string {
  const masked = line
    .replace(/^\[\w{3} \w{3} [^\]]*\]/, '[@TIME@]')
    .replace(/\[pid [^\]]*\]/, '[pid @PID@]')
    .replace(/\[(client|remote) ([^\]]*):\d+\]/, '[$1 $2:@PORT@]')
    // At level debug and above, lines name their place in Apache's source.
    .replace(/^((?:\[[^\]]*\] )+)[a-z0-9_]+\.c\(\d+\): /, '$1')
    // Whether a name server denies a name or none can be asked is the machine's matter.
    .replace(/\((?:EAI 2\)Name or service not known|EAI 3\)Temporary failure in name resolution)/, '(@EAI@)')
    .replace(/(?<=\/sid#)[0-9a-f]+\]\[rid#[0-9a-f]+/, '@SID@][rid#@RID@');
  return applyMasks(masked.slice(0, errorLineLimit), masks);
}

/** Applies the masks of a case. */
export function applyMasks(text: string, masks: readonly Mask[]): string {
  return masks.reduce((masked, mask) => masked.replace(new RegExp(mask.pattern, 'gm'), mask.with), text);
}
