import { accessSync } from 'node:fs';
import { httpdTsCommand } from '../../scripts/httpd-ts-command.ts';

/** What varies between the Apache configurations of the scenarios. */
export interface ApacheSettings {
  readonly port: number;
  /** Server root; also takes the logs and the pid file. */
  readonly directory: string;
  readonly documentRoot: string;
  /** Modules beyond those that Debian enables. */
  readonly modules?: readonly string[];
  /** The directives of the scenario. */
  readonly body: string;
}

const moduleFolders = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/local/apache2/modules'];

// What a Debian installation enables, so that a request passes the hooks it passes on a real server.
const debianModules = [
  ...['mpm_event', 'access_compat', 'alias', 'auth_basic', 'authn_core', 'authn_file', 'authz_core'],
  ...['authz_host', 'authz_user', 'autoindex', 'deflate', 'dir', 'env', 'filter', 'mime', 'negotiation'],
  ...['reqtimeout', 'setenvif', 'status'],
];

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

const moduleFolder = moduleFolders.find(exists) ?? moduleFolders[0]!;

/** The configuration for apache2 and httpd-ts alike: Debian's defaults and the scenario's directives. */
export function apacheConfiguration(settings: ApacheSettings): string {
  const modules = [...debianModules, ...(settings.modules ?? [])];
  const asRoot = process.getuid?.() === 0;
  return `${modules.map((name) => `LoadModule ${name}_module ${moduleFolder}/mod_${name}.so`).join('\n')}
ServerName localhost
ServerRoot "${settings.directory}"
DefaultRuntimeDir "${settings.directory}"
PidFile "${settings.directory}/httpd.pid"
Listen 127.0.0.1:${settings.port}
${asRoot ? 'User "#65534"\nGroup "#65534"' : ''}
Timeout 300
KeepAlive On
# Unlimited, so that a keep-alive scenario measures no connections.
MaxKeepAliveRequests 0
KeepAliveTimeout 60
StartServers 2
MinSpareThreads 25
MaxSpareThreads 75
ThreadLimit 64
ThreadsPerChild 25
MaxRequestWorkers 150
MaxConnectionsPerChild 0
TypesConfig /etc/mime.types
DirectoryIndex index.html
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
ErrorLog "${settings.directory}/error.log"
LogLevel warn
CustomLog "${settings.directory}/access.log" combined
DocumentRoot "${settings.documentRoot}"
<Directory />
    Options FollowSymLinks
    AllowOverride None
    Require all denied
</Directory>
<Directory "${settings.documentRoot}">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>
<FilesMatch "^\\.ht">
    Require all denied
</FilesMatch>
${settings.body}
`;
}

/** The program that reads such a configuration, or undefined where it is not installed. */
export function apacheProgram(name: 'httpd-ts' | 'apache2'): string | undefined {
  if (name === 'httpd-ts') return httpdTsCommand();
  return ['/usr/sbin/apache2', '/usr/sbin/httpd', '/usr/local/apache2/bin/httpd'].find(exists);
}

/** The arguments with which both programs serve a configuration in the foreground. */
export function serveArguments(directory: string, file: string): string[] {
  return ['-d', directory, '-f', file, '-DFOREGROUND'];
}
