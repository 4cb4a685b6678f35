import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, Defines, OVERRIDE, resolve } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { standardModules } from '@httpd-ts/modules';
import { createRegexEngine } from '@httpd-ts/regex';
import { describeDirectives } from 'httpd-ts';
import { describe, expect, it } from 'vitest';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

// fixtures/apache-2.4 holds the command tables of a running Apache httpd 2.4.71 with all its modules, for each MPM.

interface DirectiveFacts {
  readonly name: string;
  readonly sources: readonly string[];
  readonly style: string;
  readonly flags: readonly string[];
  readonly usage: string;
  readonly usageByMpm?: Readonly<Record<string, string>>;
  /** What is said where the directive may not stand, by the kind of section around it. */
  readonly rejects?: Readonly<Record<string, string>>;
}

interface ModuleFacts {
  readonly identifier: string;
  readonly file: string | null;
  readonly source: string;
  readonly static: boolean;
}

const facts = join(import.meta.dirname, '../fixtures/apache-2.4');
const read = (name: string) => JSON.parse(readFileSync(join(facts, name), 'utf8'));
const directives = read('directives.json') as DirectiveFacts[];
const modules = read('modules.json') as ModuleFacts[];

const bits: Readonly<Record<string, number>> = {
  OR_LIMIT: OVERRIDE.Limit,
  OR_OPTIONS: OVERRIDE.Options,
  OR_FILEINFO: OVERRIDE.FileInfo,
  OR_AUTHCFG: OVERRIDE.AuthConfig,
  OR_INDEXES: OVERRIDE.Indexes,
  ACCESS_CONF: OVERRIDE.accessConf,
  RSRC_CONF: OVERRIDE.rsrcConf,
  PROXY_CONF: OVERRIDE.proxyConf,
  EXEC_ON_READ: 0,
};

const sourceFile = (httpd: string) => httpd.slice(httpd.lastIndexOf('/') + 1);

/** Declared in the core here, since the server needs them under any MPM. */
const heldByCore = new Set(['http_core.c', 'event.c', 'prefork.c', 'worker.c']);

const declared = standardModules.flatMap(({ httpd, directives: own }) =>
  Object.entries(own).map(([name, declaration]) => ({ name, source: sourceFile(httpd), declaration })),
);

const declarationOf = ({ name, sources }: DirectiveFacts) =>
  declared.find(
    (one) =>
      one.name === name &&
      (sources.includes(one.source) ||
        (one.source === 'core.c' && sources.some((source) => heldByCore.has(source)))),
  )?.declaration;

describe('the modules', () => {
  it('are those of Apache, by identifier, source file and place', () => {
    const ours = standardModules.map(({ identifier, httpd, isStatic }) => ({
      identifier,
      source: sourceFile(httpd),
      static: isStatic ?? false,
    }));
    const theirs = modules.map(({ identifier, source, static: isStatic }) => ({
      identifier,
      source,
      static: isStatic,
    }));
    const byIdentifier = (a: { identifier: string }, b: { identifier: string }) =>
      a.identifier < b.identifier ? -1 : 1;
    expect(ours.sort(byIdentifier)).toEqual(theirs.sort(byIdentifier));
  });

  it('have files named for their identifiers, which LoadModule relies on', () => {
    const wrong = modules.filter(
      ({ identifier, file }) => file !== null && file !== `mod_${identifier.replace(/_module$/, '')}.so`,
    );
    expect(wrong).toEqual([]);
  });
});

describe('the declarations', () => {
  it('are all that Apache registers', () => {
    expect(directives.filter((one) => declarationOf(one) === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('are no others', () => {
    const known = new Set(directives.map(({ name }) => name));
    expect(declared.filter(({ name }) => !known.has(name)).map(({ name }) => name)).toEqual([]);
  });

  it('have the places, argument styles, moments and usage texts of Apache', () => {
    const wrong = directives.flatMap((one) => {
      const declaration = declarationOf(one);
      if (declaration === undefined) return [];
      const ours = {
        places: declaration.requiredOverride,
        style: declaration.style,
        whileReading: declaration.reading !== undefined,
        isSection: declaration.isSection,
        usage: declaration.usage ?? '',
      };
      const theirs = {
        places: one.flags.reduce((sum, flag) => sum | bits[flag]!, 0),
        style: one.style,
        whileReading: one.flags.includes('EXEC_ON_READ'),
        isSection: one.name.startsWith('<'),
        usage: one.usage,
      };
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ name: one.name, ours, theirs }];
    });
    expect(wrong).toEqual([]);
  });
});

/** Sections to put a line into; what Apache says was recorded with the same ones. */
const sections: Readonly<Record<string, (line: string) => string>> = {
  server: (line) => line,
  vhost: (line) => `<VirtualHost *>\nServerName v\n${line}\n</VirtualHost>`,
  directory: (line) => `<Directory "/">\n${line}\n</Directory>`,
  location: (line) => `<Location "/">\n${line}\n</Location>`,
  files: (line) => `<Files "x">\n${line}\n</Files>`,
  limit: (line) => `<Directory "/">\n<Limit GET>\n${line}\n</Limit>\n</Directory>`,
  if: (line) => `<If "true">\n${line}\n</If>`,
  proxy: (line) => `<Proxy "http://x/">\n${line}\n</Proxy>`,
};

const wordsOf: Readonly<Record<string, string>> = {
  FLAG: 'on',
  TAKE12: 'a b',
  TAKE2: 'a b',
  TAKE3: 'a b c',
  TAKE23: 'a b',
  ITERATE2: 'a b',
};

/** An MPM that has the directive. */
const mpmOf = ({ sources }: DirectiveFacts) =>
  sources.every((source) => source === 'prefork.c') ? 'mpm_prefork' : 'mpm_event';

/** A line with the right number of arguments. */
const lineOf = ({ name, style }: DirectiveFacts) =>
  name.startsWith('<') ? `${name} "a">\n</${name.slice(1)}>` : `${name} ${wordsOf[style] ?? 'a'}`;

/** The first error of a configuration with all modules, one MPM among them. */
function firstError(config: string, mpm: string): string | undefined {
  const world = memoryWorld({ regex, files: { '/x/test.conf': config } });
  const settings = {
    serverRoot: '/x',
    defaultRuntimeDir: undefined,
    defines: new Defines(),
    checkOnly: true,
    configFile: '/x/test.conf',
  };
  const resolved = resolve({
    world,
    settings,
    modules: standardModules,
    configFile: '/x/test.conf',
    assumeModules: standardModules
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('mpm_') || name === mpm),
  });
  if (resolved.diagnostics.length > 0) return resolved.diagnostics[0]!.text;
  const { tree, modules: loaded, memory } = resolved;
  return compile({ tree, settings, world, modules: loaded, memory }).diagnostics.find(
    ({ severity }) => severity === 'error',
  )?.text;
}

describe('a directive', () => {
  it('is refused where Apache refuses it, in the same words', () => {
    const wrong = directives.flatMap((one) =>
      Object.entries(one.rejects ?? {})
        .filter(([place]) => sections[place] !== undefined)
        .map(([place, theirs]) => ({
          place,
          theirs,
          ours: firstError(sections[place]!(lineOf(one)), mpmOf(one)),
        }))
        .filter(({ theirs, ours }) => theirs !== ours),
    );
    expect(wrong).toEqual([]);
  });
});

const program = '/usr/sbin/apache2';
const moduleFolder = '/usr/lib/apache2/modules';

/** What `-L` says of each directive, without the file it comes from. */
function descriptions(text: string): Set<string> {
  return new Set(text.split(/\n(?=<?[A-Za-z]\S* \()/).map((block) => block.trimEnd().replace(/ \(.*\)/, '')));
}

describe.runIf(existsSync(program) && existsSync(moduleFolder))('where Apache is installed', () => {
  it('-L prints the same of every directive', () => {
    const folder = mkdtempSync(join(tmpdir(), 'declarations-'));
    const loads = modules
      .filter(({ file, identifier }) => file !== null && !/^mpm_(?!event)/.test(identifier))
      .sort((a, b) => rank(a) - rank(b))
      .map(({ identifier, file }) => `LoadModule ${identifier} ${moduleFolder}/${file}\n`);
    const own = 'Listen 127.0.0.1:80\nErrorLog error_log\nServerName x\nUser daemon\nGroup daemon\n';
    writeFileSync(join(folder, 'all.conf'), loads.join('') + own);
    const args = ['-d', folder, '-f', join(folder, 'all.conf'), '-L'];
    const { stdout } = spawnSync(program, args, { encoding: 'latin1', env: { LANG: 'C' } });
    rmSync(folder, { recursive: true });
    const ours = descriptions(describeDirectives(standardModules));
    const theirs = descriptions(stdout);
    expect(theirs.size).toBeGreaterThan(700);
    expect([...theirs].filter((one) => !ours.has(one))).toEqual([]);
  });
});

/** Modules that others need come first. */
const rank = ({ identifier }: ModuleFacts) =>
  /^(?:dav|cache|session|proxy|ldap|dbd)_module$/.test(identifier) ? 0 : 1;
