import {
  type Compilation,
  type DirectiveContext,
  type DirectiveDeclaration,
  directive,
  NOT_IN,
  type ProcessSettings,
  processSettings,
  take1,
} from '@httpd-ts/kernel';
import { leadingInteger } from './parse-number.ts';

const byDesign = "one serving process with a thread for each processor takes the place of Apache's children";

/** Numbers that MPM directives gave, by the directive's name in lower case. */
const numbersKey = { name: 'numbers of the MPM directives' };

export function mpmNumbers(holder: Pick<Compilation | DirectiveContext, 'memory'>): Map<string, number> {
  return holder.memory(numbersKey, () => new Map<string, number>());
}

/** A directive that keeps its number for the check at the end of reading. */
export function mpmNumber(usage: string, name?: string): DirectiveDeclaration {
  return directive({
    args: take1,
    context: 'server',
    usage,
    notIn: NOT_IN.anySection,
    support: { accepted: byDesign },
    set(_config, word, cmd) {
      mpmNumbers(cmd).set((name ?? cmd.name).toLowerCase(), leadingInteger(word));
    },
  });
}

/** A number of a setting of the process, at least `least`. */
function processNumber(
  field: 'listenBacklog' | 'gracefulShutdownTimeoutSeconds',
  usage: string,
  usual: string,
  positive: boolean,
): DirectiveDeclaration {
  return directive({
    args: take1,
    context: 'server',
    usage,
    default: usual,
    notIn: NOT_IN.anySection,
    set(_config, word, cmd) {
      const value = leadingInteger(word);
      if (positive && value <= 0) return `${cmd.name} must be > 0`;
      processSettings(cmd)[field] = value;
      return undefined;
    },
  });
}

/** A buffer of sockets: at least 512 bytes, or 0 for what the system does. */
function bufferSize(field: 'sendBufferSize' | 'receiveBufferSize', usage: string): DirectiveDeclaration {
  return directive({
    args: take1,
    context: 'server',
    usage,
    default: '0',
    notIn: NOT_IN.anySection,
    support: { accepted: 'the system sizes the buffers of sockets' },
    set(_config, word, cmd) {
      const bytes = leadingInteger(word);
      if (bytes !== 0 && bytes < 512) return `${cmd.name} must be >= 512 bytes, or 0 for system default.`;
      processSettings(cmd)[field] = bytes;
      return undefined;
    },
  });
}

function positiveNumber(usage: string): DirectiveDeclaration {
  return directive({
    args: take1,
    context: 'server',
    usage,
    notIn: NOT_IN.anySection,
    support: { accepted: byDesign },
    set: (_config, word, cmd) => (leadingInteger(word) <= 0 ? `${cmd.name} must be > 0` : undefined),
  });
}

/** Directives that every MPM has. httpd: include/mpm_common.h, server/listen.c */
export const mpmDirectives = {
  ListenBacklog: processNumber(
    'listenBacklog',
    'Maximum length of the queue of pending connections, as used by listen(2)',
    '511',
    true,
  ),
  GracefulShutdownTimeout: processNumber(
    'gracefulShutdownTimeoutSeconds',
    'Maximum time in seconds to wait for child processes to complete transactions during shutdown',
    '0',
    false,
  ),
  SendBufferSize: bufferSize('sendBufferSize', 'Send buffer size in bytes'),
  ReceiveBufferSize: bufferSize('receiveBufferSize', 'Receive buffer size in bytes'),
  ListenCoresBucketsRatio: positiveNumber(
    'Ratio between the number of CPU cores (online) and the number of listeners buckets',
  ),
  ListenTCPDeferAccept: positiveNumber('Value set for the socket option TCP_DEFER_ACCEPT if it is set'),
  StartServers: mpmNumber('Number of child processes launched at server startup'),
  ServerLimit: mpmNumber('Maximum number of child processes for this run of Apache'),
  MaxRequestWorkers: mpmNumber('Maximum number of threads alive at the same time'),
  MaxClients: mpmNumber('Deprecated name of MaxRequestWorkers', 'MaxRequestWorkers'),
} satisfies Record<string, DirectiveDeclaration>;

/** Directives of the MPMs whose children have threads. */
export const threadDirectives = {
  ThreadLimit: mpmNumber(
    'Maximum number of worker threads per child process for this run of Apache - Upper limit for ThreadsPerChild',
  ),
  ThreadsPerChild: mpmNumber('Number of threads each child creates'),
  MinSpareThreads: mpmNumber('Minimum number of idle threads, to handle request spikes'),
  MaxSpareThreads: mpmNumber('Maximum number of idle threads'),
} satisfies Record<string, DirectiveDeclaration>;

/** Numbers of the messages that the threaded MPMs have for the same complaint. */
export interface MpmMessages {
  readonly serverLimitHigh: string;
  readonly serverLimitLow: string;
  readonly threadLimitHigh: string;
  readonly threadLimitLow: string;
  readonly threadsHigh: string;
  readonly threadsLow: string;
  readonly workersLow: string;
  readonly workersOdd: string;
  readonly workersHigh: string;
  readonly startLow: string;
  readonly spareLow: string;
  /** How many threads a child can be compiled for. */
  readonly mostThreads: number;
}

/**
 * Brings the numbers of a threaded MPM in line with each other, saying so as httpd does.
 * httpd: server/mpm/event/event.c event_check_config
 */
export function checkThreadedMpm(compilation: Compilation, messages: MpmMessages): void {
  const numbers = mpmNumbers(compilation);
  const warn = (number: string, text: string) => compilation.warn(`${number}: WARNING: ${text}`);
  const given = (name: string, usual: number) => numbers.get(name) ?? usual;
  let serverLimit = given('serverlimit', 16);
  if (serverLimit > 20_000) {
    warn(
      messages.serverLimitHigh,
      `ServerLimit of ${serverLimit} exceeds compile-time limit of 20000 servers, decreasing to 20000.`,
    );
    serverLimit = 20_000;
  } else if (serverLimit < 1) {
    warn(messages.serverLimitLow, `ServerLimit of ${serverLimit} not allowed, increasing to 1.`);
    serverLimit = 1;
  }
  let threadLimit = given('threadlimit', 64);
  const most = messages.mostThreads;
  if (threadLimit > most) {
    warn(
      messages.threadLimitHigh,
      `ThreadLimit of ${threadLimit} exceeds compile-time limit of ${most} threads, decreasing to ${most}.`,
    );
    threadLimit = most;
  } else if (threadLimit < 1) {
    warn(messages.threadLimitLow, `ThreadLimit of ${threadLimit} not allowed, increasing to 1.`);
    threadLimit = 1;
  }
  let threads = given('threadsperchild', 25);
  if (threads > threadLimit) {
    warn(
      messages.threadsHigh,
      `ThreadsPerChild of ${threads} exceeds ThreadLimit of ${threadLimit} threads, decreasing to ${threadLimit}. To increase, please see the ThreadLimit directive.`,
    );
    threads = threadLimit;
  } else if (threads < 1) {
    warn(messages.threadsLow, `ThreadsPerChild of ${threads} not allowed, increasing to 1.`);
    threads = 1;
  }
  const workers = checkWorkers(given('maxrequestworkers', 400), threads, serverLimit, messages, warn);
  const start = given('startservers', 3);
  if (start < 1) warn(messages.startLow, `StartServers of ${start} not allowed, increasing to 1.`);
  const spare = given('minsparethreads', 75);
  if (spare < 1) {
    warn(
      messages.spareLow,
      `MinSpareThreads of ${spare} not allowed, increasing to 1 to avoid almost certain server failure. Please read the documentation.`,
    );
  }
  const settings: Partial<ProcessSettings> = {
    serverLimit,
    threadLimit,
    threadsPerChild: threads,
    maxRequestWorkers: workers,
    startServers: Math.max(start, 1),
    spareWorkers: spareWorkers(spare, given('maxsparethreads', 250), threads),
  };
  Object.assign(processSettings(compilation), settings);
}

/** Apache keeps room for one more child between the two. httpd: server/mpm/event/event.c event_check_config */
export function spareWorkers(least: number, most: number, threads: number): ProcessSettings['spareWorkers'] {
  const atLeast = Math.max(least, 1);
  return { least: atLeast, most: Math.max(most, atLeast + threads) };
}

function checkWorkers(
  asked: number,
  threads: number,
  serverLimit: number,
  messages: MpmMessages,
  warn: (number: string, text: string) => void,
): number {
  let workers = asked;
  if (workers < threads) {
    warn(
      messages.workersLow,
      `MaxRequestWorkers of ${workers} is less than ThreadsPerChild of ${threads}, increasing to ${threads}. MaxRequestWorkers must be at least as large as the number of threads in a single server.`,
    );
    workers = threads;
  }
  const servers = Math.floor(workers / threads);
  if (workers % threads !== 0) {
    const nearest = servers * threads;
    warn(
      messages.workersOdd,
      `MaxRequestWorkers of ${workers} is not an integer multiple of ThreadsPerChild of ${threads}, decreasing to nearest multiple ${nearest}, for a maximum of ${servers} servers.`,
    );
    workers = nearest;
  }
  if (servers > serverLimit) {
    warn(
      messages.workersHigh,
      `MaxRequestWorkers of ${workers} would require ${servers} servers and would exceed ServerLimit of ${serverLimit}, decreasing to ${serverLimit * threads}. To increase, please see the ServerLimit directive.`,
    );
    workers = serverLimit * threads;
  }
  return workers;
}

/** Says which MPM this is; a second one is an error. httpd: server/config.c ap_setup_prelinked_modules, mpm_query */
export function chooseMpm(compilation: Compilation, name: string): void {
  const settings = processSettings(compilation);
  if (settings.mpm !== undefined && settings.mpm !== name) {
    compilation.refuse(`AH00534: ${programName}: Configuration error: More than one MPM loaded.`);
  }
  settings.mpm = name;
}

/** As what this program names itself in messages. */
export const programName = 'httpd-ts';
