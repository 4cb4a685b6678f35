import type { Diagnostic } from '@httpd-ts/kernel';
import { standardModules } from '@httpd-ts/modules';
import { describe, expect, it } from 'vitest';
import { assumedModules } from './assumed-modules.ts';
import { reportAsHttpd, reportAsJson, reportPretty } from './report.ts';

const diagnostics: readonly Diagnostic[] = [
  { severity: 'note', stage: 'reading', text: 'a note' },
  { severity: 'warning', stage: 'checking', text: 'AH00112: Warning: DocumentRoot [/x] does not exist' },
  {
    severity: 'error',
    stage: 'processing',
    text: "Invalid command 'Foo'",
    file: '/no/a.conf',
    line: 3,
    chain: ['/no/b.conf:1'],
  },
  { severity: 'error', stage: 'processing', text: 'caf\xc3\xa9', file: '/no/a.conf', line: 4 },
];
const verdicts = [
  { configFile: '/no/b.conf', diagnostics },
  { configFile: '/no/good.conf', diagnostics: [] },
];

describe('reports of configtest', () => {
  it('apache: every message in its words, control bytes escaped', () => {
    expect(reportAsHttpd(verdicts, 'httpd-ts')).toBe(
      'AH00112: Warning: DocumentRoot [/x] does not exist\n' +
        "AH00526: Syntax error on line 3 of /no/a.conf:\nInvalid command 'Foo'\n" +
        'AH00526: Syntax error on line 4 of /no/a.conf:\ncaf\\xc3\\xa9\n' +
        'Syntax OK\n',
    );
  });

  it('json: every finding with its place', () => {
    const parsed = JSON.parse(reportAsJson(verdicts));
    expect(parsed).toHaveLength(2);
    expect(parsed[0].valid).toBe(false);
    expect(parsed[0].diagnostics[2]).toEqual(diagnostics[2]);
    expect(parsed[0].diagnostics[3].text).toBe('café');
    expect(parsed[1]).toEqual({ configFile: '/no/good.conf', valid: true, diagnostics: [] });
  });

  it('pretty: place, message, Include lines and a count', () => {
    expect(reportPretty(verdicts, false)).toBe(
      'note: a note\n' +
        'warning: AH00112: Warning: DocumentRoot [/x] does not exist\n' +
        "/no/a.conf:3: error: Invalid command 'Foo'\n  included from /no/b.conf:1\n" +
        '/no/a.conf:4: error: caf\xc3\xa9\n' +
        '/no/b.conf: 2 errors, 1 warning\n' +
        '/no/good.conf: Syntax OK\n',
    );
    expect(reportPretty(verdicts, true)).toContain('\x1b[31merror\x1b[0m');
  });
});

describe('assumedModules', () => {
  it.each([
    ['', []],
    ['rewrite', ['mpm_event', 'mod_rewrite']],
    ['mod_rewrite,alias_module, core', ['mpm_event', 'mod_rewrite', 'mod_alias']],
    ['mpm_prefork,dir', ['mpm_prefork', 'mod_dir']],
    ['nonsense', 'no such module: nonsense'],
  ])('%s', (wanted, expected) => {
    expect(assumedModules(wanted, standardModules)).toEqual(expected);
  });

  it('all has one MPM and no static module', () => {
    const all = assumedModules('all', standardModules);
    expect(all).toContain('mod_proxy');
    expect(Array.isArray(all) && all.filter((name) => name.startsWith('mpm_'))).toEqual(['mpm_event']);
    expect(all).not.toContain('core');
  });
});
