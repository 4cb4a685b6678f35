import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ConfigFile, lines, parseConfig, printConfig } from './index.ts';

const root = fileURLToPath(new URL('../../../fixtures/syntax/', import.meta.url));
const cases = readdirSync(root).sort();
const read = (path: string) => readFileSync(path, 'latin1');

describe.each(cases)('fixtures/syntax/%s', (name) => {
  const folder = join(root, name);
  const text = read(join(folder, 'input.conf'));
  const file = parseConfig(text, 'input.conf');

  it('has the recorded tree', async () => {
    const golden = `${JSON.stringify(file.children, null, 2)}\n`;
    await expect(golden).toMatchFileSnapshot(join(folder, 'ast.json'));
  });

  it('prints byte for byte', () => {
    expect(printConfig(file)).toBe(text);
  });

  // debian-ports-and-modules and the like have no such file: nothing in their lines is wrong.
  const recorded = join(folder, 'expected.txt');
  const expected = existsSync(recorded) ? read(recorded) : '';
  it('says what is wrong with its sections as httpd does', () => {
    expect(sectionError(file)).toBe(expected.replace(/^apache2: |\n$/g, ''));
  });
});

const installed = spawnSync('apache2', ['-v']).status === 0;
const recordedCases = cases.filter((name) => existsSync(join(root, name, 'expected.txt')));

describe.each(installed ? recordedCases : [])('a running httpd on %s', (name) => {
  it('says what was recorded', () => {
    const folder = join(root, name);
    const { stderr } = spawnSync('apache2', ['-d', folder, '-f', join(folder, 'input.conf'), '-t']);
    const said = stderr.toString('latin1').replaceAll(join(folder, 'input.conf'), 'input.conf');
    expect(said).toBe(read(join(folder, 'expected.txt')));
  });
});

/** The section rules of ap_build_config_sub, as a reader of the tree applies them. */
function sectionError(file: ConfigFile): string {
  const open: { readonly name: string; readonly line: number }[] = [];
  for (const line of lines(file)) {
    if (line.kind === 'section') open.push(line);
    if (line.kind !== 'close' && line.kind !== 'stray-close') continue;
    const at = `Syntax error on line ${line.line} of ${file.name}: `;
    const section = open.pop();
    if (!section) return `${at}${line.word} without matching <${line.word.slice(2)} section`;
    if (!line.word.endsWith('>')) return `${at}${line.word}> directive missing closing '>'`;
    if (line.name.toLowerCase() !== section.name.toLowerCase())
      return `${at}Expected </${section.name}> but saw ${line.word}`;
  }
  if (open.length === 0) return '';
  const unclosed = open
    .toReversed()
    .map(({ name, line }) => `${file.name}:${line}: <${name}> was not closed.`);
  return `Syntax error on line ${open[0]!.line} of ${file.name}: ${unclosed.join('\\n')}`;
}
