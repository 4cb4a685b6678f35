import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { standardModules, thirdPartyModules } from '@httpd-ts/modules';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { reportSurvey } from './report.ts';
import { surveyConfiguration } from './survey.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const base =
  'LoadModule mpm_event_module m/mod_mpm_event.so\nLoadModule authz_core_module m/mod_authz_core.so\nServerName x\nErrorLog /log/error\n';

function survey(text: string, files: Readonly<Record<string, string>> = {}) {
  const world = memoryWorld({
    regex,
    files: {
      '/etc/h.conf': text,
      '/log/': '',
      '/usr/local/apache2/htdocs/': '',
      '/m/other.so': '',
      ...files,
    },
  });
  const result = surveyConfiguration({
    world,
    modules: standardModules,
    serverRoot: '/etc',
    configFile: '/etc/h.conf',
  });
  return { ...result, written: world.written };
}

describe('surveyConfiguration', () => {
  it('runs: virtual hosts, addresses, nothing in the way, no log opened', () => {
    const found = survey(
      `${base}Listen 80\nListen [::1]:81\n<VirtualHost *:80>\nServerName A.example\nServerAlias b *.c\nCustomLog "|/bin/false" "%h"\n</VirtualHost>\n`,
    );
    expect(found.diagnostics).toEqual([]);
    expect(found.verdict).toBe('runs');
    expect(found.summary).toBe('It will run here: 1 virtual host, 6 directives, all of them honoured.');
    expect(found.listen).toMatchObject([
      { port: 80, line: 5 },
      { port: 81, line: 6 },
    ]);
    expect(found.virtualHosts).toEqual([
      { file: '/etc/h.conf', line: 7, name: 'A.example', aliases: ['b', '*.c'], addresses: ['*:80'] },
    ]);
    expect(found.written).toEqual(new Map());
  });

  it('does not run: a directive that nothing implements, by name and line', () => {
    const found = survey(`${base}LoadModule lua_module m/mod_lua.so\nListen 80\nLuaScope once\n`);
    expect(found.verdict).toBe('does-not-run');
    expect(found.summary).toBe('It will not run here as it stands: 1 directive is not supported (LuaScope).');
    expect(found.directives.find(({ name }) => name === 'LuaScope')).toEqual({
      name: 'LuaScope',
      module: 'mod_lua',
      state: 'not-supported',
      uses: [{ file: '/etc/h.conf', line: 7, bites: true }],
    });
  });

  it('a module without a directive in use is in nobody’s way', () => {
    const found = survey(`${base}LoadModule lua_module m/mod_lua.so\nListen 80\n`);
    expect(found.verdict).toBe('runs');
    expect(found.modules.find(({ name }) => name === 'mod_lua')).toMatchObject({
      state: 'not-supported',
      directivesInUse: 0,
    });
  });

  it('modules of others: loaded whether their file is there or not, what they bring, what to do instead', () => {
    const found = survey(
      `${base}LoadModule php7_module modules/libphp7.so\nLoadModule foo_module m/foo.so\nListen 80\n<IfModule mod_php.c>\nPhp_Value a b\n</IfModule>\n<IfModule foo_module>\nNonsense\n</IfModule>\n`,
    );
    expect(found.diagnostics).toEqual([]);
    expect(found.modules.filter(({ state }) => state !== 'full')).toMatchObject([
      {
        name: 'mod_php',
        identifier: 'php7_module',
        state: 'third-party',
        directivesInUse: 1,
        loadedAt: { line: 5 },
      },
      { name: 'foo_module', state: 'unknown', loadedAt: { line: 6 } },
    ]);
    expect(found.summary).toBe(
      'It will not run here as it stands: 1 third-party module is needed (mod_php); 1 module is not known (foo_module).',
    );
  });

  it('a directive of a module of others that is not loaded is the error Apache calls it', () => {
    const found = survey(`${base}Listen 80\nWSGIScriptAlias / /app\n`);
    expect(found.diagnostics).toMatchObject([
      { text: expect.stringContaining("Invalid command 'WSGIScriptAlias'"), line: 6 },
    ]);
  });

  it.each([
    ['ErrorLogFormat "%t %F %M"', true],
    ['ErrorLogFormat "%t %M"', false],
  ])('tells whether an exception bites: %s', (line, bites) => {
    const found = survey(`${base}Listen 80\n${line}\n`);
    expect(found.directives.find(({ name }) => name === 'ErrorLogFormat')?.uses[0]?.bites).toBe(bites);
    expect(found.verdict).toBe(bites ? 'runs-with-exceptions' : 'runs');
  });

  it('a configuration with errors of its own does not run', () => {
    expect(survey('<Directory /x>\n').summary).toBe(
      'It will not run here as it stands: 1 error of the configuration itself.',
    );
    expect(survey(`${base}Listen 80\nFoo\nBar\n`).diagnostics).toHaveLength(2);
  });
});

describe('reportSurvey', () => {
  const found = survey(
    `${base}LoadModule lua_module m/mod_lua.so\nLoadModule perl_module m/p.so\nListen 80\n<Perl>\nx | y\n</Perl>\nLuaScope once\n# caf\xc3\xa9\nDefine X caf\xc3\xa9\n<VirtualHost *:80>\nServerName caf\xc3\xa9.example\n</VirtualHost>\n`,
  );

  it('terminal: the verdict first, colours only on demand', () => {
    const text = reportSurvey(found, 'terminal', false);
    expect(text.split('\n').slice(0, 2)).toEqual(['/etc/h.conf', found.summary]);
    expect(text).toMatch(
      /^ {2}LuaScope +mod_lua +not supported; starts without it by --allow-unsupported=LuaScope +\/etc\/h\.conf:11$/m,
    );
    expect(text).not.toContain('\x1b');
    expect(reportSurvey(found, 'terminal', true)).toContain('\x1b[31mIt will not run');
  });

  it('markdown: tables, special characters escaped', () => {
    const text = reportSurvey(found, 'markdown', false);
    expect(text).toMatch(/^# Dry run of \/etc\/h.conf\n\nIt will not run/);
    expect(text).toContain('| \\<Perl> | mod_perl | third-party | /etc/h.conf:8 |');
  });

  it('json: everything, as Unicode', () => {
    const parsed = JSON.parse(reportSurvey(found, 'json', false));
    expect(parsed.verdict).toBe('does-not-run');
    expect(parsed.virtualHosts[0].name).toBe('café.example');
  });
});

describe('modules of others', () => {
  it('are none of Apache’s own, nor are their directives', () => {
    const names = standardModules.flatMap(({ directives }) =>
      Object.keys(directives).map((name) => name.replace('<', '')),
    );
    for (const { title, identifiers, directives } of thirdPartyModules) {
      expect(
        standardModules.filter(({ identifier }) => identifiers.test(identifier)),
        title,
      ).toEqual([]);
      expect(
        names.filter((name) => directives.test(name)),
        title,
      ).toEqual([]);
    }
  });
});
