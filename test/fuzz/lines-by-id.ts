import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The lines of a log that begin with `id|`, by id; `prepare` leaves a line out by giving undefined. */
export async function linesById(
  file: string,
  prepare: (line: string) => string | undefined,
  mostLines = Number.POSITIVE_INFINITY,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const log = new Map<string, string[]>();
  for await (const line of createInterface({ input: createReadStream(file, 'latin1') })) {
    const bar = line.indexOf('|');
    const text = bar < 0 ? undefined : prepare(line.slice(bar + 1));
    if (text === undefined) continue;
    const id = line.slice(0, bar);
    const own = log.get(id);
    if (own === undefined) log.set(id, [text]);
    else if (own.length < mostLines) own.push(text);
  }
  return log;
}
