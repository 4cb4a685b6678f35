import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launcher } from './launcher.ts';
import { runLauncher } from './run-launcher.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-lint-')));
const at = (name: string) => join(root, name);
const write = (name: string, text: string) => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text, 'latin1');
};
const configtest = (...args: readonly string[]) => runLauncher(['configtest', ...args], { cwd: root });
const piped = (text: string, ...args: readonly string[]) =>
  spawnSync(launcher, ['configtest', ...args], { input: text, encoding: 'latin1', cwd: root });

interface Told {
  readonly code: string;
  readonly line?: number;
  readonly [name: string]: unknown;
}
const told = (...args: readonly string[]): readonly Told[] =>
  JSON.parse(configtest('--format', 'json', ...args).stdout).flatMap(
    ({ diagnostics }: { diagnostics: readonly Told[] }) => diagnostics,
  );

beforeAll(() => {
  write('good.conf', 'ServerName a.example\n');
  write('warned.conf', 'ProxyPass /app/ http://127.0.0.1:1/\n');
  write(
    'bad.conf',
    'Include part.conf\nProxyPasReverse / http://x/\n<Directory />\n  Listen 80\n</Directory>\nKeepAlive \\\n  never\n',
  );
  write('part.conf', '# a part\n\tServerNam a\n');
  write('sites/a.conf', 'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n');
  write('sites/b.conf', '<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n');
  write('sites/b.conf.bak', 'Nonsense\n');
  write('htdocs/.htaccess', 'AuthType Basic\nRewriteEngine On\nRewriteRule ^/a b\nServerName x\n');
  write(
    'comments.conf',
    'SSLProtocol +TLSv1\n# httpd-ts-disable-next-line weak-tls -- an old printer\nSSLProtocol +TLSv1\n# httpd-ts-disable\nSSLProtocol +TLSv1\n# httpd-ts-enable\nSSLProtocol +TLSv1\n',
  );
});
afterAll(() => rmSync(root, { recursive: true }));

describe('exit codes', () => {
  it.each([
    ['clean', ['good.conf'], 0],
    ['warnings', ['warned.conf'], 0],
    ['as many warnings as allowed', ['--max-warnings', '1', 'warned.conf'], 0],
    ['more warnings than allowed', ['--max-warnings', '0', 'warned.conf'], 1],
    ['more warnings than allowed, quietly', ['--quiet', '--max-warnings', '0', 'warned.conf'], 1],
    ['errors', ['bad.conf'], 1],
    ['a rule made an error', ['--rule', 'proxy-pass-without-reverse=error', 'warned.conf'], 1],
    ['no rules', ['--no-lint', '--max-warnings', '0', 'warned.conf'], 0],
    ['a number that is none', ['--max-warnings', 'few', 'good.conf'], 2],
    ['a rule that is none', ['--rule', 'proxy-pass-without-revers=error', 'good.conf'], 2],
    ['a severity that is none', ['--rule', 'weak-tls=fatal', 'good.conf'], 2],
    ['a root that is not there', ['--root', 'nowhere', 'good.conf'], 2],
  ])('%s', (_title, args, status) => {
    const result = configtest(...args);
    expect([result.status, result.stderr.includes('at ')]).toEqual([status, false]);
  });
});

describe('errors', () => {
  it('are all told, each with its place, its cause and what to do', () => {
    const [part, name, place, number] = told('bad.conf');
    expect(part).toMatchObject({
      code: 'unknown-directive',
      file: at('part.conf'),
      line: 2,
      column: 2,
      source: '\tServerNam a',
      chain: [`${at('bad.conf')}:1`],
      didYouMean: 'ServerName',
    });
    expect(name).toMatchObject({ code: 'unknown-directive', line: 2, didYouMean: 'ProxyPassReverse' });
    expect(place).toMatchObject({
      code: 'directive-not-allowed-here',
      line: 4,
      column: 3,
      allowedIn: ['the main server'],
      documentation: 'docs/directives.md#listen',
    });
    // Apache counts a continued line by its last physical line; the characters stand on the first.
    expect(number).toMatchObject({ line: 7, startLine: 6, directive: 'KeepAlive' });
  });

  it('goes on behind what ends the reading', () => {
    write('unread.conf', 'Include nowhere.conf\n<Directory />\n</Location>\n</Directory>\nFoo\n');
    expect(told('--no-lint', 'unread.conf').map(({ code, line }) => [code, line])).toEqual([
      ['unreadable-file', 1],
      ['mismatched-closing-line', 3],
      ['unknown-directive', 5],
    ]);
  });

  it('of a line without end and of endless nesting have a place', () => {
    write('long.conf', `ServerName a\n${'a'.repeat(17 << 20)}\n`);
    expect(told('long.conf')[0]).toMatchObject({ code: 'line-too-long', file: at('long.conf'), line: 2 });
    write('deep.conf', '<Location /x>\n'.repeat(50_000) + '</Location>\n'.repeat(50_000));
    expect(told('deep.conf')[0]).toMatchObject({ code: 'too-deeply-nested', line: 50_000 });
  });

  it('ends where files include each other', () => {
    write('loop.conf', 'Include loop.conf\nInclude loop.conf\n');
    const result = configtest('loop.conf');
    expect(result.status).toBe(1);
    expect(result.stdout).toContain('[endless-include]');
  });

  it.each([
    ['a binary file', () => writeFileSync(at('odd'), Buffer.from([0, 255, 10, 1, 60, 0, 200, 10, 7]))],
    ['sections without end', () => write('odd', '<Directory />\n'.repeat(50_000))],
    [
      'sections in sections',
      () => write('odd', `${'<IfDefine !X>\n'.repeat(50_000)}${'</IfDefine>\n'.repeat(50_000)}`),
    ],
  ])('%s ends in messages', (_title, make) => {
    make();
    const { status, stderr, stdout } = configtest('odd');
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('error');
  });
});

describe('formats', () => {
  it('pretty: a caret under what is meant', () => {
    const { stdout } = configtest('bad.conf');
    expect(stdout).toContain(
      `${at('bad.conf')}:2:1: error: Invalid command 'ProxyPasReverse', perhaps misspelled or defined by a module not included in the server configuration [unknown-directive]\n  2 | ProxyPasReverse / http://x/\n    | ^^^^^^^^^^^^^^^\n  did you mean ProxyPassReverse?\n`,
    );
    expect(stdout).toContain(`included from ${at('bad.conf')}:1\n`);
    expect(stdout).not.toContain('\x1b');
  });

  it('quiet: errors and nothing else', () => {
    expect(configtest('--quiet', 'warned.conf').stdout).toBe('');
    expect(configtest('--quiet', 'bad.conf').stdout).not.toContain('warning');
  });

  it('apache: its words alone', () => {
    expect(configtest('--format', 'apache', 'warned.conf').stderr).toBe('Syntax OK\n');
    expect(configtest('--format', 'apache', 'bad.conf').stderr).toMatch(
      /^AH00526: Syntax error on line 2 of \S+part.conf:\nInvalid command 'ServerNam'/,
    );
  });

  it('github: workflow commands with paths of the repository', () => {
    const { stdout } = configtest('--format', 'github', 'warned.conf');
    expect(stdout).toBe(
      '::warning file=warned.conf,line=1,col=1,endColumn=10,title=proxy-pass-without-reverse::no ProxyPassReverse belongs to this line%0AAdd: ProxyPassReverse /app/ http://127.0.0.1:1/\n0 errors, 1 warnings\n',
    );
  });

  it('sarif: what the schema of 2.1.0 requires', () => {
    const log = JSON.parse(configtest('--format', 'sarif', 'bad.conf').stdout);
    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toMatch(/sarif-schema-2\.1\.0\.json$/);
    const [run] = log.runs;
    expect(run.tool.driver.name).toBe('httpd-ts');
    const ids = run.tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(run.results).toHaveLength(told('bad.conf').length);
    for (const { ruleId, ruleIndex, level, message, locations } of run.results) {
      expect(ids[ruleIndex]).toBe(ruleId);
      expect(['none', 'note', 'warning', 'error']).toContain(level);
      expect(message.text).not.toBe('');
      const { artifactLocation, region } = locations[0].physicalLocation;
      expect(artifactLocation.uri).toMatch(/^(?:bad|part)\.conf$/);
      expect(region.startLine).toBeGreaterThan(0);
      expect(region.endColumn).toBeGreaterThan(region.startColumn);
    }
    expect(run.results[0].relatedLocations[0].physicalLocation.region).toEqual({ startLine: 1 });
  });

  it.each(['bad.conf', 'warned.conf', 'htdocs/.htaccess', 'sites'])(
    'sarif: nothing is there that the schema does not have: %s',
    (path) => {
      const log = JSON.parse(configtest('--format', 'sarif', path).stdout);
      expect([...sarifFaults(log, 'log')]).toEqual([]);
    },
  );
});

/** What the schema of SARIF 2.1.0 says of the objects that are written: `[requires, type]` by property. */
const sarif: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  log: { $schema: 'uri', 'version!': 'version', 'runs!': 'run[]' },
  run: { 'tool!': 'tool', columnKind: 'columnKind', results: 'result[]' },
  tool: { 'driver!': 'toolComponent' },
  toolComponent: {
    'name!': 'text',
    version: 'text',
    semanticVersion: 'semver',
    rules: 'reportingDescriptor[]',
  },
  reportingDescriptor: {
    'id!': 'text',
    shortDescription: 'message',
    fullDescription: 'message',
    help: 'message',
    defaultConfiguration: 'reportingConfiguration',
  },
  reportingConfiguration: { enabled: 'boolean', level: 'level' },
  message: { 'text!': 'text' },
  result: {
    ruleId: 'text',
    ruleIndex: 'index',
    level: 'level',
    'message!': 'message',
    locations: 'location[]',
    relatedLocations: 'location[]',
  },
  location: { physicalLocation: 'physicalLocation', message: 'message' },
  physicalLocation: { artifactLocation: 'artifactLocation', region: 'region' },
  artifactLocation: { uri: 'reference' },
  region: {
    startLine: 'count',
    startColumn: 'count',
    endLine: 'count',
    endColumn: 'count',
    snippet: 'artifactContent',
  },
  artifactContent: { text: 'string' },
};

const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isInteger = (least: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least;

const sarifValues: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: isText,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  uri: (value) => isText(value) && URL.canParse(value as string),
  // RFC 3986: no blank, no backslash, nothing that is not ASCII.
  reference: (value) =>
    isText(value) &&
    /^[!#-;=?-[\]_a-z~%]+$/i.test(value as string) &&
    URL.canParse(value as string, 'file:///'),
  version: (value) => value === '2.1.0',
  semver: (value) => /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(String(value)),
  level: (value) => ['none', 'note', 'warning', 'error'].includes(value as string),
  columnKind: (value) => ['utf16CodeUnits', 'unicodeCodePoints'].includes(value as string),
  index: isInteger(0),
  count: isInteger(1),
};

/** Where a value is not of a type of the schema. */
function* sarifFaults(value: unknown, type: string, place = '$'): Generator<string> {
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) yield `${place} is no array`;
    else
      for (const [index, one] of value.entries())
        yield* sarifFaults(one, type.slice(0, -2), `${place}[${index}]`);
    return;
  }
  const properties = sarif[type];
  if (properties === undefined) {
    if (!sarifValues[type]!(value)) yield `${place} is no ${type}: ${JSON.stringify(value)}`;
    return;
  }
  if (typeof value !== 'object' || value === null) {
    yield `${place} is no object`;
    return;
  }
  for (const name of Object.keys(properties)) {
    if (name.endsWith('!') && !(name.slice(0, -1) in value)) yield `${place} lacks ${name}`;
  }
  for (const [name, one] of Object.entries(value)) {
    const wanted = properties[name] ?? properties[`${name}!`];
    if (wanted === undefined) yield `${place} has ${name}`;
    else yield* sarifFaults(one, wanted, `${place}.${name}`);
  }
}

describe('what can be given', () => {
  it('standard input, under any name', () => {
    const { status, stdout } = piped('Foo\n', '-');
    expect(status).toBe(1);
    expect(stdout).toContain(`${at('stdin')}:1:1: error: Invalid command 'Foo'`);
    const access = piped('RewriteEngine On\nRewriteRule ^/a b\n', '-', '--stdin-filename', 'x/.htaccess');
    expect(access.stdout).toContain('[leading-slash-in-directory-pattern]');
  });

  it('a .htaccess: what it needs, and what may not stand in it', () => {
    const found = told('htdocs/.htaccess');
    expect(found).toContainEqual(
      expect.objectContaining({
        code: 'directive-not-allowed-here',
        line: 4,
        text: 'ServerName not allowed here',
      }),
    );
    const needed = found.find(({ code }) => code === 'needed-overrides');
    expect(needed?.text).toBe(
      'needs AllowOverride AuthConfig FileInfo: AuthConfig (AuthType, line 1), FileInfo (RewriteEngine, line 2)',
    );
    expect(found.map(({ code }) => code)).toContain('leading-slash-in-directory-pattern');
  });

  it('a directory of sites, as one configuration and without left-overs', () => {
    expect(told('sites').map(({ code, file, line }) => [code, file, line])).toEqual([
      ['duplicate-server-name', at('sites/b.conf'), 2],
    ]);
  });

  it('a directory with links: each file once', () => {
    write('linked/available/a.conf', 'Listen 80\n');
    mkdirSync(at('linked/enabled'), { recursive: true });
    symlinkSync('../available/a.conf', at('linked/enabled/a.conf'));
    symlinkSync('..', at('linked/enabled/again'));
    expect(configtest('linked')).toMatchObject({ stdout: `${at('linked')}: Syntax OK\n`, status: 0 });
  });

  it('a directory without any configuration is misuse', () => {
    mkdirSync(at('empty'));
    expect(configtest('empty').status).toBe(2);
  });

  it('modules are taken as loaded only where none is', () => {
    const unknown = (...args: readonly string[]) => told('--no-lint', ...args).map(({ code }) => code);
    expect(unknown('warned.conf')).toEqual([]);
    expect(unknown('--modules', 'rhel', 'warned.conf')).toEqual([]);
    expect(unknown('--modules', 'debian', 'warned.conf')).toEqual(['unknown-directive']);
    expect(unknown('--modules', 'proxy', 'warned.conf')).toEqual([]);
    expect(unknown('--modules', 'none', 'warned.conf')).toContain('unknown-directive');
  });
});

describe('severities', () => {
  it('comments switch rules off for a line or a block', () => {
    expect(
      told('comments.conf')
        .filter(({ code }) => code === 'weak-tls')
        .map(({ line }) => line),
    ).toEqual([1, 7]);
  });

  it('a settings file sets rules, modules and the number of warnings', () => {
    write('.httpd-ts.json', '{ "rules": { "proxy-pass-without-reverse": "note" }, "maxWarnings": 0 }');
    try {
      expect(configtest('warned.conf').status).toBe(0);
      expect(configtest('--rule', 'proxy-pass-without-reverse=warning', 'warned.conf').status).toBe(1);
      write('.httpd-ts.json', '{ "rulez": {} }');
      const { status, stderr } = configtest('warned.conf');
      expect([status, stderr]).toEqual([
        2,
        `httpd-ts: ${at('.httpd-ts.json')}: unknown setting rulez; there are rules, modules, maxWarnings\n`,
      ]);
    } finally {
      rmSync(at('.httpd-ts.json'));
    }
  });
});

describe('--root', () => {
  const debian = join(import.meta.dirname, '../../fixtures/behaviour/preamble/debian-tree');
  const copy = () => at('copy');
  beforeAll(() => cpSync(debian, copy(), { recursive: true, verbatimSymlinks: true }));

  it("Debian's tree as installed is clean", () => {
    const { status, stdout, stderr } = configtest('--max-warnings', '0', '--root', 'copy');
    expect([status, stdout, stderr]).toEqual([0, '/etc/apache2/apache2.conf: Syntax OK\n', '']);
  });

  it.each(['/etc/apache2', 'copy/etc/apache2', '/etc/apache2/apache2.conf'])('%s means the copy', (path) => {
    expect(configtest('--root', 'copy', path).stdout).toBe('/etc/apache2/apache2.conf: Syntax OK\n');
  });

  it('links lead nowhere else', () => {
    write('copy/etc/apache2/sites-available/linked.conf', 'Foo\n');
    symlinkSync('/etc/apache2/sites-available/linked.conf', at('copy/etc/apache2/sites-enabled/linked.conf'));
    const [found] = told('--root', 'copy');
    expect(found).toMatchObject({
      line: 1,
      file: '/etc/apache2/sites-enabled/linked.conf',
      text: expect.stringContaining("'Foo'"),
    });
    rmSync(at('copy/etc/apache2/sites-enabled/linked.conf'));
  });

  it('the users are those of the copy', () => {
    write('copy/etc/passwd', 'root:x:0:0::/:/bin/sh\n');
    expect(told('--root', 'copy').map(({ code }) => code)).toContain('unknown-user');
    rmSync(at('copy/etc/passwd'));
  });
});

describe('on a terminal', () => {
  const hasScript = readdirSync('/usr/bin').includes('script');
  const onTerminal = (command: string, env: Readonly<Record<string, string>> = {}) =>
    spawnSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'latin1',
      cwd: root,
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm', ...env },
    }).stdout;

  it('colours what it says, unless NO_COLOR is set', () => {
    if (!hasScript) return console.warn('no script(1) here: colours are not tested');
    expect(onTerminal(`${launcher} configtest warned.conf`)).toContain('\x1b[33mwarning\x1b[0m');
    expect(onTerminal(`${launcher} configtest warned.conf`, { NO_COLOR: '1' })).not.toContain('\x1b[');
  });

  it('shows how far it has come with a tree of many files', () => {
    if (!hasScript) return console.warn('no script(1) here: progress is not tested');
    const host = (number: number) => `<VirtualHost *:80>\n  ServerName h${number}.example\n</VirtualHost>\n`;
    for (let number = 0; number < 3000; number++)
      write(
        `many/${number}.conf`,
        host(number).repeat(20).replaceAll('\n', '\n# long enough to take a while\n'),
      );
    expect(onTerminal(`${launcher} configtest --no-lint many >/dev/null`)).toMatch(/\rchecking: \d+ files/);
    expect(configtest('--no-lint', 'many').stderr).toBe('');
  }, 60_000);
});
