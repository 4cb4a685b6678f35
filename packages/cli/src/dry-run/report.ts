import { renderAsHttpd } from '@httpd-ts/kernel';
import type { DirectiveReport, DirectiveUse, ModuleReport, Survey } from './facts.ts';

/** Ways to print a survey. */
export const surveyFormats = ['terminal', 'json', 'markdown'] as const;
export type SurveyFormat = (typeof surveyFormats)[number];

/** A part of the report: a heading and what stands under it. */
interface Chapter {
  readonly heading: string;
  readonly rows: readonly (readonly string[])[];
  readonly columns: readonly string[];
}

/** The survey as text of a format; `isColored` counts for the terminal. */
export function reportSurvey(survey: Survey, format: SurveyFormat, isColored: boolean): string {
  if (format === 'json') return `${JSON.stringify(decodedTexts(survey), null, 2)}\n`;
  const chapters = chaptersOf(survey).filter(({ rows }) => rows.length > 0);
  return format === 'markdown' ? asMarkdown(survey, chapters) : asTerminalText(survey, chapters, isColored);
}

/** JSON has no bytes: what is UTF-8 is shown as the characters it stands for. */
function decodedTexts<T>(value: T): T {
  const text = JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'string' ? Buffer.from(one, 'latin1').toString('utf8') : one,
  );
  return JSON.parse(text) as T;
}

const placeOf = ({ file, line }: { readonly file: string; readonly line: number }) => `${file}:${line}`;
const shown = (name: string) => (name.startsWith('<') ? `${name}>` : name);

const stateWords: Readonly<Record<DirectiveReport['state'], string>> = {
  full: 'full',
  accepted: 'accepted, no effect',
  partial: 'partial',
  'not-supported': 'not supported',
  'third-party': 'third-party',
  unknown: 'unknown',
};

function chaptersOf(survey: Survey): readonly Chapter[] {
  const { diagnostics, listen, virtualHosts, modules, directives } = survey;
  const errors = diagnostics.filter(({ severity }) => severity !== 'note');
  return [
    {
      heading: 'Messages of the configuration itself',
      columns: ['', 'Message', 'Place'],
      rows: errors.map((one) => [
        one.severity,
        renderAsHttpd(one).replace(/^AH00526: [^\n]*\n/, ''),
        one.file === undefined ? '' : `${one.file}:${one.line}`,
      ]),
    },
    {
      heading: 'Not supported',
      columns: ['Directive', 'Module', 'What', 'Places'],
      rows: directives.flatMap(obstacleRows),
    },
    {
      heading: 'Modules of others',
      columns: ['Module', 'Place', 'What to do instead'],
      rows: modules
        .filter(({ state }) => state === 'third-party' || state === 'unknown')
        .map(moduleOfOthersRow),
    },
    {
      heading: 'With an exception',
      columns: ['Directive', 'Module', 'Exception', 'Does it touch this configuration?'],
      rows: directives.filter(({ state }) => state === 'partial').map(exceptionRow),
    },
    {
      heading: 'Without effect, by design',
      columns: ['Directive', 'Module', 'Why', 'Places'],
      rows: directives
        .filter(({ state }) => state === 'accepted')
        .map((one) => [shown(one.name), one.module, one.why ?? '', placesText(one.uses)]),
    },
    {
      heading: 'Listens on',
      columns: ['Address', 'Place'],
      rows: listen.map((one) => [`${one.address ?? '*'}:${one.port}`, placeOf(one)]),
    },
    {
      heading: 'Virtual hosts',
      columns: ['Addresses', 'Name', 'Aliases', 'Place'],
      rows: virtualHosts.map((one) => [
        one.addresses.join(' '),
        one.name ?? '',
        one.aliases.join(' '),
        placeOf(one),
      ]),
    },
    {
      heading: 'Modules',
      columns: ['Module', 'State', 'Directives in use', 'Place'],
      rows: modules.map((one) => [
        one.name,
        moduleState(one),
        String(one.directivesInUse),
        one.loadedAt === undefined ? 'compiled in' : placeOf(one.loadedAt),
      ]),
    },
    {
      heading: 'Directives',
      columns: ['Directive', 'Module', 'State', 'Places'],
      rows: directives.map((one) => [
        shown(one.name),
        one.module,
        stateWords[one.state],
        placesText(one.uses),
      ]),
    },
  ];
}

function moduleState({ state, directivesInUse }: ModuleReport): string {
  if (state === 'full') return 'implemented';
  const isIdle = state === 'not-supported' && directivesInUse === 0;
  return isIdle ? 'not implemented, none of its directives in use' : stateWords[state];
}

function obstacleRows({ name, module, state, uses }: DirectiveReport): string[][] {
  if (state === 'third-party') return [[shown(name), module, stateWords[state], placesText(uses)]];
  if (state === 'not-supported') {
    const what = `${stateWords[state]}; starts without it by --allow-unsupported=${name.replace('<', '')}`;
    return [[shown(name), module, what, placesText(uses)]];
  }
  const details = new Map<string, DirectiveUse[]>();
  for (const use of uses) {
    if (use.detail !== undefined) details.set(use.detail, [...(details.get(use.detail) ?? []), use]);
  }
  return [...details].map(([detail, all]) => [shown(name), module, detail, placesText(all)]);
}

const moduleOfOthersRow = ({ name, loadedAt, instead }: ModuleReport) => [
  name,
  loadedAt === undefined ? '' : placeOf(loadedAt),
  instead ?? 'not known here: ask its makers what replaces it behind a proxy',
];

function exceptionRow({ name, module, why, uses }: DirectiveReport): string[] {
  const bitten = uses.filter(({ bites }) => bites);
  return [shown(name), module, why ?? '', bitten.length === 0 ? 'no' : `yes, ${placesText(bitten)}`];
}

const mostPlaces = 3;

function placesText(uses: readonly DirectiveUse[]): string {
  const more = uses.length > mostPlaces ? ` and ${uses.length - mostPlaces} more` : '';
  return uses.slice(0, mostPlaces).map(placeOf).join(', ') + more;
}

function asTerminalText(
  { configFile, verdict, summary }: Survey,
  chapters: readonly Chapter[],
  isColored: boolean,
): string {
  const paint = (code: string, text: string) => (isColored ? `\x1b[${code}m${text}\x1b[0m` : text);
  const color = { runs: '32', 'runs-with-exceptions': '33', 'does-not-run': '31' }[verdict];
  const parts = [`${paint('1', configFile)}\n${paint(color, summary)}\n`];
  for (const { heading, rows } of chapters) {
    const widths = rows[0]!.map((_, column) =>
      Math.min(48, Math.max(...rows.map((row) => row[column]!.length))),
    );
    const lines = rows.map((row) =>
      `  ${row.map((text, column) => text.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
    );
    parts.push(`\n${paint('1', heading)}\n${lines.join('\n')}\n`);
  }
  return parts.join('');
}

function asMarkdown({ configFile, summary }: Survey, chapters: readonly Chapter[]): string {
  const cell = (text: string) => text.replace(/[|\\<]/g, '\\$&').replaceAll('\n', ' ');
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |\n`;
  const tables = chapters.map(
    ({ heading, columns, rows }) =>
      `\n## ${heading}\n\n${row(columns)}${row(columns.map(() => '---'))}${rows.map(row).join('')}`,
  );
  return `# Dry run of ${cell(configFile)}\n\n${summary}\n${tables.join('')}`;
}
