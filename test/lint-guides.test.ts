import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runLauncher } from './cli/run-launcher.ts';

/** What the linter has to say on the configurations of well-known guides: these mistakes are in them, and no others. */
const deserved: Readonly<Record<string, readonly string[]>> = {
  'balancer-bybusyness': ['host-name-as-address', 'proxy-pass-without-reverse'],
  'balancer-proxyset-bytraffic-loadfactor': [],
  'files-that-exist-are-served-the-rest-is-proxied': ['host-name-as-address'],
  'lists-of-rewriterules-first-match-wins': ['host-name-as-address'],
  'proxypass-separates-sites': [
    'host-name-as-address',
    'proxy-pass-without-reverse',
    'proxy-pass-without-reverse',
    'proxy-pass-without-reverse',
  ],
  'proxypass-with-proxypassreverse': ['slash-mismatch'],
  'rewriterule-proxies-what-matches': ['host-name-as-address'],
  'simple-reverse-proxy': ['slash-mismatch'],
  'static-site-by-name': ['host-name-as-address'],
  'sticky-session-by-cookie': [],
  'sticky-session-cookie-set-by-header': [],
};

const guides = join(import.meta.dirname, '../fixtures/behaviour/guides');

it('configurations of guides raise no false alarm', () => {
  const names = Object.keys(deserved);
  const files = names.map((name) => join(guides, name, 'httpd.conf'));
  const { stdout } = runLauncher(['configtest', '--format', 'json', ...files]);
  const found = JSON.parse(stdout).map(
    ({ diagnostics }: { diagnostics: readonly { origin: string; code: string }[] }) =>
      diagnostics.flatMap(({ origin, code }) => (origin === 'lint' ? [code] : [])),
  );
  expect(Object.fromEntries(names.map((name, index) => [name, found[index]]))).toEqual(deserved);
});
