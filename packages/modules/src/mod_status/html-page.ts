import { type ConnectionStatus, escapeHtml, type ThreadStatus } from '@httpd-ts/kernel';
import { escapeLogItem } from '../mod_log_config/contract.ts';
import { printBytes, printGeneral, printKilobytes, printPeriod } from './print-number.ts';
import { inState, type ServerState } from './server-state.ts';

/** How the page is to look. */
export interface PageOptions {
  readonly noTable: boolean;
  readonly seeTail: boolean;
  /** What other modules add. */
  readonly reports: string;
  /** The address line below the page. */
  readonly signature: string;
}

const documentType =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n';

/** The page for people. httpd: modules/generators/mod_status.c status_handler */
export function htmlPage(state: ServerState, options: PageOptions): string {
  const details = state.isExtended
    ? options.noTable
      ? `<hr /><h2>Server Details</h2>\n\n${rows(state, options).map(plainRow).join('')}`
      : `${tableHead}${rows(state, options).map(tableRow).join('')}${tableKey}`
    : `${processKey(state)}<hr />To obtain a full report with current status information you need to use the <code>ExtendedStatus On</code> directive.\n`;
  return `${documentType}<html><head>
<title>Apache Status</title>
</head><body>
<h1>Apache Server Status for ${escapeHtml(state.name)} (via ${state.localAddress})</h1>

${summary(state)}${asyncTable(state)}${scoreboard(state.scoreboard)}${details}${options.reports}${options.signature}</body></html>\n`;
}

function summary(state: ServerState): string {
  return `<dl><dt>Server Version: ${state.version}</dt>
<dt>Server MPM: ${state.mpm}</dt>
<dt>Server Built: ${state.engine}
</dt></dl><hr /><dl>
<dt>Current Time: ${state.currentTime}</dt>
<dt>Restart Time: ${state.restartTime}</dt>
<dt>Parent Server Config. Generation: 1</dt>
<dt>Parent Server MPM Generation: 0</dt>
<dt>Server uptime: ${printPeriod(state.uptimeSeconds)}</dt>
<dt>Server load: ${state.load.map((load) => load.toFixed(2)).join(' ')}</dt>
${state.isExtended ? totals(state) : ''}<dt>${state.busy} requests currently being processed, ${state.graceful} workers gracefully restarting, ${state.idle} idle workers</dt>
<dt>Engine: ${state.engine}</dt>
</dl>`;
}

function totals({ accesses, kilobytes, durationMs, cpu, uptimeSeconds }: ServerState): string {
  const seconds = cpu.user + cpu.system;
  const load =
    seconds > 0 ? ` - ${printGeneral((seconds / Math.max(uptimeSeconds, 1)) * 100, 3)}% CPU load` : '';
  const perSecond =
    uptimeSeconds > 0
      ? [
          `${printGeneral(Math.fround(accesses / uptimeSeconds), 3)} requests/sec`,
          `${printBytes((1024 * kilobytes) / uptimeSeconds)}/second`,
        ]
      : [];
  const perRequest =
    accesses > 0
      ? [
          `${printBytes((1024 * kilobytes) / accesses)}/request`,
          `${printGeneral(Math.fround(durationMs / accesses))} ms/request`,
        ]
      : [];
  return `<dt>Total accesses: ${accesses} - Total Traffic: ${printKilobytes(kilobytes)} - Total Duration: ${durationMs}</dt>
<dt>CPU Usage: u${printGeneral(cpu.user)} s${printGeneral(cpu.system)} cu0 cs0${load}</dt>
<dt>${[...perSecond, ...perRequest].join(' - ')}</dt>
`;
}

function asyncTable({ threads, idle }: ServerState): string {
  const share = (at: number) => Math.floor(idle / threads.length) + (at < idle % threads.length ? 1 : 0);
  const cells = (thread: ThreadStatus, at: number) => [
    inState(thread, 'R', 'W', 'C', 'L'),
    inState(thread, 'G'),
    share(at),
    0,
    0,
    inState(thread, 'K'),
    inState(thread, 'C'),
  ];
  const counts = threads.map(cells);
  const sums = [0, 1, 2, 3, 4, 5, 6].map((column) => counts.reduce((sum, row) => sum + row[column]!, 0));
  const connections = threads.reduce((sum, thread) => sum + thread.connections.length, 0);
  const columns = (numbers: readonly number[]) => numbers.map((number) => `<td>${number}</td>`).join('');
  const lines = threads.map(
    (thread, at) =>
      `<tr><td>${thread.thread}</td><td>${thread.processId}</td><td>no</td><td>${thread.connections.length}</td><td>yes</td>${columns(counts[at]!)}</tr>\n`,
  );
  return `\n
<table rules="all" cellpadding="1%">
<tr><th rowspan="2">Slot</th><th rowspan="2">PID</th><th rowspan="2">Stopping</th><th colspan="2">Connections</th>
<th colspan="3">Threads</th><th colspan="4">Async connections</th></tr>
<tr><th>total</th><th>accepting</th><th>busy</th><th>graceful</th><th>idle</th><th>wait-io</th><th>writing</th><th>keep-alive</th><th>closing</th></tr>
${lines.join('')}<tr><td>Sum</td><td>${threads.length}</td><td>0</td><td>${connections}</td><td>&nbsp;</td>${columns(sums)}</tr>
</table>
`;
}

function scoreboard(text: string): string {
  return `<pre>${text.replace(/.{64}/g, '$&\n')}</pre>
<p>Scoreboard Key:<br />
"<b><code>_</code></b>" Waiting for Connection, 
"<b><code>S</code></b>" Starting up, 
"<b><code>R</code></b>" Reading Request,<br />
"<b><code>W</code></b>" Sending Reply, 
"<b><code>K</code></b>" Keepalive (read), 
"<b><code>D</code></b>" DNS Lookup,<br />
"<b><code>C</code></b>" Closing connection, 
"<b><code>L</code></b>" Logging, 
"<b><code>G</code></b>" Gracefully finishing,<br /> 
"<b><code>I</code></b>" Idle cleanup of worker, 
"<b><code>.</code></b>" Open slot with no current process<br />
</p>
`;
}

/** The workers by process, three a line. */
function processKey({ scoreboard: states, threads }: ServerState): string {
  const pid = threads[0]?.processId ?? 0;
  const entries = [...states].map((state, i) => `   ${pid} in state: ${state} ${i % 3 === 2 ? '\n' : ','}`);
  return `PID Key: <br />\n<pre>\n${entries.join('')}\n</pre>\n`;
}

/** One connection, or a thread without any. */
interface Row {
  readonly thread: ThreadStatus;
  readonly connection: ConnectionStatus | undefined;
  readonly request: string;
}

/** Characters of a request line that httpd keeps. httpd: include/scoreboard.h worker_score */
const requestWidth = 63;

function rows({ threads }: ServerState, { seeTail }: PageOptions): Row[] {
  const shorten = (line: string) => (seeTail ? line.slice(-requestWidth) : line.slice(0, requestWidth));
  return threads.flatMap((thread): Row[] =>
    thread.connections.length === 0
      ? thread.accesses === 0
        ? []
        : [{ thread, connection: undefined, request: '' }]
      : thread.connections.map((connection) => ({
          thread,
          connection,
          request: escapeHtml(escapeLogItem(shorten(connection.requestLine))),
        })),
  );
}

const stateNames: Readonly<Record<ConnectionStatus['state'], string>> = {
  R: '<b>Read</b>',
  W: '<b>Write</b>',
  K: '<b>Keepalive</b>',
  L: '<b>Logging</b>',
  C: '<b>Closing</b>',
  G: 'Graceful',
};

/** Times of a row: seconds since the request began, milliseconds of the last one and of all. */
function times({ thread, connection }: Row): [number, number, number] {
  const since = Math.floor((connection?.sinceMs ?? 0) / 1000);
  return [since, Math.floor(connection?.lastDurationMs ?? 0), Math.floor(thread.durationMs)];
}

function plainRow(row: Row): string {
  const { thread, connection, request } = row;
  const state = connection === undefined ? 'Ready' : stateNames[connection.state];
  const bytes = [connection?.bytes ?? 0, thread.bytes, thread.bytes].map(printBytes).join('|');
  return `<b>Server ${thread.thread}-0</b> (${thread.processId}): ${connection?.requests ?? 0}|${thread.accesses}|${thread.accesses} [${state}] u0 s0 cu0 cs0
 ${times(row).join(' ')}(${bytes})
 <i>${escapeHtml(connection?.client ?? '')} {${request}}</i> <i>(${escapeHtml(connection?.protocol ?? '')})</i> <b>[${escapeHtml(connection?.virtualHost ?? '')}]</b><br />\n\n`;
}

function tableRow(row: Row): string {
  const { thread, connection, request } = row;
  const state =
    connection === undefined ? '_' : connection.state === 'G' ? 'G' : `<b>${connection.state}</b>`;
  const megabytes = (thread.bytes / 1024 ** 2).toFixed(2);
  const seen = [connection?.client ?? '', connection?.protocol ?? ''].map(escapeHtml).join('</td><td>');
  return `<tr><td><b>${thread.thread}-0</b></td><td>${thread.processId}</td><td>${connection?.requests ?? 0}/${thread.accesses}/${thread.accesses}</td><td>${state}
</td><td>0.00</td><td>${times(row).join('</td><td>')}</td><td>${((connection?.bytes ?? 0) / 1024).toFixed(1)}</td><td>${megabytes}</td><td>${megabytes}
</td><td>${seen}</td><td nowrap>${escapeHtml(connection?.virtualHost ?? '')}</td><td nowrap>${request}</td></tr>\n\n`;
}

const tableHead =
  '\n\n<table border="0"><tr><th>Srv</th><th>PID</th><th>Acc</th><th>M</th><th>CPU\n</th><th>SS</th><th>Req</th><th>Dur</th><th>Conn</th><th>Child</th><th>Slot</th><th>Client</th><th>Protocol</th><th>VHost</th><th>Request</th></tr>\n\n';

const tableKey = `</table>
 <hr /> <table>
 <tr><th>Srv</th><td>Child Server number - generation</td></tr>
 <tr><th>PID</th><td>OS process ID</td></tr>
 <tr><th>Acc</th><td>Number of accesses this connection / this child / this slot</td></tr>
 <tr><th>M</th><td>Mode of operation</td></tr>
<tr><th>CPU</th><td>CPU usage, number of seconds</td></tr>
<tr><th>SS</th><td>Seconds since beginning of most recent request</td></tr>
 <tr><th>Req</th><td>Milliseconds required to process most recent request</td></tr>
 <tr><th>Dur</th><td>Sum of milliseconds required to process all requests</td></tr>
 <tr><th>Conn</th><td>Kilobytes transferred this connection</td></tr>
 <tr><th>Child</th><td>Megabytes transferred this child</td></tr>
 <tr><th>Slot</th><td>Total megabytes transferred this slot</td></tr>
 </table>
`;
