import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Work } from '../contestants.ts';
import { loadScenario } from '../load-scenario.ts';
import { type BenchContext, makeReadableDirectory } from '../scenario.ts';
import { startServer } from '../servers/server.ts';
import { connections } from '../work.ts';

const program = '/usr/sbin/php-fpm8.2';
/** As many as both servers keep connections. */
const keptChildren = 150;

/** A script of PHP-FPM's by its handler, as everybody sets it up; over TCP, so that nobody needs leave for a socket. */
async function fastcgiWork(context: BenchContext, keeps: boolean): Promise<Work> {
  const documentRoot = makeReadableDirectory(context.directory, 'htdocs');
  const directory = makeReadableDirectory(context.directory, 'php-fpm');
  const script = join(documentRoot, 'index.php');
  writeFileSync(script, '<?php echo str_repeat("x", 1024);', { mode: 0o644 });
  const port = context.firstPort;
  const user = process.getuid?.() === 0 ? 'user = www-data\ngroup = www-data\n' : '';
  const file = join(directory, 'php-fpm.conf');
  writeFileSync(
    file,
    `[global]\nerror_log = ${directory}/error.log\ndaemonize = no\n[www]\n${user}listen = 127.0.0.1:${port}\nlisten.backlog = 511\npm = static\npm.max_children = ${keeps ? keptChildren : 8}\n`,
  );
  await startServer({
    command: program,
    args: ['-n', '-F', '-y', file],
    port,
    outputFile: join(directory, 'output.log'),
  });
  const reuse = keeps ? `<Proxy "fcgi://127.0.0.1:${port}" enablereuse=on>\n</Proxy>\n` : '';
  return {
    documentRoot,
    apache: {
      modules: ['proxy', 'proxy_fcgi'],
      body: `${reuse}<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:${port}"\n</FilesMatch>`,
    },
    nginx: {
      server: `root ${documentRoot}; location ~ \\.php$ { include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:${port}; }`,
    },
  };
}

/** A GET of 1 KiB that PHP-FPM makes; a new connection to it for each request, as is usual; combined log. */
export const fastcgi = loadScenario({
  name: 'fastcgi',
  title: 'FastCGI, 1 KiB from PHP-FPM',
  what: 'A GET of 1 KiB that PHP-FPM makes, by `SetHandler "proxy:fcgi://…"`; a new connection to PHP-FPM for each request, as is usual; combined log.',
  load: { paths: ['/index.php'], bodyBytes: [1024], connections },
  work: (context) => fastcgiWork(context, false),
});

/** The same over connections that are kept, for which PHP-FPM has a process each. */
export const fastcgiKept = loadScenario({
  name: 'fastcgi-kept',
  title: 'FastCGI, 1 KiB from PHP-FPM over kept connections',
  what: 'As before, with `enablereuse=on` in `<Proxy "fcgi://…">`, so that connections to PHP-FPM are used again; nginx is not set up for that here.',
  load: { paths: ['/index.php'], bodyBytes: [1024], connections },
  work: (context) => fastcgiWork(context, true),
});
