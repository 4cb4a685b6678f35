import type { Database, DatabaseFailure, DatabaseParameters, Databases } from '@httpd-ts/kernel';

type Row = readonly (string | null)[];

/** SQLite from Node itself; PostgreSQL and MySQL by `pg` and `mysql2` where they are installed. */
export const nodeDatabases: Databases = {
  open(database) {
    switch (database.driver) {
      case 'sqlite3':
        return lazily(database, () => openSqlite(database));
      case 'pgsql':
        return lazily(database, () => openPostgres(database));
      case 'mysql':
        return lazily(database, () => openMysql(database));
      default:
        return `No driver for ${database.driver}`;
    }
  },
};

/** A database that is open. */
interface Opened {
  /** Rejects where it does not take a statement. */
  prepare(statement: string): Promise<void>;
  select: Database['select'];
  close(): void;
}

/** Opened when first needed, and again after that has failed. */
function lazily({ statements }: DatabaseParameters, open: () => Promise<Opened>): Database {
  let opened: Promise<Opened | DatabaseFailure> | undefined;
  const begin = async (): Promise<Opened | DatabaseFailure> => {
    let database: Opened;
    try {
      database = await open();
    } catch (error) {
      return { at: 'connect', error: messageOf(error) };
    }
    try {
      for (const statement of statements) await database.prepare(statement);
      return database;
    } catch (error) {
      database.close();
      return { at: 'prepare', error: messageOf(error) };
    }
  };
  const ready = async () => {
    opened ??= begin();
    const found = await opened;
    if ('at' in found) opened = undefined;
    return found;
  };
  return {
    async connect() {
      const found = await ready();
      return 'at' in found ? found : undefined;
    },
    async select(statement, values) {
      const found = await ready();
      if ('at' in found) throw new Error(found.error);
      return found.select(statement, values);
    },
    close: () => void opened?.then((found) => 'at' in found || found.close()),
  };
}

function messageOf(error: unknown): string {
  // What failed with all addresses of a host has no message of its own.
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

const asText = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : value instanceof Uint8Array
      ? Buffer.from(value).toString('latin1')
      : Buffer.from(String(value), 'utf8').toString('latin1');

const fromLatin1 = (text: string) => Buffer.from(text, 'latin1').toString('utf8');

async function openSqlite({ parameters, initial }: DatabaseParameters): Promise<Opened> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(parameters);
  for (const statement of initial) database.exec(statement);
  const prepared = new Map<string, ReturnType<typeof database.prepare>>();
  const prepare = (statement: string) => {
    const ready = prepared.get(statement) ?? database.prepare(statement);
    prepared.set(statement, ready);
    return ready;
  };
  return {
    prepare: async (statement) => void prepare(statement),
    async select(statement, values) {
      const rows = prepare(statement).all(...values.map(fromLatin1)) as Record<string, unknown>[];
      return rows.map((row): Row => Object.values(row).map(asText));
    },
    close: () => database.close(),
  };
}

/** A package that only those who use it install. */
async function optional<Package>(name: string): Promise<Package> {
  try {
    return (await import(name)) as Package;
  } catch {
    throw new Error(`the package ${name} is not installed; npm install ${name}`);
  }
}

interface PgPackage {
  readonly default: {
    readonly Pool: new (
      options: object,
    ) => {
      query(options: object | string): Promise<{ readonly rows: readonly unknown[][] }>;
      on(event: string, listener: (...args: never[]) => void): void;
      end(): Promise<void>;
    };
  };
}

async function openPostgres({
  parameters,
  initial,
  maximumConnections,
}: DatabaseParameters): Promise<Opened> {
  const { Pool } = (await optional<PgPackage>('pg')).default;
  const given = pairsOf(parameters, /\s+/);
  const pool = new Pool({
    host: given.get('host') ?? given.get('hostaddr'),
    port: Number(given.get('port') ?? 5432),
    database: given.get('dbname'),
    user: given.get('user'),
    password: given.get('password'),
    max: maximumConnections,
  });
  pool.on('error', () => {});
  pool.on('connect', ((client: { query(text: string): Promise<unknown> }) => {
    for (const statement of initial) client.query(statement).catch(() => {});
  }) as never);
  await pool.query('SELECT 1');
  return {
    prepare: async (statement) =>
      void (await pool.query(`PREPARE httpd AS ${numbered(statement)}; DEALLOCATE httpd`)),
    async select(statement, values) {
      const text = numbered(statement);
      const { rows } = await pool.query({ text, values: values.map(fromLatin1), rowMode: 'array' });
      // As the driver of APR has it, where no value is an empty one.
      return rows.map((row): Row => row.map((value) => asText(value) ?? ''));
    },
    close: () => void pool.end(),
  };
}

/** Places for values as PostgreSQL names them. */
function numbered(statement: string): string {
  let place = 0;
  return statement.replace(/\?/g, () => `$${++place}`);
}

interface MysqlConnection {
  prepare(statement: string): Promise<{ close(): Promise<void> }>;
  release(): void;
}

interface MysqlPackage {
  createPool(options: object): {
    execute(options: object, values: readonly string[]): Promise<readonly [readonly unknown[][], unknown]>;
    getConnection(): Promise<MysqlConnection>;
    pool: { on(event: string, listener: (connection: { query(text: string): void }) => void): void };
    end(): Promise<void>;
  };
}

async function openMysql({ parameters, initial, maximumConnections }: DatabaseParameters): Promise<Opened> {
  const mysql = await optional<MysqlPackage>('mysql2/promise');
  const given = pairsOf(parameters, /[\s,;]+/);
  const pool = mysql.createPool({
    host: given.get('host') ?? 'localhost',
    port: Number(given.get('port') ?? 3306),
    socketPath: given.get('sock'),
    database: given.get('dbname'),
    user: given.get('user'),
    password: given.get('pass'),
    connectionLimit: maximumConnections,
  });
  pool.pool.on('connection', (connection) => {
    for (const statement of initial) connection.query(statement);
  });
  (await pool.getConnection()).release();
  return {
    async prepare(statement) {
      const connection = await pool.getConnection();
      try {
        await (await connection.prepare(statement)).close();
      } finally {
        connection.release();
      }
    },
    async select(statement, values) {
      const [rows] = await pool.execute({ sql: statement, rowsAsArray: true }, values.map(fromLatin1));
      return rows.map((row): Row => row.map(asText));
    },
    close: () => void pool.end(),
  };
}

function pairsOf(text: string, separator: RegExp): ReadonlyMap<string, string> {
  return new Map(
    text.split(separator).flatMap((word) => {
      const equals = word.indexOf('=');
      return equals < 0 ? [] : [[word.slice(0, equals), word.slice(equals + 1)] as const];
    }),
  );
}
