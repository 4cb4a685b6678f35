import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig, printConfig } from '@httpd-ts/syntax';
import { expect, it } from 'vitest';
import { diagnosticGroups } from './diagnostic-case.ts';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

/** Every configuration file of the fixtures, by name. */
function configurationFiles(): string[] {
  return readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(fixtures, name);
    return /\.(?:conf|htaccess|inc)$/.test(name) && existsSync(path) && statSync(path).isFile();
  });
}

it('every configuration of the fixtures is printed back as it was', () => {
  const texts = [
    ...configurationFiles().map((name) => readFileSync(join(fixtures, name), 'latin1')),
    ...[...diagnosticGroups().values()].flat().map(({ config }) => config),
  ];
  expect(texts.length).toBeGreaterThan(1500);
  const changed = texts.filter((text) => printConfig(parseConfig(text, 'x')) !== text);
  expect(changed).toEqual([]);
});
