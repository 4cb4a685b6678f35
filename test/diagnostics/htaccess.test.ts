import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeaderTable } from '@httpd-ts/http1';
import { type ConnectionRecord, LOG_LEVELS, type LogEntry, type ServedPlan, serve } from '@httpd-ts/kernel';
import { standardModules } from '@httpd-ts/modules';
import { nodeWorld } from '@httpd-ts/server';
import { carryOutConfiguration, readConfiguration } from 'httpd-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnosticFixtures, layOutCase, maskOutput } from './diagnostic-case.ts';

/** A `.htaccess` and what Apache answers to a request for a file beside it. */
interface HtaccessCase {
  readonly id: string;
  /** AllowOverride of the directory; a line feed begins another directive. */
  readonly allowOverride: string;
  readonly htaccess: string;
  readonly status: number;
  readonly errorLog: string;
}

const cases = JSON.parse(
  readFileSync(join(diagnosticFixtures, 'htaccess/cases.json'), 'utf8'),
) as HtaccessCase[];

/** What a module says at levels that are not shown by default is not compared. */
const shown = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf('warn') + 1);

describe('.htaccess files are read and refused as Apache does', () => {
  let root: string;
  let plan: ServedPlan;
  let entries: LogEntry[] = [];

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-htaccess-')));
    const directories = cases.map(
      ({ id, allowOverride }) =>
        `<Directory @ROOT@/htdocs/${id}>\nAllowOverride ${allowOverride}\nRequire all granted\n</Directory>\n`,
    );
    layOutCase({ id: '', config: directories.join(''), exit: 0, stderr: '' }, root);
    for (const { id, htaccess } of cases) {
      const text = htaccess.replace(/\\\{(.)\*(\d+)\}/g, (_all, char: string, times: string) =>
        char.repeat(Number(times)),
      );
      mkdirSync(join(root, 'htdocs', id));
      writeFileSync(join(root, 'htdocs', id, 'x.txt'), 'x\n');
      writeFileSync(join(root, 'htdocs', id, '.htaccess'), text, 'latin1');
    }
    const world = nodeWorld();
    const read = readConfiguration({
      world,
      modules: standardModules,
      serverRoot: root,
      configFile: join(root, 'test.conf'),
      before: [`Include ${root}/preamble/all.conf`],
    });
    const { compiled, diagnostics } = carryOutConfiguration(read, world);
    if (compiled?.plan === undefined) throw new Error(JSON.stringify(diagnostics));
    plan = compiled.plan;
    plan.mainServer.errorLogger = {
      wants: (_module, level) => shown.includes(level),
      write: (entry) => entries.push(entry),
    };
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const get = async (target: string) => {
    const connection: ConnectionRecord = {
      id: 1,
      clientAddress: '127.0.0.1',
      clientPort: 40_000,
      localAddress: '127.0.0.1',
      localPort: 8099,
      server: plan.mainServer,
      isTls: false,
      keepalives: 0,
      keepalive: 'unknown',
      aborted: false,
      notes: new Map(),
      worker: 0,
    };
    const head = {
      method: 'GET',
      target,
      protocol: 'HTTP/1.1',
      protocolNumber: 1001,
      headers: HeaderTable.of([['Host', 'localhost']]),
      requestLine: `GET ${target} HTTP/1.1`,
    };
    const servers = plan.virtualHosts.forAddress(connection.localAddress, connection.localPort);
    return serve(connection, servers, head, { name: 'localhost', port: undefined });
  };

  it.each(cases.map((one) => [one.id, one] as const))('%s', async (id, one) => {
    entries = [];
    const { answering } = await get(`/${id}/x.txt`);
    const log = entries.map(({ module, level, message, error, request }) => {
      const isWarning = module === 'core' && level === 'warn';
      const client = request === undefined || isWarning ? '' : '[client @CLIENT@] ';
      const told = `${error === undefined ? '' : `${error}: `}${message}`;
      return `[@TIME@] [${module}:${level}] [pid @PID@:tid @TID@] ${client}${maskOutput(told, root)}\n`;
    });
    expect({ status: answering.status, log: log.join('').replace(/[^\x20-\x7e\n]/g, escaped) }).toEqual({
      status: one.status,
      log: one.errorLog,
    });
  });
});

const escaped = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
