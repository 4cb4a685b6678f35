import type { RunningBackEnds } from './back-ends.ts';
import type { Case, LogLine, Observed, Recording } from './case.ts';
import type { Answer, Client } from './client.ts';
import { applyMasks, isCompressed, maskAccessLine, maskAnswer, maskErrorLine, maskSize } from './mask.ts';
import type { Exchange } from './parse-requests.ts';

/** Lines that a server wrote to its log files since last asked. */
export interface LogSource {
  /** How long to wait for further lines, where it is not known how many a request writes. */
  readonly settleMs: number;
  take(): readonly LogLine[];
}

/** How long a background exchange has until the next one starts, so that their order is certain. */
const backgroundHeadStartMs = 80;
/** How much longer, if the back ends are known to receive more until then and the machine is slow. */
const backgroundLimitMs = 5000;
const logLimitMs = 500;
const receivedLimitMs = 10_000;

/**
 * Sends the exchanges of a case to a running server, one after another, and notes all that can be seen.
 * A recording tells how many log lines to wait for; without one, a line for each answer.
 */
export async function observe(
  testCase: Case,
  client: Client,
  backEnds: RunningBackEnds,
  logs: LogSource,
  recording?: Recording,
): Promise<readonly Observed[]> {
  const pending: Promise<Observed>[] = [];
  for (const [index, exchange] of testCase.exchanges.entries()) {
    if (exchange.received !== undefined) await untilReceived(backEnds, exchange.received);
    const expectedLines = recording?.exchanges[index]?.accessLog.length;
    const answer = client.send(exchange);
    // An exchange in the background is awaited later; until then its failure must not count as unhandled.
    answer.catch(() => undefined);
    if (exchange.background) await headStart(backEnds, recording?.exchanges[index]?.backEnds.length ?? 0);
    const [settled, lines] = exchange.background
      ? [answer, logs.take()]
      : [await answer, await takeLines(logs, exchange, expectedLines)];
    const received = backEnds.takeReceived();
    pending.push(Promise.resolve(settled).then((seen) => note(testCase, exchange, seen, received, lines)));
  }
  return Promise.all(pending);
}

async function headStart(backEnds: RunningBackEnds, expected: number): Promise<void> {
  await pause(backgroundHeadStartMs);
  const end = Date.now() + backgroundLimitMs;
  while (backEnds.receivedCount() < expected && Date.now() < end) await pause(2);
}

async function untilReceived(
  backEnds: RunningBackEnds,
  { backEnd, count }: NonNullable<Exchange['received']>,
): Promise<void> {
  const end = Date.now() + receivedLimitMs;
  while (backEnds.totalOf(backEnd) < count && Date.now() < end) await pause(5);
}

function answerCount({ answers, parts }: Exchange): number {
  if (parts.length === 0) return 0;
  return answers === 'close' ? 1 : answers;
}

/** Log lines may come a moment after the answer, and those of one request in several files one by one. */
async function takeLines(
  logs: LogSource,
  exchange: Exchange,
  expected: number | undefined,
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [...logs.take()];
  const wanted = expected ?? answerCount(exchange);
  const end = Date.now() + logLimitMs;
  while (lines.filter((line) => !isErrorLine(line)).length < wanted && Date.now() < end) {
    await pause(2);
    lines.push(...logs.take());
  }
  if (expected === undefined && logs.settleMs > 0) {
    await pause(logs.settleMs);
    lines.push(...logs.take());
  }
  return lines.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

function note(
  { masks }: Case,
  exchange: Exchange,
  { bytes, closed }: Answer,
  received: Observed['backEnds'],
  lines: readonly LogLine[],
): Observed {
  const access = lines.filter((line) => !isErrorLine(line));
  const errors = lines.filter(isErrorLine);
  const hideSize = isCompressed(bytes) ? maskSize : (line: string) => line;
  return {
    title: exchange.title,
    answer: maskAnswer(bytes, masks),
    closed,
    backEnds: received.map((entry) => ({ ...entry, received: applyMasks(entry.received, masks) })),
    accessLog: access.map(({ file, line }) => ({ file, line: hideSize(maskAccessLine(line, masks)) })),
    errorLog: errors.map(({ file, line }) => ({ file, line: maskErrorLine(line, masks) })),
  };
}

/** Error logs are told by their name. */
function isErrorLine({ file }: LogLine): boolean {
  return /error[^/]*$/.test(file);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
