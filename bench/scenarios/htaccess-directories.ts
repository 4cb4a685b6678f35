import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadScenario } from '../load-scenario.ts';
import { connections, writeDocuments } from '../work.ts';

const count = 5000;
const paths = Array.from({ length: count }, (_, n) => `/site-${n}/1k.txt`);

/** Rules as an application's own: a base, files as they are, all else to one script. */
function rulesOf(site: number): string {
  const moved = Array.from(
    { length: 10 },
    (_, n) => `RewriteRule ^old-${site}-${n}/(.*)$ new-${n}/$1 [R=301,L]`,
  );
  return [
    'RewriteEngine On',
    `RewriteBase /site-${site}/`,
    ...moved,
    'RewriteCond %{REQUEST_FILENAME} !-f',
    'RewriteCond %{REQUEST_FILENAME} !-d',
    'RewriteRule . index.php [L]',
    '',
  ].join('\n');
}

/** What thousands of directories with a `.htaccess` each cost, in time and memory. */
export const htaccessDirectories = loadScenario({
  name: 'htaccess-directories',
  title: 'Five thousand directories with a `.htaccess` each',
  what: 'A GET of a file of 1 KiB in each of 5,000 directories in turn, each with a `.htaccess` of 14 lines of its own; kept connections; combined log.',
  load: { paths, bodyBytes: paths.map(() => 1024), connections },
  work: async (context) => {
    const documentRoot = writeDocuments(context);
    for (let site = 0; site < count; site++) {
      const folder = join(documentRoot, `site-${site}`);
      mkdirSync(folder, { mode: 0o755 });
      writeFileSync(join(folder, '1k.txt'), 'x'.repeat(1024), { mode: 0o644 });
      writeFileSync(join(folder, '.htaccess'), rulesOf(site), { mode: 0o644 });
    }
    const body = `<Directory "${documentRoot}">\nAllowOverride All\n</Directory>`;
    return { documentRoot, apache: { modules: ['rewrite'], body } };
  },
});
