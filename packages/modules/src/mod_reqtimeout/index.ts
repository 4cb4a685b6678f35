import {
  type Complaint,
  defineModule,
  nextWord,
  perServer,
  type RequestTimeouts,
  rawArguments,
  requestTimeoutPolicies,
  type ServerRecord,
  type TimeoutRule,
} from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';
import { summaries } from './summaries.ts';

/** Limits of one stage, in seconds and bytes a second. */
interface Stage {
  readonly initial: number;
  readonly maximum: number;
  readonly minRate: number;
}

type StageName = 'handshake' | 'header' | 'body';

/** httpd: modules/filters/mod_reqtimeout.c reqtimeout_srv_cfg */
type TimeoutConfig = Partial<Record<StageName, Stage>>;

const timeoutConfig = perServer<TimeoutConfig>({
  create: () => ({}),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});

const defaults: Readonly<Record<'header' | 'body', Stage>> = {
  header: { initial: 20, maximum: 40, minRate: 500 },
  body: { initial: 20, maximum: 0, minRate: 500 },
};

/** A number that is the whole text; a string is the complaint. httpd: parse_int */
function readNumber(text: string): number | string {
  const match = /^[\t-\r ]*([+-]?\d+)(.*)$/s.exec(text);
  if (match === null) return `Value '${text}' not numerical`;
  if (match[2] !== '') return `Cannot parse '${match[2]}'`;
  const value = leadingInteger(text);
  return value < 0 ? 'Value must be non-negative' : value;
}

/** `initial[-maximum],MinRate=rate` or `initial`. httpd: set_reqtimeout_param */
function readStage(value: string): Stage | string {
  const rateAt = value.toLowerCase().indexOf(',minrate=');
  if (rateAt < 0) {
    if (value.includes('-')) return 'Must set MinRate option if using timeout range';
    const initial = readNumber(value);
    return typeof initial === 'string' ? initial : { initial, maximum: 0, minRate: 0 };
  }
  const minRate = readNumber(value.slice(rateAt + ',minrate='.length));
  if (typeof minRate === 'string') return minRate;
  if (minRate === 0) return 'Minimum data rate must be larger than 0';
  const range = value.slice(0, rateAt);
  const dash = range.indexOf('-');
  const maximum = dash < 0 ? 0 : readNumber(range.slice(dash + 1));
  if (typeof maximum === 'string') return maximum;
  const initial = readNumber(dash < 0 ? range : range.slice(0, dash));
  if (typeof initial === 'string') return initial;
  if (maximum > 0 && initial >= maximum) return 'Maximum timeout must be larger than initial timeout';
  return { initial, maximum, minRate };
}

const stageNames: ReadonlySet<string> = new Set<StageName>(['handshake', 'header', 'body']);

/** httpd: set_reqtimeouts */
function readTimeouts(config: TimeoutConfig, raw: string): Complaint {
  const cursor = { text: raw, at: 0 };
  while (cursor.at < raw.length) {
    const word = nextWord(cursor);
    const equals = word.indexOf('=');
    if (equals < 0) return "Invalid RequestReadTimeout parameter. Parameter must be in the form 'key=value'";
    const [key, value] = [word.slice(0, equals), word.slice(equals + 1)];
    const name = key.toLowerCase();
    const stage = stageNames.has(name) ? readStage(value) : 'Unknown RequestReadTimeout parameter';
    if (typeof stage === 'string') return `RequestReadTimeout: ${key}=${value}: ${stage}`;
    config[name as StageName] = stage;
  }
  return undefined;
}

const ruleOf = ({ initial, maximum, minRate }: Stage): TimeoutRule => ({
  initialMs: initial * 1000,
  maximumMs: maximum * 1000,
  minRate,
});

/** Limits of a server; those of the handshake are for whoever speaks TLS. */
function timeoutsOf(server: ServerRecord): RequestTimeouts {
  const config = timeoutConfig.at(server.config);
  return { head: ruleOf(config.header ?? defaults.header), body: ruleOf(config.body ?? defaults.body) };
}

/** Limits on the time in which a request must arrive. */
export const modReqtimeout = defineModule({
  name: 'mod_reqtimeout',
  identifier: 'reqtimeout_module',
  httpd: 'modules/filters/mod_reqtimeout.c',
  summaries,
  directives: {
    RequestReadTimeout: timeoutConfig.directive({
      args: rawArguments,
      context: 'server',
      usage: 'Set various timeout parameters for TLS handshake and/or reading request headers and body',
      default: 'handshake=0 header=20-40,MinRate=500 body=20,MinRate=500',
      support: {
        partial: 'A limit for the TLS handshake is read and not applied.',
        bites: (args) => /handshake=(?!0)/i.test(args),
      },
      set: readTimeouts,
    }),
  },
  providers: [requestTimeoutPolicies.provide('default', { timeouts: timeoutsOf })],
});
