import { printGeneral, printPeriod } from './print-number.ts';
import { inState, type ServerState } from './server-state.ts';

/** The page for programs (`?auto`): httpd's lines in httpd's order. httpd: modules/generators/mod_status.c status_handler */
export function textPage(state: ServerState): string {
  const lines = [
    state.name,
    `ServerVersion: ${state.version}`,
    `ServerMPM: ${state.mpm}`,
    `Server Built: ${state.engine}`,
    `CurrentTime: ${state.currentTime}`,
    `RestartTime: ${state.restartTime}`,
    'ParentServerConfigGeneration: 1',
    'ParentServerMPMGeneration: 0',
    `ServerUptimeSeconds: ${state.uptimeSeconds}`,
    `ServerUptime:${printPeriod(state.uptimeSeconds)}`,
    ...state.load.map((load, i) => `Load${[1, 5, 15][i]}: ${load.toFixed(2)}`),
    ...(state.isExtended ? totals(state) : []),
    `BusyWorkers: ${state.busy}`,
    `GracefulWorkers: ${state.graceful}`,
    `IdleWorkers: ${state.idle}`,
    ...connections(state),
    `Scoreboard: ${state.scoreboard}`,
  ];
  return `${lines.join('\n')}\n`;
}

function totals({ accesses, kilobytes, durationMs, cpu, uptimeSeconds }: ServerState): string[] {
  const lines = [
    `Total Accesses: ${accesses}`,
    `Total kBytes: ${kilobytes}`,
    `Total Duration: ${durationMs}`,
    `CPUUser: ${printGeneral(cpu.user)}`,
    `CPUSystem: ${printGeneral(cpu.system)}`,
    'CPUChildrenUser: 0',
    'CPUChildrenSystem: 0',
  ];
  const seconds = cpu.user + cpu.system;
  if (seconds > 0) lines.push(`CPULoad: ${printGeneral((seconds / Math.max(uptimeSeconds, 1)) * 100)}`);
  lines.push(`Uptime: ${uptimeSeconds}`);
  if (uptimeSeconds > 0) {
    lines.push(`ReqPerSec: ${ratio(accesses, uptimeSeconds)}`);
    lines.push(`BytesPerSec: ${ratio(1024 * kilobytes, uptimeSeconds)}`);
  }
  if (accesses > 0) {
    lines.push(`BytesPerReq: ${ratio(1024 * kilobytes, accesses)}`);
    lines.push(`DurationPerReq: ${ratio(durationMs, accesses)}`);
  }
  return lines;
}

const ratio = (value: number, by: number) => printGeneral(Math.fround(value / by));

function connections({ threads }: ServerState): string[] {
  const sum = (count: (thread: (typeof threads)[number]) => number) =>
    threads.reduce((total, thread) => total + count(thread), 0);
  return [
    `Processes: ${threads.length}`,
    'Stopping: 0',
    `ConnsTotal: ${sum((thread) => thread.connections.length)}`,
    'ConnsAsyncWaitIO: 0',
    'ConnsAsyncWriting: 0',
    `ConnsAsyncKeepAlive: ${sum((thread) => inState(thread, 'K'))}`,
    `ConnsAsyncClosing: ${sum((thread) => inState(thread, 'C'))}`,
  ];
}
