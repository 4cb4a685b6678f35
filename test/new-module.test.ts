import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { implementedModules, standardModules } from '@httpd-ts/modules';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginModule } from '../scripts/new-module.ts';

const root = join(import.meta.dirname, '..');
const listFile = join(root, 'packages/modules/src/standard-modules.ts');
let source: string;

beforeAll(() => {
  // Inside the repository, so that what is written finds the packages it imports.
  mkdirSync(join(root, '.cache'), { recursive: true });
  source = mkdtempSync(join(root, '.cache/new-module-'));
  copyFileSync(listFile, join(source, 'standard-modules.ts'));
});
afterAll(() => rmSync(source, { recursive: true }));

/** The lines of `after` that `before` has not, each with the line in front of it. */
function added(before: string, after: string) {
  const old = new Set(before.split('\n'));
  const lines = after.split('\n');
  return lines.flatMap((line, i) => (old.has(line) ? [] : [{ line, behind: lines[i - 1] }]));
}

describe('npm run new:module', () => {
  it.each([
    ['mod_zz_last', 'zz_last_module', 'modXml2enc', 'mod_xml2enc', 'modZzLast'],
    ['mod_dirk', 'dirk_module', 'modDir', 'mod_dir', 'modDirk'],
    ['mpm_zz', 'mpm_zz_module', 'mpmWorker', 'mpm_worker', 'mpmZz'],
  ])('begins %s', async (name, identifier, neighbour, neighbourFolder, exportName) => {
    const list = join(source, 'standard-modules.ts');
    const before = readFileSync(list, 'utf8');
    const exported = (await import(beginModule(source, name))) as Record<string, unknown>;
    expect(exported[exportName]).toEqual({ name, identifier, httpd: `${name}.c`, directives: {}, hooks: [] });
    expect(added(before, readFileSync(list, 'utf8'))).toEqual([
      {
        line: `import { ${exportName} } from './${name}/index.ts';`,
        behind: `import { ${neighbour} } from './${neighbourFolder}/index.ts';`,
      },
      { line: `  ${exportName},`, behind: `  ${neighbour},` },
    ]);
  });

  it('calls a module that is known as Apache does', async () => {
    const { identifier, httpd, name } = standardModules.find((one) => !implementedModules.includes(one))!;
    const exported = (await import(beginModule(source, name))) as Record<string, unknown>;
    expect(Object.values(exported)).toEqual([{ name, identifier, httpd, directives: {}, hooks: [] }]);
  });
});
