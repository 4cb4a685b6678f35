import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { checkExample } from './check-example.ts';
import type { Example } from './rule.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const lintCodes = async (example: Example) =>
  (await checkExample(example, regex))
    .filter(({ origin, code }) => origin === 'lint' && code !== 'needed-overrides')
    .map(({ code, line }) => `${code} ${line}`);

const htaccess = (config: string): Example => ({
  config,
  isHtaccess: true,
  files: { '/srv/www/index.php': '' },
});

/** What good configurations all over the web look like. */
const good: Readonly<Record<string, Example>> = {
  'a front controller that excludes itself': htaccess(
    'RewriteEngine On\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n',
  ),
  'a front controller beside redirects': htaccess(
    'RewriteEngine On\nRewriteCond %{HTTP:Authorization} .\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteCond %{REQUEST_URI} (.+)/$\nRewriteRule ^ %1 [L,R=301]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ index.php [L]\n',
  ),
  'a base that is found out': htaccess(
    'RewriteEngine On\nRewriteCond %{REQUEST_URI}::$0 ^(/.+)/(.*)::\\2$\nRewriteRule .* - [E=BASE:%1]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ %{ENV:BASE}/index.php [L]\n',
  ),
  'https for everybody, where TLS ends here': {
    config:
      'Listen 80\nListen 443\nServerName a.example\n<VirtualHost *:80>\n  ServerName a.example\n  RewriteEngine On\n  RewriteCond %{HTTPS} !=on\n  RewriteRule ^/?(.*)$ https://%{HTTP_HOST}/$1 [R=301,L]\n</VirtualHost>\n<VirtualHost *:443>\n  ServerName a.example\n</VirtualHost>\n',
  },
  'one name of two, by redirect': {
    config:
      'Listen 80\nServerName a.example\n<VirtualHost *:80>\n  ServerName www.a.example\n  Redirect permanent / http://a.example/\n</VirtualHost>\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n',
  },
  'WebSockets beside HTTP, and PHP by FastCGI': {
    config:
      'Listen 80\nServerName a.example\nRewriteEngine On\nRewriteCond %{HTTP:Upgrade} websocket [NC]\nRewriteRule ^/?(.*) "ws://localhost:3000/$1" [P,L]\nProxyPass /.well-known !\nProxyPass / http://localhost:3000/\nProxyPassReverse / http://localhost:3000/\n<FilesMatch \\.php$>\n  SetHandler "proxy:unix:/run/php/php8.2-fpm.sock|fcgi://localhost"\n</FilesMatch>\n',
  },
  'CakePHP: everything goes to a directory with a .htaccess of its own': htaccess(
    'RewriteEngine on\nRewriteRule ^(\\.well-known/.*)$ $1 [L]\nRewriteRule ^$ webroot/ [L]\nRewriteRule (.*) webroot/$1 [L]\n',
  ),
  'rules in a section of a .htaccess that is switched on': htaccess(
    'RewriteEngine On\n<FilesMatch "\\.css\\.br$">\n  RewriteRule ^ - [E=no-brotli:1]\n</FilesMatch>\n',
  ),
  'rules in sections of a server that is switched on': {
    config:
      'Listen 80\nServerName a.example\n<VirtualHost *:80>\n  ServerName a.example\n  RewriteEngine On\n  <Location /a>\n    RewriteRule x - [F]\n  </Location>\n</VirtualHost>\n<VirtualHost *:80>\n  ServerName b.example\n  <Directory /srv/www>\n    RewriteEngine On\n  </Directory>\n  <If "true">\n    RewriteRule x - [F]\n  </If>\n</VirtualHost>\n',
    files: { '/srv/www/index.html': '' },
  },
  'an error page of a site whose files are on another machine': {
    config: 'Listen 80\nServerName a.example\nDocumentRoot /srv/elsewhere\nErrorDocument 404 /404.html\n',
  },
  'old access control for an old server only': htaccess(
    '<IfModule mod_authz_core.c>\n  Require all denied\n</IfModule>\n<IfModule !mod_authz_core.c>\n  Order allow,deny\n</IfModule>\n',
  ),
};

describe('good configurations', () => {
  it.each(Object.entries(good))('%s', async (_title, example) => {
    expect(await lintCodes(example)).toEqual([]);
  });
});

describe('loops of .htaccess files', () => {
  it.each([
    [
      'each rule undoes the other',
      'RewriteRule ^a$ b [L]\nRewriteRule ^b$ a [L]\n',
      ['redirect-loop 2', 'redirect-loop 3'],
    ],
    [
      'what was rewritten matches again',
      'RewriteBase /\nRewriteRule ^(.*)$ /index.php/$1 [L]\n',
      ['redirect-loop 3'],
    ],
    ['a redirect to itself', 'RewriteBase /\nRewriteRule ^old /old-page [R,L]\n', ['redirect-loop 3']],
  ])('%s', async (_title, rules, expected) => {
    expect(await lintCodes(htaccess(`RewriteEngine On\n${rules}`))).toEqual(expected);
  });
});
