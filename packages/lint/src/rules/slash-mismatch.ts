import { proxyPassLines } from '../proxying.ts';
import { defineRule } from '../rule.ts';

export const slashMismatch = defineRule({
  name: 'slash-mismatch',
  severity: 'warning',
  what: 'Of the two sides of a ProxyPass (or of its reverse) only one ends in a slash.',
  why: 'The part of the path behind the first side is put right behind the second: a slash is missing there (http://hostpage) or doubled (http://host//page).',
  instead: 'End both sides in a slash, or neither.',
  bad: {
    config: 'ProxyPass /app/ http://127.0.0.1:8080/app\nProxyPassReverse /app/ http://127.0.0.1:8080/app\n',
    line: 1,
  },
  good: {
    config:
      'ProxyPass /app/ http://127.0.0.1:8080/app/\nProxyPassReverse /app/ http://127.0.0.1:8080/app/\nProxyPass /media http://127.0.0.1:8081\nProxyPassReverse /media http://127.0.0.1:8081\n',
  },
  check(configuration, report) {
    for (const { statement, path, url, isPattern } of proxyPassLines(configuration, 'proxypass')) {
      if (
        isPattern ||
        path === undefined ||
        url === '!' ||
        !/^[a-z0-9+.-]+:\/\//i.test(url) ||
        /[|$]/.test(url)
      )
        continue;
      const [left, right] = [path.endsWith('/'), url.endsWith('/')];
      if (left === right) continue;
      const page = left ? `${path}page` : `${path}/page`;
      const made = url + page.slice(path.length);
      report({ at: statement, word: url, text: `${page} is asked for as ${made}` });
    }
  },
});
