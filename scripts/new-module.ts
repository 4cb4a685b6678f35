import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { implementedModules, standardModules } from '@httpd-ts/modules';

/** Begins a module: its folder with an `index.ts`, and its lines in the list of modules. */
const usage = 'usage: npm run new:module -- mod_name, as Apache calls it';

const moduleExportName = (name: string) =>
  name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** A module that says who it is and does nothing yet. */
function moduleSource(name: string): string {
  const known = standardModules.find((one) => one.name === name);
  return `import { defineModule } from '@httpd-ts/kernel';

/** What the module is for, in a sentence. */
export const ${moduleExportName(name)} = defineModule({
  name: '${name}',
  identifier: '${known?.identifier ?? `${name.replace(/^mod_/, '')}_module`}',
  httpd: '${known?.httpd ?? `${name}.c`}',
  directives: {},
  hooks: [],
});
`;
}

/** The text of `standard-modules.ts` with one module more: imported, and listed with those that LoadModule loads. */
function withModule(list: string, name: string): string {
  const exportName = moduleExportName(name);
  const lines = list.split('\n');
  const insert = (text: string, start: number, isBehind: (line: string) => boolean) => {
    const place = lines.findIndex((line, i) => i >= start && isBehind(line));
    lines.splice(place, 0, text);
  };
  insert(`import { ${exportName} } from './${name}/index.ts';`, 0, (line) => {
    const other = /^import .* from '\.\/(\w+)\/index\.ts';$/.exec(line)?.[1];
    return line === '' || (other !== undefined && other > name);
  });
  const firstLoaded = lines.indexOf('  modAccessCompat,');
  insert(`  ${exportName},`, firstLoaded, (line) => line === '];' || line.trim() > `${exportName},`);
  return lines.join('\n');
}

/** Writes the folder of a module and its lines in the list; gives the path of its `index.ts`. */
export function beginModule(source: string, name: string): string {
  const list = join(source, 'standard-modules.ts');
  const index = join(source, name, 'index.ts');
  mkdirSync(join(source, name));
  writeFileSync(index, moduleSource(name));
  writeFileSync(list, withModule(readFileSync(list, 'utf8'), name));
  return index;
}

function main(name: string): number {
  if (!/^(?:mod|mpm)_[a-z0-9_]+$/.test(name)) {
    console.error(usage);
    return 2;
  }
  if (implementedModules.some((one) => one.name === name)) {
    console.error(`${name} is there already`);
    return 2;
  }
  const index = beginModule(join(import.meta.dirname, '../packages/modules/src'), name);
  const isKnown = standardModules.some((one) => one.name === name);
  console.log(
    `wrote ${index}, and its lines in standard-modules.ts${isKnown ? '; move its directives from known-modules.ts and their sentences from known-summaries.ts into the folder' : ''}`,
  );
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv[2] ?? '');
