import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diagnosticGroups } from '../../diagnostics/diagnostic-case.ts';

/** A directive as Apache registers it. */
export interface DirectiveFacts {
  readonly name: string;
  /** Files of the modules that have it. */
  readonly sources: readonly string[];
  readonly style: string;
  readonly flags: readonly string[];
}

const facts = fileURLToPath(new URL('../../../fixtures/apache-2.4/directives.json', import.meta.url));

/** Reads of the manual's pages what stands there as configuration. */
const manual = '/usr/share/doc/apache2-doc/manual/en';

/** Every directive with the arguments that the fixtures and, where it is installed, the manual give it. */
export function valuePool(): {
  directives: readonly DirectiveFacts[];
  values: ReadonlyMap<string, string[]>;
} {
  const directives = JSON.parse(readFileSync(facts, 'utf8')) as DirectiveFacts[];
  const found = new Map<string, Set<string>>(directives.map(({ name }) => [name.toLowerCase(), new Set()]));
  for (const line of [...fixtureLines(), ...manualLines()]) {
    const match = /^\s*<?(\w+)[ \t]*([^\n]*?)\s*$/.exec(line);
    const isSection = /^\s*</.test(line);
    const key = `${isSection ? '<' : ''}${match?.[1]?.toLowerCase()}`;
    const args = isSection ? match?.[2]?.replace(/>$/, '') : match?.[2];
    if (args !== undefined && args.length < 300) found.get(key)?.add(args);
  }
  return { directives, values: new Map([...found].map(([name, set]) => [name, [...set]])) };
}

function fixtureLines(): string[] {
  const configs = [...diagnosticGroups().values()].flat().map(({ config }) => config);
  const cases = fileURLToPath(new URL('../../../fixtures/behaviour', import.meta.url));
  for (const name of readdirSync(cases, { recursive: true, encoding: 'utf8' })) {
    if (/(?:\.conf|\.htaccess)$/.test(name) && existsSync(join(cases, name)))
      configs.push(readFileSync(join(cases, name), 'latin1'));
  }
  return configs.flatMap((text) => text.split('\n'));
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };

function manualLines(): string[] {
  if (!existsSync(manual)) return [];
  const pages = readdirSync(manual, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  );
  return pages.flatMap((page) => {
    const text = readFileSync(join(manual, page), 'latin1');
    return [...text.matchAll(/<pre class="prettyprint lang-config">([\s\S]*?)<\/pre>/g)].flatMap(([, code]) =>
      code!
        .replace(/<[^>]*>/g, '')
        .replace(/&(#?\w+);/g, (all, name: string) => entities[name] ?? all)
        .replace(/\\\n/g, ' ')
        .split('\n'),
    );
  });
}
