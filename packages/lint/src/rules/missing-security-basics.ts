import { hostsOf } from '../hosts.ts';
import { defineRule } from '../rule.ts';
import type { Statement } from '../statements.ts';

export const missingSecurityBasics = defineRule({
  name: 'missing-security-basics',
  severity: 'off',
  what: 'A hint, off by default: the server tells more than it must, or leaves out a header that browsers ask for.',
  why: 'None of it is a hole. Each makes another mistake easier to use.',
  instead:
    'ServerTokens Prod, ServerSignature Off, TraceEnable Off, Options without Indexes, X-Content-Type-Options, and Strict-Transport-Security with TLS.',
  bad: { config: 'Listen 80\nServerTokens Full\n', line: 2 },
  good: {
    config:
      'Listen 80\nServerTokens Prod\nServerSignature Off\nTraceEnable Off\nHeader always set X-Content-Type-Options nosniff\n',
  },
  check(configuration, report) {
    const { statements, kind } = configuration;
    const [anchor] = statements.named('servertokens', 'listen', 'serverroot', 'servername');
    const hint = (at: Statement | undefined, text: string, instead: string) => {
      if (at !== undefined) report({ at, text, instead });
    };
    const last = (name: string) => statements.named(name).at(-1);
    const tokens = last('servertokens');
    const isTerse = /^prod(?:uctonly)?$/i.test(tokens?.args[0] ?? '');
    if (!isTerse && kind !== 'htaccess')
      hint(tokens ?? anchor, 'the Server header tells the version', 'Write ServerTokens Prod.');
    const signature = last('serversignature');
    if (/^(?:on|email)$/i.test(signature?.args[0] ?? 'off'))
      hint(signature, 'error pages tell the version', 'Write ServerSignature Off.');
    const trace = last('traceenable');
    if (!/^off$/i.test(trace?.args[0] ?? 'on') && kind === 'whole')
      hint(trace ?? anchor, 'TRACE is answered', 'Write TraceEnable Off.');
    for (const options of statements.named('options')) {
      const lists = options.args.some((word) => /^\+?(?:indexes|all)$/i.test(word));
      if (lists) hint(options, 'directories without an index file are listed', 'Write Options -Indexes.');
    }
    const headers = statements.named('header').map(({ args }) => args.join(' ').toLowerCase());
    if (kind === 'whole' && !headers.some((text) => text.includes('x-content-type-options'))) {
      hint(
        anchor,
        'no X-Content-Type-Options header is set',
        'Write Header always set X-Content-Type-Options nosniff.',
      );
    }
    const sendsHsts = headers.some((text) => text.includes('strict-transport-security'));
    for (const { statement } of sendsHsts ? [] : hostsOf(configuration)) {
      const isTls = statement.children.some(
        ({ name, args }) => name === 'sslengine' && /^on$/i.test(args[0] ?? ''),
      );
      if (isTls)
        hint(
          statement,
          'no Strict-Transport-Security header is set',
          'Write Header always set Strict-Transport-Security "max-age=31536000".',
        );
    }
  },
});
