import { HeaderTable } from '@httpd-ts/http1';
import {
  type ConnectionRecord,
  type ErrorLogger,
  type ServedPlan,
  type ServerRecord,
  serve,
} from '@httpd-ts/kernel';

/** A request to a plan, in memory. */
export interface Question {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  /** Path and query string. */
  readonly target: string;
}

/** What matters of an answer. */
export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  /** What went to the error log. */
  readonly messages: readonly string[];
}

/** Asks a plan as a browser would; undefined where the request cannot be answered in memory. */
export async function ask(
  plan: ServedPlan,
  question: Question,
  address = '127.0.0.1',
): Promise<Answer | undefined> {
  const { isTls, host, port, target } = question;
  const servers = plan.virtualHosts.forAddress(address, port);
  const connection: ConnectionRecord = {
    id: 1,
    clientAddress: '203.0.113.9',
    clientPort: 40_000,
    localAddress: address,
    localPort: port,
    server: servers.defaultServer,
    isTls,
    keepalives: 0,
    keepalive: 'unknown',
    aborted: false,
    notes: new Map(),
    worker: 0,
  };
  const isUsual = port === (isTls ? 443 : 80);
  const head = {
    method: 'GET',
    target,
    protocol: 'HTTP/1.1',
    protocolNumber: 1001,
    headers: HeaderTable.of([['Host', isUsual ? host : `${host}:${port}`]]),
    requestLine: `GET ${target} HTTP/1.1`,
  };
  const messages: string[] = [];
  const logger: ErrorLogger = {
    wants: (_module, level) => !/^(?:debug|trace\d)$/.test(level),
    write: ({ message }) => void messages.push(message),
    writeText: () => {},
  };
  try {
    return await withLogger([servers.byName(host), plan.mainServer], logger, async () => {
      const response = await serve(connection, servers, head, {
        name: host,
        port: isUsual ? undefined : port,
      });
      return {
        status: Number.parseInt(response.statusLine, 10),
        location: response.headers.get('Location'),
        messages,
      };
    });
  } catch {
    // A module that needs what only a started server has: nothing is known of this request.
    return undefined;
  }
}

async function withLogger<T>(
  servers: readonly ServerRecord[],
  logger: ErrorLogger,
  run: () => Promise<T>,
): Promise<T> {
  const before = servers.map((server) => server.errorLogger);
  for (const server of servers) server.errorLogger = logger;
  try {
    return await run();
  } finally {
    for (const [index, server] of servers.entries()) server.errorLogger = before[index]!;
  }
}
