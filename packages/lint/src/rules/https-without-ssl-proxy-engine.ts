import { flagReader, proxyTargets } from '../proxying.ts';
import { defineRule } from '../rule.ts';

export const httpsWithoutSslProxyEngine = defineRule({
  name: 'https-without-ssl-proxy-engine',
  severity: 'warning',
  what: 'A back end is spoken to by https://, wss:// or h2://, and SSLProxyEngine is not on.',
  why: 'Every request to it is answered 500.',
  instead: 'Write SSLProxyEngine On in the same virtual host.',
  bad: {
    config: 'ProxyPass /app/ https://app.example.com/\nProxyPassReverse /app/ https://app.example.com/\n',
    line: 1,
  },
  good: {
    config:
      'SSLProxyEngine On\nProxyPass /app/ https://app.example.com/\nProxyPassReverse /app/ https://app.example.com/\n',
  },
  check(configuration, report) {
    const isOn = flagReader('sslproxyengine', configuration);
    for (const { statement, url, scheme } of proxyTargets(configuration)) {
      if (!/^(?:https|wss|h2)$/.test(scheme) || isOn(statement)) continue;
      report({ at: statement, word: url, text: `${scheme}:// needs SSLProxyEngine, which is not on here` });
    }
  },
});
