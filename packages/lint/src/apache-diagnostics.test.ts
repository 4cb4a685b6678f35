import { type Diagnostic, explanationOf } from '@httpd-ts/kernel';
import { describe, expect, it } from 'vitest';
import { allRules } from './all-rules.ts';
import { diagnostics } from './apache-diagnostics.ts';

type Said = readonly [
  stage: Diagnostic['stage'],
  severity: Diagnostic['severity'],
  text: string,
  code: string,
];

// Sentences of httpd 2.4.71.
const said: readonly Said[] = [
  [
    'processing',
    'error',
    "Invalid command 'FooBar', perhaps misspelled or defined by a module not included in the server configuration",
    'unknown-directive',
  ],
  ['processing', 'error', 'Listen not allowed in <Directory> context', 'directive-not-allowed-here'],
  ['processing', 'error', 'ServerName not allowed here', 'directive-not-allowed-here'],
  [
    'processing',
    'error',
    'AcceptFilter cannot occur within <VirtualHost> section',
    'directive-not-allowed-here',
  ],
  [
    'processing',
    'error',
    'ServerName takes one argument, The hostname and port of the server',
    'wrong-number-of-arguments',
  ],
  [
    'processing',
    'error',
    'ServerAlias requires at least one argument, A name or names alternately used to access the server',
    'wrong-number-of-arguments',
  ],
  ['processing', 'error', '<Directory> directive requires additional arguments', 'wrong-number-of-arguments'],
  ['processing', 'error', 'KeepAlive must be On or Off', 'not-a-flag'],
  ['processing', 'error', "RewriteRule: unknown flag 'Z'", 'unknown-rewrite-flag'],
  ['processing', 'error', "RewriteRule: bad argument line '^/a$'", 'incomplete-rewrite-line'],
  ['processing', 'error', "RewriteRule: cannot compile regular expression '('", 'bad-pattern'],
  ['processing', 'error', "SSLCertificateFile: file '/x' does not exist or is empty", 'missing-file'],
  ['processing', 'error', "<VirtualHost> directive missing closing '>'", 'missing-angle-bracket'],
  ['processing', 'error', 'anything else', 'refused-arguments'],
  [
    'processing',
    'warning',
    '[core:error] (EAI 2)Name or service not known: AH00547: Could not resolve host name x -- ignoring!',
    'unresolved-host-name',
  ],
  ['processing', 'warning', 'anything else', 'start-up-warning'],
  [
    'reading',
    'error',
    'Syntax error on line 3 of /a: Expected </Directory> but saw </Location>',
    'mismatched-closing-line',
  ],
  [
    'reading',
    'error',
    'Syntax error on line 3 of /a: </Location> without matching <Location> section',
    'mismatched-closing-line',
  ],
  [
    'reading',
    'error',
    'Syntax error on line 1 of /a: /a:1: <Directory> was not closed.',
    'section-not-closed',
  ],
  [
    'reading',
    'error',
    'Syntax error on line 1 of /a: Could not open configuration file /b: No such file or directory',
    'unreadable-file',
  ],
  [
    'reading',
    'error',
    "Syntax error on line 1 of /a: Include/IncludeOptional: No matches for the wildcard '*.conf' in '/b', failing",
    'unreadable-file',
  ],
  ['reading', 'error', 'Error reading /a at line 1: Line too long', 'line-too-long'],
  [
    'reading',
    'error',
    'Syntax error on line 1 of /a: Cannot load modules/libphp.so into server: /x: cannot open shared object file: No such file or directory',
    'module-not-loaded',
  ],
  ['reading', 'error', 'Syntax error on line 1 of /a: anything else', 'refused-while-reading'],
  ['reading', 'warning', '[core:warn] AH00111: Config variable ${X} is not defined', 'undefined-variable'],
  ['checking', 'warning', 'AH00112: Warning: DocumentRoot [/x] does not exist', 'missing-document-root'],
  ['checking', 'error', 'AH00534: httpd-ts: Configuration error: No MPM loaded.', 'no-mpm'],
  ['checking', 'error', 'anything else', 'refused-configuration'],
];

describe('diagnostics', () => {
  it.each(said)('%s %s: %s', (stage, severity, text, code) => {
    expect(explanationOf({ stage, severity, text }, diagnostics)?.code).toBe(code);
  });

  it('have codes of their own, in kebab-case, that no rule has', () => {
    const codes = [...diagnostics.map(({ code }) => code), ...allRules.map(({ name }) => name)];
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !/^[a-z]+(?:-[a-z]+)*$/.test(code))).toEqual([]);
  });
});
