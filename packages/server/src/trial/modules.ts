import {
  accessCheckerEx,
  DECLINED,
  defineModule,
  directive,
  flag,
  type HookResult,
  handler,
  iterate,
  type LogWriter,
  logTransaction,
  mapToStorage,
  OK,
  openLogs,
  perServer,
  processSettings,
  type RequestBody,
  type RequestRecord,
  take1,
  translateName,
  typeChecker,
} from '@httpd-ts/kernel';

// Small modules for the tests of this package, which must not depend on what the standard modules do.

interface TrialConfig {
  text?: string;
  secret?: string;
  logName?: string;
  log?: LogWriter;
}

const trialConfig = perServer<TrialConfig>({
  create: () => ({}),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});

/** Sockets, names and times as the core and the MPM have them, no more than is needed to listen. */
const trialCore = defineModule({
  name: 'core',
  identifier: 'core_module',
  httpd: 'server/core.c',
  isStatic: true,
  directives: {
    Listen: directive({
      args: iterate,
      context: 'server',
      set(_config, value, cmd) {
        const [, address, port] = /^(?:(.*):)?(\d+)$/.exec(value) ?? [];
        if (port === undefined) return 'Port must be specified';
        const { file, line } = cmd.node;
        processSettings(cmd).listen.push({ address, port: Number(port), protocol: undefined, file, line });
      },
    }),
    User: directive({
      args: take1,
      context: 'server',
      set(_config, value, cmd) {
        processSettings(cmd).user = value;
      },
    }),
    Group: directive({
      args: take1,
      context: 'server',
      set(_config, value, cmd) {
        processSettings(cmd).group = value;
      },
    }),
    PidFile: directive({
      args: take1,
      context: 'server',
      set(_config, value, cmd) {
        processSettings(cmd).pidFile = value;
      },
    }),
    GracefulShutdownTimeout: directive({
      args: take1,
      context: 'server',
      set(_config, value, cmd) {
        processSettings(cmd).gracefulShutdownTimeoutSeconds = Number(value);
      },
    }),
    ErrorLog: directive({
      args: take1,
      context: 'server',
      set(_config, value, cmd) {
        cmd.server.errorLogName = value;
      },
    }),
    ServerName: directive({
      args: take1,
      context: 'server',
      set(_config, value, cmd) {
        cmd.server.hostname = value;
      },
    }),
    KeepAlive: directive({
      args: flag,
      context: 'server',
      set(_config, on, cmd) {
        cmd.server.keepAlive = on;
      },
    }),
    KeepAliveTimeout: directive({
      args: take1,
      context: 'server',
      set(_config, milliseconds, cmd) {
        cmd.server.keepAliveTimeoutMs = Number(milliseconds);
      },
    }),
    Timeout: directive({
      args: take1,
      context: 'server',
      set(_config, milliseconds, cmd) {
        cmd.server.timeoutMs = Number(milliseconds);
      },
    }),
  },
  hooks: [
    openLogs((compilation, plan) => {
      const { mainServer, world, settings } = compilation;
      const target = mainServer.errorLogName;
      if (target === undefined) return;
      const log = world.logs.open(absolute(settings.serverRoot, target), { unbuffered: true });
      for (const server of plan.servers) {
        server.errorLogger = {
          wants: () => true,
          write: ({ message }) => log.write(`${message}\n`),
          writeText: (text) => log.write(text),
        };
      }
    }),
  ],
});

const absolute = (root: string, path: string) => (/^[/|]/.test(path) ? path : `${root}/${path}`);

const reply = (request: RequestRecord, text: string): HookResult => {
  request.contentType = 'text/plain';
  request.output = { kind: 'text', text };
  return OK;
};

async function echo(request: RequestRecord, body: RequestBody): Promise<number> {
  let text = '';
  try {
    for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull())
      text += Buffer.from(chunk).latin1Slice();
  } catch {
    return body.failure ?? 400;
  }
  request.contentType = 'text/plain';
  request.output = { kind: 'text', text };
  return OK;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `count` pieces of `size` bytes, one every `everyMs`. */
function pieces(request: RequestRecord, count: number, size: number, everyMs: number): HookResult {
  const piece = Buffer.alloc(size, 'x');
  let sent = 0;
  request.contentType = 'text/plain';
  request.output = {
    kind: 'source',
    length: undefined,
    source: {
      async pull() {
        if (everyMs > 0) await pause(everyMs);
        pulled++;
        return sent++ < count ? piece : null;
      },
      abort() {
        aborted++;
      },
    },
  };
  return OK;
}

let pulled = 0;
let aborted = 0;

function answer(request: RequestRecord): HookResult {
  const { world } = request.server.plan;
  const [, path, number = '0'] = /^(\/[a-z-]*)(?:\/(\d+))?$/.exec(request.uri) ?? [];
  switch (path) {
    case '/text':
      return reply(request, trialConfig.of(request).text ?? 'hello');
    case '/secret':
      return reply(request, trialConfig.of(request).secret ?? '');
    case '/echo':
      return echo(request, request.body);
    case '/pieces':
      return pieces(request, Number(number), 4, 5);
    case '/large':
      return pieces(request, Number(number), 65_536, 0);
    case '/pulled':
      return reply(request, `${pulled} ${aborted}`);
    case '/thread':
      return reply(request, `${world.shared.thread} of ${world.shared.threads}`);
    case '/process':
      return reply(
        request,
        `${world.system.processId} ${process.getuid?.()} ${process.getgroups?.().join(',')}`,
      );
    case '/count':
      return reply(request, String(Atomics.add(new Int32Array(world.shared.region('count', 4)), 0, 1) + 1));
    case '/careful': {
      const counter = new Int32Array(world.shared.region('careful', 4));
      for (let i = 0; i < Number(number); i++) {
        world.shared.exclusively('careful', () => {
          // Not atomic on purpose: only the lock makes the sum right.
          counter[0] = counter[0]! + 1;
        });
      }
      return reply(request, String(counter[0]));
    }
    case '/status':
      return world.scoreboard.collect().then((threads) => reply(request, JSON.stringify(threads)));
    case '/slow':
      return pause(Number(number)).then(() => reply(request, 'slow'));
    case '/die':
      setTimeout(() => {
        throw new Error('asked to die');
      }, 10);
      return reply(request, 'dying');
    default:
      return DECLINED;
  }
}

const trialAnswers = defineModule({
  name: 'mod_trial',
  identifier: 'trial_module',
  httpd: 'modules/trial/mod_trial.c',
  isStatic: true,
  directives: {
    TrialText: trialConfig.directive({
      args: take1,
      context: 'server',
      set(config, text) {
        config.text = text;
      },
    }),
    TrialSecretFile: trialConfig.directive({
      args: take1,
      context: 'server',
      set(config, name, { world }) {
        const read = world.files.readText(name);
        if (typeof read === 'string') return `${name}: ${read}`;
        config.secret = read.text;
        return undefined;
      },
    }),
    TrialThreadsOnly: directive({
      args: take1,
      context: 'server',
      set: (_config, text, { world }) => (world.shared.threads > 1 ? text : undefined),
    }),
    TrialLog: trialConfig.directive({
      args: take1,
      context: 'server',
      set(config, name) {
        config.logName = name;
      },
    }),
  },
  hooks: [
    openLogs(({ servers, world, settings }) => {
      for (const server of servers) {
        const config = trialConfig.at(server.config);
        if (config.logName !== undefined)
          config.log = world.logs.open(absolute(settings.serverRoot, config.logName));
      }
    }),
    translateName(() => OK),
    mapToStorage(() => OK),
    accessCheckerEx(() => OK),
    typeChecker(() => OK),
    handler(answer),
    logTransaction((request) => {
      trialConfig.of(request).log?.write(`${request.requestLine} ${request.status}\n`);
      return OK;
    }),
  ],
});

/** What worker threads import in place of the standard modules. */
export const standardModules = [trialCore, trialAnswers];
