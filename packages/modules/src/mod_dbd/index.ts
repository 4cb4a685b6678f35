import { childExit, defineModule, flag, take1, take12 } from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';
import { type DbdConfig, dbdServer } from './config.ts';
import { driverComplaint } from './driver.ts';
import { closeDatabases, placesOf } from './select.ts';
import { summaries } from './summaries.ts';

type NumberField = 'minimum' | 'kept' | 'maximum' | 'idleSeconds';

const numberDirective = (field: NumberField, usage: string, initial: string) =>
  dbdServer.directive({
    context: 'server',
    args: take1,
    usage,
    default: initial,
    set(config: DbdConfig, word) {
      if (!/^\d+$/.test(word)) return 'Argument must be numeric!';
      config[field] = leadingInteger(word);
      return undefined;
    },
  });

/** Connections to SQL databases, for other modules. */
export const modDbd = defineModule({
  name: 'mod_dbd',
  identifier: 'dbd_module',
  httpd: 'modules/database/mod_dbd.c',
  summaries,
  directives: {
    DBDriver: dbdServer.directive({
      context: 'server',
      args: take1,
      usage: 'SQL Driver',
      set(config, name, cmd) {
        const complaint = driverComplaint(name, cmd);
        if (complaint === undefined) config.driver = name;
        return complaint;
      },
    }),
    DBDParams: dbdServer.directive({
      context: 'server',
      args: take1,
      usage: 'SQL Driver Params',
      set(config, parameters) {
        config.parameters = parameters;
      },
    }),
    DBDPersist: dbdServer.directive({
      context: 'server',
      args: flag,
      usage: 'Use persistent connection/pool',
      support: { partial: 'connections are kept whatever it says' },
      set(config, on) {
        config.persistent = on;
      },
    }),
    DBDPrepareSQL: dbdServer.directive({
      context: 'server',
      args: take12,
      usage:
        'SQL statement to prepare (or nothing, to override statement inherited from main server) and label',
      set(config, [first, second], cmd) {
        const label = second ?? first;
        const sql = second === undefined ? '' : first;
        const before = config.statements.get(label);
        if (before !== undefined && before !== placesOf(sql)) {
          cmd.warn(`[dbd:error] AH02653: conflicting SQL statements with label ${label}`);
          return undefined;
        }
        config.statements = new Map([...config.statements, [label, placesOf(sql)]]);
        return undefined;
      },
    }),
    DBDInitSQL: dbdServer.directive({
      context: 'server',
      args: take1,
      usage: 'SQL statement to be executed after connection is created',
      set(config, sql) {
        config.initial = [...config.initial, sql];
      },
    }),
    DBDMin: numberDirective('minimum', 'Minimum number of connections', '1'),
    DBDKeep: numberDirective('kept', 'Maximum number of sustained connections', '2'),
    DBDMax: numberDirective('maximum', 'Maximum number of connections', '10'),
    DBDExptime: numberDirective('idleSeconds', 'Keepalive time for idle connections', '300'),
  },
  hooks: [childExit((_compilation, plan) => closeDatabases(plan))],
});
