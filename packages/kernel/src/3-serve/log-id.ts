import type { World } from '../world.ts';
import type { ConnectionRecord } from './connection-record.ts';
import type { RequestRecord } from './request-record.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** An id that ties the lines of the logs together; length and alphabet are httpd's. httpd: server/core.c core_generate_log_id */
function newId({ digests }: World): string {
  let id = '';
  for (const byte of digests.randomBytes(11)) id += alphabet[byte & 63];
  return id;
}

/** The id of a request's lines, made when first asked for; its connection has one from then on too. */
export function requestLogId(request: RequestRecord): string {
  if (request.logId === undefined) {
    const { world } = request.server.plan;
    connectionLogId(request.connection, world);
    request.logId = newId(world);
  }
  return request.logId;
}

/** The same for a connection. */
export function connectionLogId(connection: ConnectionRecord, world: World): string {
  connection.logId ??= newId(world);
  return connection.logId;
}
