import type { World } from '@httpd-ts/kernel';
import { memoryTexts } from '@httpd-ts/kernel/memory-world';
import { nodeCharsets } from './charsets.ts';
import { nodeClock } from './clock.ts';
import { nodeCompression } from './compression.ts';
import { nodeDatabases } from './databases.ts';
import { nodeDigests } from './digests.ts';
import { nodeFiles } from './files.ts';
import { nodeHttp2 } from './http2-client.ts';
import { localSharedMemory } from './local-shared-memory.ts';
import { openedLogs } from './logs.ts';
import { nodeNetwork } from './network.ts';
import { programTable } from './programs.ts';
import { nodeRegex } from './regex.ts';
import { nodeScripts } from './scripts.ts';
import { nodeSystem } from './system-facts.ts';
import { nodeTlsServers } from './tls-server.ts';

/** The real machine, with parts replaced where `given` has them. */
export function nodeWorld(given: Partial<World> = {}): World {
  return {
    files: given.files ?? nodeFiles(),
    clock: given.clock ?? nodeClock(),
    environment: given.environment ?? processEnvironment(),
    network: given.network ?? nodeNetwork(),
    digests: given.digests ?? nodeDigests(),
    compression: given.compression ?? nodeCompression,
    charsets: given.charsets ?? nodeCharsets,
    http2: given.http2 ?? nodeHttp2,
    tls: given.tls ?? nodeTlsServers,
    logs: given.logs ?? openedLogs(),
    shared: given.shared ?? localSharedMemory(),
    kept: given.kept ?? memoryTexts(),
    scoreboard: given.scoreboard ?? { collect: async () => [] },
    programs: given.programs ?? programTable(),
    scripts: given.scripts ?? nodeScripts,
    databases: given.databases ?? nodeDatabases,
    regex: given.regex ?? nodeRegex(),
    system: given.system ?? nodeSystem(),
  };
}

/** The variables of this process as bytes; node has decoded them from UTF-8. */
export function processEnvironment(): ReadonlyMap<string, string> {
  const entries = Object.entries(process.env).map(([name, value]) => [name, latin1(value ?? '')] as const);
  return new Map(entries);
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
