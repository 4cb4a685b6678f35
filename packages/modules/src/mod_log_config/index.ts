import {
  type Complaint,
  checkConfig,
  type DirectiveContext,
  defineModule,
  flag,
  logTransaction,
  NOT_IN,
  openLogs,
  take1,
  take12,
  take23,
} from '@httpd-ts/kernel';
import { compileLogFormat } from './log-format.ts';
import { builtInSpecifiers } from './specifiers.ts';
import { summaries } from './summaries.ts';
import {
  checkLogDirectories,
  hasLogs,
  logConfig,
  logTransactions,
  openTransferLogs,
  type TransferLog,
} from './transfer-logs.ts';

type Logs = ReturnType<typeof logConfig.create>;

/** The `env=` or `expr=` clause; a string is the complaint. */
function readCondition(clause: string | undefined, cmd: DirectiveContext): TransferLog['condition'] | string {
  if (clause === undefined) return undefined;
  if (/^env=/i.test(clause)) {
    const name = clause.slice(4);
    if (name === '' || name === '!') return 'missing environment variable name';
    const wanted = !name.startsWith('!');
    return { variable: wanted ? name : name.slice(1), wanted };
  }
  if (/^expr=/i.test(clause)) {
    if (clause.length === 5) return 'missing condition';
    const expression = cmd.expression(clause.slice(5), 'boolean', { noVary: true, module: 'log_config' });
    return 'error' in expression ? expression.error : expression;
  }
  return 'error in condition clause';
}

function addLog(
  config: Logs,
  [target, format, clause]: readonly [string, string?, string?],
  cmd: DirectiveContext,
  isGlobal: boolean,
): Complaint {
  const condition = readCondition(clause, cmd);
  if (typeof condition === 'string') return condition;
  const { file, line } = cmd.node;
  config.logs.push({ target, format, condition, isGlobal, file, line });
  const compiled = format === undefined ? undefined : compileLogFormat(format, cmd.providers);
  return typeof compiled === 'string' ? compiled : undefined;
}

const logUsage =
  'a file name, a custom log format string or format name, and an optional "env=" or "expr=" clause (see docs)';

/** Logs of requests. */
export const modLogConfig = defineModule({
  name: 'mod_log_config',
  identifier: 'log_config_module',
  httpd: 'modules/loggers/mod_log_config.c',
  isStatic: true,
  summaries,
  directives: {
    LogFormat: logConfig.directive({
      args: take12,
      context: 'server',
      usage: 'a log format string (see docs) and an optional format name',
      default: '"%h %l %u %t \\"%r\\" %>s %b"',
      set(config, [format, nickname], cmd) {
        const compiled = compileLogFormat(format, cmd.providers);
        if (typeof compiled === 'string') return compiled;
        if (nickname === undefined) config.defaultFormat = format;
        else config.formats.set(nickname.toLowerCase(), format);
        return undefined;
      },
    }),
    CustomLog: logConfig.directive({
      args: take23,
      context: 'server',
      usage: logUsage,
      set: (config, args, cmd) => addLog(config, args, cmd, false),
    }),
    GlobalLog: logConfig.directive({
      args: take23,
      context: 'server',
      usage: 'Same as CustomLog, but forces virtualhosts to inherit the log',
      notIn: NOT_IN.anySection,
      set: (config, args, cmd) => addLog(config, args, cmd, true),
    }),
    TransferLog: logConfig.directive({
      args: take1,
      context: 'server',
      usage: 'the filename of the access log',
      set: (config, target, cmd) => addLog(config, [target], cmd, false),
    }),
    BufferedLogs: logConfig.directive({
      args: flag,
      context: 'server',
      usage: 'Enable Buffered Logging (experimental)',
      default: 'Off',
      support: {
        accepted: 'Log lines are always written in batches, none of them held back for longer than a moment.',
      },
      set: () => undefined,
    }),
  },
  providers: builtInSpecifiers,
  hooks: [
    checkConfig(checkLogDirectories),
    openLogs(openTransferLogs),
    logTransaction(logTransactions, { when: hasLogs }),
  ],
});
