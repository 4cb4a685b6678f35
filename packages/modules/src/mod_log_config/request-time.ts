import type { Clock, RequestRecord } from '@httpd-ts/kernel';
import { entryOf, formatOffset, localTime, shortMonths, strftime } from '@httpd-ts/kernel';
import type { LogValue } from './contract.ts';
import type { LogMoment } from './log-moment.ts';

const two = (n: number) => (n < 10 ? `0${n}` : String(n));

/** What one format made of the last second it was asked about. */
function perSecond(format: (atMs: number, clock: Clock) => string): (atMs: number, clock: Clock) => string {
  let second = Number.NaN;
  let text = '';
  return (atMs, clock) => {
    const at = Math.floor(atMs / 1000);
    if (at !== second) {
      text = format(at * 1000, clock);
      second = at;
    }
    return text;
  };
}

const commonLogTime = (atMs: number, clock: Clock): string => {
  const t = localTime(atMs, clock.zoneOffsetMinutes(atMs));
  return `[${two(t.day)}/${shortMonths[t.month]!}/${t.year}:${two(t.hour)}:${two(t.minute)}:${two(t.second)} ${formatOffset(t.offsetMinutes)}]`;
};

const microseconds = (atMs: number) => Math.floor(atMs * 1000);

/** Times that are numbers. */
const absolute: Readonly<Record<string, (atMs: number) => string>> = {
  sec: (atMs) => String(Math.floor(atMs / 1000)),
  msec: (atMs) => String(Math.floor(atMs)),
  usec: (atMs) => String(microseconds(atMs)),
  msec_frac: (atMs) => String(Math.floor(atMs) % 1000).padStart(3, '0'),
  usec_frac: (atMs) => String(microseconds(atMs) % 1_000_000).padStart(6, '0'),
};

const beginning = (request: RequestRecord) => request.requestTimeMs;
const ending = (_request: RequestRecord, moment: LogMoment) => moment.endedAtMs;

/** `%{…}t`. httpd: modules/loggers/mod_log_config.c log_request_time */
export function requestTime(argument: string): LogValue {
  const prefix = /^(begin|end)(?::(.*)|$)/s.exec(argument);
  const at = prefix?.[1] === 'end' ? ending : beginning;
  const format = prefix === null ? argument : (prefix[2] ?? '');
  const number = entryOf(absolute, format);
  if (number !== undefined) return (request, moment) => number(at(request, moment));
  const text = perSecond(format === '' ? commonLogTime : customTime(format));
  return (request, moment) => text(at(request, moment), request.server.plan.world.clock);
}

function customTime(format: string): (atMs: number, clock: Clock) => string {
  const print = strftime(format);
  return (atMs, clock) => print(localTime(atMs, clock.zoneOffsetMinutes(atMs)));
}
