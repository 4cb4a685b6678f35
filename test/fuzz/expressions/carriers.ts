import fc from 'fast-check';
import { randomCondition, randomText } from './random-expression.ts';

/** One expression in a place that takes it, with what shows the outcome. */
export interface Probe {
  readonly expression: string;
  /** `@E@` stands for the expression, `@Q@` for the expression in quotes. */
  readonly lines: readonly string[];
}

const shown = 'Header always set X-V "v=%{v}e w=%{w}e"';

/** Directives that take conditions. */
const conditions: readonly (readonly string[])[] = [
  [
    '<If @Q@>',
    'Header always set X-V if',
    '</If>',
    '<ElseIf "%{QUERY_STRING} =~ /a(.)/">',
    'Header always set X-V "expr=elseif $1"',
    '</ElseIf>',
    '<Else>',
    'Header always set X-V else',
    '</Else>',
  ],
  ['<If @Q@>', 'Header always set X-V "expr=$0|$1|$2"', '</If>'],
  ['Require expr @E@'],
  ['Require expr @Q@'],
  ['<RequireAny>', 'Require not expr @Q@', 'Require all denied', '</RequireAny>'],
  ['Header always set X-V v "expr=@E@"'],
  ['Header always add X-V "expr=%{QUERY_STRING}" "expr=@E@"'],
  ['SetEnvIfExpr @Q@ v=1 w !none', shown],
  [`SetEnvIfExpr "(@E@) && %{QUERY_STRING} =~ /(a)(.)?/" v=$0-$1-$2`, shown],
  ['RewriteEngine On', 'RewriteCond expr @Q@', 'RewriteRule ^ - [E=v:%0-%1-%2,E=w:1]', shown],
  ['RewriteEngine On', 'RewriteCond expr !@Q@', 'RewriteRule ^ - [E=w:1]', shown],
  ['RequestHeader set A early-$1 "expr=@E@"', 'Header always set X-V "expr=%{req:A}"'],
];

/** Directives that take texts. */
const texts: readonly (readonly string[])[] = [
  ['Header always set X-V "expr=@E@"'],
  ['RequestHeader set A "expr=@E@"', 'Header always set X-V "expr=%{req:A}"'],
  ['ErrorDocument 403 @Q@', 'Require all denied'],
  ['SetHandler "expr=@E@"', 'Header always set X-V "expr=%{HANDLER}"'],
  [
    'AuthType Basic',
    'AuthName @Q@',
    'AuthBasicProvider file',
    'AuthUserFile @ROOT@/users',
    'Require valid-user',
  ],
  ['<If "%{QUERY_STRING} =~ /(a)(.)?/">', 'Header always set X-V "expr=@E@"', '</If>'],
  ['Header always set X-V "expr=@E@" env=v1'],
];

/** Lines of a server's own configuration that a `.htaccess` may not have. */
const inServer: readonly (readonly string[])[] = [
  ['Redirect 302 @Q@'],
  ['Redirect 410 @Q@'],
  ['<If @Q@>', 'Redirect 302 "http://h.example/x?%{QUERY_STRING}"', '</If>'],
];

const probe = (
  expression: fc.Arbitrary<string>,
  forms: readonly (readonly string[])[],
): fc.Arbitrary<Probe> => fc.record({ expression, lines: fc.constantFrom(...forms) });

/** An expression somewhere in a `.htaccess`. */
export const htaccessProbe: fc.Arbitrary<Probe> = fc.oneof(
  { weight: 3, arbitrary: probe(randomCondition, conditions) },
  { weight: 2, arbitrary: probe(randomText, texts) },
);

/** An expression in a `<Location>` of the server. */
export const serverProbe: fc.Arbitrary<Probe> = fc.oneof(
  { weight: 3, arbitrary: probe(randomCondition, conditions) },
  { weight: 1, arbitrary: probe(randomText, texts) },
  { weight: 2, arbitrary: probe(randomText, inServer) },
);

/** The lines of a probe as configuration. */
export function linesOf({ expression, lines }: Probe, root: string): string {
  const filled = expression.replaceAll('@ROOT@', root).replace(/\n/g, ' ');
  const escaped = filled.replace(/[\\"]/g, '\\$&');
  return `${lines
    .join('\n')
    .replaceAll(/"[^"]*@E@[^"]*"/g, (text) => text.replace('@E@', () => escaped))
    .replaceAll('@E@', () => filled)
    .replaceAll('!@Q@', () => `"!${escaped}"`)
    .replaceAll('@Q@', () => `"${escaped}"`)
    .replaceAll('@ROOT@', root)}\n`;
}

const mostCandidates = 100;

/** Probes with an expression that lacks a piece. */
export function smallerProbes({ expression, lines }: Probe): readonly Probe[] {
  const found = new Set<string>();
  for (let size = Math.ceil(expression.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < expression.length; at += Math.max(1, size >> 1))
      found.add(expression.slice(0, at) + expression.slice(at + size));
  found.delete(expression);
  return [...found].slice(0, mostCandidates).map((smaller) => ({ expression: smaller, lines }));
}
