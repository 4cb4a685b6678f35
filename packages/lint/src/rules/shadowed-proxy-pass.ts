import { proxyPassLines } from '../proxying.ts';
import { defineRule } from '../rule.ts';
import { type Statement, virtualHostOf } from '../statements.ts';

/** Whether a path that begins with `path` begins with `earlier` too, as ProxyPass compares them. */
const takes = (earlier: string, path: string) =>
  path === earlier || path.startsWith(earlier.endsWith('/') ? earlier : `${earlier}/`);

export const shadowedProxyPass = defineRule({
  name: 'shadowed-proxy-pass',
  severity: 'warning',
  what: 'A ProxyPass stands behind another one whose path takes all of its requests.',
  why: 'The first that matches is used: the later line never has a request.',
  instead: 'Put the longer path first, ProxyPass / last.',
  bad: {
    config:
      'ProxyPass / http://127.0.0.1:8080/\nProxyPassReverse / http://127.0.0.1:8080/\nProxyPass /api/ http://127.0.0.1:9090/\nProxyPassReverse /api/ http://127.0.0.1:9090/\n',
    line: 3,
  },
  good: {
    config:
      'ProxyPass /api/ http://127.0.0.1:9090/\nProxyPass /static/ !\nProxyPass / http://127.0.0.1:8080/\nProxyPassReverse /api/ http://127.0.0.1:9090/\nProxyPassReverse / http://127.0.0.1:8080/\n',
  },
  check(configuration, report) {
    const earlier = new Map<Statement | undefined, Map<string, Statement>>();
    for (const { statement, path, isPattern, isInSection } of proxyPassLines(configuration, 'proxypass')) {
      if (path === undefined || isPattern || isInSection) continue;
      const server = virtualHostOf(statement);
      const paths = earlier.get(server) ?? new Map<string, Statement>();
      earlier.set(server, paths);
      const shadow = prefixesOf(path).find((prefix) => paths.has(prefix) && takes(prefix, path));
      if (shadow === undefined) {
        paths.set(path, statement);
        continue;
      }
      const { file, line } = paths.get(shadow)!.node;
      const where = file === statement.node.file ? `line ${line}` : `${file}:${line}`;
      report({ at: statement, word: path, text: `never used: ProxyPass ${shadow} on ${where} comes first` });
    }
  },
});

/** The paths that a path may begin with, so that long lists cost what short ones do. */
function prefixesOf(path: string): readonly string[] {
  const prefixes = [path];
  for (
    let slash = path.lastIndexOf('/');
    slash >= 0;
    slash = slash > 0 ? path.lastIndexOf('/', slash - 1) : -1
  ) {
    prefixes.push(path.slice(0, slash + 1), path.slice(0, slash));
  }
  return prefixes.filter((one) => one !== '');
}
