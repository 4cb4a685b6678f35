import { describe, expect, it } from 'vitest';
import { htmlPage } from './html-page.ts';
import { printBytes, printGeneral, printKilobytes, printPeriod } from './print-number.ts';
import type { ServerState } from './server-state.ts';
import { textPage } from './text-page.ts';

describe('numbers', () => {
  // apr_snprintf of APR 1.7
  it.each([
    [0, '0'],
    [0.25, '.25'],
    [1 / 6, '.166667'],
    [1024, '1024'],
    [100, '100'],
    [0.5, '.5'],
    [12.5, '12.5'],
    [1e10, '1e+10'],
    [0.00001234, '1.234e-5'],
  ])('%d is %s', (value, text) => {
    expect(printGeneral(value)).toBe(text);
  });

  it.each([
    [printBytes(4587), '4587 B'],
    [printBytes(6144), '6.0 kB'],
    [printBytes(600_000), '0.6 MB'],
    [printKilobytes(6), '6 kB'],
    [printKilobytes(2048), '2.0 MB'],
    [printPeriod(1), ' 1 second'],
    [printPeriod(90_061), ' 1 day 1 hour 1 minute 1 second'],
    [printPeriod(7200), ' 2 hours'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});

const state: ServerState = {
  name: 'example.org',
  localAddress: '127.0.0.1',
  version: 'Apache/2.4.71 (Debian)',
  engine: 'httpd-ts 1.0.0',
  mpm: 'event',
  currentTime: 'Friday, 20-Nov-2026 12:37:04 UTC',
  restartTime: 'Friday, 20-Nov-2026 12:37:03 UTC',
  uptimeSeconds: 1,
  load: [2.45, 7.24, 6.94],
  cpu: { user: 0, system: 0 },
  accesses: 4,
  kilobytes: 1,
  durationMs: 1,
  busy: 1,
  graceful: 0,
  idle: 3,
  threads: [
    {
      processId: 7,
      thread: 0,
      accesses: 4,
      bytes: 1024,
      durationMs: 1,
      connections: [
        {
          state: 'W',
          client: '127.0.0.1',
          virtualHost: 'example.org:80',
          requestLine: `GET /<${'x'.repeat(80)}> HTTP/1.1`,
          protocol: 'http/1.1',
          sinceMs: 0,
          lastDurationMs: 0,
          requests: 1,
          bytes: 0,
        },
      ],
    },
  ],
  scoreboard: 'W___',
  isExtended: true,
};

// The lines of httpd 2.4.71 with the event MPM, in its order.
const fields =
  'ServerVersion ServerMPM Server_Built CurrentTime RestartTime ParentServerConfigGeneration ParentServerMPMGeneration ServerUptimeSeconds ServerUptime Load1 Load5 Load15 Total_Accesses Total_kBytes Total_Duration CPUUser CPUSystem CPUChildrenUser CPUChildrenSystem Uptime ReqPerSec BytesPerSec BytesPerReq DurationPerReq BusyWorkers GracefulWorkers IdleWorkers Processes Stopping ConnsTotal ConnsAsyncWaitIO ConnsAsyncWriting ConnsAsyncKeepAlive ConnsAsyncClosing Scoreboard';

describe('?auto', () => {
  it('has the fields of httpd in their order, and no other', () => {
    const [name, ...lines] = textPage(state).trimEnd().split('\n');
    expect(name).toBe('example.org');
    const names = lines.map((line) => line.slice(0, line.indexOf(':')).replace(' ', '_'));
    expect(names).toEqual(fields.split(' '));
    expect(lines).toContain('ServerUptime: 1 second');
    expect(lines).toContain('DurationPerReq: .25');
    expect(lines).toContain('BytesPerSec: 1024');
  });

  it('has fewer of them without extended status', () => {
    expect(textPage({ ...state, isExtended: false })).not.toMatch(/^Total|CPU|^Uptime|PerSec/m);
  });
});

describe('the page', () => {
  const options = { noTable: false, seeTail: false, reports: '', signature: '' };

  it('shows a connection as a row, its request line cut and escaped', () => {
    const page = htmlPage(state, options);
    expect(page).toContain(
      `</td><td>127.0.0.1</td><td>http/1.1</td><td nowrap>example.org:80</td><td nowrap>GET /&lt;${'x'.repeat(57)}</td></tr>\n\n`,
    );
    expect(page).toContain(
      '<dt>1 requests currently being processed, 0 workers gracefully restarting, 3 idle workers</dt>\n',
    );
    expect(page).toContain(
      '<dt>Total accesses: 4 - Total Traffic: 1 kB - Total Duration: 1</dt>\n<dt>CPU Usage: u0 s0 cu0 cs0</dt>\n<dt>4 requests/sec - 1024 B/second - 256 B/request - .25 ms/request</dt>\n',
    );
  });

  it('shows the end of the request line if asked to', () => {
    expect(htmlPage(state, { ...options, seeTail: true })).toContain(`${'x'.repeat(53)}&gt; HTTP/1.1</td>`);
  });

  it('goes without a table', () => {
    expect(htmlPage(state, { ...options, noTable: true })).toContain(
      '<b>Server 0-0</b> (7): 1|4|4 [<b>Write</b>] u0 s0 cu0 cs0\n 0 0 1(0 B|1024 B|1024 B)\n',
    );
  });
});
