import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Defines, resolve } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { standardModules } from '../standard-modules.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const elf = (symbols: string) => `\x7fELF${'.'.repeat(100)}\0${symbols}\0`;

/** What Apache 2.4.71 says to each of these, with its modules in /apache. */
const installed = {
  '/apache/mod_expires.so': elf('expires_module'),
  '/apache/mod_alias.so': elf('alias_module'),
  '/apache/mod_proxy.so': elf('proxy_module'),
  '/apache/mod_proxy_http.so': elf('proxy_http_module'),
  '/apache/renamed.so': elf('alias_module'),
  '/apache/libphp.so': elf('php_module'),
  '/srv/text.so': 'hello\n',
  '/srv/zeros.so': '\0'.repeat(100),
  '/lib/libc.so.6': elf('libc'),
};

function firstMessage(config: string, files: Readonly<Record<string, string>>): string {
  const world = memoryWorld({ regex, files: { ...files, '/srv/test.conf': config } });
  const settings = {
    serverRoot: '/srv',
    defaultRuntimeDir: undefined,
    defines: new Defines(),
    checkOnly: true,
    configFile: '/srv/test.conf',
  };
  const { diagnostics } = resolve({
    world,
    settings,
    modules: standardModules,
    configFile: '/srv/test.conf',
  });
  return (diagnostics[0]?.text ?? 'Syntax OK').replace(/^Syntax error on line \d+ of \/srv\/test.conf: /, '');
}

const noFile = 'cannot open shared object file: No such file or directory';

describe('LoadModule and LoadFile', () => {
  it.each([
    ['LoadModule expires_module /apache/mod_expires.so\nExpiresActive on', 'Syntax OK'],
    ['LoadModule alias_module /apache/renamed.so', 'Syntax OK'],
    ['LoadModule version_module x.so', "module version_module is built-in and can't be loaded"],
    [
      'LoadModule alias_module /apache/mod_alias.so\nLoadModule alias_module /apache/mod_alias.so',
      '[so:warn] AH01574: module alias_module is already loaded, skipping',
    ],
    [
      'LoadModule foo_module modules/mod_foo.so',
      `Cannot load modules/mod_foo.so into server: /srv/modules/mod_foo.so: ${noFile}`,
    ],
    [
      'LoadModule rewrite_module /apache/mod_rewrite.so',
      `Cannot load /apache/mod_rewrite.so into server: /apache/mod_rewrite.so: ${noFile}`,
    ],
    [
      'LoadModule foo_module /apache/mod_expires.so',
      "Can't locate API module structure `foo_module' in file /apache/mod_expires.so: /apache/mod_expires.so: undefined symbol: foo_module",
    ],
    [
      'LoadModule proxy_http_module /apache/mod_proxy_http.so',
      'Cannot load /apache/mod_proxy_http.so into server: /apache/mod_proxy_http.so: undefined symbol: ap_proxy_location_reverse_map',
    ],
    [
      'LoadModule proxy_module /apache/mod_proxy.so\nLoadModule proxy_http_module /apache/mod_proxy_http.so',
      'Syntax OK',
    ],
    ['LoadModule foo_module ./text.so', 'Cannot load ./text.so into server: /srv/text.so: file too short'],
    [
      'LoadModule foo_module ./zeros.so',
      'Cannot load ./zeros.so into server: /srv/zeros.so: invalid ELF header',
    ],
    ['LoadModule foo_module text.so', `Cannot load text.so into server: text.so: ${noFile}`],
    [
      'LoadModule foo_module /apache',
      'Cannot load /apache into server: /apache: cannot read file data: Is a directory',
    ],
    [
      'LoadModule php_module /apache/libphp.so',
      "Cannot load /apache/libphp.so into server: php_module is not a module of Apache's own, and httpd-ts runs no machine code",
    ],
    ['LoadFile libc.so.6', 'Syntax OK'],
    ['LoadFile libnothere.so', `Cannot load libnothere.so into server: libnothere.so: ${noFile}`],
  ])('%s', (config, expected) => {
    expect(firstMessage(config, installed)).toBe(expected);
  });

  it.each([
    ['LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so', 'Syntax OK'],
    ['LoadModule rewrite_module modules/mod_rewrite.so', 'Syntax OK'],
    [
      'LoadModule php_module modules/libphp.so',
      `Cannot load modules/libphp.so into server: /srv/modules/libphp.so: ${noFile}`,
    ],
    [
      'LoadModule session_cookie_module modules/mod_session_cookie.so',
      'Cannot load modules/mod_session_cookie.so into server: /srv/modules/mod_session_cookie.so: undefined symbol: ap_hook_session_save',
    ],
  ])('without an Apache: %s', (config, expected) => {
    expect(firstMessage(config, {})).toBe(expected);
  });
});
