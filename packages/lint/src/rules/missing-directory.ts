import { serverRootRelative } from '@httpd-ts/kernel';
import { defineRule } from '../rule.ts';

export const missingDirectory = defineRule({
  name: 'missing-directory',
  severity: 'warning',
  what: 'A <Directory> section names a directory that does not exist.',
  why: 'The section never applies: an access rule in it protects nothing, or what it was to allow stays forbidden.',
  instead: 'Correct the path. Where the files are on another machine, check a copy of it with --root.',
  bad: {
    config: '<Directory /srv/wwww>\n  Require all granted\n</Directory>\n',
    line: 1,
    files: { '/srv/www/index.html': '' },
  },
  good: {
    config:
      '<Directory /srv/www>\n  Require all granted\n</Directory>\n<Directory "/home/*/public_html">\n</Directory>\n',
    files: { '/srv/www/index.html': '' },
  },
  check({ statements, world, serverRoot, isUnknown }, report) {
    for (const statement of statements.named('directory')) {
      const [path = ''] = statement.args;
      if (!statement.isSection || statement.args.length !== 1 || /[*?[\]$]/.test(path) || path === '')
        continue;
      const absolute = serverRootRelative(serverRoot, path);
      const info = world.files.stat(absolute);
      if (typeof info === 'object' || info === 'EACCES' || isUnknown(absolute)) continue;
      report({ at: statement, word: path, text: `there is no directory ${absolute}` });
    }
  },
});
