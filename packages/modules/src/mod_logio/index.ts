import {
  type ConfigView,
  defineModule,
  flag,
  innerWins,
  insertFilter,
  type OutputFilter,
  perDirectory,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { type LogValue, logSpecifiers } from '../mod_log_config/contract.ts';
import { summaries } from './summaries.ts';

interface LogioConfig {
  trackTtfb?: boolean;
}

const logioConfig = perDirectory<LogioConfig>({ create: () => ({}), merge: innerWins });

const firstByteAt = { name: 'time of the first byte' };

/** Notes the time when the response begins to leave. */
const clockFilter: OutputFilter = {
  name: 'LOGIO_TTFB_OUT',
  rank: 50,
  apply(request, body) {
    request.initial.setState(firstByteAt, request.server.plan.world.clock.monotonic());
    return body;
  },
};

const tracksFirstByte = (view: ConfigView) => logioConfig.of(view).trackTtfb === true;

const timeToFirstByte: LogValue = ({ initial }) => {
  const at = initial.state<number>(firstByteAt);
  return at === undefined ? undefined : String(Math.max(0, Math.floor((at - initial.startedAtMs) * 1000)));
};

const counter = (count: (request: RequestRecord) => number) => ({
  ofOriginal: false,
  compile: () => (request: RequestRecord) => String(count(request.initial)),
});

/** Counts of all bytes on the wire for each request. */
export const modLogio = defineModule({
  name: 'mod_logio',
  identifier: 'logio_module',
  httpd: 'modules/loggers/mod_logio.c',
  isStatic: true,
  summaries,
  directives: {
    LogIOTrackTTFB: logioConfig.directive({
      args: flag,
      context: 'anywhere',
      override: 'All',
      usage: "Set to 'ON' to enable tracking time to first byte",
      default: 'OFF',
      set(config, on) {
        config.trackTtfb = on;
      },
    }),
  },
  hooks: [insertFilter((request) => request.addOutputFilter(clockFilter), { when: tracksFirstByte })],
  providers: [
    logSpecifiers.provide(
      'I',
      counter(({ bytesIn }) => bytesIn),
    ),
    logSpecifiers.provide(
      'O',
      counter(({ bytesOut }) => bytesOut),
    ),
    logSpecifiers.provide(
      'S',
      counter(({ bytesIn, bytesOut }) => bytesIn + bytesOut),
    ),
    logSpecifiers.provide('^FB', { ofOriginal: false, compile: () => timeToFirstByte }),
  ],
});
