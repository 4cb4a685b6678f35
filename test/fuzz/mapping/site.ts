import type { Configuration } from '../configurations.ts';

/** One virtual host made at random: its directives, its files, and what is asked of it. */
export interface Site {
  /** Directives and sections of the virtual host, each on its own so that a find can be made smaller. */
  readonly blocks: readonly string[];
  /** Files below the site's root by path; of `.htaccess` files the lines. */
  readonly files: Readonly<Record<string, string | readonly string[]>>;
  readonly requests: readonly SiteRequest[];
}

/** One request; the host and the end of the connection are added when it is sent. */
export interface SiteRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
}

/** `@SITE@` in directives, files, targets and headers stands for the site's folder, `@HOST@` for its name. */
const fillIn = (text: string, number: number) =>
  text.replaceAll('@SITE@', `@ROOT@/site${number}`).replaceAll('@HOST@', hostOf(number));

const hostOf = (number: number) => `site${number}.example`;

/** The bytes that are sent. */
export function requestText({ method, target, headers }: SiteRequest, number: number): string {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${hostOf(number)}`, ...headers, 'Connection: close'];
  return fillIn(`${lines.join('\r\n')}\r\n\r\n`, number);
}

const modules = ['vhost_alias', 'userdir', 'speling', 'actions'];

/** Many sites as the virtual hosts of one configuration. */
export function configurationOf(sites: readonly Site[]): Configuration {
  const files: Record<string, string> = { 'html/last': '' };
  for (const [number, site] of sites.entries()) {
    for (const [path, content] of Object.entries(site.files)) {
      const text = typeof content === 'string' ? content : `${content.join('\n')}\n`;
      files[`site${number}/${path}`] = fillIn(text, number);
    }
  }
  const loaded = modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  return { name: 'mapping', text: [...loaded, ...sites.map(virtualHost)].join('\n'), files, paths: [] };
}

function virtualHost({ blocks }: Site, number: number): string {
  const own = `
<VirtualHost *>
ServerName ${hostOf(number)}
DocumentRoot @SITE@/htdocs
<Directory @SITE@>
Options Indexes FollowSymLinks
AllowOverride All
Require all granted
</Directory>
${blocks.join('\n')}
</VirtualHost>`;
  return fillIn(own, number);
}
