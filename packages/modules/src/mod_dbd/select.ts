import type {
  Database,
  DatabaseFailure,
  DirectiveContext,
  RequestRecord,
  ServedPlan,
} from '@httpd-ts/kernel';
import { type DbdConfig, dbdServer } from './config.ts';

/** `%s`, `%d` and their like are places for values; `%%` is a per cent sign. httpd: apr_dbd_prepare */
export function placesOf(sql: string): string {
  return sql.replace(/%(%|[a-zA-Z]+)/g, (_whole, what: string) => (what === '%' ? '%' : '?'));
}

/** A statement that another module wants to run. */
export interface PreparedStatement {
  readonly label: string;
}

/** Prepares a statement under a label. httpd: ap_dbd_prepare */
export function prepareStatement(sql: string, label: string, cmd: DirectiveContext): PreparedStatement {
  const config = dbdServer.draft(cmd.server.config);
  config.statements = new Map([...config.statements, [label, placesOf(sql)]]);
  return { label };
}

/** What came of a statement: rows of texts, or the database's complaint. */
export type Selected =
  | { readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly error: string };

/** Runs a statement of the request's server; nothing comes of it where no database can be had. httpd: ap_dbd_acquire, apr_dbd_pvselect */
export async function select(
  request: RequestRecord,
  { label }: PreparedStatement,
  values: readonly string[],
): Promise<Selected | undefined> {
  const config = dbdServer.of(request);
  const { plan } = request.server;
  if (config.driver === undefined) {
    request.log('dbd', 'error', 'AH02654: not configured');
    return undefined;
  }
  const database = databaseOf(plan, config);
  if (typeof database === 'string') {
    request.log('dbd', 'error', `AH00626: can't find driver for ${config.driver}: ${database}`);
    return undefined;
  }
  const failure = await database.connect();
  if (failure !== undefined) {
    logFailure(request, config.driver, failure);
    return undefined;
  }
  const statement = config.statements.get(label);
  if (statement === undefined) return { error: 'no such statement' };
  try {
    return { rows: await database.select(statement, values) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** httpd: dbd_construct, dbd_setup_lock */
function logFailure(request: RequestRecord, driver: string, { at, error }: DatabaseFailure): void {
  const what =
    at === 'connect' ? `AH00629: Can't connect to ${driver}` : 'AH00632: failed to prepare SQL statements';
  request.log('dbd', 'error', `${what}: ${error}`);
  request.log('dbd', 'error', 'AH00633: failed to initialise');
}

const pools = { name: 'pools of databases' };

/** One pool for each database, whatever the number of servers that use it. */
function databaseOf(plan: ServedPlan, config: DbdConfig): Database | string {
  const opened = plan.memory(pools, () => new Map<string, Database | string>());
  const { driver = '', parameters = '', initial, maximum = 10 } = config;
  const statements = [...config.statements.values()].filter((statement) => statement !== '');
  const key = JSON.stringify([driver, parameters, initial, maximum, statements]);
  const known = opened.get(key);
  if (known !== undefined) return known;
  const database = plan.world.databases.open({
    driver,
    parameters,
    initial,
    statements,
    maximumConnections: maximum,
  });
  opened.set(key, database);
  return database;
}

/** Closes what a plan has opened. */
export function closeDatabases(plan: Pick<ServedPlan, 'memory'>): void {
  const opened = plan.memory(pools, () => new Map<string, Database | string>());
  for (const database of opened.values()) if (typeof database !== 'string') database.close();
  opened.clear();
}
