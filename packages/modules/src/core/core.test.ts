import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Diagnostic, Response } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { type InMemoryServer, inMemoryServer } from '../in-memory-server.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modDir } from '../mod_dir/index.ts';
import { modHttp } from '../mod_http/index.ts';
import { modMime } from '../mod_mime/index.ts';
import { modUnixd } from '../mod_unixd/index.ts';
import { modVersion } from '../mod_version/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { core } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const modules = [core, modHttp, modVersion, modUnixd, mpmEvent, modAuthzCore, modDir, modMime];

const files = {
  '/etc/mime.types': 'text/html html\ntext/plain txt\n',
  '/www/index.html': '<p>home</p>',
  '/www/a.txt': '0123456789',
  '/www/dir/index.html': 'dir',
  '/www/err.html': 'sorry',
};

function start(config: string, checkOnly = false): InMemoryServer | readonly Diagnostic[] {
  const text = `ServerName a.example\nListen 80\nDocumentRoot /www\n${config}\n`;
  const world = memoryWorld({ regex, files: { ...files, '/etc/httpd.conf': text } });
  return inMemoryServer(world, modules, checkOnly);
}

function serving(config: string): InMemoryServer {
  const started = start(config);
  if (!('plan' in started)) throw new Error(started.map(({ text }) => text).join('\n'));
  return started;
}

function bodyOf({ body }: Response): string {
  if (body?.kind === 'text') return body.text;
  if (body?.kind === 'file') return `${body.path} ${body.offset}+${body.length}`;
  return body?.kind ?? '';
}

describe('static files', () => {
  const server = serving(
    'AddDefaultCharset utf-8\nErrorDocument 410 "all gone\n<Location /gone>\nSetHandler gone\n</Location>',
  );
  const cases: {
    line: string;
    headers?: Record<string, string>;
    status: string;
    body: string;
    type?: string;
  }[] = [
    { line: 'GET /a.txt', status: '200 OK', body: '/www/a.txt 0+10', type: 'text/plain; charset=utf-8' },
    { line: 'GET /', status: '200 OK', body: '/www/index.html 0+11', type: 'text/html; charset=utf-8' },
    { line: 'POST /a.txt', status: '200 OK', body: '/www/a.txt 0+10' },
    {
      line: 'GET /a.txt',
      headers: { Range: 'bytes=2-4' },
      status: '206 Partial Content',
      body: '/www/a.txt 2+3',
    },
    { line: 'GET /a.txt', headers: { 'If-None-Match': '*' }, status: '304 Not Modified', body: '' },
    { line: 'GET /a.txt', headers: { 'If-Match': '"x"' }, status: '412 Precondition Failed', body: '' },
    { line: 'OPTIONS *', status: '200 OK', body: '' },
  ];
  it.each(cases)('$line $headers', async ({ line, headers, status, body, type }) => {
    const response = await server.request(line, headers);
    expect(response.statusLine).toBe(status);
    expect(bodyOf(response)).toBe(body);
    if (type !== undefined) expect(response.headers.get('Content-Type')).toBe(type);
  });

  it.each([
    ['GET /none', '404 Not Found'],
    ['GET /a.txt/more', '404 Not Found'],
    ['PUT /a.txt', '405 Method Not Allowed'],
    ['BREW /a.txt', '501 Not Implemented'],
    ['GET /dir', '301 Moved Permanently'],
  ])('%s is %s', async (line, status) => {
    expect((await server.request(line)).statusLine).toBe(status);
  });
});

describe('error pages', () => {
  it.each([
    ['', '<p>The requested URL was not found on this server.</p>\n</body></html>\n'],
    [
      'ServerSignature On',
      '<hr>\n<address>Apache/2.4.71 (Debian) Server at localhost Port 80</address>\n</body></html>\n',
    ],
    [
      'ServerSignature EMail\nServerAdmin "a&b@x.example"',
      '<address>Apache/2.4.71 (Debian) Server at <a href="mailto:a&amp;b@x.example">localhost</a> Port 80</address>\n</body></html>\n',
    ],
    ['ErrorDocument 404 "not here', 'not here'],
    ['ErrorDocument 404 "%{REQUEST_METHOD} %{REQUEST_URI}"', 'GET /none'],
    ['ErrorDocument 404 "x y"\nErrorDocument 404 default', 'not found on this server.</p>\n</body></html>\n'],
  ])('with %j', async (config, end) => {
    const body = bodyOf(await serving(config).request('GET /none'));
    expect(body.slice(-end.length)).toBe(end);
  });

  it('serves a document of the server with the status of the error', async () => {
    const response = await serving('ErrorDocument 404 /err.html').request('GET /none');
    expect([response.statusLine, bodyOf(response)]).toEqual(['404 Not Found', '/www/err.html 0+5']);
  });
});

describe('start-up complaints', () => {
  const cases: { config: string; expected: string }[] = [
    { config: 'Options Foo', expected: 'Illegal option Foo' },
    {
      config: 'Options +Indexes FollowSymLinks',
      expected: 'Either all Options must start with + or -, or no Option may.',
    },
    { config: 'KeepAliveTimeout abc', expected: 'KeepAliveTimeout has wrong format' },
    { config: 'ErrorDocument 999 /x', expected: 'Unsupported HTTP response code 999' },
    {
      config: '<Directory />\nListen 81\n</Directory>',
      expected: 'Listen not allowed in <Directory> context',
    },
    { config: 'Listen 80', expected: 'Cannot define multiple Listeners on the same IP:port' },
    {
      config: '<Location /a /b>\n</Location>',
      expected: 'Multiple <Location> arguments not (yet) supported.',
    },
    {
      config: '<Else>\n</Else>',
      expected: '<Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope',
    },
    {
      config: 'MaxRanges 0',
      expected: "MaxRanges requires 'none', 'default', 'unlimited' or a positive integer",
    },
    { config: 'FileETag +None', expected: "FileETag keyword 'None' cannot be used with '+' or '-'" },
    { config: 'LogLevel nosuch:debug', expected: 'Cannot find module nosuch' },
    { config: 'Error "no way"', expected: 'no way' },
    {
      config: 'DocumentRoot /nowhere',
      expected: "DocumentRoot '/nowhere' is not a directory, or is not readable",
    },
    { config: 'RegexDefaultOptions FOO', expected: "RegexDefaultOptions: option 'FOO' unknown" },
    {
      config: '<Limit GET>\n<Limit POST>\n</Limit>\n</Limit>',
      expected: '<Limit not allowed here',
    },
  ];
  it.each(cases)('$config', ({ config, expected }) => {
    const started = start(config, true);
    const errors = 'plan' in started ? [] : started.filter(({ severity }) => severity === 'error');
    expect(errors[0]?.text).toBe(expected);
  });

  it('refuses a configuration without an MPM', () => {
    const world = memoryWorld({
      regex,
      files: { ...files, '/etc/httpd.conf': 'ServerName a\nListen 80\nDocumentRoot /www\n' },
    });
    const started = inMemoryServer(world, [core], true);
    expect('plan' in started ? '' : started[0]?.text).toMatch(/^AH00534: .*No MPM loaded\.$/);
  });
});

describe('conditional sections', () => {
  const bad = 'Timeout 1 2';
  const cases: { opening: string; counts: boolean }[] = [
    { opening: '<IfModule mod_dir.c>', counts: true },
    { opening: '<IfModule dir_module>', counts: true },
    { opening: '<IfModule mod_dir>', counts: false },
    { opening: '<IfModule !mod_dir.c>', counts: false },
    { opening: '<IfModule ! mod_nothere.c>', counts: true },
    { opening: '<IfDefine X>', counts: true },
    { opening: '<IfDefine !Y>', counts: true },
    { opening: '<IfFile /www/a.txt>', counts: true },
    { opening: '<IfFile "!/www/none.txt">', counts: false },
    { opening: '<IfDirective DirectoryIndex>', counts: true },
    { opening: '<IfSection Directory>', counts: true },
    { opening: '<IfSection "<Directory">', counts: false },
    { opening: '<IfVersion >= 2.4>', counts: true },
    { opening: '<IfVersion 2.4.71>', counts: true },
    { opening: '<IfVersion = 2.4>', counts: false },
    { opening: '<IfVersion !> 2.4.71>', counts: true },
    { opening: '<IfVersion ~ ^2\\.4>', counts: true },
    { opening: '<IfVersion = /^2\\.2/>', counts: false },
    { opening: '<IfVersion <= 2.4.70>', counts: false },
    { opening: '<IfVersion "2.4.71" >', counts: true },
  ];
  it.each(cases)('$opening counts: $counts', ({ opening, counts }) => {
    const name = /^<(\w+)/.exec(opening)![1];
    const started = start(`Define X\n${opening}\n${bad}\n</${name}>`, true);
    expect('plan' in started).toBe(!counts);
  });

  it.each([
    ['<IfVersion foo 2.4>', "unrecognized operator 'foo'"],
    ['<IfVersion => 2.4>', "unrecognized operator '=>'"],
    ['<IfVersion = 2.4 x>', "<IfVersion> directive missing closing '>'"],
    ['<IfVersion /abc>', 'Missing delimiting / of regular expression.'],
    ['<IfVersion ~ (>', 'Unable to compile regular expression'],
    ['<IfModule !>', '<IfModule> directive requires additional arguments'],
  ])('%s is refused', (opening, complaint) => {
    const name = /^<(\w+)/.exec(opening)![1];
    const started = start(`${opening}\n</${name}>`, true);
    expect('plan' in started ? '' : started[0]?.text).toContain(complaint);
  });
});

describe('the numbers of the MPM', () => {
  it.each([
    ['ThreadsPerChild 100', 'AH00507: WARNING: ThreadsPerChild of 100 exceeds ThreadLimit of 64 threads'],
    ['MaxRequestWorkers 33', 'AH00513: WARNING: MaxRequestWorkers of 33 is not an integer multiple'],
    ['ServerLimit 0', 'AH00499: WARNING: ServerLimit of 0 not allowed, increasing to 1.'],
    ['MinSpareThreads -5', 'AH00519: WARNING: MinSpareThreads of -5 not allowed'],
  ])('%s', (config, warning) => {
    const started = start(`${config}\nErrorLog /none/e`, true);
    const texts = 'plan' in started ? [] : started.map(({ text }) => text);
    expect(texts.some((text) => text.startsWith(warning))).toBe(true);
  });
});
