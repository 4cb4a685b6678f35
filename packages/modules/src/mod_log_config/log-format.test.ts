import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { localTime, logRequest, strftime } from '@httpd-ts/kernel';
import { createRegexEngine } from '@httpd-ts/regex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configuredServer, configuredWorld } from '../recorded-answers.ts';
import { escapeLogItem } from './escape-log-item.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const files = { '/srv/a.txt': { text: 'hello\n', mtimeMs: 1_580_000_000_000 } };
const nowMs = 1_795_178_332_144.761;

/** What stands in the logs after these requests, by target. */
async function logged(
  config: string,
  requests: readonly (readonly [string, Readonly<Record<string, string>>?])[],
): Promise<ReadonlyMap<string, string>> {
  const world = configuredWorld(`DocumentRoot /srv\n${config}`, files, { regex, nowMs });
  const server = configuredServer(world);
  for (const [line, headers] of requests) {
    const { request, body } = await server.request(line, headers);
    request.bytesSent = body?.kind === 'file' ? body.length : 0;
    logRequest(request);
  }
  return world.written;
}

// Items and what httpd 2.4.71 logged for them, for one and the same request.
const items: readonly (readonly [format: string, text: string])[] = [
  ['%a %{c}a %A', '127.0.0.1 127.0.0.1 127.0.0.1'],
  ['%b %B', '6 6'],
  ['%{foo}C %{x}C', 'bar baz -'],
  ['%{X-A}i', 'x\\"y\\\\z\\tt'],
  ['%{Content-Type}o %{Content-Length}o %{Server}o %{Date}o', 'text/plain 6 - -'],
  ['%h %{c}h %l %u', '127.0.0.1 127.0.0.1 - -'],
  ['%H %m %q %U', 'HTTP/1.1 GET ?q=1 /a.txt'],
  ['"%r" %s %>s %<s', '"GET /a.txt?q=1 HTTP/1.1" 200 200 200'],
  ['%f', '/srv/a.txt'],
  ['%p %{local}p %{bogus}p %{bogus}P', '80 80 bogus bogus'],
  ['%{FOO}e %{BAR}e', 'a\\"b -'],
  ['%v %V', 'localhost localhost'],
  ['%R', '-'],
  ['%X %k', '- 0'],
  ['%D %T %{ms}T %{us}T %{zz}T', '0 0 0 0 zz'],
  ['%!200,304{X-A}i|%404,200{X-A}i|%404,200r', '-|x\\"y\\\\z\\tt|GET /a.txt?q=1 HTTP/1.1'],
  ['%%|\\q|\\t|\\n|', '%|\\q|\t|\n|'],
  ['%{x}^ti %{x}^to', '- -'],
  ['%t %{begin}t', '[20/Nov/2026:12:38:52 +0000] [20/Nov/2026:12:38:52 +0000]'],
  ['%{sec}t %{msec}t %{usec}t', '1795178332 1795178332144 1795178332144761'],
  ['%{msec_frac}t %{usec_frac}t %{begin:%Y}t', '144 144761 2026'],
  ['%{%Z|%z|%c|%x|%X|%s|%j}t', 'UTC|+0000|Fri Nov 20 12:38:52 2026|11/20/26|12:38:52|1795178332|324'],
  ['%{%U|%V|%G|%g|%u|%w|%e|%k|%l|%I|%p|%P|%C}t', '46|47|2026|26|5|5|20|12|12|12|PM|pm|20'],
  ['%{%D|%F|%R|%T|%r|%h|%y}t', '11/20/26|2026-11-20|12:38|12:38:52|12:38:52 PM|Nov|26'],
  ['%{%-d|%_d|%^a|%#a|%5d|%Ey|%Od|%Q|%%|%N|%+|%v}t', '20|20|FRI|FRI|00020|26|20|%Q|%|%N|%+|%v'],
  ['%{endx}t %{secx}t %{msec_x}t %{usec:x}t', 'endx secx msec_x usec:x'],
  ['%{begin:}t', '[20/Nov/2026:12:38:52 +0000]'],
];

describe('LogFormat', () => {
  it.each(items)('%s', async (format, text) => {
    const quoted = format.replace(/["\\]/g, '\\$&');
    const config = `SetEnv FOO "a\\"b"\nLogFormat "${quoted}" items\nCustomLog /var/access.log items`;
    const written = await logged(config, [
      ['GET /a.txt?q=1', { 'X-A': 'x"y\\z\tt', Cookie: 'a=b; foo = bar baz ;c=d', Connection: 'close' }],
    ]);
    expect(written.get('/var/access.log')).toBe(`${text}\n`);
  });

  it.each([
    ['LogFormat "%Q" x', 'Unrecognized LogFormat directive %Q'],
    ['LogFormat "%>Q" x', 'Unrecognized LogFormat directive %Q'],
    ['LogFormat "%^zz" x', 'Unrecognized LogFormat directive %^'],
    ['LogFormat "%{Referer" x', 'Ran off end of LogFormat parsing args to some directive'],
    ['LogFormat "%h %" x', 'Ran off end of LogFormat parsing args to some directive'],
    ['CustomLog /var/a "%Q"', 'Unrecognized LogFormat directive %Q'],
    ['CustomLog /var/a combined env=', 'missing environment variable name'],
    ['CustomLog /var/a combined env=!', 'missing environment variable name'],
    ['CustomLog /var/a combined foo', 'error in condition clause'],
    ['BufferedLogs foo', 'BufferedLogs must be On or Off'],
    [
      'CustomLog /nonexistent/a combined',
      "(2)No such file or directory: AH02297: Cannot access directory '/nonexistent/' for log file '/nonexistent/a' defined at /etc/httpd.conf:5",
    ],
    ['CustomLog /srv combined', '(21)Is a directory: AH00649: could not open transfer log file /srv.'],
  ])('%s is refused', (line, complaint) => {
    const world = configuredWorld(line, files, { regex });
    expect(() => configuredServer(world)).toThrow(complaint);
  });
});

describe('logs', () => {
  const hosts = `
LogFormat "%v main default"
TransferLog /var/transfer
CustomLog /var/hidden "%U" env=!HIDE
CustomLog /var/shown "%U" env=HIDE
CustomLog /var/clf clf
GlobalLog /var/global "%v global"
SetEnvIf Request_URI hide HIDE=1
<VirtualHost *:80>
ServerName localhost
LogFormat "%v host default"
</VirtualHost>
<VirtualHost *:80>
ServerName other
CustomLog /var/other "%v own"
</VirtualHost>`;

  it('of a virtual host replace those of the main server, but for global ones', async () => {
    const written = await logged(hosts, [['GET /a.txt'], ['GET /hide']]);
    expect(written.get('/var/transfer')).toBe('localhost host default\nlocalhost host default\n');
    expect(written.get('/var/hidden')).toBe('/a.txt\n');
    expect(written.get('/var/shown')).toBe('/hide\n');
    expect(written.get('/var/global')).toBe('localhost global\nlocalhost global\n');
    expect(written.get('/var/clf')).toContain(
      '127.0.0.1 - - [20/Nov/2026:12:38:52 +0000] "GET /a.txt HTTP/1.1" 200 6\n',
    );
    expect(written.has('/var/other')).toBe(false);
  });

  it('tell the request that came in and the one that answered', async () => {
    const config = 'ErrorDocument 404 /a.txt\nCustomLog /var/a "%U %>U %s %>s %{REDIRECT_STATUS}e"';
    expect((await logged(config, [['GET /none']])).get('/var/a')).toBe('/none /a.txt 404 404 404\n');
  });
});

describe('escaping', () => {
  it('leaves nothing but printable characters', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 })), (codes) => {
        const escaped = escapeLogItem(String.fromCharCode(...codes));
        expect(escaped).toMatch(/^[ -~]*$/);
        expect(escaped.replace(/\\./g, '')).not.toContain('"');
      }),
    );
  });
});

describe('weeks', () => {
  it.each([
    [Date.UTC(2021, 0, 3), '53 2020 01 00'],
    [Date.UTC(2018, 11, 31), '01 2019 52 53'],
    [Date.UTC(2024, 11, 30), '01 2025 52 53'],
    [Date.UTC(2016, 0, 1), '53 2015 00 00'],
  ])('%i', (atMs, text) => {
    expect(strftime('%V %G %U %W')(localTime(atMs, 0))).toBe(text);
  });
});
