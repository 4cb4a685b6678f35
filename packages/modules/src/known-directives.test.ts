import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compile, Defines, resolve } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { knownArguments } from './known-arguments.ts';
import { knownModuleDefinitions } from './known-directives.ts';
import { modSsl } from './mod_ssl/index.ts';
import { standardModules } from './standard-modules.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** Modules of which all or most is only declared. */
const declaredModules = [...knownModuleDefinitions, modSsl];

const serverLines = 'ServerName x\nListen 80\n';

/** What a configuration is told when it is checked, or when it is to be served. */
function messages(config: string, checkOnly: boolean): readonly string[] {
  const loads = declaredModules.map(({ name, identifier }) => `LoadModule ${identifier} m/${name}.so\n`);
  const needed =
    'LoadModule mpm_event_module m/mod_mpm_event.so\nLoadModule authz_core_module m/mod_authz_core.so\n';
  // Modules that others take symbols from come first.
  const first = /LoadModule (?:dav|cache|session|dbd|ldap)_module/;
  const sorted = [...loads.filter((line) => first.test(line)), ...loads.filter((line) => !first.test(line))];
  const withoutProxy = sorted.filter((line) => !line.includes('LoadModule proxy_'));
  const text = needed + withoutProxy.join('') + serverLines + config;
  const world = memoryWorld({ regex, files: { '/srv/test.conf': text, '/usr/local/htdocs/x': '' } });
  const settings = {
    serverRoot: '/srv',
    defaultRuntimeDir: undefined,
    defines: new Defines(),
    checkOnly,
    anyDocumentRoot: true,
    configFile: '/srv/test.conf',
  };
  const resolved = resolve({ world, settings, modules: standardModules, configFile: '/srv/test.conf' });
  const { tree, modules, memory } = resolved;
  const { diagnostics } = compile({ tree, settings, world, modules, memory });
  return [...resolved.diagnostics, ...diagnostics]
    .filter(({ severity }) => severity === 'error')
    .map(({ text: said }) => said);
}

describe('directives that are only declared', () => {
  it('are checked under names that are declared', () => {
    const declared = new Set(declaredModules.flatMap(({ directives }) => Object.keys(directives)));
    expect(Object.keys(knownArguments).filter((name) => !declared.has(name))).toEqual([]);
  });

  it.each([
    ['CookieTracking On', []],
    ['CookieTracking maybe', ['CookieTracking must be On or Off']],
    ['CookieExpires', ['CookieExpires takes one argument, an expiry date code']],
    ['SSLRequireSSL', ['SSLRequireSSL not allowed here']],
    [
      '<VirtualHost *>\nSSLSessionCache none\n</VirtualHost>',
      ['SSLSessionCache cannot occur within <VirtualHost> section'],
    ],
    ['Session On\n<Location /x>\nSession Off\n</Location>', []],
    ['<Location /x>\nRequire ldap-user a\n</Location>', []],
    ['<Location /x>\nRequire ssl x\n</Location>', ["'Require ssl' does not take arguments"]],
    ['<MDomainSet a.example>\nMDMember b.example\n</MDomainSet>', []],
    ['<LuaHookFixups first>\nfunction x()\n</LuaHookFixups>\nCookieTracking On', []],
  ])('%s: the verdict of Apache', (config, expected) => {
    expect(messages(config, true)).toEqual(expected);
  });

  it.each([
    ['', []],
    ['<IfModule mod_usertrack.c>\nCookieTracking On\n</IfModule>', ['CookieTracking']],
    ['<IfModule !mod_usertrack.c>\nCookieTracking On\n</IfModule>', []],
    ['<Location /x>\nRequire ldap-user a\n</Location>', ['Require ldap-user']],
    ['<LuaHookFixups first>\nfunction x()\n</LuaHookFixups>', ['<LuaHookFixups']],
    ['LuaAuthzProvider a b c', ['LuaAuthzProvider']],
  ])('%s: serving refuses what is in use', (config, names) => {
    expect(messages(config, false)).toEqual(
      names.map((name) => expect.stringContaining(`${name} (`) as unknown),
    );
  });

  it.each(['Listen 443', 'Listen 8443 https'])(
    '%s: a port for https needs SSLEngine to speak it',
    (config) => {
      expect(messages(config, false)).toEqual([]);
    },
  );
});
