import type { Files, World } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { standardModules } from '@httpd-ts/modules';
import type { RegexEngine } from '@httpd-ts/regex';
import { checkConfiguration } from './check-configuration.ts';
import type { Finding, Severity } from './finding.ts';
import type { Example } from './rule.ts';

/** Modules that cannot stand beside each other, of which examples take the first. */
const otherMpms = ['mpm_prefork', 'mpm_worker'];

/** Checks an example in memory. */
export async function checkExample(
  example: Example,
  regex: RegexEngine,
  severities: Readonly<Record<string, Severity | 'off'>> = {},
): Promise<readonly Finding[]> {
  const configFile = example.isHtaccess ? '/srv/www/.htaccess' : '/etc/apache2/apache2.conf';
  const memory = memoryWorld({ files: { [configFile]: example.config, ...example.files }, regex });
  const world: World = { ...memory, files: withModes(memory.files, example.modes ?? {}) };
  const all = standardModules.map(({ name }) => name).filter((name) => !otherMpms.includes(name));
  const { findings } = await checkConfiguration({
    world,
    serverRoot: '/etc/apache2',
    configFile,
    isHtaccess: example.isHtaccess === true,
    modules: standardModules,
    assumeModules: example.modules ?? all,
    severities,
  });
  return findings;
}

function withModes(files: Files, modes: Readonly<Record<string, number>>): Files {
  return {
    ...files,
    stat(path) {
      const info = files.stat(path);
      const mode = modes[path];
      return typeof info === 'string' || mode === undefined ? info : { ...info, mode };
    },
  };
}
