import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOf } from './contestants.ts';
import type { ConfigurationFile } from './measure-check.ts';
import { type BenchContext, makeReadableDirectory } from './scenario.ts';
import { apacheConfiguration } from './servers/apache2.ts';

// The shape of a hosting machine's file: a site, its aliases, redirects, an application behind it, its headers.
function virtualHost(number: number, documentRoot: string): string {
  const name = `site${number}.example.com`;
  return `<VirtualHost *:80>
    ServerName ${name}
    ServerAlias www.${name} *.site${number}.example.net
    ServerAdmin webmaster@${name}
    DocumentRoot "${documentRoot}"
    RewriteEngine On
    RewriteCond %{HTTP_HOST} ^www\\.(.+)$ [NC]
    RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]
    RedirectMatch 301 "^/feed/?$" "/rss.xml"
    ProxyPass "/static/" "!"
    ProxyPass "/app/" "http://127.0.0.1:9000/site${number}/"
    ProxyPassReverse "/app/" "http://127.0.0.1:9000/site${number}/"
    <Location "/admin">
        Require ip 192.0.2.0/24
    </Location>
    Header always set X-Site "${number}"
</VirtualHost>
`;
}

/** Writes a configuration on Debian's modules and those of a reverse proxy, with what `body` makes of the sites. */
export function writeConfiguration(
  context: BenchContext,
  body: (site: (number: number) => string) => string,
): ConfigurationFile {
  const directory = makeReadableDirectory(context.directory, 'tree');
  const documentRoot = makeReadableDirectory(directory, 'htdocs');
  const modules = ['headers', 'rewrite', 'proxy', 'proxy_http'];
  const text = apacheConfiguration({
    ...{ port: portOf(context, 'apache2'), directory, documentRoot, modules },
    body: body((number) => virtualHost(number, documentRoot)),
  });
  const file = join(directory, 'httpd.conf');
  writeFileSync(file, text);
  return { directory, file };
}
