import type { Bytes, HookStatus, Http2Session, Plan, RequestRecord } from '@httpd-ts/kernel';
import {
  acquireConnection,
  type BackendConnection,
  type ConnectionPool,
  type ConnectionUser,
  type Destination,
  type Origin,
  unknownHost,
  type Worker,
} from '../mod_proxy/contract.ts';

/** A connection that many requests share. */
export interface SharedSession {
  readonly session: Http2Session;
  readonly pool: ConnectionPool;
  /** Our own port. */
  readonly sourcePort: number;
}

interface SessionTable {
  readonly open: Map<string, SharedSession | Promise<SharedSession | HookStatus>>;
}

const tables = new WeakMap<object, Map<Worker, SessionTable>>();

/** The session to a back end, opened when it is first asked for and again when it has ended. */
export function sessionFor(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  isTls: boolean,
): SharedSession | Promise<SharedSession | HookStatus> {
  const table = tableOf(request.server.plan, worker);
  const known = table.open.get(origin.canonical);
  if (known !== undefined && (known instanceof Promise || !known.session.isClosed)) return known;
  const opening = open(request, worker, origin, isTls).then((opened) => {
    if (typeof opened === 'number') table.open.delete(origin.canonical);
    else if (worker.parameters.disableReuse !== true) table.open.set(origin.canonical, opened);
    else table.open.delete(origin.canonical);
    return opened;
  });
  if (worker.parameters.disableReuse !== true) table.open.set(origin.canonical, opening);
  return opening;
}

function tableOf(plan: object, worker: Worker): SessionTable {
  let workers = tables.get(plan);
  if (workers === undefined) {
    workers = new Map();
    tables.set(plan, workers);
  }
  let table = workers.get(worker);
  if (table === undefined) {
    table = { open: new Map() };
    workers.set(worker, table);
  }
  return table;
}

/** httpd's mod_proxy_http2 takes no other reason for having no connection over than that of TLS. */
function whenUnknown({ request }: Destination, hostname: string): HookStatus {
  unknownHost(request, hostname);
  request.statusLine = undefined;
  return 503;
}

async function open(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  isTls: boolean,
): Promise<SharedSession | HookStatus> {
  const protocol = isTls ? 'H2' : 'H2C';
  const destination = { request, worker, origin, protocol, isTls, whenUnknown };
  const connection = await acquireConnection(isTls ? { ...destination, tlsProtocols: ['h2'] } : destination, {
    isFresh: true,
  });
  if (typeof connection === 'number') return connection;
  const { pool, stream } = connection;
  return { session: sessionOver(connection, request), pool, sourcePort: stream.localPort };
}

function sessionOver(connection: BackendConnection, request: RequestRecord): Http2Session {
  const { stream } = connection;
  const session = request.server.plan.world.http2.client({
    write: (bytes) => stream.write(bytes),
    onClose: () => {
      connection.exchange = undefined;
      connection.destroy();
    },
  });
  const user: ConnectionUser = {
    onData: (bytes: Bytes) => session.receive(bytes),
    onEnd: () => session.receiveEnd(),
    onFailure: () => session.receiveEnd(),
    onDrain: () => session.drained(),
  };
  connection.mustClose = true;
  connection.exchange = user;
  return session;
}

/** Requests in flight end, and then their connections. */
export function closeSessions(plan: Plan): void {
  for (const { open: sessions } of tables.get(plan)?.values() ?? []) {
    for (const shared of sessions.values()) {
      if (shared instanceof Promise)
        shared.then((opened) => {
          if (typeof opened !== 'number') opened.session.close();
        });
      else shared.session.close();
    }
  }
}
