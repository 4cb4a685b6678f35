import { serverRootRelative } from '@httpd-ts/kernel';
import { ask } from '../ask.ts';
import { type Configuration, defineRule } from '../rule.ts';
import { type Statement, virtualHostOf } from '../statements.ts';

/** Without the site's files nothing can be said of its pages; that they are missing is a finding of its own. */
function hasFilesOf(
  host: Statement | undefined,
  { statements, world, serverRoot, isUnknown }: Configuration,
): boolean {
  const roots = statements.named('documentroot');
  const of = (server: Statement | undefined) => roots.findLast((root) => virtualHostOf(root) === server);
  const path = (of(host) ?? of(undefined))?.args[0];
  if (path === undefined) return true;
  const absolute = serverRootRelative(serverRoot, path);
  return typeof world.files.stat(absolute) === 'object' && !isUnknown(absolute);
}

export const unreachableErrorDocument = defineRule({
  name: 'unreachable-error-document',
  severity: 'warning',
  what: 'ErrorDocument names a page that cannot be served, or a text that was meant as a page.',
  why: 'Clients see the plain built-in page, with a second error on it, or the path itself as text.',
  instead:
    'Write the URL path of the page (it begins with a slash), not its file name; see that the page exists and may be read.',
  bad: {
    config: 'Listen 80\nServerName a.example\nDocumentRoot /srv/www\nErrorDocument 404 /errors/404.html\n',
    line: 4,
    files: { '/srv/www/index.html': '' },
  },
  good: {
    config:
      'Listen 80\nServerName a.example\nDocumentRoot /srv/www\nErrorDocument 404 /errors/404.html\nErrorDocument 403 "Not for you."\n',
    files: { '/srv/www/errors/404.html': '' },
  },
  async check(configuration, report) {
    const { statements, plan, kind } = configuration;
    const servers = new Map(
      plan?.servers.map((server) => [`${server.definedAt?.file}:${server.definedAt?.line}`, server]),
    );
    for (const statement of statements.named('errordocument')) {
      const [, page = '', ...more] = statement.args;
      if (!page.startsWith('/')) {
        const looksLikePath = more.length === 0 && /^[\w./-]+\.(?:html?|php|s?html|cgi|txt)$/i.test(page);
        if (looksLikePath)
          report({
            at: statement,
            word: page,
            text: `clients see the words ${page}, not the page`,
            instead: `Write /${page}`,
          });
        continue;
      }
      // Where a .htaccess lies below DocumentRoot is not known.
      if (plan === undefined || kind === 'htaccess' || /[%$]/.test(page)) continue;
      const host = virtualHostOf(statement);
      if (!hasFilesOf(host, configuration)) continue;
      const server = servers.get(`${host?.node.file}:${host?.node.line}`) ?? plan.mainServer;
      const [address] = server.addresses;
      const port = address?.port || plan.listen[0]?.port || 80;
      const question = { isTls: false, host: server.hostname ?? 'localhost', port, target: page };
      const answer = await ask(plan, question, address?.address ?? undefined);
      if (answer === undefined || (answer.status !== 404 && answer.status !== 403)) continue;
      report({ at: statement, word: page, text: `${page} itself is answered ${answer.status}` });
    }
  },
});
