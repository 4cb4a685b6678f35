import type { Outcome } from './send-conversation.ts';

/** One way in which the two servers differ. */
export interface Difference {
  /** Alike for differences of the same cause, for counting. */
  readonly kind: string;
  /** Whether httpd-ts may have granted what Apache denies. */
  readonly grave: boolean;
  readonly apache: string;
  readonly httpdTs: string;
}

/** Takes out of an answer what differs on each run. */
export function masked(text: string, port: number): string {
  return text
    .replace(/^Date: [^\r]*/gm, 'Date: now')
    .replace(/(Tue|Wed|Thu|Fri|Sat|Sun|Mon), \d\d \w{3} 20(?:2[5-9]|[3-9]\d) [\d:]{8} GMT/g, 'now')
    .replaceAll(String(port), 'PORT')
    .replace(/^Allow: ([^\r]*)/gm, (_, list: string) => `Allow: ${list.split(',').sort().join(',')}`)
    .replace(/\b[0-9a-f]{16}(?=\r\n|--)/g, 'BOUNDARY')
    .replace(/boundary=[0-9a-f]+/g, 'boundary=BOUNDARY')
    .replace(/--[0-9a-f]{8,16}(?=\r\n|--)/g, '--BOUNDARY')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID');
}

/** The first difference between two outcomes and their access logs, undefined when they agree. */
export function compareOutcomes(
  apache: Outcome,
  httpdTs: Outcome,
  logs: readonly [string, string],
): Difference | undefined {
  const [left, right] = [lines(apache), lines(httpdTs)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    if (left[at] === right[at]) continue;
    const [a, b] = [left[at] ?? '(nothing)', right[at] ?? '(nothing)'];
    return {
      kind: `${kindOf(a)} | ${kindOf(b)}`,
      grave: isGrave(statuses(apache), statuses(httpdTs)),
      apache: a,
      httpdTs: b,
    };
  }
  const [a, b] = logs;
  if (a === b) return undefined;
  return { kind: `log: ${loggedDifference(a, b)}`, grave: false, apache: a, httpdTs: b };
}

const lines = (outcome: Outcome) => [...outcome.answer.split('\r\n'), `end: ${outcome.end}`];

const statuses = (outcome: Outcome) =>
  [...outcome.answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => Number(code));

/** Denied by the one and granted, or an internal error, by the other. */
function isGrave(apache: readonly number[], httpdTs: readonly number[]): boolean {
  return httpdTs.some((code, at) => {
    const expected = apache[at];
    return expected !== code && (code === 500 || (code < 300 && (expected === undefined || expected >= 400)));
  });
}

const kindOf = (line: string) =>
  line.startsWith('HTTP/1.1 ')
    ? line.slice(9, 12)
    : line
        .replace(/\d+/g, 'N')
        .replace(/^([A-Za-z-]+): .{40,}/, '$1: …')
        .slice(0, 60);

function loggedDifference(apache: string, httpdTs: string): string {
  const [left, right] = [apache.split('\n'), httpdTs.split('\n')];
  if (left.length !== right.length) return `${left.length - 1} lines | ${right.length - 1} lines`;
  const names = [
    'p',
    'h',
    'l',
    'u',
    'r',
    '>s',
    's',
    'B',
    'O',
    'Host',
    'User-Agent',
    'U',
    'q',
    'f',
    'm',
    'H',
    'v',
    'k',
    'X',
    'Content-Type',
  ];
  const at = left.findIndex((line, index) => line !== right[index]);
  const [a, b] = [left[at]?.split('|') ?? [], right[at]?.split('|') ?? []];
  const field = a.findIndex((value, index) => value !== b[index]);
  return `${names[field] ?? 'fields'} ${(a[field] ?? '').slice(0, 30).replace(/\d+/g, 'N')} | ${(b[field] ?? '').slice(0, 30).replace(/\d+/g, 'N')}`;
}
