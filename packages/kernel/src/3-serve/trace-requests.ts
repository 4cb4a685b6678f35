import type { Section } from '../2-compile/section.ts';
import type { RequestHook, RequestPhase } from '../declare/hooks.ts';
import type { ErrorLogger, LogLevel } from '../log.ts';
import { DECLINED, type HookStatus, OK } from '../status.ts';
import type { ConfigLine, Observer } from './observer.ts';
import type { RequestRecord } from './request-record.ts';

/** What happened to a request, in order. Plain data; `request` numbers the records of a chain from 0. */
export type TraceStep =
  | {
      readonly kind: 'request';
      readonly request: number;
      /** How it came to be: from the client, in place of another, or below another to look something up. */
      readonly origin: 'client' | 'internal-redirect' | 'sub-request';
      readonly from: number | undefined;
      readonly uri: string;
    }
  | {
      readonly kind: 'hook';
      readonly request: number;
      readonly phase: RequestPhase;
      readonly module: string;
      /** OK, DECLINED, DONE or a status. */
      readonly answer: HookStatus;
      readonly changes: readonly Change[];
    }
  | { readonly kind: 'section'; readonly request: number; readonly section: SectionPlace }
  | {
      readonly kind: 'line';
      readonly request: number;
      readonly module: string;
      readonly line: ConfigLine;
      readonly outcome: string;
    }
  | {
      readonly kind: 'log';
      readonly request: number;
      readonly module: string;
      readonly level: LogLevel;
      readonly message: string;
    };

/** A field of the request that a hook set. */
export interface Change {
  readonly field: WatchedField;
  readonly to: string;
}

export interface SectionPlace {
  readonly kind: Section['kind'];
  readonly path: string;
  readonly file: string;
  /** 0 for a `.htaccess`, which is entered as a whole. */
  readonly line: number;
}

const watchedFields = ['uri', 'args', 'filename', 'pathInfo', 'handlerName', 'contentType', 'user'] as const;
type WatchedField = (typeof watchedFields)[number] | 'Location';

/** A trace being written: hand `observer` to `compile`, `logger` to the servers, then serve requests. */
export interface RequestTrace {
  readonly steps: readonly TraceStep[];
  readonly observer: Observer;
  /** Takes every message whatever LogLevel says. */
  readonly logger: ErrorLogger;
  /** The records seen, by number. */
  readonly requests: readonly RequestRecord[];
}

/** Begins a trace. One request at a time: what a section was entered for is told by the hooks around it. */
export function traceRequests(): RequestTrace {
  const steps: TraceStep[] = [];
  const requests: RequestRecord[] = [];
  let current = 0;
  const numberOf = (request: RequestRecord): number => {
    const known = requests.indexOf(request);
    if (known >= 0) return known;
    const number = requests.push(request) - 1;
    const from = request.main ?? request.prev;
    const origin =
      request.main !== undefined
        ? 'sub-request'
        : request.prev !== undefined
          ? 'internal-redirect'
          : 'client';
    steps.push({
      kind: 'request',
      request: number,
      origin,
      from: from === undefined ? undefined : numberOf(from),
      uri: request.unparsedUri,
    });
    return number;
  };
  const observer: Observer = {
    watch: (phase, module, hook) => watched(phase, module, hook),
    sectionEntered({ kind, path, definedAt: { file, line } }) {
      steps.push({ kind: 'section', request: current, section: { kind, path, file, line } });
    },
    lineDecided(request, module, { name, args, file, line }, outcome) {
      steps.push({
        kind: 'line',
        request: numberOf(request),
        module,
        line: { name, args, file, line },
        outcome,
      });
    },
  };
  const watched =
    (phase: RequestPhase, module: string, hook: RequestHook): RequestHook =>
    (request) => {
      const number = numberOf(request);
      current = number;
      const before = stateOf(request);
      const done = (answer: HookStatus): HookStatus => {
        current = number;
        const changes = changesSince(before, request);
        const isIdle = (answer === DECLINED || answer === OK || answer === undefined) && changes.length === 0;
        if (!isIdle) steps.push({ kind: 'hook', request: number, phase, module, answer, changes });
        return answer;
      };
      const answer = hook(request);
      return typeof answer === 'object' ? answer.then(done) : done(answer);
    };
  const logger: ErrorLogger = {
    wants: () => true,
    write({ module, level, message, request }) {
      if (request === undefined) return;
      steps.push({ kind: 'log', request: numberOf(request), module, level, message });
    },
    writeText: () => {},
  };
  return { steps, observer, logger, requests };
}

type State = Readonly<Record<WatchedField, string | undefined>>;

function stateOf(request: RequestRecord): State {
  const fields = watchedFields.map((field) => [field, request[field]]);
  return { ...(Object.fromEntries(fields) as State), Location: request.headersOut.get('Location') };
}

function changesSince(before: State, request: RequestRecord): Change[] {
  const after = stateOf(request);
  return (Object.keys(after) as WatchedField[]).flatMap((field) => {
    const to = after[field];
    return to === undefined || to === before[field] ? [] : [{ field, to }];
  });
}
