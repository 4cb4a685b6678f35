import type { Files } from '@httpd-ts/kernel';
import { forgottenMs, type Heartbeat, unsigned } from './heartbeat.ts';

/** Everybody may read it, nobody writes into it: it is replaced. */
const mode = 0o444;

/**
 * The servers of a storage file: lines of an address, a blank, and `ready=`, `busy=`, `lastseen=` and `port=` as in a
 * query string. Times are those of the last change of the file less what a line says. httpd: hm_file_update_stat
 */
export function readHeartbeats(text: string, writtenMs: number): Heartbeat[] {
  const servers: Heartbeat[] = [];
  for (const line of text.split('\n')) {
    const blank = line.indexOf(' ');
    if (line.startsWith('#') || blank < 0) continue;
    const facts = new Map(
      line
        .slice(blank + 1)
        .split('&')
        .map((fact) => fact.split('=', 2) as [string, string | undefined]),
    );
    const number = (name: string, otherwise: number) => unsigned(facts.get(name), otherwise);
    servers.push({
      ip: line.slice(0, blank),
      ready: number('ready', 0),
      busy: number('busy', 0),
      port: number('port', 80),
      seenMs: writtenMs - number('lastseen', 0) * 1000,
    });
  }
  return servers;
}

/** Puts servers into a storage file; those that were silent too long are left out. False when it cannot be written. */
export function writeHeartbeats(
  files: Files,
  path: string,
  servers: Iterable<Heartbeat>,
  nowMs: number,
): boolean {
  let text = '';
  for (const { ip, ready, busy, port, seenMs } of servers) {
    const silentMs = nowMs - seenMs;
    if (silentMs > forgottenMs) continue;
    text += `${ip} &ready=${ready}&busy=${busy}&lastseen=${Math.floor(silentMs / 1000)}&port=${port}\n`;
  }
  return files.replace(path, text, mode) === true;
}

/** Notes one server in a storage file, in the place it has there or at the end. */
export function noteInFile(files: Files, path: string, heard: Heartbeat, nowMs: number): boolean {
  const info = files.stat(path);
  const content = typeof info === 'string' ? { text: '' } : files.readText(path);
  if (typeof content === 'string') return false;
  const servers = new Map<string, Heartbeat>();
  const writtenMs = typeof info === 'string' ? nowMs : info.mtimeMs;
  for (const server of readHeartbeats(content.text, writtenMs)) servers.set(server.ip, server);
  servers.set(heard.ip, heard);
  return writeHeartbeats(files, path, servers.values(), nowMs);
}
