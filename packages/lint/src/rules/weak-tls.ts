import { defineRule } from '../rule.ts';

const weakProtocols: ReadonlySet<string> = new Set(['sslv2', 'sslv3', 'tlsv1', 'tlsv1.1']);

/** The weak protocols that a line switches on. */
function weakIn(words: readonly string[]): readonly string[] {
  const on = new Set<string>();
  for (const word of words) {
    const sign = /^[+-]/.exec(word)?.[0];
    const name = word.replace(/^[+-]/, '');
    const key = name.toLowerCase();
    if (key === 'all') {
      // Debian's own line, and what today's OpenSSL makes of it: the rest is refused by the security level.
      const leavesOld = words.some((one) => /^-(?:sslv3|tlsv1)$/i.test(one));
      if (sign !== '-' && !leavesOld) on.add('all');
    } else if (sign === '-') on.delete(name);
    else if (weakProtocols.has(key)) on.add(name);
  }
  return [...on];
}

const weakCiphers =
  /(?:^|[-_+])(?:RC4|3?DES|CBC3|MD5|NULL|EXP(?:ORT)?\d*|RC2|IDEA|SEED|ADH|AECDH)(?:$|[-_+])|^(?:LOW|EXP|aNULL|eNULL|kNULL|COMPLEMENTOFALL)$/i;

export const weakTls = defineRule({
  name: 'weak-tls',
  severity: 'warning',
  what: 'SSLProtocol or SSLCipherSuite switches on what is known to be broken.',
  why: 'SSL 3, TLS 1.0 and 1.1, RC4, DES, export ciphers and ciphers without authentication or encryption let others read or change what is sent. Browsers no longer speak them.',
  instead: 'SSLProtocol -all +TLSv1.2 +TLSv1.3, SSLCipherSuite HIGH:!aNULL:!MD5:!3DES.',
  bad: { config: 'SSLProtocol +TLSv1 +TLSv1.1 +TLSv1.2\n', line: 1 },
  good: { config: 'SSLProtocol -all +TLSv1.2 +TLSv1.3\nSSLCipherSuite HIGH:!aNULL:!MD5:!3DES\n' },
  check({ statements }, report) {
    for (const statement of statements.named('sslprotocol', 'sslproxyprotocol')) {
      for (const name of weakIn(statement.args)) {
        const text =
          name === 'all'
            ? 'all takes the old versions in, unless -SSLv3 -TLSv1 -TLSv1.1 leave them out'
            : `${name} is weak`;
        report({ at: statement, word: name, text });
      }
    }
    for (const statement of statements.named('sslciphersuite', 'sslproxyciphersuite')) {
      const list = statement.args.at(-1) ?? '';
      const weak = list
        .split(/[:, ]+/)
        .filter((name) => !/^[!-]/.test(name) && weakCiphers.test(name.replace(/^\+/, '')));
      if (weak.length > 0) report({ at: statement, word: weak[0], text: `weak ciphers: ${weak.join(', ')}` });
      else if (/(?:^|:)\+?ALL(?::|$)/.test(list) && !/[!-](?:aNULL|ADH)/.test(list)) {
        report({
          at: statement,
          word: 'ALL',
          text: 'ALL without !aNULL takes ciphers that do not authenticate the server',
        });
      }
    }
  },
});
