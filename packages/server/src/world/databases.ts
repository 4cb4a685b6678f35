import type { Database, DatabaseParameters, Databases } from '@httpd-ts/kernel';

type Row = readonly (string | null)[];

/** SQLite from Node itself; PostgreSQL and MySQL by `pg` and `mysql2` where they are installed. */
export const nodeDatabases: Databases = {
  open(database) {
    switch (database.driver) {
      case 'sqlite3':
        return lazily(() => openSqlite(database));
      case 'pgsql':
        return lazily(() => openPostgres(database));
      case 'mysql':
        return lazily(() => openMysql(database));
      default:
        return `No driver for ${database.driver}`;
    }
  },
};

/** Opened by the first statement, and again after it could not be opened. */
function lazily(open: () => Promise<Database>): Database {
  let opened: Promise<Database> | undefined;
  return {
    async select(statement, values) {
      opened ??= open();
      try {
        return await (await opened).select(statement, values);
      } catch (error) {
        const failed = opened;
        await failed?.catch(() => {
          opened = undefined;
        });
        throw error;
      }
    },
    close: () => void opened?.then((database) => database.close()).catch(() => {}),
  };
}

const asText = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : value instanceof Uint8Array
      ? Buffer.from(value).toString('latin1')
      : Buffer.from(String(value), 'utf8').toString('latin1');

const fromLatin1 = (text: string) => Buffer.from(text, 'latin1').toString('utf8');

async function openSqlite({ parameters, initial }: DatabaseParameters): Promise<Database> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(parameters);
  for (const statement of initial) database.exec(statement);
  const prepared = new Map<string, ReturnType<typeof database.prepare>>();
  return {
    async select(statement, values) {
      let ready = prepared.get(statement);
      if (ready === undefined) {
        ready = database.prepare(statement);
        prepared.set(statement, ready);
      }
      const rows = ready.all(...values.map(fromLatin1)) as Record<string, unknown>[];
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
      query(options: object): Promise<{ readonly rows: readonly unknown[][] }>;
      on(event: string, listener: (...args: never[]) => void): void;
      end(): Promise<void>;
    };
  };
}

async function openPostgres({
  parameters,
  initial,
  maximumConnections,
}: DatabaseParameters): Promise<Database> {
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
    for (const statement of initial) void client.query(statement);
  }) as never);
  return {
    async select(statement, values) {
      let place = 0;
      const text = statement.replace(/\?/g, () => `$${++place}`);
      const { rows } = await pool.query({ text, values: values.map(fromLatin1), rowMode: 'array' });
      return rows.map((row): Row => row.map(asText));
    },
    close: () => void pool.end(),
  };
}

interface MysqlPackage {
  createPool(options: object): {
    execute(options: object, values: readonly string[]): Promise<readonly [readonly unknown[][], unknown]>;
    pool: { on(event: string, listener: (connection: { query(text: string): void }) => void): void };
    end(): Promise<void>;
  };
}

async function openMysql({ parameters, initial, maximumConnections }: DatabaseParameters): Promise<Database> {
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
  return {
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
