import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Begins a lint rule: one file with its examples, which are its tests and its documentation, and its line in the list. */
const source = join(import.meta.dirname, '../packages/lint/src');
const name = process.argv[2] ?? '';
const exportName = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const file = join(source, 'rules', `${name}.ts`);

const template = `import { defineRule } from '../rule.ts';

export const ${exportName} = defineRule({
  name: '${name}',
  severity: 'warning',
  what: 'What the mistake is.',
  why: 'What comes of it.',
  instead: 'What to write.',
  bad: { config: 'ServerName bad.example\\n', line: 1 },
  good: { config: 'ServerName good.example\\n' },
  check({ statements }, report) {
    for (const statement of statements.named('servername')) {
      if (statement.args[0] === 'bad.example') report({ at: statement, text: 'what is wrong on this line' });
    }
  },
});
`;

/** Writes the list of rules from the files there are. */
function writeList(): void {
  const names = readdirSync(join(source, 'rules'))
    .filter((one) => one.endsWith('.ts'))
    .map((one) => one.slice(0, -'.ts'.length))
    .sort();
  const exported = names.map((one) => {
    const text = readFileSync(join(source, 'rules', `${one}.ts`), 'utf8');
    return { file: one, name: /export const (\w+) = defineRule/.exec(text)![1]! };
  });
  const imports = exported.map((one) => `import { ${one.name} } from './rules/${one.file}.ts';`);
  const list = exported.map((one) => `  ${one.name},\n`).join('');
  const text = `import type { Rule } from './rule.ts';\n${imports.join('\n')}\n\n/** Every rule, by name. */\nexport const allRules: readonly Rule[] = [\n${list}];\n`;
  writeFileSync(join(source, 'all-rules.ts'), text);
}

if (!/^[a-z]+(?:-[a-z]+)*$/.test(name) || existsSync(file)) {
  console.error(
    existsSync(file) ? `${file} is there already` : 'usage: npm run new:lint-rule -- name-of-the-mistake',
  );
  process.exitCode = 2;
} else {
  writeFileSync(file, template);
  writeList();
  console.log(`wrote ${file}; then: npx vitest run packages/lint -t ${name}; npm run docs`);
}
