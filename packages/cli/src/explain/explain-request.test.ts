import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standardModules } from '@httpd-ts/modules';
import { serveInProcess } from '@httpd-ts/server';
import { nodeWorld } from '@httpd-ts/server/node-world';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withAssumedFiles } from '../assumed-files.ts';
import { type Explanation, explainRequest } from './explain-request.ts';
import type { Question } from './question.ts';
import { reportExplanation } from './report.ts';

const root = mkdtempSync(join(tmpdir(), 'httpd-ts-explain-'));
const configFile = join(root, 'httpd.conf');
const assumeModules = [
  'mpm_event',
  ...[
    'alias',
    'authz_core',
    'authz_host',
    'access_compat',
    'dir',
    'mime',
    'rewrite',
    'headers',
    'setenvif',
    'proxy',
    'proxy_http',
  ].map((name) => `mod_${name}`),
];
const preamble = `ServerName main.example\nListen 80\nErrorLog ${root}/error.log\nPidFile ${root}/pid\nTypesConfig ${root}/mime.types\nDocumentRoot ${root}/htdocs\n<Directory />\nAllowOverride All\n</Directory>\n`;

beforeAll(() => {
  for (const folder of ['htdocs/sub/deep', 'htdocs/guarded', 'other'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [
    'htdocs/index.html',
    'htdocs/a.html',
    'htdocs/sub/index.html',
    'htdocs/sub/b.txt',
    'other/c.txt',
  ])
    writeFileSync(join(root, file), `${file}\n`);
  writeFileSync(join(root, 'mime.types'), 'text/html html\ntext/plain txt\n');
  writeFileSync(join(root, 'htdocs/guarded/.htaccess'), 'Require all denied\n');
});
afterEach(() => rmSync(join(root, 'htdocs/sub/.htaccess'), { force: true }));
afterAll(() => rmSync(root, { recursive: true }));

async function explain(
  config: string,
  url: string,
  given: Partial<Question> & { readonly files?: readonly string[] } = {},
): Promise<Explanation> {
  writeFileSync(configFile, preamble + config);
  const real = nodeWorld();
  const files = withAssumedFiles(real.files, { files: given.files ?? [], directories: [] });
  const result = await explainRequest(
    { serverRoot: root, configFile, world: { ...real, files }, modules: standardModules, assumeModules },
    { method: 'GET', url, headers: [], from: '127.0.0.1', to: undefined, ...given },
  );
  if ('diagnostics' in result)
    throw new Error(result.complaint ?? result.diagnostics.map(({ text }) => text).join('\n'));
  return result;
}

describe('explainRequest', () => {
  it('a file, through an index and the sections on the way', async () => {
    const { outcome, steps } = await explain('<Directory "/">\nRequire all granted\n</Directory>\n', '/sub/');
    expect(outcome).toMatchObject({ kind: 'file', status: 200, file: `${root}/htdocs/sub/index.html` });
    expect(steps).toContainEqual({
      kind: 'request',
      request: 1,
      origin: 'sub-request',
      from: 0,
      uri: '/sub/index.html',
    });
    expect(steps).toContainEqual({
      kind: 'line',
      request: 0,
      module: 'mod_authz_core',
      line: { name: 'Require', args: 'all granted', file: configFile, line: 11 },
      outcome: 'granted',
    });
  });

  it('a denial, by the line of a .htaccess', async () => {
    const { outcome, steps } = await explain('', '/guarded/x');
    expect(outcome).toMatchObject({ kind: 'error', status: 403 });
    expect(steps).toContainEqual(
      expect.objectContaining({
        line: { name: 'Require', args: 'all denied', file: `${root}/htdocs/guarded/.htaccess`, line: 1 },
        outcome: 'denied',
      }),
    );
  });

  it('the old access control: the line that meets the client, and the order', async () => {
    const { steps, outcome } = await explain(
      '<Location /sub>\nOrder Deny,Allow\nDeny from all\nAllow from 192.168.1.233\n</Location>\n',
      '/sub/b.txt',
    );
    expect(outcome.status).toBe(403);
    const lines = steps.flatMap((step) =>
      step.kind === 'line' ? [[step.line.name, step.line.line, step.outcome]] : [],
    );
    expect(lines).toEqual([
      ['deny', 12, 'meets the client'],
      ['order', 11, 'refuses it'],
    ]);
  });

  it.each([
    ['http://B.example/', 'b.example', 'its ServerName is the host asked for'],
    ['http://alias.example/', 'b.example', 'a ServerAlias of it is the host asked for'],
    ['http://x.wild.example/', 'b.example', 'a ServerAlias of it with wildcards, or its ServerPath, matches'],
    [
      'http://nobody.example/',
      'a.example',
      'no name matches nobody.example, so the first one for 127.0.0.1:80 answers',
    ],
    ['http://10.1.2.3:81/', 'c.example', 'it is the only one for 10.1.2.3:81'],
    ['http://10.1.2.4:81/', 'main.example', 'no virtual host is for 10.1.2.4:81, so the main server answers'],
  ])('the virtual host for %s', async (url, name, reason) => {
    const config =
      '<VirtualHost *:80>\nServerName a.example\n</VirtualHost>\n<VirtualHost *:80>\nServerName b.example\nServerAlias alias.example *.wild.example\n</VirtualHost>\n<VirtualHost 10.1.2.3:81>\nServerName c.example\n</VirtualHost>\n';
    const { host } = await explain(config, url);
    expect([host.name, host.reason]).toEqual([name, reason]);
  });

  it.each([
    ['http://b.example/', false],
    ['http://b.example:8081/', true],
    ['http://127.0.0.5:8082/', false],
    ['http://127.0.0.6:8082/', true],
  ])('whether anything listens for %s', async (url, isUnreachable) => {
    const { host } = await explain('Listen 127.0.0.5:8082\n', url);
    expect(host.isUnreachable).toBe(isUnreachable);
  });

  it('a back end that would be asked, without asking it or resolving its name', async () => {
    const { outcome, steps } = await explain('ProxyPass /app http://app.example/x\n', '/app/y?z');
    expect(outcome).toMatchObject({ kind: 'proxy', status: undefined, backEnd: 'http://app.example/x/y?z' });
    expect(steps).toContainEqual(
      expect.objectContaining({ module: 'mod_proxy', outcome: 'maps to proxy:http://app.example/x/y' }),
    );
  });

  it('a fragment, with what a main file would say around it', async () => {
    writeFileSync(
      configFile,
      '<VirtualHost *:80>\nServerName www.example\nRedirect /a http://b/\n</VirtualHost>\n',
    );
    const world = nodeWorld();
    const all = standardModules.filter(
      ({ isStatic, name }) => !isStatic && name !== 'mpm_prefork' && name !== 'mpm_worker',
    );
    const result = await explainRequest(
      {
        serverRoot: root,
        configFile,
        world,
        modules: standardModules,
        assumeModules: all.map(({ name }) => name),
      },
      { method: 'GET', url: 'http://www.example/a', headers: [], from: '127.0.0.1', to: undefined },
    );
    expect(result).toMatchObject({
      host: { name: 'www.example' },
      outcome: { kind: 'redirect', location: 'http://b/' },
    });
  });

  it('conditions and rules with their texts and groups, through an internal redirect', async () => {
    const config =
      'RewriteEngine on\nRewriteCond %{HTTP_HOST} ^(.*)$\nRewriteRule ^/r/(.*)$ http://%1/$1 [R]\n<Directory "/">\nRewriteEngine on\nRewriteRule ^b/(.*) /sub/$1\n</Directory>\n';
    const said = ({ steps }: Explanation) =>
      steps.flatMap((step) => (step.kind === 'line' && step.module === 'mod_rewrite' ? [step.outcome] : []));
    expect(said(await explain(config, '/r/x'))).toEqual([
      "holds for '/r/x', $1 = x",
      "holds for 'localhost', %1 = localhost",
    ]);
    const inner = config.replace('<Directory "/">', `<Directory "${root}/htdocs">`);
    const explanation = await explain(inner, '/b/b.txt');
    expect(said(explanation)).toContain("holds for 'b/b.txt', $1 = b.txt");
    expect(explanation.steps).toContainEqual(
      expect.objectContaining({ kind: 'request', origin: 'internal-redirect', uri: '/sub/b.txt' }),
    );
    expect(explanation.outcome.file).toBe(`${root}/htdocs/sub/b.txt`);
  });

  it('files of another machine', async () => {
    const rule =
      'RewriteEngine on\nRewriteCond /srv/www%{REQUEST_FILENAME} !-f\nRewriteRule ^/(.*)$ http://app.example/$1 [P]\n';
    expect((await explain(rule, '/a.html')).outcome.kind).toBe('proxy');
    expect((await explain(rule, '/a.html', { files: ['/srv/www/a.html'] })).outcome.kind).toBe('file');
  });

  it('what cannot be a request', async () => {
    await expect(explain('', 'nonsense')).rejects.toThrow('not a URL or a path: nonsense');
    await expect(explain('', '/', { headers: [['A', 'b\r\n\r\nGET /']] })).resolves.toBeDefined();
    await expect(explain('Foo\n', '/')).rejects.toThrow("Invalid command 'Foo'");
  });

  it('reads as a story', async () => {
    const explanation = await explain(
      'Redirect 303 /old http://new.example/x\n',
      'http://main.example/old/y',
    );
    const text = reportExplanation(explanation, false, false);
    expect(text).toMatch(
      /^GET http:\/\/main.example\/old\/y from 127.0.0.1\nHost: main.example \(the main server\)\n/,
    );
    expect(text).toMatch(
      /\n {2}Redirect 303 \/old http:\/\/new.example\/x \S+httpd.conf:\d+: matches \/old\/y\n/,
    );
    expect(text).toMatch(/\nAnswer: 303 See Other to http:\/\/new.example\/x\/y\n$/);
    expect(reportExplanation(explanation, true, false)).toContain('\x1b[1mHost\x1b[0m');
  });
});

/** What a running server answers. */
function ask(
  port: number,
  path: string,
  method: string,
): Promise<{ status: number; location: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { port, path, method, agent: false, headers: { host: 'main.example' } };
    const request = http.request(options, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, location: response.headers.location, body }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

describe('an explanation and the running server', () => {
  const line = fc.constantFrom(
    'Alias /other/ "OTHER/"',
    'Redirect /sub/b.txt http://new.example/b',
    'RedirectMatch 410 ^/gone',
    'RewriteRule ^/sub/(.*)\\.html$ /sub/$1.txt [PT]',
    'RewriteRule ^/x(.*) /a.html [L]',
    'RewriteCond %{QUERY_STRING} q\nRewriteRule ^ http://new.example/ [R=307]',
    'RewriteRule ^/app/ http://127.0.0.1:9/ [P]',
    'ProxyPass /app/ http://127.0.0.1:9/',
    'FallbackResource /a.html',
    'DirectoryIndex b.txt index.html',
    'DirectorySlash off',
    '<Location /sub>\nRequire ip 10.0.0.0/8\n</Location>',
    '<Files b.txt>\nRequire all denied\n</Files>',
    '<If "%{QUERY_STRING} == \'q\'">\nRequire all denied\n</If>',
    'ErrorDocument 404 /a.html',
    '<Directory "HTDOCS">\nRewriteEngine on\nRewriteRule ^b/(.*) /sub/$1\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^miss /a.html [L]\n</Directory>',
    'AllowEncodedSlashes on',
    'RewriteMap short int:tolower\nRewriteRule ^/SUB/(.*) /sub/${short:$1} [PT]',
    'RewriteCond %{LA-U:REQUEST_FILENAME} !-f\nRewriteRule ^/miss(.*) /sub/b.txt [PT]',
    'RewriteRule ^/sub/deep /sub/ [R,C]\nRewriteRule ^ - [E=seen:1]',
    'SetEnvIf Request_URI "^/sub" inside=1\n<Location />\n<RequireAll>\nRequire all granted\nRequire not env inside\n</RequireAll>\n</Location>',
    'AliasMatch ^/o/(.*)$ "OTHER/$1"',
    '<Location /sub>\nRedirect 307 http://new.example%{REQUEST_URI}\n</Location>',
    '<LocationMatch "^/(?<first>sub)/">\nHeader set X-First %{MATCH_FIRST}e\n</LocationMatch>\n<Files *.html>\nForceType text/plain\n</Files>',
  );
  const htaccessLine = fc.constantFrom(
    'RewriteEngine on\nRewriteRule ^b\\.txt$ index.html',
    'RewriteEngine on\nRewriteBase /sub/\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /a.html [L]',
    'RewriteEngine on\nRewriteRule ^(.*)\\.html$ /$1.txt [R=308]',
    'RewriteEngine on\nRewriteRule ^loop(.*) loopx$1',
    'RewriteEngine on\nRewriteRule ^deep - [F]',
    'Redirect gone /sub/index.html',
    'RedirectMatch ^/sub/old(.*)$ /sub$1',
    'DirectoryIndex b.txt',
    'FallbackResource /a.html',
    'Require all denied',
    '<Files "b*">\nRequire host nowhere.example\n</Files>',
    '<If "%{QUERY_STRING} =~ /q/">\nRedirect /sub /a.html\n</If>',
    'ErrorDocument 403 "none"',
    'RewriteRule ( x',
    'Listen 80',
    'SetHandler none',
  );
  const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS');
  const path = fc.constantFrom(
    ...[
      '/',
      '/a.html',
      '/sub',
      '/sub/',
      '/sub/b.txt',
      '/sub/index.html',
      '/sub/deep/',
      '/guarded/a',
      '/missing',
    ],
    ...[
      '/other/c.txt',
      '/gone/x',
      '/xyz',
      '/app/y',
      '/?q',
      '/sub/b.txt?q',
      '/%2e%2e/a',
      '/a%2fb',
      '/a.html/tail',
      '//sub//b.txt',
      '/sub/old/b.txt',
      '/sub/loop',
      '/sub/deep/b.txt',
      '/sub/none/x.html',
      '/SUB/B.TXT',
      '/o/c.txt',
    ],
  );

  it('say the same', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(line, { maxLength: 6 }),
        fc.uniqueArray(fc.tuple(method, path), { minLength: 1, maxLength: 6 }),
        fc.option(fc.uniqueArray(htaccessLine, { minLength: 1, maxLength: 3 }), { nil: [] }),
        async (lines, requests, inSub) => {
          writeFileSync(join(root, 'htdocs/sub/.htaccess'), `${inSub.join('\n')}\n`);
          const config = `RewriteEngine on\n${lines.join('\n').replaceAll('OTHER', join(root, 'other')).replace('HTDOCS', join(root, 'htdocs'))}\n`;
          writeFileSync(configFile, preamble + config);
          const server = await serveInProcess({
            serverRoot: root,
            configFile,
            modules: standardModules,
            assumeModules,
            mapListen: () => [
              { bind: { address: '127.0.0.1', port: 0 }, local: { address: '127.0.0.1', port: 80 } },
            ],
          });
          try {
            for (const [asked, one] of requests) {
              const answer = await ask(server.addresses[0]!.port, one, asked);
              const { outcome } = await explain(config, one, {
                method: asked,
                headers: [['Host', 'main.example']],
              });
              if (outcome.kind === 'proxy') expect(answer.status).toBe(503);
              else expect([outcome.status, outcome.location]).toEqual([answer.status, answer.location]);
              if (outcome.kind === 'file' && asked === 'GET')
                expect(`${root}/${answer.body}`).toBe(`${outcome.file}\n`);
            }
          } finally {
            await server.stop();
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
